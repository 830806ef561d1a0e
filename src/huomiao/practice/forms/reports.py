"""The forms of reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.practice.actions import reports as actions
from huomiao.practice.models import Bank
from huomiao.practice.states import ReportState


class ReportForm(forms.Form):
    """What somebody finds wrong with a question."""

    text = forms.CharField(
        label=_("哪里有问题"),
        max_length=actions.TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5, "data-limit": str(actions.TEXT_LIMIT)}),
        help_text=_("例如“答案应为 C，见规程第 5 条”或者“图看不清”。"),
    )


class ReplyForm(forms.Form):
    """What the keepers answer."""

    reply = forms.CharField(
        label=_("答复"),
        max_length=actions.REPLY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": str(actions.REPLY_LIMIT)}),
        help_text=_("报告的职工会看到。"),
    )


class ReportFilterForm(forms.Form):
    """How the queue of reports is narrowed."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *ReportState.choices])
    bank = forms.ModelChoiceField(
        label=_("题库"), required=False, queryset=Bank.objects.none(), to_field_name="code", empty_label=_("全部")
    )

    def __init__(self, *args: Any, banks: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = banks  # type: ignore[attr-defined]  # a ModelChoiceField
