"""The two forms of the first sign-in: the facts, then the password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.accounts.forms import NewPasswordFields, PhoneField


class FactsForm(forms.Form):
    unit = forms.CharField(
        label=_("单位代码"),
        max_length=60,
        help_text=_("单位工会给您的代码，通知和班组张贴的说明上都有。"),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"})
    )
    proof = forms.CharField(
        label=_("工号，或手机号后四位"),
        max_length=40,
        help_text=_("与单位名册上登记的一致。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PasswordForm(NewPasswordFields):
    """The password, and a phone number where the roster has none."""

    phone = PhoneField(
        label=_("手机号"), required=False, max_length=30, help_text=_("填写后，可以用手机号登录。号码加密保存。")
    )
    field_order = ("phone", "password", "again")

    def __init__(self, *args: Any, asks_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_phone:
            del self.fields["phone"]
