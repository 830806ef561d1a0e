"""Duels: opening one, inviting somebody with a QR code, playing it, and who won."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huomiao.core import addresses, qr
from huomiao.core.requests import UserRequest, whole_number
from huomiao.practice import plans, sessions
from huomiao.practice.actions import duels as actions
from huomiao.practice.models import Duel
from huomiao.practice.queries import banks, home
from huomiao.practice.queries import duels as queries
from huomiao.practice.states import DuelState
from huomiao.practice.views.home import page_context
from huomiao.practice.views.playing import play_context

PAGE = 20


@login_required
@require_safe
def duels(request: UserRequest) -> HttpResponse:
    """Begin a duel; those played before."""
    now = timezone.now()
    page = Paginator(queries.taken_part(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [(duel, queries.state(duel, at=now), *queries.sides(duel, request.user)) for duel in page.object_list]
    context = {
        **page_context(request),
        "banks": home.banks_for(request.user, home.choice_of(request.user)),
        "page_obj": page,
        "rows": rows,
    }
    return render(request, "practice/duels.html", context)


@login_required
@require_POST
def duel_open(request: UserRequest) -> HttpResponse:
    bank = get_object_or_404(banks.usable_by(request.user), code=request.POST.get("bank", ""))
    begin = actions.match if request.POST.get("how") == "match" else actions.invite
    return redirect(begin(bank, by=request.user, at=timezone.now()))


@login_required
@never_cache
@require_safe
def duel(request: UserRequest, code: str) -> HttpResponse:
    """The duel as it stands for this person: an invitation, the waiting room, the questions, or the result."""
    now = timezone.now()
    found = get_object_or_404(Duel.objects.select_related("host", "guest", "release__bank"), code=code)
    if request.user.pk not in (found.host_id, found.guest_id):
        is_open = queries.state(found, at=now) == DuelState.WAITING
        context = {**page_context(request), "duel": found, "is_open": is_open}
        return render(request, "practice/duel_invitation.html", context)
    found = get_object_or_404(queries.taken_part(request.user), pk=actions.settle(found, at=now).pk)
    mine, other = queries.sides(found, request.user)
    if mine is not None or queries.state(found, at=now) == DuelState.OVER:
        context = {
            **page_context(request),
            "duel": found,
            "mine": mine,
            "other": other,
            "outcome": _outcome(mine, other),
        }
        context["is_settled"] = queries.state(found, at=now) == DuelState.OVER
        return render(request, "practice/duel_result.html", context)
    address = addresses.absolute(request, found.get_absolute_url())
    session = sessions.duel(request.user, found, at=now)
    context = {
        **play_context(request, session, leave=found.get_absolute_url(), again=found.get_absolute_url()),
        "duel": found,
        "is_host": found.host_id == request.user.pk,
        "address": address,
        "qr": qr.svg(address, label=address),
        "by_hand": True,
        "with_rival": True,
        # The phones get it when the duel begins, so that nobody reads the questions while they wait.
        "plan": "",
    }
    return render(request, "practice/duel.html", context)


@login_required
@require_POST
def duel_join(request: UserRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Duel.objects.select_related("release"), code=code)
    return redirect(actions.join(found, by=request.user, at=timezone.now()))


@login_required
@require_POST
def duel_recorded(request: UserRequest, code: str) -> HttpResponse:
    found = get_object_or_404(queries.taken_part(request.user), code=code)
    return redirect(actions.play_recorded(found, by=request.user, at=timezone.now()))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def duel_state(request: UserRequest, code: str) -> JsonResponse:
    """What the two phones ask every other second: how far it is, and how far the other is."""
    found = get_object_or_404(queries.taken_part(request.user), code=code)
    now = timezone.now()
    done = whole_number(request.POST.get("done", "")) or 0
    found = actions.report(found, by=request.user, done=done, at=now)
    return JsonResponse(_as_json(found, request, now))


def _as_json(found: Duel, request: UserRequest, now: Any) -> dict[str, Any]:
    is_host = found.host_id == request.user.pk
    rival = found.guest if is_host else found.host
    stage = queries.state(found, at=now)
    mine, other = queries.sides(found, request.user)
    answer: dict[str, Any] = {
        "state": stage,
        "now": int(now.timestamp() * 1000),
        "starts_at": int(found.starts_at.timestamp() * 1000) if found.starts_at else None,
        "rival": rival.name if rival else (other.name if found.recorded_id and other else ""),
        "done": found.guest_done if is_host else found.host_done,
        "total": found.questions,
        "is_rival_done": other is not None and rival is not None,
        "is_rival_gone": rival is not None and queries.is_rival_gone(found, request.user, at=now),
        # How long the recorded run took, so that its progress can be shown.
        "recorded_seconds": other.seconds if other is not None and rival is None else None,
    }
    if stage in (DuelState.COUNTING, DuelState.RUNNING) and mine is None:
        # Fresh, because the seed may have become that of a recorded run.
        answer["plan"] = plans.sign(sessions.duel(request.user, found, at=now).plan)
    return answer


def _outcome(mine: queries.Side | None, other: queries.Side | None) -> str:
    if mine is None:
        return "missed"
    if other is None:
        return "alone"
    if mine.rank == other.rank:
        return "draw"
    return "won" if mine.rank > other.rank else "lost"
