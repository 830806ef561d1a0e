"""Sign-in by scanning, as the desktop and the phone see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huomiao.accounts import clients, sign_in, throttling
from huomiao.accounts.actions import scans
from huomiao.accounts.models import ScanLogin
from huomiao.core import qr
from huomiao.core.addresses import absolute
from huomiao.core.requests import UserRequest, is_safe_path

SESSION_KEY = "scan"
MINUTE = timedelta(minutes=1)
# A code with less left than this is replaced when the page is loaded anew.
WORTH_SHOWING = timedelta(seconds=45)


@dataclass(frozen=True)
class Offer:
    """A code as the sign-in page shows it."""

    svg: SafeString
    word: str
    seconds: int


def offer(request: HttpRequest, *, anew: bool = False) -> Offer | None:
    """The code for this browser to show, made when it has none; None on a phone or when it has asked too often."""
    agent = request.headers.get("User-Agent", "")
    if clients.is_phone(agent):
        return None
    now = timezone.now()
    held = request.session.get(SESSION_KEY) or {}
    scan = ScanLogin.objects.filter(code=held.get("code", ""), state__in=scans.OPEN).first()
    if scan is None or anew or scan.expires_at - now < WORTH_SHOWING:
        place = clients.address(request)
        if throttling.count("scan-show", place, within=MINUTE) > 60:
            return None
        scan, claim = scans.show(browser=clients.browser(agent), address=place, at=now)
        request.session[SESSION_KEY] = {"code": scan.code, "claim": claim, "next": _next(request)}
    link = absolute(request, reverse("accounts:scan", args=[scan.code]))
    return Offer(
        svg=qr.svg(link, label=_("登录二维码")),
        word=scans.word(scan.code),
        seconds=int((scan.expires_at - now).total_seconds()),
    )


def _next(request: HttpRequest) -> str:
    """Where the person was going when the sign-in page stopped them."""
    path: str = get_next_redirect_url(request) or ""
    return path if is_safe_path(path) else ""


@never_cache
@require_POST
def renew(request: HttpRequest) -> JsonResponse:
    """A fresh code for the sign-in page, as JSON."""
    shown = offer(request, anew=True)
    if shown is None:
        raise throttling.TooMany(_("二维码刷新太频繁，请稍后再试，或用密码登录。"))
    return JsonResponse({"svg": shown.svg, "word": shown.word, "seconds": shown.seconds})


@never_cache
@require_POST
def poll(request: HttpRequest) -> JsonResponse:
    """Whether the phone has answered. Once it has let this desktop in, this very request signs it in."""
    throttling.take("scan-poll", request.session.session_key or clients.address(request), most=240, within=MINUTE)
    state, target = _collect(request)
    return JsonResponse({"state": state, "next": target})


@never_cache
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """The same by a button, for browsers that run no script."""
    throttling.take("scan-claim", clients.address(request), most=30, within=MINUTE)
    state, target = _collect(request)
    if target:
        return redirect(target)
    if state == ScanLogin.State.REFUSED:
        messages.warning(request, _("手机上拒绝了这次登录。"))
    else:
        messages.info(request, _("还没有收到手机的确认，请在手机上点“确认登录”后再试。"))
    return redirect("account_login")


def _collect(request: HttpRequest) -> tuple[str, str]:
    """How this browser's code stands, and where to go when it has just been let in."""
    if request.user.is_authenticated:
        return ScanLogin.State.USED, resolve_url("portal:home")
    held = request.session.get(SESSION_KEY) or {}
    code, secret = held.get("code", ""), held.get("claim", "")
    now = timezone.now()
    user = scans.collect(code, secret, at=now)
    if user is not None:
        target = held.get("next") or resolve_url("portal:home")
        sign_in.enter(request, user)
        request.session.pop(SESSION_KEY, None)
        return ScanLogin.State.USED, target
    scan = ScanLogin.objects.filter(code=code).first()
    if scan is None or (scan.state in (*scans.OPEN, ScanLogin.State.CONFIRMED) and scan.expires_at <= now):
        return "expired", ""
    return scan.state, ""


@never_cache
@login_required
def phone(request: UserRequest, code: str) -> HttpResponse:
    """What the phone shows after scanning: which browser asks, from where, and the two answers."""
    throttling.take("scan-look", str(request.user.pk), most=30, within=MINUTE)
    scan = get_object_or_404(ScanLogin, code=code)
    now = timezone.now()
    is_open = scan.state in scans.OPEN and scan.expires_at > now
    if is_open:
        scans.mark_scanned(scan, at=now)
    return render(
        request,
        "accounts/scan.html",
        {"scan": scan, "word": scans.word(scan.code), "is_open": is_open},
        status=200 if is_open else 410,
    )


@require_POST
@login_required
def confirm(request: UserRequest, code: str) -> HttpResponse:
    return _answer(request, code, is_welcome=True)


@require_POST
@login_required
def refuse(request: UserRequest, code: str) -> HttpResponse:
    return _answer(request, code, is_welcome=False)


def _answer(request: UserRequest, code: str, *, is_welcome: bool) -> HttpResponse:
    throttling.take("scan-answer", str(request.user.pk), most=10, within=MINUTE)
    scan = get_object_or_404(ScanLogin, code=code)
    answer = scans.confirm if is_welcome else scans.refuse
    answer(scan, by=request.user, at=timezone.now())
    return render(request, "accounts/scan_done.html", {"scan": scan, "is_welcome": is_welcome})
