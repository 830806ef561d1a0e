"""Forms of sign-in and of one's own account. allauth's forms are kept and worded for people here."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from huomiao.accounts import clients, phones
from huomiao.accounts.models import User, phone_index

PASSWORD_RULES = _("至少 8 位，不能只有数字，不要用姓名、账号或常见密码。")
CODE_ATTRS = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "placeholder": ""}


def _worded(form: forms.BaseForm, **labels: Any) -> None:
    """Give the fields our labels; a placeholder that only repeats the label goes."""
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(account_forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, login=_("账号或手机号"), password=_("密码"), remember=_("在这台设备上保持登录"))
        self.fields["password"].help_text = ""
        self.fields["remember"].initial = clients.is_phone(self.request.headers.get("User-Agent", ""))
        self.fields["remember"].help_text = _("公用电脑请不要勾选。")


class ChangePasswordForm(account_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, oldpassword=_("当前密码"), password1=_("新密码"), password2=_("再输入一次新密码"))
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = PASSWORD_RULES

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned.get("password1") == cleaned.get("oldpassword"):
            self.add_error("password1", _("新密码不能与当前密码相同。"))
        _same_twice(self)
        return cleaned


class SetPasswordForm(account_forms.SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, password1=_("新密码"), password2=_("再输入一次新密码"))
        self.fields["password1"].help_text = PASSWORD_RULES

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        _same_twice(self)
        return cleaned


def _same_twice(form: forms.BaseForm) -> None:
    """Say it in our words when the two passwords differ."""
    if "password2" in form.errors and form.cleaned_data.get("password1"):
        del form.errors["password2"]
        form.errors["password2"] = form.error_class([str(_("两次输入的密码不一致。"))])


class ReauthenticateForm(account_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, password=_("密码"))
        self.fields["password"].help_text = ""


class CodeForm(mfa_forms.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, code=_("验证码或恢复码"))
        self.fields["code"].widget.attrs.update(CODE_ATTRS)


class CodeAgainForm(mfa_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, code=_("验证码或恢复码"))
        self.fields["code"].widget.attrs.update(CODE_ATTRS)


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, code=_("应用显示的 6 位验证码"))
        self.fields["code"].widget.attrs.update(CODE_ATTRS)


class CredentialField(forms.JSONField):
    """What a device says of itself. Django's field lets numbers of thousands of digits and deep nests through as faults."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as problem:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from problem


class PasskeyForm(webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()


class PasskeyLoginForm(webauthn_forms.LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()


class PasskeyAgainForm(webauthn_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, name=_("名称"), passwordless=_("允许只用它登录，不再输入密码"))
        self.fields["name"].help_text = _("便于以后辨认，例如“办公室电脑”。")
        self.fields["passwordless"].help_text = _("要求设备用指纹、面容或锁屏密码确认本人。")


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, name=_("名称"))


class PhoneField(forms.CharField):
    """A mainland mobile number; cleans to its eleven digits."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        number = phones.normalized(text)
        if text and not number:
            raise ValidationError(_("请填写 11 位手机号。"))
        return number


class PhoneForm(forms.Form):
    """Another phone number, with the password to show that it is the person who changes it."""

    phone = PhoneField(label=_("新手机号"), max_length=30)
    password = forms.CharField(
        label=_("当前密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone_index(phone) == self.user.phone_key:
            raise ValidationError(_("这就是您现在的手机号。"))
        return phone

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("密码不正确。"))
        return password


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("界面语言"), choices=settings.LANGUAGES)


class NewPasswordFields(forms.Form):
    """A password chosen for the first time, typed twice. ``user`` is who will have it, saved or not."""

    password = forms.CharField(
        label=_("设置密码"),
        strip=False,
        help_text=PASSWORD_RULES,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输入一次密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("两次输入的密码不一致。"))
        return cleaned
