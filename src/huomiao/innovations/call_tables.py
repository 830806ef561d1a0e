"""Quotas as a workbook, out and back: one row per recommending union, one column per category."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huomiao.core import tables
from huomiao.innovations.models import Call
from huomiao.innovations.queries import calls as queries

IN_ALL = "all"


def columns(call: Call) -> list[tables.Column]:
    return [
        tables.Column("code", _("组织代码"), aliases=("代码",), required=True, parse=tables.parse_code),
        tables.Column("name", _("推荐工会"), aliases=("工会", "单位")),
        *(tables.Column(category.code, category.name, parse=tables.parse_count) for category in call.categories.all()),
        tables.Column(IN_ALL, _("合计上限"), aliases=("合计", "总数"), parse=tables.parse_count),
    ]


def workbook(call: Call) -> bytes:
    """The quotas of ``call`` as they stand, one row per union that recommends."""
    codes = {category.pk: category.code for category in call.categories.all()}
    found: dict[int, dict[str, int]] = {}
    for quota in call.quotas.all():
        key = codes[quota.category_id] if quota.category_id else IN_ALL
        found.setdefault(quota.union_id, {})[key] = quota.maximum
    rows = [{"code": union.code, "name": union.name, **found.get(union.pk, {})} for union in queries.unions(call)]
    notes = (_("空白单元格表示不设名额。"), _("按“组织代码”对应推荐工会，请不要改动代码。"))
    return tables.write_table(
        [tables.SheetOut(_("推荐名额"), columns(call), rows, heading=f"{call.title} {_('推荐名额')}", notes=notes)]
    )


def read(call: Call, content: bytes, file_name: str) -> tuple[dict[tuple[int, int | None], int | None], tables.Table]:
    """The quotas that a workbook holds for the unions it names, and the table with what is wrong with it."""
    table = tables.read_table(content, file_name, columns(call))
    unions = {union.code: union.pk for union in queries.unions(call)}
    keys: list[tuple[str, int | None]] = [(category.code, category.pk) for category in call.categories.all()]
    maxima: dict[tuple[int, int | None], int | None] = {}
    seen: set[str] = set()
    for row in table.rows:
        code = row.values["code"]
        if not code:
            continue
        if code not in unions:
            row.blame("code", _("没有代码为“%(code)s”的推荐工会。") % {"code": code})
            continue
        if code in seen:
            row.blame("code", _("这个工会在表中出现了两次。"))
            continue
        seen.add(code)
        for key, category in [*keys, (IN_ALL, None)]:
            if key in row.letters:
                maxima[unions[code], category] = row.values[key] if row.typed.get(key, "").strip() else None
    return maxima, table
