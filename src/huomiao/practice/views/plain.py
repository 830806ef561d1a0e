"""A whole paper on one page, for browsers without scripts; graded and written just as any other."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huomiao.core.requests import UserRequest
from huomiao.practice import inside, plain_forms
from huomiao.practice.hotpath import calls, tokens
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.states import Mode
from huomiao.practice.views.home import page_context

_INVALID = 422


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def plain(request: UserRequest) -> HttpResponse:
    if request.method == "GET":
        query = urlencode({"plan": request.GET.get("plan", "")}).encode()
        return _page(request, inside.ask(request, "paper", query=query)["token"])
    sealed = request.POST.get("token", "")
    token, order_key = tokens.read(sealed, user=request.user.pk, now=calls.clock())
    answers = [question.answer for question in plain_forms.questions(token, order_key, request.POST)]
    try:
        reply = inside.ask(request, "submit", sent={"token": sealed, "answers": answers})
    except Refusal as refusal:
        if refusal.status != _INVALID:
            raise
        return _page(request, sealed, posted=request.POST, error=refusal.message)
    if not reply["receipt"]:
        messages.warning(request, _("交卷时限已过，这次不计成绩。"))
        return redirect("practice:home")
    return redirect("practice:receipt-session", code=reply["receipt"])


def _page(request: UserRequest, sealed: str, *, posted: QueryDict | None = None, error: str = "") -> HttpResponse:
    token, order_key = tokens.read(sealed, user=request.user.pk, now=calls.clock())
    context = {
        **page_context(request),
        "title": Mode(token.mode).label,
        "token": sealed,
        "ends_at": datetime.fromtimestamp(token.ends / 1000, UTC) if token.ends else None,
        "questions": plain_forms.questions(token, order_key, posted),
        "error": error,
    }
    return render(request, "practice/plain.html", context, status=_INVALID if error else 200)
