from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.actions.results import MOST_APPEAL_DAYS
from huomiao.practice.states import Verdict


class ResultFilterForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("姓名、准考证号或单位"), required=False, max_length=60)
    show = forms.ChoiceField(
        label=gettext_lazy("只看"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("passed", gettext_lazy("合格")),
            ("failed", gettext_lazy("不合格")),
            ("waiting", gettext_lazy("未评完")),
            ("signals", gettext_lazy("有异常记录")),
            ("unjudged", gettext_lazy("有异常记录且未认定")),
            ("void", gettext_lazy("已作废")),
        ],
    )


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("认定"), choices=Verdict.choices, widget=forms.RadioSelect, initial=Verdict.KEPT
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "data-limit": 200})
    )


class ReleaseForm(forms.Form):
    appeal_days = forms.IntegerField(
        label=gettext_lazy("复核申请期限（天）"),
        min_value=0,
        max_value=MOST_APPEAL_DAYS,
        initial=5,
        help_text=gettext_lazy("考生在此期间可以申请复核；填 0 表示不接受申请。"),
    )


class AppealForm(forms.Form):
    position = forms.TypedChoiceField(label=gettext_lazy("哪道题"), required=False, empty_value=None, coerce=int)
    text = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": 500}),
        help_text=gettext_lazy("写明您认为哪里不对。复核的人会看到您的答卷。"),
    )

    def __init__(self, *args: Any, numbers: list[tuple[int, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("整份答卷"))]
        choices += [(str(position), _("第 %(number)d 题") % {"number": number}) for number, position in numbers]
        self.fields["position"].choices = choices  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    """A ruling; points stand beside each question as ``points-<position>``, empty where nothing changes."""

    reply = forms.CharField(
        label=gettext_lazy("复核意见"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": 500}),
        help_text=gettext_lazy("考生会看到。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        points: dict[int, Decimal] = {}
        for name, value in self.data.items():
            place = name.removeprefix("points-")
            if name == place or not place.isdecimal() or len(place) > 4 or not str(value).strip():
                continue
            try:
                given = Decimal(str(value).strip())
            except InvalidOperation:
                given = Decimal("NaN")
            if not given.is_finite():
                self.add_error(None, _("改判的分数须是数字，请检查。"))
                continue
            points[int(place)] = given
        cleaned["points"] = points
        return cleaned


class CorrectionForm(forms.Form):
    """What counts instead of a wrong key; the fields of the new key follow from the kind of question."""

    kind = forms.ChoiceField(label=gettext_lazy("处理方式"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "data-limit": 300}),
        help_text=gettext_lazy("成绩有变化的考生会看到。"),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


class FindQuestionForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("题干或编号"), required=False, max_length=60)
