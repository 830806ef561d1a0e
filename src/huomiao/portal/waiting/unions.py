"""What waits for unions: declarations on their desk, and the list that a recommending union signs off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.innovations.models import Call, Declaration, Quota, SummaryTable
from huomiao.innovations.queries import recommendations
from huomiao.innovations.states import AT_ORGANISER, CallState, Stage, State
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import posts
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BRANCH_KINDS
from huomiao.portal.waiting import windows
from huomiao.portal.waiting.task import Section, Task


def section(user: User, *, at: datetime) -> Section:
    """What ``user`` has to check, rank and sign off for the unions at which they sit."""
    seats = posts(user, Power.RECOMMEND)
    if not seats:
        return Section("", "building")
    calls = list(Call.objects.filter(state=CallState.OPEN).select_related("organiser").order_by("-year", "pk"))
    due = windows.ends((call.pk for call in calls), Stage.RECOMMEND)
    recommending = [seat for seat in seats if seat.kind in BRANCH_KINDS]
    tasks = _on_desk(seats, calls, due, at)
    if recommending:
        tasks += _to_sign_off(recommending, calls, due, at)
        tasks += [
            Task(
                title=_("主办方催办：%(call)s") % {"call": reminder.call.title},
                url=reverse("innovations:recommend", args=[reminder.call.slug, reminder.union.code]),
                verb=_("去处理"),
                count=0,
                note=reminder.note,
                tone="warn",
                badge=_("催办"),
            )
            for reminder in recommendations.reminders(user)[:3]
        ]
    return Section(_("审核与推荐"), "building", tasks)


def _on_desk(
    seats: Sequence[Organization], calls: Sequence[Call], due: dict[int, datetime], at: datetime
) -> list[Task]:
    waiting = dict(
        Declaration.objects.filter(state=State.SUBMITTED, desk__in=seats, rank=None, call__in=calls)
        .order_by()
        .values_list("call")
        .annotate(Count("pk"))
    )
    return [
        Task(
            title=call.title,
            url=reverse("innovations:desk", args=[call.slug]),
            verb=_("去审核"),
            count=waiting[call.pk],
            note=_("待审核的申报"),
            due=due.get(call.pk),
            at=at,
        )
        for call in calls
        if call.pk in waiting
    ]


def _to_sign_off(
    unions: Sequence[Organization], calls: Sequence[Call], due: dict[int, datetime], at: datetime
) -> list[Task]:
    in_force = SummaryTable.objects.filter(union__in=unions, call__in=calls, reopened_at=None)
    signed = set(in_force.values_list("call", "union"))
    chosen = {
        (row["call"], row["union"]): row["number"]
        for row in Declaration.objects.filter(Q(state__in=AT_ORGANISER) | Q(state=State.SUBMITTED, rank__isnull=False))
        .filter(union__in=unions, call__in=calls)
        .order_by()
        .values("call", "union")
        .annotate(number=Count("pk"))
    }
    quotas = _quotas(unions, calls)
    return [
        Task(
            title=_("%(union)s推荐名单") % {"union": union.label},
            url=reverse("innovations:recommend", args=[call.slug, union.code]),
            verb=_("排序并上报"),
            count=0,
            note=call.title,
            due=due.get(call.pk),
            at=at,
            done=chosen.get((call.pk, union.pk), 0),
            total=quotas.get((call.pk, union.pk)),
        )
        for call in calls
        for union in unions
        if (call.pk, union.pk) not in signed and union.path.startswith(call.organiser.path)
    ]


def _quotas(unions: Sequence[Organization], calls: Sequence[Call]) -> dict[tuple[int, int], int]:
    """What each union may send up to each call: its quota over all, or the sum of its categories' quotas."""
    overall: dict[tuple[int, int], int] = {}
    summed: Counter[tuple[int, int]] = Counter()
    rows = Quota.objects.filter(union__in=unions, call__in=calls).values_list("call", "union", "category", "maximum")
    for call, union, category, maximum in rows:
        if category is None:
            overall[call, union] = maximum
        else:
            summed[call, union] += maximum
    return {**summed, **overall}
