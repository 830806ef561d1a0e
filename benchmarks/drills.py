"""How many sessions of practice the real server takes: a paper of ten, handed in, graded, durable, answered.

    uv run python -m benchmarks.drills [--workers 1] [--seconds 5] [--rounds 5] [--attempts 10000 1130000]
    HUOMIAO_TEST_POSTGRES=postgres://… uv run python -m benchmarks.drills

Makes a temporary data folder (or a database on the PostgreSQL of HUOMIAO_TEST_POSTGRES), loads a bank and accounts, starts the
server as ``huomiao serve`` does but without the clock and the background tasks beside it, and drives whole sessions with a client in C.
In each round, one after the other on the same machine:

    drill      GET /p/paper, POST /p/submit
    nothing    the same two requests to a handler that does nothing but what any must: read what was sent, and send back as
               many bytes as a drill's replies have. The ceiling: "ratio" is drill's sessions a second divided by
               nothing's pairs of requests a second
    empty      a handler that does not even that: two bytes back before the request is read
    ordinary   the same job as an ordinary Django view: database session, ORM, one insert, on granian's WSGI side

A figure is the median of its rounds. Needs a C compiler (cc).
"""

# ruff: noqa: E402 - the settings come before what reads them
from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("HUOMIAO_TEST_POSTGRES", "")
DATA = Path(tempfile.mkdtemp(prefix="huomiao-drills-"))
DATABASE = f"huomiao_drills_{os.getpid()}"

os.environ["DJANGO_SETTINGS_MODULE"] = "huomiao.settings"
os.environ["HUOMIAO_DATA"] = str(DATA)
os.environ["HUOMIAO_LOG_LEVEL"] = "ERROR"
if POSTGRES:
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{DATABASE}"))
else:
    os.environ.pop("DATABASE_URL", None)

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from huomiao.accounts.models import User
from huomiao.orgs.models import Organization
from huomiao.practice import plans
from huomiao.practice.actions import questions, releases, reviewing
from huomiao.practice.actions.questions import Draft
from huomiao.practice.hotpath import identity
from huomiao.practice.models import Attempt, Bank
from huomiao.practice.states import Mode

QUESTIONS = 1375
WORDS = "电气设备停送电操作前应当核对名称编号验明确无电压后装设接地线悬挂标示牌并设专人监护方可进行检修作业"


class Result(NamedTuple):
    """One round of one way of doing it."""

    rate: float
    client: dict[str, Any]
    # Processor milliseconds of the server for each session.
    server_ms: float
    bytes_each: float


# --- What is there before -----------------------------------------------------------------------------------------


def text(number: int, length: int) -> str:
    return "".join(WORDS[(number * 7 + place * 3) % len(WORDS)] for place in range(length))


def load_bank() -> Bank:
    owner = Organization.add_root(code="P", name="示例省总工会", kind="province")
    bank = Bank.objects.create(owner=owner, code="demo", name="演示题库", needs_review=False, is_demo=True)
    drafts = []
    for number in range(QUESTIONS):
        kind = ("single", "single", "multiple", "true_false")[number % 4]
        body: dict[str, Any] = {"stem": f"{number} {text(number, 38)}"}
        key: dict[str, Any] = {"right": number % 3 == 0}
        if kind != "true_false":
            body["options"] = [
                {"text": f"{letter}{text(number + place, 9)}"} for place, letter in enumerate("甲乙丙丁")
            ]
            key = {"right": [number % 4] if kind == "single" else sorted({number % 4, (number + 1) % 4})}
        drafts.append(Draft(kind, body, key, code=str(number), explanation=text(number + 5, 60)))
    at = datetime.now(UTC)
    saved = questions.save_many(bank, drafts, by=None, at=at)
    reviewing.submit(bank, [one.question.pk for one in saved], by=None, at=at)
    releases.publish(bank, by=None, at=at)
    return bank


def load_accounts(count: int) -> list[tuple[User, str]]:
    """People with a session each."""
    users = User.objects.bulk_create(
        [User(username=f"w{number}", name=f"职工{number}", password="!", is_demo=True) for number in range(count)]
    )
    found = []
    rows = []
    store = SessionStore()
    for user in users:
        session = secrets.token_hex(16)
        facts = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "huomiao.accounts.backends.NameOrPhoneBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        expires = datetime.now(UTC) + timedelta(days=1)
        rows.append(Session(session_key=session, session_data=store.encode(facts), expire_date=expires))
        found.append((user, session))
    Session.objects.bulk_create(rows, batch_size=500)
    return found


def write_accounts(accounts: list[tuple[User, str]], bank: Bank, *, ordinary: bool) -> Path:
    """What the client sends for each account: cookies and a plan. Cookies are good for ten minutes."""
    now = datetime.now(UTC)
    lines = []
    for user, session in accounts:
        cookies = f"sessionid={session}; {identity.COOKIE}={identity.issue(user.pk, session, now=now.timestamp())}"
        plan = plans.Plan(
            user_id=user.pk, release_id=bank.current_id, mode=Mode.DRILL, count=10, expires_at=now + plans.LIFE
        )
        asked = f"release={bank.current_id}" if ordinary else f"plan={quote(plans.sign(plan))}"
        lines.append(f"{cookies}\t{asked}\n")
    path = DATA / "accounts.txt"
    path.write_text("".join(lines))
    return path


def fill(count: int, bank: Bank, users: tuple[int, int]) -> None:
    """Attempts of a year, until there are ``count``, made by the database itself."""
    missing = count - Attempt.objects.count()
    if missing <= 0:
        return
    answers = json.dumps([[number * 13 + 1000, [number % 4], number % 2] for number in range(10)])
    first, last = users
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute(
                """
                INSERT INTO practice_attempt (nonce, user_id, unit_id, release_id, campaign_id, mode, tag, started_at,
                    finished_at, total, "right", answers)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)
                SELECT printf('%%08x', 1700000000 + i) || lower(hex(randomblob(8))), %s + abs(random()) %% %s, NULL, %s, NULL,
                    'drill', '', '2025-01-01 00:00:00', '2025-01-01 00:05:00', 10, 5, %s FROM n
                """,
                [missing, first, last - first + 1, bank.current_id, answers],
            )
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute(
                """
                INSERT INTO practice_attempt (nonce, user_id, unit_id, release_id, campaign_id, mode, tag, started_at,
                    finished_at, total, "right", answers)
                SELECT lpad(to_hex(1700000000 + i), 8, '0') || substr(md5(random()::text), 1, 16),
                    %s + floor(random() * %s)::bigint, NULL, %s, NULL, 'drill', '', '2025-01-01', '2025-01-01', 10, 5, %s::jsonb
                FROM generate_series(1, %s) AS i
                """,
                [first, last - first + 1, bank.current_id, answers, missing],
            )
            cursor.execute("VACUUM ANALYZE practice_attempt")


def size() -> int:
    """Bytes that attempts and their indexes take."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute("PRAGMA page_size")
            return int(pages * cursor.fetchone()[0])
        cursor.execute("SELECT pg_total_relation_size('practice_attempt')")
        return int(cursor.fetchone()[0])


# --- Servers and the client ---------------------------------------------------------------------------------------


def build_client() -> Path:
    compiler = shutil.which("cc")
    if not compiler:
        sys.exit("The client is written in C, and there is no compiler (cc) on this machine.")
    client = DATA / "drill_client"
    subprocess.run([compiler, "-O2", "-o", client, ROOT / "benchmarks" / "drill_client.c"], check=True)
    return client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(kind: str, workers: int) -> Iterator[tuple[int, int]]:
    """A server and the process that it is: (port, process)."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.drill_servers", kind, str(port), str(workers)],
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def processor_seconds(process: int) -> float:
    """What a process and its children have used so far."""
    ticks = 0
    waiting = [process]
    while waiting:
        current = waiting.pop()
        try:
            fields = Path(f"/proc/{current}/stat").read_text().rpartition(") ")[2].split()
            waiting += map(int, Path(f"/proc/{current}/task/{current}/children").read_text().split())
        except FileNotFoundError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def drive(client: Path, server: tuple[int, int], accounts: Path, paths: tuple[str, str], options: Any) -> Result:
    port, process = server
    before, used = size(), processor_seconds(process)
    command = [client, port, options.connections, options.seconds, accounts, *paths]
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    sessions = max(measured["sessions"], 1)
    return Result(
        measured["sessions"] / measured["seconds"],
        measured,
        1000 * (processor_seconds(process) - used) / sessions,
        (size() - before) / sessions,
    )


# --- The report ---------------------------------------------------------------------------------------------------


def about() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"
        )
        version, fsync, commit = cursor.fetchone()
    return f"PostgreSQL {version}, fsync {fsync}, synchronous_commit {commit}"


def show(name: str, results: list[Result]) -> float:
    def middle(value: Any) -> float:
        return statistics.median(value(result) for result in results)

    rate = middle(lambda result: result.rate)
    print(
        f"  {name:<9}{rate:>8.0f}/s   paper p50 {middle(lambda r: r.client['paper_p50']):>6.1f}"
        f" p99 {middle(lambda r: r.client['paper_p99']):>6.1f} ms   submit p50 {middle(lambda r: r.client['submit_p50']):>6.1f}"
        f" p99 {middle(lambda r: r.client['submit_p99']):>6.1f} ms   server {middle(lambda r: r.server_ms):>6.3f} ms CPU/session"
        f"   client {middle(lambda r: r.client['cpu'] / r.client['seconds']):>4.2f} CPU"
        f"   errors {sum(r.client['errors'] for r in results)}",
        flush=True,
    )
    return rate


def measure(client: Path, accounts: list[tuple[User, str]], bank: Bank, options: Any) -> None:
    """All ways in turn, round after round, so that what else the machine does falls on each of them."""
    drill: list[Result] = []
    nothing: list[Result] = []
    empty: list[Result] = []
    ordinary: list[Result] = []
    warm = argparse.Namespace(**{**vars(options), "seconds": 1.5})
    with running("site", options.workers) as site, running("ordinary", options.workers) as plain:
        for number in range(options.rounds):
            path = write_accounts(accounts, bank, ordinary=False)
            if number == 0:
                drive(client, site, path, ("/p/paper?", "/p/submit"), warm)
            drill.append(drive(client, site, path, ("/p/paper?", "/p/submit"), options))
            nothing.append(drive(client, site, path, ("/nothing?", "/nothing"), options))
            empty.append(drive(client, site, path, ("/empty?", "/empty"), options))
            if options.ordinary:
                path = write_accounts(accounts, bank, ordinary=True)
                if number == 0:
                    drive(client, plain, path, ("/ordinary/paper?", "/ordinary/submit"), warm)
                ordinary.append(drive(client, plain, path, ("/ordinary/paper?", "/ordinary/submit"), options))
    ours = show("drill", drill)
    show("nothing", nothing)
    show("empty", empty)
    for name, others in (("nothing", nothing), ("empty", empty)):
        ratios = [one.rate / other.rate for one, other in zip(drill, others, strict=True)]
        each = ", ".join(f"{one:.2f}" for one in ratios)
        print(f"  ratio to {name:<8} {statistics.median(ratios):.2f}   (rounds: {each})")
    if ordinary:
        print(f"  {ours / show('ordinary', ordinary):.1f} × the ordinary view")
    print(f"  growth {statistics.median(one.bytes_each for one in drill):.0f} bytes a session", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--accounts", type=int, default=15_700)
    parser.add_argument("--attempts", type=int, nargs="+", default=[10_000, 1_130_000], help="stored before measuring")
    parser.add_argument("--no-ordinary", dest="ordinary", action="store_false", help="leave the ordinary view out")
    options = parser.parse_args()
    if POSTGRES:
        with psycopg.connect(POSTGRES, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {DATABASE}")
    try:
        client = build_client()
        call_command("migrate", verbosity=0)
        bank, accounts = load_bank(), load_accounts(options.accounts)
        users = (accounts[0][0].pk, accounts[-1][0].pk)
        print(f"{about()}; Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(
            f"{options.workers} worker(s), {options.connections} connections, {options.rounds} rounds of {options.seconds:g} s"
        )
        for count in options.attempts:
            fill(count, bank, users)
            print(f"\n{Attempt.objects.count():,} attempts stored", flush=True)
            measure(client, accounts, bank, options)
    finally:
        connection.close()
        if POSTGRES:
            with psycopg.connect(POSTGRES, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        shutil.rmtree(DATA, ignore_errors=True)


if __name__ == "__main__":
    main()
