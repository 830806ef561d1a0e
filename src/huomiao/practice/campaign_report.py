"""The report of a campaign as a workbook: what the union reads out, with how each figure is counted beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core.tables.model import Column
from huomiao.core.tables.writing import SheetOut, write_table
from huomiao.orgs.models import Organization
from huomiao.practice.models import Campaign
from huomiao.practice.queries import boards
from huomiao.practice.queries import campaigns as queries
from huomiao.practice.queries.board_sizes import Basis
from huomiao.practice.queries.boards import Line

# So many people stand on the sheet of persons: prizes go to the first hundred, and a table must open on any desk.
MOST_PEOPLE = 1000


def workbook(campaign: Campaign, *, at: datetime) -> bytes:
    """The workbook of ``campaign`` as its figures stand ``at``."""
    heading = _("%(title)s · 数据截至 %(at)s") % {
        "title": campaign.title,
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"),
    }
    return write_table(
        [
            _figures(campaign, heading),
            _units(campaign, heading),
            _silent(campaign, heading),
            _people(campaign, heading),
            _days(campaign, heading),
            _hardest(campaign, heading),
        ]
    )


def figures(campaign: Campaign) -> list[tuple[str, str, str]]:
    """Each figure of ``campaign``: its name, its value in words, and how it is counted."""
    found = queries.outcome(campaign)
    measured = {
        Basis.ROSTER: _("参加单位名册上的在册职工数"),
        Basis.HEADS: _("参加单位填报的职工数（没有名册）"),
        Basis.MIXED: _("参加单位名册上的在册职工数；没有名册的单位用填报的职工数"),
        Basis.NONE: _("参加单位没有名册，也没有填报职工数"),
    }[found.size.basis]
    return [
        (_("参与人数"), str(found.people), _("至少完成一次练习的职工，每人只计一次，计在最后参加时所在的单位")),
        (_("应参与人数"), str(found.size.people) if found.size.people else "—", measured),
        (_("参与率"), percent(found.rate), _("参与人数 ÷ 应参与人数")),
        (_("参与人次"), str(found.sessions), _("完成的练习次数，不含未作答和答题过快的")),
        (_("计分人次"), str(found.counted), _("每人每天前 %(tries)d 次") % {"tries": campaign.tries_a_day}),
        (_("人均次数"), decimal(found.sessions_each), _("参与人次 ÷ 参与人数")),
        (_("参与天次"), str(found.days), _("每人参加的天数之和")),
        (_("平均分"), decimal(found.score), _("每次计分练习的百分制得分（答对题数 ÷ 题数）的平均")),
        (_("正确率"), percent(found.accuracy), _("答对题数 ÷ 作答题数")),
        (
            _("合格率"),
            percent(found.pass_rate),
            _("最好一次计分练习达到 %(mark)d 分的人数 ÷ 参与人数") % {"mark": campaign.pass_percent},
        ),
        (
            _("优秀率"),
            percent(found.excellent_rate),
            _("最好一次计分练习达到 %(mark)d 分的人数 ÷ 参与人数") % {"mark": campaign.excellent_percent},
        ),
        (
            _("覆盖单位数"),
            f"{found.units_with_people} / {found.units}",
            _("至少一人参与的基层单位数 / 参加范围内的基层单位数"),
        ),
        (_("答题过快的练习"), str(found.flagged), _("平均每题不到一秒，未计入以上任何数字")),
    ]


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


def decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _figures(campaign: Campaign, heading: str) -> SheetOut:
    columns = [Column("name", _("指标")), Column("value", _("数值")), Column("how", _("口径"))]
    rows = [{"name": name, "value": value, "how": how} for name, value, how in figures(campaign)]
    return SheetOut(_("概况"), columns, rows, heading)


def _units(campaign: Campaign, heading: str) -> SheetOut:
    columns = [
        Column("place", _("名次")),
        Column("union", _("上级工会")),
        Column("unit", _("单位")),
        Column("size", _("应参与人数")),
        Column("basis", _("人数依据")),
        Column("people", _("参与人数")),
        Column("rate", _("参与率（%）")),
        Column("sessions", _("参与人次")),
        Column("each", _("人均次数")),
        Column("points", _("积分")),
        Column("points_each", _("人均积分")),
        Column("accuracy", _("正确率（%）")),
    ]
    return SheetOut(_("各单位"), columns, list(_unit_rows(campaign)), heading)


def _unit_rows(campaign: Campaign) -> Iterable[Mapping[str, Any]]:
    units = list(boards.campaign_units_in(campaign, queries.paths_of(campaign)))
    above = queries.parents_of(units)
    lines = boards.unit_page(boards.campaign_units_in(campaign, []), units, first=1, own=None)
    for line in lines:
        unit = line.organization
        if unit is not None:
            yield {"place": line.place, "union": _name(above.get(unit.path[: -unit.steplen])), **_line(line)}


def _line(line: Line) -> dict[str, Any]:
    return {
        "unit": line.organization.name if line.organization else "",
        "size": line.size.people or None,
        "basis": {Basis.ROSTER: _("名册"), Basis.HEADS: _("职工数"), Basis.MIXED: _("名册与职工数")}.get(
            line.size.basis, _("没有")
        ),
        "people": line.people,
        "rate": None if line.rate is None else round(line.rate, 1),
        "sessions": line.figures["sessions"],
        "each": round(line.sessions_each, 1),
        "points": line.figures["points"],
        "points_each": round(line.points_each, 1),
        "accuracy": None if line.accuracy is None else round(line.accuracy, 1),
    }


def _silent(campaign: Campaign, heading: str) -> SheetOut:
    columns = [Column("union", _("上级工会")), Column("unit", _("单位")), Column("code", _("组织代码"))]
    units = list(queries.silent_units(campaign))
    above = queries.parents_of(units)
    rows = [
        {"union": _name(above.get(unit.path[: -unit.steplen])), "unit": unit.name, "code": unit.code} for unit in units
    ]
    return SheetOut(_("未参加的单位"), columns, rows, heading)


def _people(campaign: Campaign, heading: str) -> SheetOut:
    columns = [
        Column("place", _("名次")),
        Column("name", _("姓名")),
        Column("unit", _("单位")),
        Column("points", _("积分")),
        Column("best", _("最好成绩")),
        Column("days", _("参加天数")),
        Column("sessions", _("参加次数")),
    ]
    rows, place, before = [], 0, None
    for number, row in enumerate(queries.people(campaign)[:MOST_PEOPLE], 1):
        standing = (row.points, row.best, row.days)
        place = place if standing == before else number
        before = standing
        rows.append(
            {
                "place": place,
                "name": row.user.name,
                "unit": row.unit.name if row.unit else "",
                "points": row.points,
                "best": row.best,
                "days": row.days,
                "sessions": row.sessions,
            }
        )
    return SheetOut(_("个人前 %(most)d 名") % {"most": MOST_PEOPLE}, columns, rows, heading)


def _days(campaign: Campaign, heading: str) -> SheetOut:
    columns = [
        Column("day", _("日期")),
        Column("people", _("当日参与人数")),
        Column("newcomers", _("其中首次参加")),
        Column("sessions", _("参与人次")),
    ]
    rows = [
        {"day": row.day, "people": row.people, "newcomers": row.newcomers, "sessions": row.sessions}
        for row in queries.days(campaign)
    ]
    return SheetOut(_("每日"), columns, rows, heading)


def _hardest(campaign: Campaign, heading: str) -> SheetOut:
    columns = [
        Column("place", _("序号")),
        Column("stem", _("题干")),
        Column("topic", _("知识点")),
        Column("shown", _("作答次数")),
        Column("wrong", _("答错次数")),
        Column("share", _("错误率（%）")),
    ]
    rows = [
        {
            "place": number,
            "stem": item.version.question.stem,
            "topic": str(item.version.question.topic or ""),
            "shown": item.shown,
            "wrong": item.wrong,
            "share": round(100 * item.wrong / item.shown, 1),
        }
        for number, item in enumerate(queries.hardest(campaign), 1)
    ]
    return SheetOut(_("高频错题"), columns, rows, heading)


def _name(union: Organization | None) -> str:
    return union.name if union else ""
