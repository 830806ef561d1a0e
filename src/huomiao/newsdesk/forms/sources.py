from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.forms.fields import CategoryField
from huomiao.newsdesk.queries.categories import in_use
from huomiao.orgs.models import Organization

SALT = "huomiao.newsdesk.way"
SECONDS_TO_CHOOSE = 3600


class LookForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("网址"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("网站首页、栏目页、订阅源或站点地图的网址都可以，系统会找出最合适的采集方式。"),
    )


class ChooseForm(forms.Form):
    """Which of the ways that were found to take. Ways come back signed: what is crawled was found, not typed."""

    way = forms.ChoiceField(label=gettext_lazy("采集方式"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("来源名称"), max_length=80)
    category = CategoryField(
        label=gettext_lazy("默认类别"),
        queryset=in_use(),
        required=False,
        empty_label=gettext_lazy("由系统分类"),
    )
    keeper = forms.ModelChoiceField(label=gettext_lazy("维护单位"), queryset=Organization.objects.none())

    def __init__(
        self, *args: Any, keepers: Sequence[Organization], ways: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("way", "") if self.is_bound else ""
        # The preview's choices, or, once one is chosen, that one: its signature says that it was among them.
        self.fields["way"].choices = list(ways) or [(chosen, chosen)]  # type: ignore[attr-defined]  # a ChoiceField
        field = self.fields["keeper"]
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in keepers]).order_by("path")  # type: ignore[attr-defined]  # a ModelChoiceField
        if len(keepers) == 1:
            field.initial = keepers[0].pk
            field.widget = forms.HiddenInput()

    def clean_way(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = signing.loads(self.cleaned_data["way"], salt=SALT, max_age=SECONDS_TO_CHOOSE)
        except signing.BadSignature:
            raise forms.ValidationError(_("这次查看的结果已经过期，请重新查看网址。")) from None
        return found


def sealed(address: str, kind: str, patterns: Sequence[str]) -> str:
    """A way as it travels through the browser and back."""
    values = {"address": address, "kind": kind, "patterns": list(patterns)}
    return signing.dumps(values, salt=SALT, compress=True)


class NamesForm(forms.Form):
    """What a source's own articles call it: one name a line."""

    names = forms.CharField(
        label=gettext_lazy("也自称"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("一行一个，例如报纸的网站、客户端的名称。文章署这些名称时算它自己的，不算转自别家。"),
    )

    def clean_names(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]


class SourceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("来源名称"), max_length=80)
    category = CategoryField(
        label=gettext_lazy("默认类别"),
        queryset=in_use(),
        required=False,
        empty_label=gettext_lazy("由系统分类"),
    )
