"""How long the lists of a call with 5,000 declarations take at the server, and how many queries each makes.

Run it with ``.venv/bin/python -m benchmarks.declaration_lists [declarations]``; it uses a database of its own.
"""
# ruff: noqa: E402  # the settings read the environment when they are imported

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time

os.environ["HUOMIAO_DATA"] = tempfile.mkdtemp(prefix="huomiao-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huomiao.innovations.actions.tables import import_declarations
from huomiao.innovations.models import Call, Declaration, Quota
from huomiao.innovations.queries import calls
from huomiao.innovations.states import CallState, State
from huomiao.orgs.roles import Role
from tests.factories import summary_tables
from tests.factories.innovations import call_with_rules
from tests.factories.orgs import MembershipFactory

ROUNDS = 15


def measure(what: str, client: Client, address: str) -> None:
    client.get(address)
    queries: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's wrapper
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 200
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    print(f"{what:<34}{statistics.median(times):8.0f} ms median {max(times):8.0f} ms worst {len(queries):5} queries")


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call = call_with_rules()
    Quota.objects.all().delete()
    union = calls.unions(call)[0]
    officer = MembershipFactory(organization=union, role=Role.OFFICER).user
    organiser = MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user
    planted = summary_tables.planted(union, summary_tables.units_below(union, 200), rows=count + 40)
    import_declarations(
        planted.content, "t.xlsx", call=call, organization=union, by=officer, mode="good", at=timezone.now()
    )
    print(f"{Declaration.objects.count()} declarations")
    desk, province = Client(), Client()
    desk.force_login(officer, backend="huomiao.accounts.backends.NameOrPhoneBackend")
    province.force_login(organiser, backend="huomiao.accounts.backends.NameOrPhoneBackend")
    measure("list", province, reverse("innovations:declarations"))
    measure("desk, first page", desk, reverse("innovations:desk", args=[call.slug]))
    measure("desk, last page", desk, reverse("innovations:desk", args=[call.slug]) + "?page=last")
    measure("progress", province, reverse("innovations:progress", args=[call.slug]))
    # A union ranks twenty to two hundred of what it has; here it ranks among what is left of 200.
    few = list(Declaration.objects.order_by("pk").values_list("pk", flat=True)[:200])
    Declaration.objects.exclude(pk__in=few).update(state=State.RECOMMENDED, rank=1, desk=None)
    measure("recommend, 200 candidates", desk, reverse("innovations:recommend", args=[call.slug, union.code]))
    Call.objects.update(state=CallState.CHECKING)
    measure("check, first page", province, reverse("innovations:check", args=[call.slug]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
