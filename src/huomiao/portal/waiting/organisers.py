"""What waits for organisers: for each call of theirs, the work of the stage it is in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.innovations.models import Call, Declaration, Sheet
from huomiao.innovations.queries import calls as calls_queries
from huomiao.innovations.states import CallState, RoundState, SheetState, Stage, State
from huomiao.notices.models import Objection
from huomiao.notices.states import ObjectionState
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.portal.waiting import windows
from huomiao.portal.waiting.task import Section, Task

OVER = (CallState.PUBLISHED, CallState.CANCELLED)


def section(user: User, *, at: datetime) -> Section:
    """The next steps of the calls that ``user`` runs."""
    if not reach(user, Power.RUN_CALLS):
        return Section("", "flag")
    calls = list(calls_queries.editable_by(user).exclude(state__in=OVER).order_by("-year", "pk"))
    tasks = [
        *_drafts(calls),
        *_open(calls, at),
        *_checks(calls, at),
        *_reviews(calls, at),
        *_results(calls),
        *_objections(user),
    ]
    return Section(_("主办工作"), "flag", tasks)


def _drafts(calls: Sequence[Call]) -> list[Task]:
    return [
        Task(
            title=call.title,
            url=reverse("innovations:call-edit", args=[call.slug]),
            verb=_("继续起草"),
            note=_("征集通知尚未发布"),
            badge=str(CallState.DRAFT.label),
        )
        for call in calls
        if call.state == CallState.DRAFT
    ]


def _open(calls: Sequence[Call], at: datetime) -> list[Task]:
    running = [call for call in calls if call.state == CallState.OPEN]
    recommended = dict(
        Declaration.objects.filter(state=State.RECOMMENDED, call__in=running)
        .order_by()
        .values_list("call")
        .annotate(Count("pk"))
    )
    due = windows.ends((call.pk for call in running), Stage.RECOMMEND)
    return [
        Task(
            title=call.title,
            url=reverse("innovations:progress", args=[call.slug]),
            verb=_("推荐进度"),
            count=0,
            note=_("已推荐 %(number)s 项") % {"number": recommended.get(call.pk, 0)},
            badge=str(CallState.OPEN.label),
            tone="good",
            due=due.get(call.pk),
            at=at,
        )
        for call in running
    ]


def _checks(calls: Sequence[Call], at: datetime) -> list[Task]:
    checking = [call for call in calls if call.state == CallState.CHECKING]
    came_back = Q(state=State.SUBMITTED, desk__in={call.organiser_id for call in checking})
    waiting = dict(
        Declaration.objects.filter(Q(state=State.RECOMMENDED) | came_back, call__in=checking)
        .order_by()
        .values_list("call")
        .annotate(Count("pk"))
    )
    due = windows.ends(waiting, Stage.CHECK)
    return [
        Task(
            title=call.title,
            url=reverse("innovations:check", args=[call.slug]),
            verb=_("形式审查"),
            count=waiting[call.pk],
            note=_("待形式审查的申报"),
            due=due.get(call.pk),
            at=at,
        )
        for call in checking
        if call.pk in waiting
    ]


def _reviews(calls: Sequence[Call], at: datetime) -> list[Task]:
    counted = {
        row["entry__round__call"]: row
        for row in Sheet.objects.filter(entry__round__call__in=calls, entry__round__state=RoundState.SCORING)
        .exclude(state=SheetState.RECUSED)
        .values("entry__round__call")
        .annotate(total=Count("pk"), signed=Count("pk", filter=Q(state=SheetState.SIGNED)))
        .order_by()
    }
    due = windows.ends((call.pk for call in calls), Stage.REVIEW)
    return [
        _review(call, counted.get(call.pk), due.get(call.pk), at) for call in calls if call.state == CallState.REVIEWING
    ]


def _review(call: Call, row: dict[str, Any] | None, due: datetime | None, at: datetime) -> Task:
    address = reverse("innovations:rounds", args=[call.slug])
    if row is None:
        return Task(title=call.title, url=address, verb=_("组织评审"), note=_("还没有正在评分的轮次"), due=due, at=at)
    return Task(
        title=call.title,
        url=address,
        verb=_("查看进度"),
        count=0,
        note=_("专家评分进度"),
        due=due,
        at=at,
        done=row["signed"],
        total=row["total"],
    )


def _results(calls: Sequence[Call]) -> list[Task]:
    return [
        Task(
            title=call.title,
            url=reverse("innovations:results", args=[call.slug]),
            verb=_("拟定结果") if call.state == CallState.DECIDING else _("查看公示"),
            count=1 if call.state == CallState.DECIDING else 0,
            note=_("评审已结束，等待拟定结果并公示") if call.state == CallState.DECIDING else _("结果公示中"),
            badge=str(CallState(call.state).label),
            tone="accent",
        )
        for call in calls
        if call.state in {CallState.DECIDING, CallState.NOTICE}
    ]


def _objections(user: User) -> list[Task]:
    rows = (
        Objection.objects.filter(
            within(reach(user, Power.RUN_CALLS), "notice__issuer__path"),
            state__in=(ObjectionState.RECEIVED, ObjectionState.ACCEPTED),
        )
        .values("notice", "notice__title")
        .annotate(number=Count("pk"))
        .order_by("notice")
    )
    return [
        Task(
            title=row["notice__title"],
            url=f"{reverse('notices:objections')}?notice={row['notice']}",
            verb=_("处理异议"),
            count=row["number"],
            note=_("待处理的异议"),
            tone="bad",
            badge=_("异议"),
        )
        for row in rows
    ]
