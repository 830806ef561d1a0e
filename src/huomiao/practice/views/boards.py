"""The boards: unions, units, trades, people; by day, week, month and ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core.requests import UserRequest
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import ancestors, children, within
from huomiao.orgs.queries import reach as reach_of
from huomiao.orgs.roles import Power
from huomiao.practice import badges, follower, periods, points
from huomiao.practice.actions import boards as actions
from huomiao.practice.models import BoardChoice, EarnedBadge, Person, QuickSession
from huomiao.practice.queries import board_people
from huomiao.practice.queries import boards as queries
from huomiao.practice.rules import boards as rules
from huomiao.practice.states import Period

PAGE = 50
TABS = ("unions", "units", "trades", "people")


@dataclass(frozen=True)
class Asked:
    """What a board was asked for, cleaned: anything that makes no sense is as if it were not there."""

    by: str
    period: Period
    on: date
    today: date
    organization: Organization | None

    @property
    def start(self) -> date:
        return periods.start_of(self.period, self.on)

    @property
    def end(self) -> date | None:
        return periods.end_of(self.period, self.on)

    @property
    def is_current(self) -> bool:
        return self.start == periods.start_of(self.period, self.today)

    @property
    def earlier(self) -> date | None:
        return periods.previous(self.period, self.start)

    @property
    def later(self) -> date | None:
        return self.end + periods.ONE_DAY if self.end and not self.is_current else None


@login_required
@require_safe
def boards(request: UserRequest) -> HttpResponse:
    asked = _asked(request)
    home = queries.home_of(request.user)
    context: dict[str, Any] = {
        "asked": asked,
        "home": home,
        "tabs": [(tab, label) for tab, label in _tabs() if tab != "people" or home is not None],
        "periods": Period,
        "is_rebuilding": follower.is_rebuilding(),
        "trail": [*ancestors(asked.organization), asked.organization] if asked.organization else [],
    }
    fill = {"unions": _unions, "units": _units, "trades": _trades, "people": _people}[asked.by]
    if asked.organization is not None:
        context.update(fill(request, asked, asked.organization, home))
    return render(request, "practice/boards.html", context)


def _tabs() -> list[tuple[str, str]]:
    return list(zip(TABS, (_("各级工会"), _("基层单位"), _("工种"), _("本单位职工")), strict=True))


def _asked(request: UserRequest) -> Asked:
    by = request.GET.get("by", "")
    period = request.GET.get("period", "")
    today = periods.day_of(timezone.now())
    try:
        on = parse_date(request.GET.get("on", "")) or today
    except ValueError:
        on = today
    on = max(periods.EVER, min(on, today))
    code = request.GET.get("org", "")
    by = by if by in TABS else "unions"
    organization = Organization.objects.filter(code=code).first() if code else None
    if organization is None:
        organization = queries.home_of(request.user) if by == "people" else queries.top_of(request.user)
    chosen = Period(period) if period in Period.values else Period.WEEK
    # Who earned how much is kept for the running week and month only.
    return Asked(by, chosen, today if by == "people" else on, today, organization)


def _unions(
    request: UserRequest, asked: Asked, organization: Organization, home: Organization | None
) -> dict[str, Any]:
    nodes = list(children(organization))
    rows = queries.period_rows(asked.period, asked.on)
    lines = queries.branch_lines(rows, queries.FIGURES, nodes)
    itself = queries.own_line(rows, queries.FIGURES, organization)
    total = queries.total_line([*lines, itself] if itself else lines, queries.FIGURES)
    for line in lines:
        line.is_own = (
            home is not None and line.organization is not None and home.path.startswith(line.organization.path)
        )
    ordered = queries.ranked(lines)
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    own = next((line for line in ordered if line.is_own), None)
    return {
        "page_obj": page,
        "lines": page.object_list,
        "total": total,
        "own_list": [own] if own is not None and own not in page.object_list else [],
        "itself_list": [itself] if itself else [],
        "total_rate": _rate(total.rate),
    }


def _units(request: UserRequest, asked: Asked, organization: Organization, home: Organization | None) -> dict[str, Any]:
    units = queries.units_in(asked.period, asked.on, [organization.path])
    page: Page[Any] = Paginator(units, PAGE).get_page(request.GET.get("page"))
    lines = queries.unit_page(units, page.object_list, first=page.start_index(), own=home)
    own = None if any(line.is_own for line in lines) else queries.own_unit_line(units, home)
    return {"page_obj": page, "lines": lines, "own_list": [own] if own else []}


def _trades(
    request: UserRequest, asked: Asked, organization: Organization, home: Organization | None
) -> dict[str, Any]:
    page = Paginator(queries.trade_lines(asked.period, asked.on, organization), PAGE).get_page(request.GET.get("page"))
    return {"page_obj": page, "lines": page.object_list}


def _people(
    request: UserRequest, asked: Asked, organization: Organization, home: Organization | None
) -> dict[str, Any]:
    user = request.user
    if not rules.can_see_people(user, organization):
        raise Http404
    people = board_people.people_in(asked.period, asked.today, organization)
    page: Page[Any] = Paginator(people, PAGE).get_page(request.GET.get("page"))
    lines, own = board_people.person_page(
        people,
        page.object_list,
        user=user,
        shows_names=rules.can_see_names(user, organization),
        first=page.start_index(),
        today=asked.today,
    )
    choice = BoardChoice.objects.filter(user=user).first()
    return {
        "page_obj": page,
        "people": lines,
        "own_person_list": [own] if own else [],
        "is_own_unit": rules.is_of(user, organization),
        "is_named": choice is None or choice.is_named,
        "can_see_signals": rules.can_see_signals(user, organization),
    }


@login_required
@require_POST
def board_naming(request: UserRequest) -> HttpResponse:
    is_named = request.POST.get("is_named") == "yes"
    actions.choose_naming(request.user, is_named=is_named)
    messages.success(
        request, _("榜单上将显示您的姓名。") if is_named else _("榜单上不再显示您的全名，只有您自己能认出。")
    )
    return redirect(f"{reverse('practice:boards')}?by=people")


@login_required
@require_safe
def signals(request: UserRequest) -> HttpResponse:
    """Sessions too quick to have been read, in the branches that ``request.user`` runs practice for."""
    paths = reach_of(request.user, Power.RUN_PRACTICE)
    if not paths:
        raise Http404
    rows = (
        QuickSession.objects.filter(within(paths, "unit__path"))
        .select_related("user", "unit", "campaign")
        .order_by("-attempt_id")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "practice/signals.html", {"page_obj": page})


@login_required
@require_safe
def mine(request: UserRequest) -> HttpResponse:
    """One's own points, streak and badges, and how points are earned."""
    person = Person.objects.filter(user=request.user).first()
    earned = dict(EarnedBadge.objects.filter(user=request.user).values_list("name", "earned_on"))
    shelf = [
        (badge, earned.get(badge.name), min(getattr(person, badge.figure), badge.mark) if person else 0)
        for badge in badges.BADGES.values()
    ]
    today = periods.day_of(timezone.now())
    context = {
        "person": person,
        "streak": points.streak_today(streak=person.streak, last_on=person.last_on, today=today) if person else 0,
        "longest": _("最长 %(days)d 天") % {"days": person.longest_streak} if person else "",
        "shelf": shelf,
        "earned_count": len(earned),
        "scale": _scale(),
        "day_cap": points.DAY_CAP,
        "is_rebuilding": follower.is_rebuilding(),
    }
    return render(request, "practice/mine.html", context)


def _scale() -> list[tuple[str, int, int]]:
    """How points are earned: what for, how many, how many a day at most."""
    return [
        (_("当天练习过"), points.DAY, points.DAY),
        (_("此前每连续一天"), points.STREAK, points.STREAK_CAP),
        (_("第一次答对一道题"), points.FIRST_RIGHT, points.FIRST_RIGHT_CAP),
        (_("到期复习又答对一道题"), points.RETAINED, points.RETAINED_CAP),
        (_("把以前的错题移出错题本"), points.CLEARED, points.CLEARED_CAP),
    ]


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1f}%"
