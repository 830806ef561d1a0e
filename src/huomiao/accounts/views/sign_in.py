"""Signing in: the page, the lock, and what to do when the password is gone."""

from __future__ import annotations

import math
from typing import Any

from allauth.account.views import LoginView, PasswordChangeView, ReauthenticateView
from allauth.mfa.totp.views import ActivateTOTPView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from huomiao.accounts import locking, queries
from huomiao.accounts.views import scan


def _again(view: Any, form: forms.BaseForm) -> HttpResponse:
    """The page again, with what is wrong."""
    response: HttpResponse = view.render_to_response(view.get_context_data(form=form), status=422)
    return response


class SignInView(LoginView):  # type: ignore[misc]  # allauth has no types; its views are classes
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"scan": scan.offer(self.request)}

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return _again(self, form)


class ReauthenticatePasswordView(ReauthenticateView):  # type: ignore[misc]  # allauth has no types
    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return _again(self, form)


class ChangePasswordView(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return _again(self, form)


class ActivateAuthenticatorView(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return _again(self, form)


def forgotten(request: HttpRequest) -> HttpResponse:
    """Who gives out a new password: no letter is sent, so the unit's union does."""
    return render(request, "account/password_reset.html")


def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up by themselves; the page says how one gets an account."""
    return render(request, "account/signup_closed.html")


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What axes shows after too many wrong passwords: how long to wait, and who can help sooner."""
    key = locking.account_key(request, credentials)
    until = queries.locked_until(key, locking.client_address(request))
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds())) if until else 60
    response = render(request, "account/locked.html", {"minutes": math.ceil(seconds / 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
