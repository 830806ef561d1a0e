"""Addresses of sign-in (allauth's names, without a namespace) and of one's own account (``accounts:``)."""

from __future__ import annotations

from allauth.account import views as account
from allauth.urls import build_provider_urlpatterns
from django.urls import include, path
from django.views.decorators.gzip import gzip_page

from huomiao.accounts.views import profile, scan, sign_in

own = [
    path("me/", profile.profile, name="profile"),
    path("me/phone/", profile.phone, name="phone"),
    path("me/language/", profile.language, name="language"),
    path("me/sessions/end/", profile.end_sessions, name="sessions-end"),
    path("me/sessions/<int:pk>/end/", profile.end_session, name="session-end"),
    path("me/export/", profile.export, name="export"),
    path("me/unsent/", profile.unsent, name="unsent"),
    path("scan/new/", scan.renew, name="scan-renew"),
    path("scan/poll/", scan.poll, name="scan-poll"),
    path("scan/claim/", scan.claim, name="scan-claim"),
    path("scan/<str:code>/", scan.phone, name="scan"),
    path("scan/<str:code>/confirm/", scan.confirm, name="scan-confirm"),
    path("scan/<str:code>/refuse/", scan.refuse, name="scan-refuse"),
]

# Only those of allauth's pages that mean something here: no sign-up, no letters, no e-mail addresses to manage.
shared = [
    # On the way from a poster to the first question, so it goes out compressed.
    path("login/", gzip_page(sign_in.SignInView.as_view()), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", sign_in.closed, name="account_signup"),
    path("reauthenticate/", sign_in.ReauthenticatePasswordView.as_view(), name="account_reauthenticate"),
    path("password/change/", sign_in.ChangePasswordView.as_view(), name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/forgotten/", sign_in.forgotten, name="account_reset_password"),
    path("2fa/totp/activate/", sign_in.ActivateAuthenticatorView.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    *build_provider_urlpatterns(),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("accounts/", include(shared)),
]
