"""The page on which questions are answered, one view for each mode: may this person, and what are they asked."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huomiao.core.errors import WrongState
from huomiao.core.requests import UserRequest
from huomiao.practice import periods, plans, sessions, shell
from huomiao.practice.device import person_key
from huomiao.practice.forms.playing import DrillForm
from huomiao.practice.models import Bank, Campaign
from huomiao.practice.queries import banks, campaigns, home, levels
from huomiao.practice.rules import exposure
from huomiao.practice.sessions import Session
from huomiao.practice.words import WORDS

# What the player's scripts draw.
PLAYER_ICONS = ("arrow-up", "arrow-down", "check", "clock", "flag", "x")
# Stands in an address where the script puts a receipt's code.
CODE = "CODE"


class NotOpenYet(WrongState):
    """The levels before this one are not passed."""


def play_context(
    request: UserRequest, session: Session, *, again: str | None = None, leave: str = ""
) -> dict[str, object]:
    """What the player's page needs for ``session``; ``again`` is where one more is begun, "" when there is none."""
    sealed = plans.sign(session.plan)
    return {
        "session": session,
        "plan": sealed,
        "person": person_key(request.user),
        "again": request.get_full_path() if again is None else again,
        "leave": leave or reverse("practice:home"),
        "plain_url": f"{reverse('practice:plain')}?{urlencode({'plan': sealed})}",
        "words": WORDS,
        "icon_names": PLAYER_ICONS,
        "modules": shell.player_modules(),
        **patterns(),
    }


def patterns() -> dict[str, str]:
    """Addresses with a place for what a script knows later."""
    return {
        "receipt_pattern": reverse("practice:receipt", args=[CODE]),
        "analysis_pattern": reverse("practice:receipt-session", args=[CODE]),
    }


@login_required
@never_cache
@require_safe
def drill(request: UserRequest) -> HttpResponse:
    form = DrillForm(request.GET, banks=banks.usable_by(request.user))
    if not form.is_valid():
        return redirect("practice:drills")
    values = form.cleaned_data
    session = sessions.drill(
        request.user,
        values["bank"],
        topic=values["topic"],
        level=values["level"],
        difficulty=values["difficulty"],
        count=values["count"],
        at=timezone.now(),
    )
    return _show(request, session)


@login_required
@never_cache
@require_safe
def daily(request: UserRequest, code: str) -> HttpResponse:
    bank = _bank(request, code)
    return _show(request, sessions.daily(request.user, bank, at=timezone.now()), again="")


@login_required
@never_cache
@require_safe
def challenge(request: UserRequest, code: str) -> HttpResponse:
    bank = _bank(request, code)
    session = sessions.challenge(request.user, bank, at=timezone.now())
    if session is None:
        return _tries_used(request, sessions.CHALLENGE_TRIES)
    return _show(request, session)


@login_required
@never_cache
@require_safe
def campaign_challenge(request: UserRequest, slug: str) -> HttpResponse:
    """A try in a campaign; ``?bank=`` chooses among its banks, the nearest to the person's trade else."""
    campaign = get_object_or_404(campaigns.visible_to(request.user), slug=slug)
    now = timezone.now()
    if not campaigns.takes_part(request.user, campaign) or not campaign.is_running(now):
        return redirect(campaign)
    bank = _bank_of(request, campaign)
    if bank is None:
        messages.warning(request, _("这项活动还没有可用的题库，请联系主办单位。"))
        return redirect(campaign)
    session = sessions.campaign_challenge(request.user, campaign, bank, at=now)
    if session is None:
        return _tries_used(request, campaign.tries_a_day, leave=campaign.get_absolute_url())
    return _show(request, session, leave=campaign.get_absolute_url())


@login_required
@never_cache
@require_safe
def mistakes(request: UserRequest) -> HttpResponse:
    code = request.GET.get("bank", "")
    bank = _bank(request, code) if code else None
    session = sessions.mistakes(request.user, bank=bank, at=timezone.now())
    if session is None:
        messages.success(request, _("错题本里没有要重练的题。"))
        return redirect("practice:mistakes")
    return _show(request, session, leave=reverse("practice:mistakes"))


@login_required
@never_cache
@require_safe
def review(request: UserRequest) -> HttpResponse:
    session = sessions.review(request.user, at=timezone.now())
    if session is None:
        messages.success(request, _("今天要复习的都复习完了。"))
        return redirect("practice:home")
    return _show(request, session)


@login_required
@never_cache
@require_safe
def level(request: UserRequest, code: str, number: int) -> HttpResponse:
    bank = _bank(request, code)
    path = levels.path(request.user, bank)
    overview = reverse("practice:levels", args=[bank.code])
    step = next((step for step in path if step.number == number), None)
    if step is None:
        return redirect(overview)
    if not step.is_open:
        raise NotOpenYet(_("前面的关还没有通过，先从上一关开始。"))
    return _show(request, sessions.level(request.user, bank, step, at=timezone.now()), leave=overview)


@login_required
@never_cache
@require_safe
def sudden(request: UserRequest, code: str) -> HttpResponse:
    return _show(request, sessions.sudden(request.user, _bank(request, code), at=timezone.now()))


@login_required
@never_cache
@require_safe
def mock(request: UserRequest, code: str) -> HttpResponse:
    return _show(request, sessions.mock(request.user, _bank(request, code), at=timezone.now()))


def _bank(request: UserRequest, code: str) -> Bank:
    return get_object_or_404(banks.usable_by(request.user), code=code)


def _bank_of(request: UserRequest, campaign: Campaign) -> Bank | None:
    """The bank of ``campaign`` that was asked for, or that fits the person best."""
    # A campaign opens its banks to whoever takes part in it.
    found = list(campaign.banks.filter(archived_at=None, current__isnull=False).order_by("pk"))
    asked = request.GET.get("bank", "")
    choice = home.choice_of(request.user)
    found.sort(
        key=lambda bank: (
            bank.code != asked,
            choice is None or choice.trade_id is None or bank.trade_id != choice.trade_id,
        )
    )
    return found[0] if found else None


def _tries_used(request: HttpRequest, tries: int, *, leave: str = "") -> HttpResponse:
    context = {"tries": tries, "leave": leave or reverse("practice:home")}
    return render(request, "practice/tries_used.html", context)


def _show(request: UserRequest, session: Session | None, *, again: str | None = None, leave: str = "") -> HttpResponse:
    if session is None:
        messages.warning(request, _("这个题库暂时没有可练的题目，换一个试试。"))
        return redirect("practice:home")
    if not exposure.can_be_shown_more(request.user, today=periods.day_of(timezone.now())):
        messages.warning(request, _("您今天练的题已经够多了，休息一下，明天再来。"))
        return redirect("practice:home")
    return render(request, "practice/play.html", play_context(request, session, again=again, leave=leave))
