"""Which banks somebody keeps, and which they may practise from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Bank, KeyReport, Question
from huomiao.practice.states import QuestionState, ReportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Bank]:
    """The banks whose pages ``user`` may open: those of their reach. Keys stand there, so nobody else may."""
    kept = within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Bank.objects.filter(kept).select_related("owner", "trade", "current")


def usable_by(user: User | AnonymousUser) -> QuerySet[Bank]:
    """The banks ``user`` may practise from: published, not archived, and kept by their own unit, above it and shared, or
    by themself."""
    own: set[str] = set()
    above: set[str] = set()
    for membership in held(user):
        path = membership.organization.path
        own.add(path)
        above |= {path[:end] for end in range(Organization.steplen, len(path), Organization.steplen)}
    near = Q(owner__path__in=own) | Q(owner__path__in=above, is_shared=True)
    near |= within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Bank.objects.filter(near, archived_at=None, current__isnull=False).select_related(
        "owner", "trade", "current"
    )


def owners(user: User | AnonymousUser) -> QuerySet[Organization]:
    """The unions for which ``user`` keeps banks: where they sit, not everything below."""
    return Organization.objects.filter(path__in=reach(user, Power.RUN_PRACTICE), is_active=True).order_by("path")


def narrowed(
    banks: QuerySet[Bank], *, q: str = "", trade: int | None = None, level: str = "", state: str = ""
) -> QuerySet[Bank]:
    """``banks`` as the filter of their list asks; the archived only when asked for."""
    found = banks.filter(archived_at__isnull=state != "archived")
    if state == "unreleased":
        found = found.filter(current=None)
    if q:
        found = found.filter(Q(name__icontains=q) | Q(code__icontains=q))
    if trade is not None:
        found = found.filter(trade=trade)
    if level:
        found = found.filter(level=level)
    return found


@dataclass(frozen=True)
class Figures:
    """A bank in numbers: its questions by state (those not retired in ``questions``), and reports that wait."""

    questions: int = 0
    drafts: int = 0
    submitted: int = 0
    published: int = 0
    retired: int = 0
    reports: int = 0


def figures(banks: Iterable[Bank]) -> dict[int, Figures]:
    """The figures of each of ``banks``, in two queries however many there are."""
    keys = [bank.pk for bank in banks]
    states: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Question.objects.filter(bank__in=keys).order_by().values_list("bank", "state").annotate(count=Count("pk"))
    for bank, state, count in rows:
        states[bank][state] = count
    waiting = KeyReport.objects.filter(version__question__bank__in=keys, state=ReportState.OPEN)
    reports = dict(waiting.order_by().values_list("version__question__bank").annotate(count=Count("pk")))
    return {
        key: Figures(
            questions=sum(states[key].values()) - states[key].get(QuestionState.RETIRED, 0),
            drafts=states[key].get(QuestionState.DRAFT, 0),
            submitted=states[key].get(QuestionState.SUBMITTED, 0),
            published=states[key].get(QuestionState.PUBLISHED, 0),
            retired=states[key].get(QuestionState.RETIRED, 0),
            reports=reports.get(key, 0),
        )
        for key in keys
    }


def shares(bank: Bank) -> dict[str, list[tuple[str, int]]]:
    """How the questions of ``bank`` divide by kind, use and difficulty, those not retired."""
    rows = Question.objects.filter(bank=bank).exclude(state=QuestionState.RETIRED).order_by()
    return {
        name: sorted(rows.values_list(name).annotate(count=Count("pk")), key=lambda pair: str(pair[0]))
        for name in ("kind", "use", "difficulty")
    }
