from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.forms.fields import CategoryField
from huomiao.newsdesk.queries.categories import in_use
from huomiao.newsdesk.states import CorrectedField


class FileForm(forms.Form):
    category = CategoryField(label=gettext_lazy("类别"), queryset=in_use())


class CorrectForm(forms.Form):
    field = forms.ChoiceField(label=gettext_lazy("哪一项"), choices=CorrectedField.choices)
    after = forms.CharField(
        label=gettext_lazy("应为"),
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("照原网页上的字填写；正文一段一行。时间写成 2023-12-05 18:41。"),
    )
    for_site = forms.BooleanField(
        label=gettext_lazy("记成这个来源的规则"),
        required=False,
        help_text=gettext_lazy("系统在原网页里找到这些字的位置，今后和以前的文章都从那里取。"),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("field") != CorrectedField.BODY and "\n" in (values.get("after") or "").strip():
            self.add_error("after", _("这一项只有一行。"))
        return values


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("记入操作历史，公众看不到。")
    )
