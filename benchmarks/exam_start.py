"""An exam of ten thousand: all begin within a minute, save fifty answers each, hand in, and a worker is killed half way.

    uv run python -m benchmarks.exam_start [--candidates 10000] [--workers 2] [--starting 60] [--saving 120] [--saves 50]
    HUOMIAO_TEST_POSTGRES=postgres://… uv run python -m benchmarks.exam_start

Makes a temporary data folder (or a database on the PostgreSQL of HUOMIAO_TEST_POSTGRES), an exam with a paper of fifty questions,
and a session for each candidate; starts the server as ``huomiao serve`` does, without the clock and the tasks beside it. A client in C
sits for each candidate over a connection of its own, on a schedule: what is measured is from the moment a request was due to
its whole reply, so a server that falls behind cannot hide it. Ten minutes of answering are pressed into two. With
``--no-kill`` nobody is killed.

In the end the database is compared with what the server had acknowledged, answer by answer. Needs a C compiler (cc).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import drills

from django.core.management import call_command  # isort: skip
from django.db import connection  # isort: skip

from huomiao.practice import building, exam_tokens
from huomiao.practice.hotpath import identity
from huomiao.practice.models import BlueprintLine, Candidate, Exam, SavedAnswer, Sitting
from huomiao.practice.sittings import SEQ_ROOM
from huomiao.practice.states import ExamState, Use

QUESTIONS = 50
# p95 in milliseconds that the exam must keep to.
START_LIMIT, SAVE_LIMIT = 1000, 200


def load_exam(accounts: list[Any]) -> Exam:
    """An announced exam that has begun, with a paper built and a candidate for each account."""
    bank = drills.load_bank()
    bank.questions.update(use=Use.EXAM)
    now = datetime.now(UTC)
    exam = Exam.objects.create(
        organiser=bank.owner,
        slug="benchmark",
        title="万人同考",
        opens_at=now - timedelta(seconds=1),
        closes_at=now + timedelta(hours=3),
        minutes=120,
        late_minutes=120,
        spread_seconds=0,
    )
    exam.banks.add(bank)
    BlueprintLine.objects.create(
        exam=exam, position=0, title="单项选择题", kind="single", count=QUESTIONS, points=Decimal(2)
    )
    Candidate.objects.bulk_create(
        [Candidate(exam=exam, user=user, number=f"{number:06d}") for number, (user, _session) in enumerate(accounts)],
        batch_size=500,
    )
    building.build(exam, at=now)
    Exam.objects.update(state=ExamState.ANNOUNCED)
    return exam


def write_candidates(exam: Exam, accounts: list[Any]) -> Path:
    """What the client sends for each: cookies, good for ten minutes, and the entry that the waiting room gave out."""
    now = time.time()
    keys = dict(exam.candidates.values_list("user_id", "pk"))
    lines = [
        f"sessionid={session}; {identity.COOKIE}={identity.issue(user.pk, session, now=now)}"
        f"\t{exam_tokens.sign_entry(exam_tokens.Entry(keys[user.pk], user.pk))}\n"
        for user, session in accounts
    ]
    path = drills.DATA / "candidates.txt"
    path.write_text("".join(lines))
    return path


def build_client() -> Path:
    compiler = shutil.which("cc")
    if not compiler:
        sys.exit("The client is written in C, and there is no compiler (cc) on this machine.")
    client = drills.DATA / "exam_client"
    subprocess.run([compiler, "-O2", "-o", client, drills.ROOT / "benchmarks" / "exam_client.c"], check=True)
    return client


def kill_a_worker(process: int) -> None:
    """End one of the server's workers as a lack of memory or a power cut would."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    workers = [
        int(child) for child in children if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    if workers:
        os.kill(workers[0], signal.SIGKILL)
        print(f"  killed worker {workers[0]} of {len(workers)}", flush=True)


def sit(options: argparse.Namespace, exam: Exam, accounts: list[Any]) -> tuple[dict[str, Any], float, Path]:
    """Drive the whole exam; what the client measured, the server's processor seconds, and the client's notes."""
    client, notes = build_client(), drills.DATA / "notes.txt"
    with drills.running("site", options.workers) as (port, process):
        candidates = write_candidates(exam, accounts)
        command = [
            client, port, candidates, options.starting, options.saving, options.saves, QUESTIONS, notes,
        ]  # fmt: skip
        timer = threading.Timer(options.starting + options.saving / 2, kill_a_worker, [process])
        if options.kill:
            timer.start()
        used = drills.processor_seconds(process)
        done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
        timer.cancel()
        used = drills.processor_seconds(process) - used
    return json.loads(done.stdout), used, notes


def lost(exam: Exam, accounts: list[Any], notes: Path) -> tuple[int, int, int]:
    """Acknowledged answers, those of them that the database does not hold, and receipts that said other than it holds."""
    numbers = dict(exam.candidates.values_list("pk", "number"))
    held: dict[str, set[int]] = {number: set() for number in numbers.values()}
    answered: dict[str, set[int]] = {number: set() for number in numbers.values()}
    owner = {pk: numbers[candidate] for pk, candidate in Sitting.objects.values_list("pk", "candidate_id")}
    for sitting, seq, position in SavedAnswer.objects.values_list("sitting_id", "seq", "position").iterator():
        held[owner[sitting]].add(seq % SEQ_ROOM)
        answered[owner[sitting]].add(position)
    acknowledged = missing = wrong = 0
    for line in notes.read_text().splitlines():
        place, bits, receipt = line.split()
        number = f"{int(place):06d}"
        told = {at + 1 for at in range(128) if int(bits, 16) >> at & 1}
        acknowledged += len(told)
        missing += len(told - held[number])
        wrong += int(receipt) != len(answered[number])
    return acknowledged, missing, wrong


def show(options: argparse.Namespace, measured: dict[str, Any], used: float) -> None:
    for name in ("start", "save", "submit"):
        one = measured[name]
        print(
            f"  {name:<7}{one['count']:>8,}   p50 {one['p50']:>7.1f}   p95 {one['p95']:>7.1f}   p99 {one['p99']:>7.1f}"
            f"   max {one['max']:>8.1f} ms"
        )
    print(
        f"  {measured['seconds']:.0f} s, {measured['finished']:,} of {options.candidates:,} finished,"
        f" {measured['connections']:,} connections at once, {measured['broken']:,} broken and made anew,"
        f" {measured['retried']:,} told to come again, {measured['given_up']:,} given up"
    )
    print(f"  server {used / measured['seconds']:.2f} CPU, client {measured['cpu'] / measured['seconds']:.2f} CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--starting", type=float, default=60, help="seconds in which all begin")
    parser.add_argument("--saving", type=float, default=120, help="seconds in which each saves its answers")
    parser.add_argument("--saves", type=int, default=50)
    parser.add_argument("--no-kill", dest="kill", action="store_false", help="leave the workers alone")
    options = parser.parse_args()
    if drills.POSTGRES:
        with psycopg.connect(drills.POSTGRES, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {drills.DATABASE}")
    try:
        call_command("migrate", verbosity=0)
        accounts = drills.load_accounts(options.candidates)
        exam = load_exam(accounts)
        print(
            f"{drills.about()}; Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        rate = options.candidates * options.saves / options.saving
        print(
            f"{options.candidates:,} candidates begin in {options.starting:g} s, {options.saves} saves each in"
            f" {options.saving:g} s ({rate:,.0f} a second while all write), {options.workers} workers",
            flush=True,
        )
        measured, used, notes = sit(options, exam, accounts)
        show(options, measured, used)
        acknowledged, missing, wrong = lost(exam, accounts, notes)
        submitted = Sitting.objects.filter(state="submitted").count()
        print(
            f"  {acknowledged:,} answers acknowledged, {missing} of them lost; {wrong} receipts differ from the database;"
            f" {submitted:,} sittings handed in"
        )
        is_quick = measured["start"]["p95"] < START_LIMIT and measured["save"]["p95"] < SAVE_LIMIT
        print(f"  p95 of start < {START_LIMIT} ms and of save < {SAVE_LIMIT} ms: {'kept' if is_quick else 'MISSED'}")
        if missing or wrong:
            sys.exit("Answers were lost.")
    finally:
        connection.close()
        if drills.POSTGRES:
            with psycopg.connect(drills.POSTGRES, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {drills.DATABASE} WITH (FORCE)")
        shutil.rmtree(drills.DATA, ignore_errors=True)


if __name__ == "__main__":
    main()
