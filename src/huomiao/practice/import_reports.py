"""What is wrong with a file, to take back to whoever made it: the table itself marked, or a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from huomiao.core.tables import Column, SheetOut, mark_problems, write_table
from huomiao.practice.formats.archives import is_archive
from huomiao.practice.formats.draft import DraftQuestion
from huomiao.practice.formats.sheets import is_workbook
from huomiao.practice.models import BankImport
from huomiao.practice.states import RowFate


def can_mark(content: bytes) -> bool:
    """Whether the file is one table; a zip of several has no one workbook to mark."""
    return bool(content) and (not is_archive(content) or is_workbook(content))


def marked(batch: BankImport, content: bytes) -> bytes:
    """The table as .xlsx with every wrong cell coloured and what was expected beside its row."""
    problems = [
        finding.as_problem()
        for row in batch.rows.filter(fate=RowFate.ERROR).order_by("number").iterator(chunk_size=500)
        for finding in DraftQuestion.from_json(row.draft).errors
    ]
    return mark_problems(content, problems)


def listed(batch: BankImport) -> bytes:
    """Every error and notice, one a row, with its place."""
    columns = [
        Column("fate", _("结果")),
        Column("weight", _("性质")),
        Column("place", _("位置")),
        Column("code", _("编号")),
        Column("stem", _("题干")),
        Column("column", _("列")),
        Column("value", _("现在的内容")),
        Column("message", _("说明")),
    ]
    return write_table([SheetOut(_("问题清单"), columns, _lines(batch), heading=batch.file_name)])


def _lines(batch: BankImport) -> Iterator[dict[str, Any]]:
    for finding in batch.findings:
        yield {
            "weight": _("问题") if finding["is_error"] else _("提示"),
            "place": finding["sheet"],
            "message": finding["message"],
        }
    for row in batch.rows.order_by("number").iterator(chunk_size=500):
        for found in DraftQuestion.from_json(row.draft).findings:
            yield {
                "fate": RowFate(row.fate).label,
                "weight": _("问题") if found.is_error else _("提示"),
                "place": found.place,
                "code": row.code,
                "stem": row.stem,
                "column": found.column,
                "value": found.value,
                "message": found.message,
            }
