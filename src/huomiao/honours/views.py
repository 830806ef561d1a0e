from __future__ import annotations

import tempfile
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core.addresses import absolute
from huomiao.core.downloads import PDF, download
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.honours import actions, certificates, codes, queries, rules
from huomiao.honours.forms import RegisterForm, RevokeForm, VerifyForm
from huomiao.honours.models import Honour, Status

PER_PAGE = 30
# Lookups of codes from one address. A code cannot be guessed; this keeps robots from trying at our cost.
MOST_LOOKUPS = 30
LOOKUP_WINDOW = 600


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The public register of honours."""
    form = RegisterForm(request.GET, years=queries.years())
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "year": None}
    honours = queries.search(queries.published(), text=wanted.get("q", ""), year=wanted.get("year"))
    page = Paginator(honours, PER_PAGE).get_page(request.GET.get("page"))
    shown = [honour.pk for honour in page]
    context = {
        "form": form,
        "page_obj": page,
        "handled": set(queries.to_hand_out(request.user).filter(pk__in=shown).values_list("pk", flat=True)),
        "is_filtered": bool(wanted.get("q") or wanted.get("year")),
        "can_hand_out": rules.can_hand_out(request.user),
    }
    return render(request, "honours/list.html", context)


@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a code is typed when the QR code cannot be scanned."""
    if "code" not in request.GET:
        return render(request, "honours/verify_form.html", {"form": VerifyForm()})
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return render(request, "honours/verify_form.html", {"form": form}, status=422)
    return redirect("honours:verify", codes.readings(form.cleaned_data["code"])[0])


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate is genuine: name, award and status, and nothing else."""
    if _is_too_often(request):
        return render(request, "honours/too_often.html", status=429)
    honour = queries.found_by(code)
    if honour is None:
        return render(request, "honours/unknown.html", {"code": code[:40], "form": VerifyForm()}, status=404)
    return render(request, "honours/verify.html", {"honour": honour, "is_valid": honour.status == Status.VALID})


def _is_too_often(request: HttpRequest) -> bool:
    key = f"honours-lookups:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, LOOKUP_WINDOW)
    try:
        return cache.incr(key) > MOST_LOOKUPS
    except ValueError:  # it ended in between
        return False


@require_safe
@login_required
def mine(request: UserRequest) -> HttpResponse:
    return render(request, "honours/mine.html", {"honours": queries.held_by(request.user)})


@require_safe
@login_required
def certificate(request: UserRequest, pk: int) -> HttpResponse:
    """The certificate of an honour, for who holds it and for the unions of its unit."""
    honour = get_object_or_404(queries.certified_to(request.user).prefetch_related("holders"), pk=pk)
    content = certificates.certificate(honour, absolute=partial(absolute, request))
    return download(content, _("荣誉证书-%(number)s.pdf") % {"number": honour.number}, media_type=PDF)


@require_safe
@login_required
def bundle(request: UserRequest) -> HttpResponseBase:
    """The certificates of the register's current filter, all in one zip."""
    if not rules.can_hand_out(request.user):
        raise NotAllowed(_("只有主办方可以批量下载证书。"))
    form = RegisterForm(request.GET, years=queries.years())
    wanted = form.cleaned_data if form.is_valid() else {}
    honours = queries.search(queries.to_hand_out(request.user), text=wanted.get("q", ""), year=wanted.get("year"))
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it once it is sent
    certificates.bundle(honours, target, absolute=partial(absolute, request))
    target.seek(0)
    return FileResponse(
        target, as_attachment=True, filename=_("荣誉证书.zip"), headers={"Cache-Control": "private, no-store"}
    )


def _to_revoke(request: UserRequest, pk: int) -> Honour:
    honour = get_object_or_404(queries.certified_to(request.user).prefetch_related("holders"), pk=pk)
    if not rules.can_revoke(request.user, honour):
        raise NotAllowed(_("只有主办方可以撤销荣誉。"))
    return honour


@login_required
def revoke_form(request: UserRequest, pk: int) -> HttpResponse:
    """Where the organiser says why an honour no longer stands."""
    honour = _to_revoke(request, pk)
    return render(request, "honours/revoke.html", {"honour": honour, "form": RevokeForm()})


@require_POST
@login_required
def revoke(request: UserRequest, pk: int) -> HttpResponse:
    honour = _to_revoke(request, pk)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return render(request, "honours/revoke.html", {"honour": honour, "form": form}, status=422)
    try:
        actions.revoke(honour, by=request.user, reason=form.cleaned_data["reason"])
    except Invalid as refusal:
        form.add_error("reason", refusal.message)
        return render(request, "honours/revoke.html", {"honour": honour, "form": form}, status=422)
    messages.success(request, _("荣誉已撤销。"))
    return redirect(honour)
