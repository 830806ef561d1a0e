"""How long a workbook of 20,000 questions takes from its upload to the bank, and to be brought again unchanged.

Run it with ``.venv/bin/python -m benchmarks.import_bank [rows]``; it uses a database of its own and removes it. The floor is
reading the rows with openpyxl and looking at nothing.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

# ruff: noqa: E402  # the settings read the environment when they are imported

_data = tempfile.mkdtemp(prefix="huomiao-bench-")
os.environ["HUOMIAO_DATA"] = _data
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")

import django

django.setup()

import openpyxl
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks import machine
from huomiao.core.tables import SheetOut, write_table
from huomiao.orgs.roles import Role
from huomiao.practice.actions import imports
from huomiao.practice.formats import columns, table_out
from huomiao.practice.formats.draft import DraftQuestion
from huomiao.practice.models import BankImport, Question
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import CONTENTS, BankFactory

LIMIT_SECONDS = 30
DEFECTS = 40


def workbook(rows: int) -> bytes:
    """Questions of all kinds in the default template, with ``DEFECTS`` rows that cannot be read."""
    kinds = list(CONTENTS)
    drafts = []
    for number in range(rows):
        kind = kinds[number % len(kinds)]
        body, key = CONTENTS[kind](number)
        topic = (f"第{number % 20}章", f"第{number % 200}节")
        drafts.append(
            DraftQuestion(
                kind, body, key, code=f"Q{number:06d}", explanation=f"第{number}题的解析。", topic=topic, difficulty=3
            )
        )
    lines = [table_out.row_of(draft) for draft in drafts]
    for place in range(DEFECTS):
        lines[(place * 997 + 13) % rows]["answer"] = "？"
        lines[(place * 997 + 13) % rows]["kind"] = "单选题"
    keys = ["code", "kind", "stem", *(columns.option_key(index) for index in range(4)), "answer", "explanation", "difficulty", "topic", "scoring", "max_chars"]  # fmt: skip
    return write_table([SheetOut("试题", columns.written(keys), lines)])


def timed(what: str, work: Callable[[], Any]) -> tuple[Any, float]:
    began, busy = time.perf_counter(), sum(os.times()[:4])
    result = work()
    took, busy = time.perf_counter() - began, sum(os.times()[:4]) - busy
    print(f"| {what:<58} | {took:8.2f} s | {busy:8.2f} s |")
    return result, took


def naive(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for page in book for row in page.iter_rows(values_only=True) if any(row))


def main(rows: int) -> None:
    print(machine.facts(connection.vendor))
    call_command("migrate", verbosity=0)
    bank = BankFactory(code="bench", name="基准题库")
    by = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    content = workbook(rows)
    print(f"{rows} questions of {len(CONTENTS)} kinds, {DEFECTS} planted defects, {len(content) // 1024} kB")
    print(f"| {'step':<58} | {'clock':>10} | {'processor':>10} |")
    timed("floor: openpyxl, rows only", lambda: naive(content))

    def bring() -> BankImport:
        batch = imports.bring(bank, content, "题库.xlsx", by=by, at=timezone.now(), now=True)
        batch.refresh_from_db()
        return batch

    def confirm(batch: BankImport) -> None:
        imports.confirm(batch, by=by, at=timezone.now(), only_good=True, now=True)
        batch.refresh_from_db()

    batch, read = timed("read, compare, decide every row (preview)", bring)
    _none, written = timed("write: versions, topics, sealed history", lambda: confirm(batch))
    again, _took = timed("the same file again (nothing changes)", bring)
    print(
        f"found {batch.counts['error']} of {DEFECTS} defects; {Question.objects.count()} questions; state {batch.state}"
    )
    print(f"again: {again.counts['same']} unchanged, {again.counts['new'] + again.counts['changed']} new or changed")
    print(
        f"whole import: {read + written:.1f} s, limit {LIMIT_SECONDS} s: {'met' if read + written < LIMIT_SECONDS else 'MISSED'}"
    )


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    finally:
        connection.close()
        shutil.rmtree(_data, ignore_errors=True)
