from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.honours.models import CODE_ALPHABET

CODE_LENGTH = 12


class CertificateForm(forms.Form):
    """The code of a certificate as people type it from paper: any case, with spaces or dashes."""

    code = forms.CharField(
        label=_("证书验证码"),
        max_length=40,
        help_text=_("印在证书二维码下方的 12 位字母和数字。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = re.sub(r"[\s\-—·]", "", str(self.cleaned_data["code"])).upper()
        if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
            raise forms.ValidationError(
                _("验证码是 12 位字母和数字，其中没有 0、1、I、L、O。请对照证书再输一次。"), code="shape"
            )
        return code
