"""A year of practice (1.13 million sessions) folded into rollups, and the pages that read them.

Run: ``python -m benchmarks.rollups [attempts]``, with ``DATABASE_URL`` for PostgreSQL. It makes a database of its own (on
SQLite a folder that is removed again), fills it with a made-up province of 900 units, lets the follower count every
attempt, and asks each page through Django's own client: the time in which the server answers, its own processor time
(what the clock says includes whatever else the machine does), and its queries.
"""
# ruff: noqa: E402  # the settings read the environment when they are imported

from __future__ import annotations

import json
import os
import platform
import random
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

FOLDER = tempfile.mkdtemp(prefix="huomiao-rollups-")
os.environ["HUOMIAO_DATA"] = FOLDER
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1")

import django

django.setup()

import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huomiao.accounts.models import User
from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from huomiao.practice import follower, rosters
from huomiao.practice.models import Attempt, Bank, Campaign, Question, QuestionVersion, Release, Topic
from huomiao.practice.states import CampaignState, QuestionState, TopicKind

ATTEMPTS = 1_130_000
PEOPLE_PER_ATTEMPT = 0.1
CITIES, UNITS_EACH, QUESTIONS = 12, 75, 1375
ROUNDS = 15
TARGET_MS = 50
START = datetime(2025, 12, 1, 0, 0, tzinfo=UTC)
DAYS = 300


@contextmanager
def own_database():
    """A database that is there for this run only: a file as in production, or PostgreSQL's test database."""
    call_command("collectstatic", verbosity=0, interactive=False)
    # SQLite's test database would lie in memory.
    is_file = connection.vendor == "sqlite"
    name = connection.settings_dict["NAME"]
    if is_file:
        call_command("migrate", verbosity=0)
    else:
        connection.creation.create_test_db(verbosity=0)
    try:
        yield
    finally:
        if not is_file:
            connection.creation.destroy_test_db(name, verbosity=0)
        connection.close()
        shutil.rmtree(FOLDER, ignore_errors=True)


def make_province(people_count: int):
    """Cities, units with rosters, people, one bank of a trade with a release, and a campaign over everything."""

    province = Organization.objects.add_root({"code": "P", "name": "某省总工会", "kind": Kind.PROVINCE})
    units = []
    for city in range(CITIES):
        parent = Organization.objects.add_child(
            Organization.objects.get(pk=province.pk),
            {"code": f"C{city}", "name": f"{city} 市总工会", "kind": Kind.CITY},
        )
        for unit in range(UNITS_EACH):
            values = {"code": f"U{city}-{unit}", "name": f"{city} 市第 {unit} 厂", "kind": Kind.ENTERPRISE}
            units.append(Organization.objects.add_child(Organization.objects.get(pk=parent.pk), values))
    people = [User(username=f"w{i}", name=f"职工{i}", password="!") for i in range(people_count)]
    User.objects.bulk_create(people, batch_size=1000)
    # Units differ in size, as they do: the first has some thousands, the last a few dozen.
    rng = random.Random(7)
    homes = rng.choices(range(len(units)), [1 / (1 + place / 40) for place in range(len(units))], k=people_count)
    RosterEntry.objects.bulk_create(
        (
            RosterEntry(organization=units[home], name=user.name, staff_number=str(number))
            for number, (user, home) in enumerate(zip(people, homes, strict=True))
        ),
        batch_size=1000,
    )
    rosters.count(START)
    trade = Topic.objects.add_root({"code": "fitter", "name": "钳工", "kind": TopicKind.TRADE})
    bank = Bank.objects.create(owner=province, code="bench", name="题库", trade=trade)
    questions = Question.objects.bulk_create(
        Question(bank=bank, code=str(i), kind="single", stem=f"第 {i} 题", state=QuestionState.PUBLISHED)
        for i in range(QUESTIONS)
    )
    body = {"stem": "第几题？", "options": [{"text": letter} for letter in "甲乙丙丁"]}
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(question=q, number=1, kind="single", body=body, key={"right": [0]}, digest="", at=START)
        for q in questions
    )
    for question, version in zip(questions, versions, strict=True):
        question.latest = question.published = version
    Question.objects.bulk_update(questions, ["latest", "published"], batch_size=500)
    ids = [version.pk for version in versions]
    release = Release.objects.create(bank=bank, number=1, version_ids=ids, question_count=len(ids), digest="", at=START)
    Bank.objects.filter(pk=bank.pk).update(current=release)
    campaign = Campaign.objects.create(
        organiser=province,
        slug="bench",
        title="岗位练兵",
        state=CampaignState.PUBLISHED,
        opens_at=START,
        closes_at=START + timedelta(days=DAYS + 400),
    )
    campaign.banks.add(bank)
    # Whom the pages are asked for: somebody in the largest unit, and an officer of the province.
    largest = max(range(len(units)), key=homes.count)
    worker = people[homes.index(largest)]
    Membership.objects.create(organization=units[largest], user=worker, role=Role.MEMBER)
    officer = User.objects.create_user("officer", name="经办")
    Membership.objects.create(organization=province, user=officer, role=Role.OFFICER)
    return {
        "people": [user.pk for user in people],
        "homes": [units[home].pk for home in homes],
        "versions": ids,
        "release": release.pk,
        "campaign": campaign.pk,
        "worker": worker,
        "officer": officer,
    }


def make_attempts(scene, count: int) -> None:
    """Store ``count`` finished sessions of ten, spread over the year; every fifth belongs to the campaign."""

    columns = [field.column for field in Attempt._meta.concrete_fields if not field.primary_key]
    quoted = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join(["%s"] * len(columns))
    is_text = connection.vendor == "sqlite"
    rng = random.Random(3)
    versions, people, homes = scene["versions"], scene["people"], scene["homes"]
    options = [[f"[{version},[{chosen}],{float(chosen == 0)}]" for chosen in range(4)] for version in versions]
    rows = []

    def flush():
        with connection.cursor() as cursor:
            if is_text:
                cursor.executemany(f"INSERT INTO {Attempt._meta.db_table} ({quoted}) VALUES ({places})", rows)
            else:
                with cursor.copy(f"COPY {Attempt._meta.db_table} ({quoted}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        rows.clear()

    for number in range(count):
        person = rng.randrange(len(people))
        at = START + timedelta(seconds=number * DAYS * 86_400 / count)
        begin = rng.randrange(len(options) - 10)
        chosen = [0 if rng.random() < 0.72 else rng.randrange(1, 4) for _ in range(10)]
        answers = "[" + ",".join(options[begin + place][one] for place, one in enumerate(chosen)) + "]"
        finished = at + timedelta(seconds=80)
        moments = [moment.isoformat(sep=" ")[:19] if is_text else moment for moment in (at, finished)]
        rows.append(
            (
                f"b{number}", people[person], homes[person], scene["release"],
                scene["campaign"] if number % 5 == 0 else None, "drill", "", *moments, 10, chosen.count(0), answers,
            )
        )  # fmt: skip
        if len(rows) == 10_000:
            with transaction.atomic():
                flush()
    with transaction.atomic():
        flush()


def fold(count: int) -> None:
    """Let the follower count everything, and say how quickly, by the clock and by its own processor time."""

    known: follower.Known = {}
    done, told = 0, time.monotonic()
    start, cpu = time.monotonic(), time.process_time()
    while part := follower.follow(limit=follower.BIG_BATCH, known=known):
        done += part
        if time.monotonic() - told > 20:
            told = time.monotonic()
            print(f"    {done:,} of {count:,}", flush=True)
    seconds, cpu = time.monotonic() - start, time.process_time() - cpu
    print(
        f"folded {done:,} attempts: {done / seconds:,.0f}/s by the clock, {done / cpu:,.0f}/s of the follower's own CPU"
    )


def pages(scene):
    """What is asked for: by whom, what it is called, and its address."""
    today = (START + timedelta(days=DAYS - 1)).date().isoformat()
    worker, officer = scene["worker"], scene["officer"]
    boards = [
        (officer, f"board of {by}, {period}", f"/practice/boards/?by={by}&period={period}&on={today}&org=P")
        for by in ("unions", "units", "trades")
        for period in ("day", "week", "month", "ever")
    ]
    people = [
        (worker, f"board of people, {period}", f"/practice/boards/?by=people&period={period}")
        for period in ("week", "month", "ever")
    ]
    return [
        *boards,
        *people,
        (officer, "campaign", "/practice/campaigns/bench/"),
        (officer, "campaign board", "/practice/campaigns/bench/board/"),
        (officer, "campaign board of units", "/practice/campaigns/bench/board/?by=units"),
        (worker, "campaign board of people", "/practice/campaigns/bench/board/?by=people"),
        (officer, "campaign figures", "/practice/campaigns/bench/figures/"),
        (officer, "silent units", "/practice/campaigns/bench/silent/"),
        (worker, "points and badges", "/practice/points/"),
        (worker, "wrong-answer book", "/practice/mistakes/"),
    ]


def ask(scene) -> bool:
    """Ask every page some rounds and print median and slowest; whether all medians keep the target."""

    print(f"{'page':32} {'median ms':>9} {'slowest':>8} {'CPU ms':>7} {'SQL ms':>7} {'queries':>7} {'bytes':>8}")
    slow = []
    # The pages show the week that runs: the clock stands on the last day of the made-up year.
    with time_machine.travel(START + timedelta(days=DAYS - 1, hours=4)):
        for user, name, path in pages(scene):
            client = Client()
            client.force_login(user)
            response = client.get(path)
            assert response.status_code == 200, (path, response.status_code)
            times, work = [], []
            for _round in range(ROUNDS):
                begin, busy = time.perf_counter_ns(), time.process_time_ns()
                response = client.get(path)
                work.append((time.process_time_ns() - busy) / 1e6)
                times.append((time.perf_counter_ns() - begin) / 1e6)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            spent = sum(float(query["time"]) for query in queries) * 1000
            print(
                f"{name:32} {median(times):9.1f} {max(times):8.1f} {median(work):7.1f} {spent:7.0f} {len(queries):7} "
                f"{len(response.content):8,}"
            )
            if median(times) >= TARGET_MS:
                slow.append(name)
    print(f"target {TARGET_MS} ms:", "kept by all" if not slow else "missed by " + ", ".join(slow))
    return not slow


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ATTEMPTS
    with own_database():
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{platform.machine()}, {os.cpu_count()} processors, load {load}; Python {platform.python_version()}")
        print(f"{connection.vendor}; {count:,} attempts of ten questions; {CITIES * UNITS_EACH} units")
        start = time.monotonic()
        scene = make_province(max(1000, int(count * PEOPLE_PER_ATTEMPT)))
        make_attempts(scene, count)
        print(f"made up in {time.monotonic() - start:.0f} s", flush=True)
        fold(count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rows = {}
        for model in ("memory", "personday", "unitperiod", "campaignperson"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM practice_{model}")
                rows[model] = cursor.fetchone()[0]
        print("rows:", json.dumps(rows))
        print(f"load now {os.getloadavg()[0]:.1f}")
        sys.exit(0 if ask(scene) else 1)


if __name__ == "__main__":
    main()
