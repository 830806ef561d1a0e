"""Bringing in a summary table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization


class UploadForm(forms.Form):
    """The file, and for which union it comes."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("报送工会"), empty_label=None)
    table = forms.FileField(label=_("汇总表"), help_text=_("Excel（xlsx、xls）或 CSV，不超过 20 MB、20,000 行。"))

    def __init__(self, *args: Any, places: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=[place.pk for place in places])  # type: ignore[attr-defined]  # a model choice field


class ConfirmForm(forms.Form):
    mode = forms.ChoiceField(choices=[("all", _("全部导入")), ("good", _("只导入没有问题的行"))])
