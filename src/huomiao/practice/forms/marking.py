from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.actions import marking
from huomiao.practice.states import ThirdRule


class RulesForm(forms.Form):
    tolerance_percent = forms.IntegerField(
        label=gettext_lazy("允许误差（占本题分值的 %）"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("两人给分相差超过它，就请第三人评。"),
    )
    third_rule = forms.ChoiceField(label=gettext_lazy("三评后如何定分"), choices=ThirdRule.choices)


class PeopleForm(forms.Form):
    """Account names, one a line; ``people`` are those found."""

    accounts = forms.CharField(
        label=gettext_lazy("账号"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        help_text=gettext_lazy("每行一个，或用逗号隔开。"),
    )

    def clean_accounts(self) -> str:
        text: str = self.cleaned_data["accounts"]
        people, unknown = marking.people_named(text)
        if unknown:
            raise forms.ValidationError(
                _("没有找到这些账号：%(names)s。请核对后再添加。") % {"names": "、".join(unknown[:10])}
            )
        self.cleaned_data["people"] = people
        return text


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "data-limit": 300})
    )


class MarkForm(forms.Form):
    """A marker's sheet. What is wrong with the points the action says."""

    points = forms.CharField(required=False, max_length=12)
    comment = forms.CharField(required=False, max_length=300)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)

    def ticks(self) -> list[int]:
        """The places of the points that were ticked."""
        data: Any = self.data
        return [int(value) for value in data.getlist("tick") if value.isdecimal() and len(value) < 4]
