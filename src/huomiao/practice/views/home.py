"""The worker's start page, what they practise, and the pages on which a drill, a level or a mock exam is chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huomiao.core.requests import UserRequest, is_safe_path
from huomiao.practice import periods, sessions
from huomiao.practice.actions import choosing
from huomiao.practice.device import person_key
from huomiao.practice.forms.playing import ChoiceForm, DrillForm
from huomiao.practice.models import Bank
from huomiao.practice.queries import asking, banks, campaigns, done, exams, home, levels
from huomiao.practice.states import Mode
from huomiao.practice.views.playing import CODE
from huomiao.practice.words import WORDS


def page_context(request: UserRequest) -> dict[str, Any]:
    """What every page of practice carries for its scripts."""
    return {
        "person": person_key(request.user),
        "words": WORDS,
        "receipt_pattern": reverse("practice:receipt", args=[CODE]),
    }


@login_required
@require_safe
def start(request: UserRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    choice = home.choice_of(user)
    found = home.banks_for(user, choice)
    if choice is None and found:
        return redirect("practice:choice")
    today = periods.day_of(now)
    standing = home.standing(user, today=today)
    bank = found[0] if found else None
    tried = done.tries(user, Mode.CHALLENGE, day=today, campaign=None) if bank else 0
    has_done_daily = bank is not None and done.tries(user, Mode.DAILY, day=today) > 0
    context = {
        **page_context(request),
        "choice": choice,
        "bank": bank,
        "banks": found[: home.BANKS_SHOWN],
        "bank_count": len(found),
        "standing": standing,
        "tries_left": max(0, sessions.CHALLENGE_TRIES - tried),
        "has_done_daily": has_done_daily,
        "campaigns": campaigns.open_to(user, at=now),
        "candidacies": exams.due_for(user, now),
    }
    return render(request, "practice/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def choice(request: UserRequest) -> HttpResponse:
    """Asks once which trade and level somebody practises; changed on the same page."""
    back = request.POST.get("next") or request.GET.get("next", "")
    form = ChoiceForm(request.POST or None, instance=home.choice_of(request.user), trades=home.trades(request.user))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        choosing.choose(request.user, trade=values["trade"], level=values["level"], at=timezone.now())
        return redirect(back if is_safe_path(back) else reverse("practice:home"))
    context = {**page_context(request), "form": form, "next": back if is_safe_path(back) else ""}
    return render(request, "practice/choice.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def drills(request: UserRequest) -> HttpResponse:
    """Choose a bank, and a part of it."""
    found = home.banks_for(request.user, home.choice_of(request.user))
    if not found:
        return render(request, "practice/drills.html", {**page_context(request), "banks": []})
    code = request.GET.get("bank", "")
    bank = next((one for one in found if one.code == code), found[0])
    form = DrillForm({"bank": bank.code, "count": sessions.DRILL_COUNTS[0]}, banks=banks.usable_by(request.user))
    context = {
        **page_context(request),
        "bank": bank,
        "banks": found,
        "form": form,
        "topics": asking.topics(bank),
        "total": asking.askable(bank).count(),
    }
    return render(request, "practice/drills.html", context)


@login_required
@require_safe
def level_path(request: UserRequest, code: str = "") -> HttpResponse:
    """The path of levels through a bank, the first of one's own trade if none is named."""
    found = home.banks_for(request.user, home.choice_of(request.user))
    bank: Bank | None = found[0] if found else None
    if code:
        bank = get_object_or_404(banks.usable_by(request.user), code=code)
    path = levels.path(request.user, bank) if bank else []
    context = {
        **page_context(request),
        "bank": bank,
        "banks": found,
        "path": path,
        "passed": sum(step.is_passed for step in path),
        "next": next((step for step in path if step.is_open and not step.is_passed), None),
        "lives": levels.LIVES,
        "pass_percent": levels.PASS_PERCENT,
    }
    return render(request, "practice/levels.html", context)


@login_required
@require_safe
def mocks(request: UserRequest) -> HttpResponse:
    """Which bank to sit a mock exam of, with its rules."""
    found = home.banks_for(request.user, home.choice_of(request.user))
    context = {
        **page_context(request),
        "banks": found,
        "questions": sessions.MOCK_QUESTIONS,
        "minutes": sessions.MOCK_MINUTES,
        "pass_percent": sessions.MOCK_PASS_PERCENT,
    }
    if not found:
        messages.info(request, _("您所在的单位还没有可用的题库。"))
    return render(request, "practice/mocks.html", context)
