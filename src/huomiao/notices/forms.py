"""The public's objection, the look at its status, and the officer's ruling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.files.forms import ManyFilesField
from huomiao.notices.actions import MOST_EVIDENCE
from huomiao.notices.states import Finding, ObjectionKind, Outcome

PHONE = re.compile(r"(1\d{10}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)")


class ObjectionForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("异议类型"), choices=ObjectionKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("事实与理由"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8, "data-limit": 2000}),
        help_text=gettext_lazy("写清楚什么时间、什么事、有什么依据，便于核查。"),
    )
    evidence = ManyFilesField(
        label=gettext_lazy("证据材料"),
        required=False,
        help_text=gettext_lazy("图片、PDF 或 Office 文档，最多 5 个，每个不超过 20 MB。"),
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("匿名提出"),
        required=False,
        help_text=gettext_lazy("匿名的异议只作为线索，不承诺答复。"),
    )
    name = forms.CharField(label=gettext_lazy("真实姓名"), max_length=50)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=20)
    unit = forms.CharField(label=gettext_lazy("工作单位"), max_length=120)

    # The page cannot know before it is sent whether somebody stays anonymous, so the browser must not insist.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_anonymous = self.is_bound and bool(self["is_anonymous"].value())
        for name in ("name", "phone", "unit"):
            self.fields[name].required = not is_anonymous
            self.fields[name].error_messages["required"] = _("实名提出须填写；不愿具名请勾选“匿名提出”。")

    def clean_evidence(self) -> list[UploadedFile]:
        found: list[UploadedFile] = self.cleaned_data["evidence"]
        if len(found) > MOST_EVIDENCE:
            raise forms.ValidationError(_("证据最多 %(most)d 个文件。") % {"most": MOST_EVIDENCE})
        return found

    def clean_phone(self) -> str:
        phone = re.sub(r"[\s　]", "", self.cleaned_data["phone"])
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("请填写手机号，或带区号的座机号。"))
        return phone

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_anonymous"):
            return {**values, "name": "", "phone": "", "unit": ""}
        return values


class StatusForm(forms.Form):
    receipt = forms.CharField(
        label=gettext_lazy("回执号"), max_length=12, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone_tail = forms.CharField(
        label=gettext_lazy("电话后四位"),
        max_length=4,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("匿名提出的不用填。"),
    )


class ClueForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("只作为线索留存的原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class RevealForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("查看原因"), max_length=200)


class RulingForm(forms.Form):
    finding = forms.ChoiceField(label=gettext_lazy("认定"), choices=Finding.choices, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=gettext_lazy("处理结果"), widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "data-limit": 2000}),
        help_text=gettext_lazy("会答复给提出人，不要写提出人的姓名、电话和单位。"),
    )

    def __init__(self, *args: Any, outcomes: Iterable[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("finding") == Finding.DISMISSED and values.get("outcome") not in {Outcome.KEEP, None}:
            self.add_error("outcome", _("异议不成立时，结果只能是“维持”。"))
        return values


class WorkdayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    is_workday = forms.TypedChoiceField(
        label=gettext_lazy("这一天"),
        choices=[("1", gettext_lazy("上班（调休补班）")), ("0", gettext_lazy("放假"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=60, required=False)
