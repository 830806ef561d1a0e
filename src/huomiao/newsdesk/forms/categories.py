"""Arranging the categories: a new one, its name, where a retired one's articles go, and the rules that file in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.forms.fields import CategoryField
from huomiao.newsdesk.models import Category
from huomiao.newsdesk.queries.categories import in_use
from huomiao.newsdesk.states import RulePlace


def _plain(name: str) -> str:
    """A name without quotation marks and blanks, which a query could not hold."""
    found = "".join(name.split())
    if any(mark in found for mark in '"“”:：'):
        raise forms.ValidationError(_("名称里不要有引号和冒号。"))
    return found


class ChangeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=20)
    is_own = forms.BooleanField(
        label=gettext_lazy("本计划的类别"),
        required=False,
        help_text=gettext_lazy("在资讯首页单独成栏，例如“职工创新”“劳动竞赛”。"),
    )

    def clean_name(self) -> str:
        return _plain(self.cleaned_data["name"])


class AddForm(ChangeForm):
    slug = forms.SlugField(
        label=gettext_lazy("网址名"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("出现在网址里，用英文字母、数字和短横线；可以不填。定下后不再改。"),
    )


class RetireForm(forms.Form):
    into = CategoryField(
        label=gettext_lazy("文章并入"),
        queryset=Category.objects.none(),
        help_text=gettext_lazy("文章、归类规则和来源的默认类别都转过去，旧网址也会转到那里。"),
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = in_use().exclude(pk=category.pk)  # type: ignore[attr-defined]  # a ModelChoiceField


class RuleForm(forms.Form):
    place = forms.ChoiceField(label=gettext_lazy("看哪里"), choices=RulePlace.choices)
    words = forms.CharField(
        label=gettext_lazy("有这些字"),
        min_length=2,
        max_length=80,
        help_text=gettext_lazy("例如标题里有“劳模”，网址里有“/gonghui/”，或原站栏目叫“工会动态”。"),
    )
