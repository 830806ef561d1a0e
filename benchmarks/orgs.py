"""How quick the tree is at 60,000 organizations, beside the same questions asked by following parents one by one.

    uv run python -m benchmarks.orgs [--nodes 60000]

Runs on a database of its own: a temporary SQLite file, or the PostgreSQL test database of DATABASE_URL.
"""

# ruff: noqa: E402 - the settings come before what reads them
from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
os.environ["HUOMIAO_DATA"] = tempfile.mkdtemp(prefix="huomiao-bench-")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import reverse

from huomiao.accounts.models import User
from huomiao.core.tables import Column, SheetOut, write_csv
from huomiao.orgs import queries
from huomiao.orgs.actions import imports, organizations
from huomiao.orgs.importing import trees
from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import Power, Role

CITIES, COUNTIES, PARKS = 27, 12, 10


def table(nodes: int) -> bytes:
    """A province: branches, counties and parks, and units below the parks until there are enough."""
    columns = [Column(column.key, column.title) for column in trees.COLUMNS]
    rows: list[dict[str, Any]] = [{"code": "P", "name": "示例省总工会", "kind": "省总工会"}]
    parks = []
    for city in range(CITIES):
        rows.append({"code": f"C{city}", "name": f"第{city}市总工会", "kind": "设区市总工会", "parent": "P"})
        for county in range(COUNTIES):
            code = f"C{city}-{county}"
            rows.append({"code": code, "name": f"第{city}市{county}县总工会", "kind": "县", "parent": f"C{city}"})
            for park in range(PARKS):
                parks.append(f"{code}-{park}")
                rows.append({"code": parks[-1], "name": f"{park}号园区工会", "kind": "园区工会", "parent": code})
    rows += [
        {
            "code": f"U{number}",
            "name": f"第{number}机械制造有限公司工会",
            "kind": "企事业单位工会",
            "parent": parks[number % len(parks)],
            "nature": "非公",
            "industry": "C34",
            "head_count": number % 900,
        }
        for number in range(nodes - len(rows))
    ]
    rows.reverse()  # children before their parents: the import has to sort them
    return write_csv(SheetOut("组织", columns, rows))


class Took(NamedTuple):
    """Milliseconds by the clock, and of processor time, which a busy machine does not lengthen."""

    clock: float
    processor: float


def once(act: Callable[[], Any]) -> tuple[Took, Any]:
    clock, processor = time.perf_counter(), sum(os.times()[:4])
    value = act()
    return Took((time.perf_counter() - clock) * 1000, (sum(os.times()[:4]) - processor) * 1000), value


def typical(act: Callable[[], Any], times: int = 9) -> tuple[Took, int]:
    """The median of some times, and the number of queries."""
    act()
    with CaptureQueriesContext(connection) as captured:
        act()
    number = len(captured)
    clock, processor = zip(*(once(act)[0] for _time in range(times)), strict=True)
    return Took(statistics.median(clock), statistics.mean(processor)), number


def naive_branch(top: Organization) -> int:
    """The branch by asking for the children of each node in turn, as a parent column makes people do."""
    with connection.cursor() as cursor:
        waiting, count = [top.pk], 0
        while waiting:
            cursor.execute("SELECT id FROM naive_tree WHERE parent_id = %s", [waiting.pop()])
            below = [row[0] for row in cursor.fetchall()]
            count += len(below)
            waiting += below
    return count


def make_naive() -> None:
    """The same tree with a parent column and its index."""
    ids = dict(Organization.objects.values_list("path", "pk"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_tree (id bigint PRIMARY KEY, parent_id bigint, name varchar(120))")
        cursor.executemany(
            "INSERT INTO naive_tree VALUES (%s, %s, %s)",
            [
                (pk, ids.get(path[:-4]), name)
                for pk, path, name in Organization.objects.values_list("pk", "path", "name")
            ],
        )
        cursor.execute("CREATE INDEX naive_parent ON naive_tree (parent_id)")


def in_reach_naively(pk: int, tops: set[int]) -> bool:
    with connection.cursor() as cursor:
        current: int | None = pk
        while current is not None:
            if current in tops:
                return True
            cursor.execute("SELECT parent_id FROM naive_tree WHERE id = %s", [current])
            current = cursor.fetchone()[0]
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=60_000)
    arguments = parser.parse_args()
    # Pages name their styles without a collected manifest here.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        measure(arguments.nodes)
    finally:
        teardown_databases(old, verbosity=0)


def measure(nodes: int) -> None:
    content = table(nodes)
    taken, outcome = once(lambda: imports.import_tree(content, "组织.csv"))
    problems = [len(found) for found in Organization.objects.find_problems()] if nodes <= 10_000 else check()
    again, unchanged = once(lambda: imports.import_tree(content, "组织.csv"))
    make_naive()
    facts()
    print(f"{'what':44} {'ms':>10} {'cpu ms':>10} {'queries':>8}")
    line(f"import {outcome.new:,} new, problems {problems}", taken)
    line(f"import again, {unchanged.unchanged:,} unchanged", again)

    user = User.objects.create_user("bench", name="测试")
    city = Organization.objects.get(code="C3")
    Membership.objects.create(organization=city, user=user, role=Role.OFFICER)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    for name, url in (
        ("page: tree, open at a city", reverse("orgs:tree")),
        ("fragment: open a city", reverse("orgs:children", args=["C5"])),
        ("fragment: open a park", reverse("orgs:children", args=["C5-3-1"])),
        ("page: search a rare name", reverse("orgs:tree") + "?q=第41234机械"),
        ("page: search a common name", reverse("orgs:tree") + "?q=机械"),
        ("page: detail of the province", reverse("orgs:detail", args=["P"])),
    ):
        line(name, *typical(lambda url=url: client.get(url)))

    line("branch of a city: count", *typical(lambda: queries.branch(city).count()))
    line("  by following parents", *typical(lambda: naive_branch(city), times=3))
    paths = queries.reach(user, Power.MANAGE_ORGS)
    in_reach = queries.within(paths)
    line("50 organizations in reach", *typical(lambda: list(Organization.objects.filter(in_reach)[:50])))
    sample = list(Organization.objects.filter(code__startswith="U").values_list("pk", flat=True)[:1200])
    line("1,200 organizations: which are in reach",
         *typical(lambda: set(Organization.objects.filter(in_reach, pk__in=sample).values_list("pk", flat=True))))  # fmt: skip
    line("  by following parents", *typical(lambda: [in_reach_naively(pk, {city.pk}) for pk in sample], times=3))

    county, to = Organization.objects.get(code="C3-1"), Organization.objects.get(code="C4")
    Membership.objects.create(organization=Organization.objects.get(code="P"), user=user, role=Role.ORGANISER)
    user.__dict__.pop("held_memberships", None)
    below = queries.branch(county).count()
    line(f"move a county with {below:,} below", once(lambda: organizations.move(county, to=to, by=user))[0])


def check() -> list[int]:
    """What treebeard's find_problems looks for, without its two queries per node."""
    paths = dict(Organization.objects.values_list("path", "numchild"))
    depths = dict(Organization.objects.values_list("path", "depth"))
    children: dict[str, int] = {}
    for path in paths:
        children[path[:-4]] = children.get(path[:-4], 0) + 1
    orphans = sum(1 for path in paths if len(path) > 4 and path[:-4] not in paths)
    wrong_depth = sum(1 for path, depth in depths.items() if depth != len(path) / 4)
    wrong_children = sum(1 for path, number in paths.items() if number != children.get(path, 0))
    return [orphans, wrong_depth, wrong_children]


def facts() -> None:
    cpu = next(
        (row.split(":")[1].strip() for row in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in row),
        "?",
    )
    version = sqlite3.sqlite_version if connection.vendor == "sqlite" else str(connection.pg_version)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {cpu}")
    print(f"Python {platform.python_version()}, Django {django.__version__}, {connection.vendor} {version}\n")


def line(name: str, took: Took, number: int | None = None) -> None:
    print(f"{name:44} {took.clock:>10,.1f} {took.processor:>10,.1f} {'' if number is None else f'{number:,}':>8}")


if __name__ == "__main__":
    main()
