"""``huomiao import bank``: a file or folder of questions into a bank, read and written at once by this process."""

from __future__ import annotations

import io
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.core.errors import DomainError
from huomiao.practice.actions import imports
from huomiao.practice.formats.columns import COLUMNS
from huomiao.practice.formats.draft import DraftQuestion
from huomiao.practice.formats.sheets import SheetPlan
from huomiao.practice.import_batches import findings_of
from huomiao.practice.models import Bank, BankImport
from huomiao.practice.states import ImportState, RowFate


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--bank", help="题库代码（bank）/ the code of the bank to import into")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HEADER=COLUMN",
        help=f"哪一列是什么，可多次 / what a column is, repeatable: {', '.join(column.key for column in COLUMNS)}",
    )
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="SHEET=LABEL",
        help="某张工作表或某个文件的题加什么标签，可多次 / the label of a sheet's questions, repeatable",
    )
    parser.add_argument("--submit", action="store_true", help="导入后提交审核 / hand the questions on for review")


def run(path: Path, *, by: User, options: dict[str, Any], out: OutputWrapper, err: OutputWrapper) -> None:
    """Import ``path``; says what became of it.

    Raises:
        CommandError: it was refused; what is wrong has been written to ``err``.
    """
    bank = Bank.objects.select_related("owner", "trade").filter(code=options["bank"] or "").first()
    if bank is None:
        known = "、".join(Bank.objects.values_list("code", flat=True)) or "—"
        raise CommandError(f"请用 --bank 写明题库 / say which bank with --bank: {known}")
    if not path.exists():
        raise CommandError(f"没有这个文件 / no such file: {path}")
    content = _zipped(path) if path.is_dir() else path.read_bytes()
    try:
        batch = imports.bring(bank, content, path.name, by=by, at=timezone.now(), now=True)
        batch.refresh_from_db()
        if batch.sheets and (options["map"] or options["label"]):
            plans = _assigned(batch, _pairs(options["map"], "--map"), _pairs(options["label"], "--label"))
            imports.assign(batch, plans, by=by, at=timezone.now(), now=True)
            batch.refresh_from_db()
        _need_preview(batch)
        _name(batch, err)
        imports.confirm(
            batch, by=by, at=timezone.now(), only_good=options["good_rows"], then_submit=options["submit"], now=True
        )
    except DomainError as refused:
        raise CommandError(refused.message) from refused
    batch.refresh_from_db()
    if batch.state != ImportState.DONE:
        raise CommandError(batch.refusal)
    counted = "，".join(f"{fate.label} {batch.counts.get(fate.value, 0)}" for fate in RowFate)
    out.write(f"{counted}；图片 {batch.counts.get('pictures', 0)}")


def _zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return out.getvalue()


def _pairs(given: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise CommandError(f"{option} {one}：应为 名称=值 / expected NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _assigned(batch: BankImport, columns: dict[str, str], labels: dict[str, str]) -> list[SheetPlan]:
    known = {column.key for column in COLUMNS} | {""}
    wrong = sorted(set(columns.values()) - known)
    if wrong:
        raise CommandError(f"--map：没有这样的列 / no such column: {'、'.join(wrong)}")
    plans = [SheetPlan.from_json(values) for values in batch.sheets]
    for plan in plans:
        for index, header in enumerate(plan.headers):
            if header in columns:
                plan.columns[str(index)] = columns[header]
        plan.columns = {index: key for index, key in plan.columns.items() if key}
        plan.label = labels.get(plan.name, plan.label)
        plan.is_used = plan.is_readable
    return plans


def _need_preview(batch: BankImport) -> None:
    if batch.state == ImportState.FAILED:
        raise CommandError(batch.refusal)
    if batch.state == ImportState.MAPPING:
        headers = "；".join(f"{sheet['name']}：{'、'.join(sheet['headers'])}" for sheet in batch.sheets)
        raise CommandError(f"不认识这些列，请用 --map 指明题干等各列 / say with --map what the columns are: {headers}")


def _name(batch: BankImport, err: OutputWrapper) -> None:
    for finding in findings_of(batch.findings):
        err.write(f"{finding.place} {finding.message}".strip())
    for row in batch.rows.filter(fate=RowFate.ERROR).order_by("number").iterator(chunk_size=500):
        for error in DraftQuestion.from_json(row.draft).errors:
            err.write(f"{error.place} {error.column}：{error.message}（{error.value}）")
