"""How long a summary table of 5,000 rows takes to import, and whether its forty planted defects are all reported.

Run it with ``.venv/bin/python -m benchmarks.import_table [rows]``; it uses a database of its own and removes it.
The baseline is what a script in a union office does: read the rows with openpyxl and look nothing up.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

# ruff: noqa: E402  # the settings read the environment when they are imported

os.environ["HUOMIAO_DATA"] = tempfile.mkdtemp(prefix="huomiao-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")

import django

django.setup()

import openpyxl
from django.core.management import call_command
from django.utils import timezone

from huomiao.core import history
from huomiao.innovations import summary_reading
from huomiao.innovations.actions.tables import import_declarations
from huomiao.innovations.models import Declaration
from huomiao.innovations.queries import calls
from huomiao.orgs.roles import Role
from tests.factories import summary_tables
from tests.factories.innovations import call_with_rules
from tests.factories.orgs import MembershipFactory


def timed(what: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = work()
    print(f"{what:<44}{time.perf_counter() - began:8.2f} s")
    return result


def naive(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for page in book for row in page.iter_rows(values_only=True) if any(row))


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    call = call_with_rules()
    union = calls.unions(call)[0]
    officer = MembershipFactory(organization=union, role=Role.OFFICER).user
    planted = summary_tables.planted(union, summary_tables.units_below(union, 200), rows=rows)
    print(
        f"{rows} rows, {len(planted.cells)} defects of {len(summary_tables.DEFECTS)} kinds, {len(planted.content) // 1024} kB"
    )
    timed("baseline: openpyxl, rows only", lambda: naive(planted.content))
    timed(
        "preview: read, match, decide every row",
        lambda: summary_reading.read(planted.content, "t.xlsx", call=call, organization=union),
    )
    report = timed(
        "import: the same and write, sealed history",
        lambda: import_declarations(
            planted.content, "t.xlsx", call=call, organization=union, by=officer, mode="good", at=timezone.now()
        ),
    )
    found = {(problem.sheet, problem.cell) for problem in report.problems}
    print(
        f"reported exactly the planted cells: {found == planted.cells and report.problem_count == len(planted.cells)}"
    )
    print(
        f"imported {report.imported} + skipped {report.skipped} = {report.total}; in the database {Declaration.objects.count()}"
    )
    print(f"history holds: {not list(history.verify())}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
