"""The public's request for removal, the look at how it stands, and the editor's answer."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.files.forms import ManyFilesField
from huomiao.newsdesk.states import RemovalReason
from huomiao.notices.forms import PHONE


class AskForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("申请理由"), choices=RemovalReason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("说明"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "data-limit": 2000}),
        help_text=gettext_lazy("您与这篇文章的关系、哪些内容有问题、希望怎样处理。"),
    )
    proofs = ManyFilesField(
        label=gettext_lazy("证明材料"),
        help_text=gettext_lazy(
            "能证明您的身份和权利的材料，例如著作权登记、身份证明、原站的更正声明。图片、PDF 或 Office 文档，最多 5 个，每个不超过 20 MB。"
        ),
    )
    name = forms.CharField(label=gettext_lazy("姓名或单位"), max_length=80)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=20)

    def clean_phone(self) -> str:
        phone = re.sub(r"[\s　]", "", self.cleaned_data["phone"])
        if not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("请填写手机号，或带区号的座机号。"))
        return phone


class StatusForm(forms.Form):
    receipt = forms.CharField(
        label=gettext_lazy("回执号"), max_length=12, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone_tail = forms.CharField(
        label=gettext_lazy("电话后四位"),
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": 1000}),
        help_text=gettext_lazy("申请人凭回执号能看到这段话。"),
    )
