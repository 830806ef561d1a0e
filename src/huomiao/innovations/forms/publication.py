from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class NoticeForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("公示标题"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("公示正文"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("可使用 Markdown。"),
    )
    opens_on = forms.DateField(
        label=gettext_lazy("公示开始日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("开始当日不计入公示工作日。"),
    )

    def clean_opens_on(self) -> date:
        day: date = self.cleaned_data["opens_on"]
        if not 0 <= (day - timezone.localdate()).days <= 30:
            raise forms.ValidationError(_("公示开始日只能是今天起 30 天以内。"))
        return day


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
