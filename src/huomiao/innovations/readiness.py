"""What must hold before a call moves on: a checklist that the page shows and the action enforces."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huomiao.innovations import scoring_bands
from huomiao.innovations.models import Call, Category, Rubric
from huomiao.innovations.queries import calls
from huomiao.innovations.states import CallState, Section, Stage, State


@dataclass(frozen=True)
class Check:
    """One line of the list. ``blocks`` is False where it only warns."""

    label: str
    is_met: bool
    hint: str = ""
    section: Section | None = None
    blocks: bool = True


def checklist(call: Call, to: CallState, *, at: datetime) -> list[Check]:
    """What must hold before ``call`` moves to ``to`` at ``at``."""
    if to == CallState.OPEN and call.state == CallState.DRAFT:
        return _before_announcing(call, at)
    if to == CallState.CHECKING:
        return _before_checking(call, at)
    return []


def is_ready(checks: list[Check]) -> bool:
    return all(check.is_met for check in checks if check.blocks)


def _before_announcing(call: Call, at: datetime) -> list[Check]:
    categories = list(calls.categories(call))
    return [
        Check(_("有标题、正文和联系方式"), bool(call.title and call.body and call.contact), section=Section.BASICS),
        Check(_("至少有一个成果类别"), bool(categories), section=Section.CATEGORIES),
        _rubrics_check(categories),
        *(_rubric_check(rubric) for rubric in call.rubrics.prefetch_related("criteria__bands").order_by("pk")),
        _quota_check(call),
        _window_check(call, at),
        Check(_("已设定结果等次"), call.grades.exists(), section=Section.GRADES),
        Check(
            _("有不予受理的情形"),
            call.exclusions.exists(),
            _("没有清单时，申报人无须勾选承诺。"),
            section=Section.EXCLUSIONS,
            blocks=False,
        ),
        Check(
            _("有重点领域目录"),
            call.priority_list_id is not None,
            _("没有目录时，不统计重点领域项目。"),
            section=Section.PRIORITIES,
            blocks=False,
        ),
    ]


def _rubrics_check(categories: list[Category]) -> Check:
    without = [category.name for category in categories if category.rubric_id is None]
    hint = _("未选评分标准的类别：%(names)s。") % {"names": "、".join(without)} if without else ""
    return Check(_("每个类别都有评分标准"), bool(categories) and not without, hint, Section.CATEGORIES)


def _rubric_check(rubric: Rubric) -> Check:
    criteria = [
        (criterion.name, criterion.points, [(band.label, band.low, band.high) for band in criterion.bands.all()])
        for criterion in rubric.criteria.all()
    ]
    problems = scoring_bands.problems(criteria)
    return Check(
        _("“%(name)s”合计 100 分，档次完整") % {"name": rubric.name}, not problems, " ".join(problems), Section.RUBRICS
    )


def _quota_check(call: Call) -> Check:
    unions = list(calls.unions(call))
    with_quota = set(call.quotas.values_list("union_id", flat=True))
    without = [union.label for union in unions if union.pk not in with_quota]
    if not unions:
        hint = _("主办单位下面还没有推荐工会，请先维护组织。")
    elif without:
        hint = _("还没有名额：%(names)s。") % {"names": "、".join(without[:8])}
    else:
        hint = ""
    return Check(_("每个推荐工会都有名额"), bool(unions) and not without, hint, Section.QUOTAS)


def _window_check(call: Call, at: datetime) -> Check:
    windows = {Stage(row.stage): (row.opens_at, row.closes_at) for row in call.windows.all()}
    problems = window_problems(windows)
    declare = windows.get(Stage.DECLARE)
    if declare is None:
        problems.append(_("还没有申报时间。"))
    elif declare[1] <= at:
        problems.append(_("申报截止时间已经过去。"))
    return Check(_("各阶段时间先后有序"), not problems, " ".join(problems), Section.WINDOWS)


def window_problems(windows: dict[Stage, tuple[datetime, datetime]]) -> list[str]:
    """What is wrong with the order of the stages' windows: none ends before it begins, none comes before an earlier one."""
    found = [
        _("“%(stage)s”的结束时间须晚于开始时间。") % {"stage": stage.label}
        for stage in Stage
        if stage in windows and windows[stage][1] <= windows[stage][0]
    ]
    present = [stage for stage in Stage if stage in windows]
    for earlier, later in itertools.pairwise(present):
        if windows[later][0] < windows[earlier][0] or windows[later][1] < windows[earlier][1]:
            found.append(
                _("“%(later)s”的时间不能早于“%(earlier)s”。") % {"later": later.label, "earlier": earlier.label}
            )
    return found


def _before_checking(call: Call, at: datetime) -> list[Check]:
    ends = max(
        (row.closes_at for row in call.windows.all() if row.stage in {Stage.DECLARE, Stage.RECOMMEND}), default=at
    )
    waiting = call.declarations.filter(state__in=[State.SUBMITTED, State.RETURNED]).count()
    recommended = call.declarations.filter(state=State.RECOMMENDED).count()
    return [
        Check(_("有已推荐上来的成果"), recommended > 0, _("还没有推荐工会报送成果，没有可以审查的内容。")),
        Check(
            _("申报和推荐时间已经结束"),
            ends <= at,
            _("提前截止后，还没有报送的工会不能再报。"),
            Section.WINDOWS,
            blocks=False,
        ),
        Check(
            _("没有还在审核或退回修改中的成果"),
            waiting == 0,
            ngettext(
                "还有 %(count)d 项停在下级工会或退回修改中，截止后不能再报。",
                "还有 %(count)d 项停在下级工会或退回修改中，截止后不能再报。",
                waiting,
            )
            % {"count": waiting},
            blocks=False,
        ),
    ]
