"""Forms over results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.innovations.models import Call, Round


class ResultFilterForm(forms.Form):
    q = forms.CharField(label=_("编号或名称"), required=False, max_length=40)
    category = forms.ChoiceField(label=_("类别"), required=False)
    grade = forms.ChoiceField(label=_("等次"), required=False)

    def __init__(self, *args: Any, review: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = review.entries.order_by("category_name").values_list("category_name", flat=True).distinct()
        self.fields["category"].choices = [("", _("全部类别")), *((name, name) for name in names)]  # type: ignore[attr-defined]  # a ChoiceField
        grades = [(grade.name, grade.name) for grade in review.call.grades.all()]
        self.fields["grade"].choices = [("", _("全部")), *grades, ("none", _("未入选"))]  # type: ignore[attr-defined]  # a ChoiceField


class GradeForm(forms.Form):
    """A grade given by hand, with the reason."""

    grade = forms.ChoiceField(label=_("等次"), required=False)
    note = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades = [(grade.name, grade.name) for grade in call.grades.all()]
        self.fields["grade"].choices = [*grades, ("", _("未入选"))]  # type: ignore[attr-defined]  # a ChoiceField
