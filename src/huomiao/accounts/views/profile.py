"""One's own account: who one is here, how one signs in, where one is signed in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huomiao.accounts import exports, locking, queries, throttling
from huomiao.accounts import unsent as unsent_forms
from huomiao.accounts.actions import people
from huomiao.accounts.forms import LanguageForm, PhoneForm
from huomiao.core.requests import UserRequest


@never_cache
@login_required
def profile(request: UserRequest) -> HttpResponse:
    return render(
        request,
        "accounts/profile.html",
        {
            "person": request.user,
            "has_second_factor": queries.has_second_factor(request.user),
            "sessions": queries.sessions(request.user, current_key=request.session.session_key),
            "language_form": LanguageForm(initial={"language": request.user.language or settings.LANGUAGE_CODE}),
        },
    )


@never_cache
@login_required
def phone(request: UserRequest) -> HttpResponse:
    """Change the phone number; the password is asked for, and wrong ones are counted."""
    form = PhoneForm(request.POST or None, user=request.user)
    if request.method == "POST":
        throttling.take("phone", locking.key_of(request.user), most=10, within=timedelta(minutes=10))
        if form.is_valid():
            try:
                people.change_phone(request.user, form.cleaned_data["phone"], by=request.user)
            except people.PhoneTaken as taken:
                form.add_error("phone", taken.message)
            else:
                messages.success(request, _("手机号已更换，下次可用新号码登录。"))
                return redirect("accounts:profile")
    return render(request, "accounts/phone.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@login_required
def language(request: UserRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if form.is_valid():
        people.choose_language(request.user, form.cleaned_data["language"])
    response = redirect("accounts:profile")
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
        )
    return response


@require_POST
@login_required
def end_session(request: UserRequest, pk: int) -> HttpResponse:
    """Sign out of one place."""
    if people.end_sessions(request.user, by=request.user, only=pk):
        messages.success(request, _("已退出该设备。"))
    return redirect("accounts:profile")


@require_POST
@login_required
def end_sessions(request: UserRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    people.end_sessions(request.user, by=request.user, but=request.session.session_key)
    messages.success(request, _("已退出其他所有设备。"))
    return redirect("accounts:profile")


@never_cache
@login_required
def export(request: UserRequest) -> HttpResponse:
    """Everything that is known about oneself, as a file."""
    throttling.take("export", str(request.user.pk), most=10, within=timedelta(hours=1))
    options = {"ensure_ascii": False, "indent": 2}
    response = JsonResponse(exports.collect(request.user), json_dumps_params=options)
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="huomiao-{day}.json"'
    return response


@never_cache
@login_required
def unsent(request: UserRequest) -> HttpResponse:
    """What could not be sent because the session had ended, to send now, copy or drop."""
    if request.method == "POST":
        unsent_forms.forget(request)
        return redirect("portal:home")
    form = unsent_forms.kept(request, at=timezone.now())
    if form is None:
        return redirect("portal:home")
    return render(request, "accounts/unsent.html", {"form": form})
