"""Further conditions for a search, for those who do not write them by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.forms.fields import CategoryField
from huomiao.newsdesk.queries.categories import in_use


class NarrowForm(forms.Form):
    since = forms.DateField(
        label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    category = CategoryField(
        label=gettext_lazy("类别"), queryset=in_use(), required=False, empty_label=gettext_lazy("全部类别")
    )
    without = forms.CharField(label=gettext_lazy("不含这些词"), required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期。"))
        return values
