"""How allauth fits this site: nobody signs up, secrets are encrypted, strangers from elsewhere stay out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.accounts import clients, locking, phones
from huomiao.accounts.actions import people
from huomiao.accounts.models import User, phone_index
from huomiao.core import encryption, qr

# What is kept of what a platform tells about a person: enough to recognise the account in a list.
KEPT = ("name", "nick", "preferred_username")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("账号（或手机号）与密码不相符，请检查后重试。"),
        "too_many_login_attempts": gettext_lazy("登录失败次数过多，请稍后再试。"),
        "enter_current_password": gettext_lazy("当前密码不正确。"),
        "incorrect_password": gettext_lazy("密码不正确。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come from their unit's roster, never from outside."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return clients.address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures per person, whichever of their names was typed."""
        return locking.account_key(request, credentials)

    def set_password(self, user: User, password: str) -> None:
        people.set_password(user, password, by=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
            )
        return response

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        names = {
            "reauthenticate": _("输入密码"),
            "mfa_reauthenticate": _("输入动态验证码或恢复码"),
            "mfa_reauthenticate:webauthn": _("使用通行密钥"),
        }
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method | {"description": names[method["id"]]} for method in methods]


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("验证码不正确，请检查手机时间是否准确后重试。"),
        "cannot_generate_recovery_codes": gettext_lazy("请先开启一种第二验证方式，再生成恢复码。"),
    }

    def encrypt(self, text: str) -> str:
        return encryption.cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.cipher().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return settings.PROGRAMME_NAME or _("火苗")

    def build_totp_svg(self, url: str) -> str:
        return qr.svg_image(url)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name for it
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("通行密钥 %(number)d") % {"number": number}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Somebody known elsewhere is let in as the person here that they are connected to, or whose number they own."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": gettext_lazy("该平台账号已绑定到另一个账号。"),
        "no_password": gettext_lazy("请先设置密码，再解除绑定。"),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Note the verified number and address, and drop from the stored data everything but a name."""
        told = _profile(sociallogin.account.extra_data)
        sociallogin.verified_phone = _verified_phone(sociallogin.account.provider, told)
        sociallogin.account.extra_data = {key: told[key] for key in KEPT if isinstance(told.get(key), str)}
        user: User = sociallogin.user
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing or sociallogin.state.get("process") != AuthProcess.LOGIN:
            return
        user = _owner(sociallogin)
        if user is not None:
            sociallogin.connect(request, user)


def _profile(extra_data: dict[str, Any]) -> dict[str, Any]:
    """What the platform says of the person; OpenID Connect nests it."""
    for nested in ("userinfo", "id_token"):
        if isinstance(extra_data.get(nested), dict):
            return dict(extra_data[nested])
    return dict(extra_data)


def _verified_phone(provider: str, told: dict[str, Any]) -> str:
    """The mainland mobile number that the platform has verified; "" when it gives none."""
    if provider == "dingtalk":
        given = told.get("mobile") if str(told.get("stateCode", "86")) == "86" else ""
    elif provider in ("feishu", "wecom"):
        given = told.get("mobile")
    else:
        given = told.get("phone_number") if told.get("phone_number_verified") is True else ""
    return phones.normalized(str(given or ""))


def _owner(sociallogin: SocialLogin) -> User | None:
    """The one person here who has the number, else the one who has the address, that the platform verified."""
    phone = getattr(sociallogin, "verified_phone", "")
    if phone:
        found = User.objects.filter(phone_key=phone_index(phone)).first()
        if found is not None:
            return found
    for address in sociallogin.email_addresses:
        people_with_it = list(User.objects.filter(email__iexact=address.email)[:2]) if address.verified else []
        if len(people_with_it) == 1:
            return people_with_it[0]
    return None
