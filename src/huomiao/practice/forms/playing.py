"""What somebody wants to practise."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huomiao.practice.models import Bank, Choice, Topic
from huomiao.practice.queries import asking
from huomiao.practice.sessions import DRILL_COUNTS
from huomiao.practice.states import Level

DIFFICULTIES = [
    ("", _("不限")),
    ("1", _("最易")),
    ("2", _("较易")),
    ("3", _("中等")),
    ("4", _("较难")),
    ("5", _("最难")),
]


class ChoiceForm(forms.ModelForm[Choice]):
    """The trade and level that somebody practises."""

    class Meta:
        model = Choice
        fields = ("trade", "level")

    def __init__(self, *args: Any, trades: QuerySet[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trade"].queryset = trades  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["trade"].empty_label = str(_("所有工种"))  # type: ignore[attr-defined]
        self.fields["trade"].help_text = _("先给您看这个工种的题库，随时可以改。")
        self.fields["level"].required = False


class DrillForm(forms.Form):
    """A part of a bank and how many questions of it; everything but the bank has a usual value."""

    bank = forms.ModelChoiceField(Bank.objects.none(), label=_("题库"), to_field_name="code")
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label=_("知识点"), to_field_name="code", required=False, empty_label=_("全部")
    )
    difficulty = forms.TypedChoiceField(
        label=_("难度"), choices=DIFFICULTIES, coerce=int, empty_value=None, required=False
    )
    level = forms.ChoiceField(label=_("等级"), choices=[("", _("不限")), *Level.choices[1:]], required=False)
    count = forms.TypedChoiceField(
        label=_("题数"),
        choices=[(count, str(count)) for count in DRILL_COUNTS],
        coerce=int,
        empty_value=DRILL_COUNTS[0],  # type: ignore[arg-type]  # the stub knows texts only
        required=False,
    )

    def __init__(self, *args: Any, banks: QuerySet[Bank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = banks  # type: ignore[attr-defined]  # a ModelChoiceField
        chosen = banks.filter(code=self["bank"].value() or "").first()
        if chosen is not None:
            known = [topic.pk for topic, _count in asking.topics(chosen)]
            self.fields["topic"].queryset = Topic.objects.filter(pk__in=known).order_by("path")  # type: ignore[attr-defined]
