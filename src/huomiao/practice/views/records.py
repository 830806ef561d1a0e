"""What somebody has done: the wrong-answer book, finished sessions with their explanations, receipts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huomiao.core.requests import UserRequest
from huomiao.practice.hotpath import receipts
from huomiao.practice.models import Attempt
from huomiao.practice.queries import banks, done
from huomiao.practice.views.home import page_context

PAGE = 20


@login_required
@never_cache
@require_safe
def mistakes(request: UserRequest) -> HttpResponse:
    """The wrong-answer book: what to practise again, without its answers."""
    mine = done.mistakes(request.user)
    in_book = banks.usable_by(request.user).filter(pk__in=mine.order_by().values("question__bank")).order_by("name")
    code = request.GET.get("bank", "")
    bank = next((one for one in in_book if one.code == code), None)
    rows = done.mistakes(request.user, bank=bank)
    context = {
        **page_context(request),
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "banks": in_book,
        "bank": bank,
    }
    return render(request, "practice/mistakes.html", context)


@login_required
@never_cache
@require_safe
def mistake(request: UserRequest, pk: int) -> HttpResponse:
    """One question of the book, as it was last answered, with the right answer and its explanation."""
    memory = get_object_or_404(done.mistakes(request.user), question__pk=pk)
    item = done.last_answer(request.user, memory.question)
    return render(request, "practice/mistake.html", {**page_context(request), "memory": memory, "item": item})


@login_required
@never_cache
@require_safe
def history(request: UserRequest) -> HttpResponse:
    rows = done.visible_to(request.user).defer("answers")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "practice/history.html", {**page_context(request), "page_obj": page})


@login_required
@never_cache
@require_safe
def session(request: UserRequest, nonce: str) -> HttpResponse:
    """A finished session: every question with its explanation, and which topics went how."""
    return _session(request, get_object_or_404(done.visible_to(request.user), nonce=nonce))


@login_required
@never_cache
@require_safe
def receipt_session(request: UserRequest, code: str) -> HttpResponse:
    """The session that a receipt is for."""
    found = receipts.read(code)
    if found is None:
        raise Http404
    return _session(request, get_object_or_404(done.visible_to(request.user), nonce=found.nonce))


@login_required
@never_cache
@require_safe
def receipt(request: UserRequest, code: str) -> HttpResponse:
    """What a receipt says, and whether the server still holds just that."""
    found = receipts.read(code)
    attempt = Attempt.objects.filter(nonce=found.nonce, user=request.user).first() if found else None
    context: dict[str, Any] = {
        **page_context(request),
        "receipt": found,
        "attempt": attempt,
        "is_mine": found is not None and found.user_id == request.user.pk,
        "is_whole": found is not None and attempt is not None and receipts.of(attempt) == found,
        "code": code,
    }
    return render(request, "practice/receipt.html", context, status=200 if found else 404)


def _session(request: UserRequest, attempt: Attempt) -> HttpResponse:
    items = done.answered(attempt)
    wrong = [item for item in items if item.fraction is not None and not item.is_right]
    context = {
        **page_context(request),
        "attempt": attempt,
        "wrong": wrong,
        "rest": [item for item in items if item not in wrong],
        "topics": done.by_topic(items),
    }
    return render(request, "practice/session.html", context)
