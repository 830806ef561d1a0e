"""The follower as a process of its own that is killed at any moment, on a database that others can reach."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from huomiao.practice import follower
from huomiao.practice.models import Attempt, FollowerCursor, Person
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory, UnitFactory
from tests.factories.practice import TopicFactory, bank_with
from tests.factories.rollups import AT, attempt, versions_of
from tests.practice.plain_rollups import stored

pytestmark = pytest.mark.django_db(transaction=True)

ATTEMPTS = 600


@contextmanager
def reachable(tmp_path):
    """The environment in which another process finds the test's database; what it wrote is here afterwards."""
    if connection.vendor == "postgresql":
        named = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
        address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**named)
        yield {**os.environ, "DATABASE_URL": address}
        return
    path = tmp_path / "huomiao.sqlite3"
    outside = sqlite3.connect(path)
    connection.connection.backup(outside)
    outside.close()
    yield {**os.environ, "HUOMIAO_DATA": str(tmp_path), "DATABASE_URL": f"sqlite:///{path}"}
    outside = sqlite3.connect(path)
    outside.backup(connection.connection)
    outside.close()


def reached(environment):
    """The id that the follower has come to, as another process sees it."""
    if connection.vendor == "postgresql":
        return FollowerCursor.objects.values_list("attempt_id", flat=True).first() or 0
    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///")) as other:
        row = other.execute("SELECT attempt_id FROM practice_followercursor").fetchone()
    return row[0] if row else 0


def free_lease(environment):
    """End the lease of whoever was killed at once, instead of after half a minute."""
    statement = "UPDATE practice_followercursor SET holder = '', held_until = NULL"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return
    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20) as other:
        other.execute(statement)


def start(environment):
    command = [sys.executable, "-m", "django", "follow_attempts", "--forever", "--batch", "20"]
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "huomiao.settings"}
    return subprocess.Popen(command, env=environment)


def test_a_follower_killed_again_and_again_counts_every_attempt_once(tmp_path):
    rnd = Random(7)
    province = OrganizationFactory()
    units = [UnitFactory(parent=province) for _ in range(5)]
    bank = bank_with(40, owner=province, trade=TopicFactory())
    people = UserFactory.create_batch(30)
    versions = versions_of(bank)
    for number in range(ATTEMPTS):
        attempt(
            rnd.choice(people),
            rnd.sample(versions, 10),
            [float(rnd.random() < 0.7) for _ in range(10)],
            at=AT + timedelta(hours=number / 2),
            unit=rnd.choice(units),
            release=bank.current,
        )
    last = Attempt.objects.latest("pk").pk

    stops = []
    with reachable(tmp_path) as environment:
        for wait, companions in ((0.0, 1), (0.03, 0), (0.08, 0)):
            before = reached(environment)
            free_lease(environment)
            # A companion waits for the lease of the first.
            processes = [start(environment) for _one in range(1 + companions)]
            deadline = time.monotonic() + 60
            while reached(environment) == before < last and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(wait)
            for process in processes:
                process.send_signal(signal.SIGKILL)
                process.wait()
            stops.append(reached(environment))
    assert stops[0] < last, "killed before the end, or this shows nothing"

    FollowerCursor.objects.update(holder="", held_until=None)
    follower.catch_up()

    counted = stored()
    assert sum(Person.objects.values_list("sessions", flat=True)) == ATTEMPTS
    follower.rebuild()
    assert counted == stored()
