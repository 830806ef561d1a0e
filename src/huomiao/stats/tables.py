"""The records behind a figure as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.innovations.models import Call, Declaration
from huomiao.orgs import industries


def records_workbook(call: Call, rows: QuerySet[Declaration]) -> bytes:
    """``rows`` one below the other, with what a figure may be broken down by."""
    columns = [
        Column("number", _("编号")),
        Column("title", _("成果名称")),
        Column("category", _("类别")),
        Column("authors", _("完成人")),
        Column("unit", _("申报单位")),
        Column("nature", _("单位性质")),
        Column("division", _("行业")),
        Column("field", _("重点领域")),
        Column("union", _("推荐工会")),
        Column("rank", _("推荐排序")),
        Column("state", _("阶段")),
        Column("grade", _("等次")),
    ]
    return write_table([SheetOut(_("记录"), columns, _rows(rows), heading=call.title)])


def _rows(rows: QuerySet[Declaration]) -> Iterator[dict[str, Any]]:
    for declaration in rows:
        yield {
            "number": declaration.number or "",
            "title": declaration.title,
            "category": str(declaration.category or ""),
            "authors": "、".join(author.name for author in declaration.authors.all()),
            "unit": declaration.unit.name,
            "nature": declaration.unit.get_nature_display(),
            "division": industries.DIVISIONS.get(declaration.division, ""),
            "field": str(declaration.field or ""),
            "union": declaration.union.label if declaration.union else "",
            "rank": declaration.rank or "",
            "state": declaration.get_state_display(),
            "grade": declaration.grade,
        }
