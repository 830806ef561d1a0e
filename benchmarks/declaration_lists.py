"""What the lists of a call with 5,000 declarations cost at the server: by the clock, in processor time, in queries.

    .venv/bin/python -m benchmarks.declaration_lists [--rows 5000] [--profile check]

Runs on a database of its own: a temporary SQLite file, or the PostgreSQL test database of DATABASE_URL. The baseline is
the page that one writes first: every row in one table, whatever belongs to it asked for as the template comes by.
"""
# ruff: noqa: E402  # the settings read the environment when they are imported

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HUOMIAO_DATA"] = tempfile.mkdtemp(prefix="huomiao-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import reverse

from benchmarks import full_call
from huomiao.innovations.models import Declaration

ROUNDS = 9
RANKED = 200
BACKEND = "huomiao.accounts.backends.NameOrPhoneBackend"
NAIVE = """<table>{% for one in declarations %}<tr><td><a href="{% url 'innovations:declaration' one.pk %}">{{ one }}</a>
<td>{{ one.number }}<td>{{ one.category }}<td>{% for author in one.authors.all %}{{ author.name }} {% endfor %}
<td>{{ one.unit.name }}<td>{{ one.union.name }}<td>{{ one.field }}<td>{{ one.get_state_display }}
<td>{{ one.submitted_at }}{% endfor %}</table>"""


class Bench:
    """Measures addresses, or profiles those whose name holds ``profile``."""

    def __init__(self, profile: str) -> None:
        self.profile = profile

    def page(self, name: str, client: Client, address: str) -> None:
        def get() -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

        self.measure(name, get)

    def measure(self, name: str, act: Callable[[], Any], *, rounds: int = ROUNDS) -> None:
        if self.profile:
            if self.profile in name:
                profiled(name, act)
            return
        if rounds > 1:
            act()
        clocks, processors = [], []
        for _round in range(rounds):
            clock, processor = time.perf_counter(), time.thread_time()
            act()
            processors.append((time.thread_time() - processor) * 1000)
            clocks.append((time.perf_counter() - clock) * 1000)
        with CaptureQueriesContext(connection) as captured:
            if rounds > 1:
                act()
        count = len(captured) if rounds > 1 else "many"
        print(f"{name:<40}{statistics.median(clocks):>10.0f}{statistics.median(processors):>10.0f}{count:>9}")


def profiled(name: str, act: Callable[[], Any]) -> None:
    act()
    watch = cProfile.Profile()
    watch.enable()
    act()
    watch.disable()
    print(f"=== {name}")
    pstats.Stats(watch).sort_stats("cumulative").print_stats("huomiao|django/(template|db|forms)", 45)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def naive() -> str:
    return Template(NAIVE).render(Context({"declarations": Declaration.objects.order_by("-submitted_at")}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--profile", default="", help="profile the pages whose name contains this instead")
    arguments = parser.parse_args()
    if connection.vendor == "sqlite":  # in a file, as a site has it: not in memory
        connection.settings_dict["TEST"]["NAME"] = str(Path(os.environ["HUOMIAO_DATA"]) / "bench.sqlite3")
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("collectstatic", verbosity=0, interactive=False)
        run(arguments.rows, Bench(arguments.profile))
    finally:
        teardown_databases(old, verbosity=0)


def run(rows: int, bench: Bench) -> None:
    facts()
    began = time.perf_counter()
    world = full_call.build(rows)
    print(f"{Declaration.objects.count():,} declarations, made in {time.perf_counter() - began:.0f} s\n")
    print(f"{'median of ' + str(ROUNDS):<40}{'ms':>10}{'cpu ms':>10}{'queries':>9}")
    desk, province, public = signed_in(world.officer), signed_in(world.organiser), Client()
    slug = [world.call.slug]
    listed, waiting = reverse("innovations:declarations"), reverse("innovations:desk", args=slug)
    bench.page("list", province, listed)
    bench.page("list, last page", province, f"{listed}?page=last")
    bench.page("list, searched", province, f"{listed}?search=499")
    bench.page("list, of a union", desk, listed)
    bench.page("desk", desk, waiting)
    bench.page("desk, last page", desk, f"{waiting}?page=last")
    bench.page("progress", province, reverse("innovations:progress", args=slug))
    bench.page("figures, records", province, reverse("stats:records", args=slug))
    bench.page("organizations", province, reverse("orgs:tree"))
    full_call.rank_some(world, RANKED)
    ranked = reverse("innovations:recommend", args=[world.call.slug, world.union.code])
    bench.page(f"recommend, {RANKED} ranked of all", desk, ranked)
    full_call.recommend_all(world)
    check = reverse("innovations:check", args=slug)
    bench.page("check", province, check)
    bench.page("check, last page", province, f"{check}?page=last")
    review = full_call.review_all(world)
    bench.page("round", province, reverse("innovations:round", args=[review.pk]))
    bench.page("round, entries", province, reverse("innovations:round-entries", args=[review.pk]))
    results = reverse("innovations:results", args=slug)
    bench.page("results", province, results)
    bench.page("results, last page", province, f"{results}?page=last")
    full_call.publish_all(world)
    published = reverse("innovations:published")
    bench.page("published", public, published)
    bench.page("published, last page", public, f"{published}?page=last")
    bench.page("published, searched", public, f"{published}?q=499")
    bench.measure("baseline: all rows, as first written", naive, rounds=1)


def facts() -> None:
    model = (row for row in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in row)
    cpu = next(model, ":?").split(":")[1].strip()
    version = sqlite3.sqlite_version if connection.vendor == "sqlite" else str(connection.pg_version)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {cpu}; load {load}")
    print(f"Python {platform.python_version()}, Django {django.__version__}, {connection.vendor} {version}")


if __name__ == "__main__":
    main()
