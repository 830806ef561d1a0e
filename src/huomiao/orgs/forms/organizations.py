from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.orgs import industries
from huomiao.orgs.forms.fields import OrganizationField
from huomiao.orgs.models import Organization
from huomiao.orgs.states import Kind, Nature

MOST_PEOPLE = 10_000_000


class FactsForm(forms.Form):
    """What an organization is, apart from its code and name."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=Kind.choices)
    nature = forms.ChoiceField(
        label=gettext_lazy("单位性质"), choices=[("", gettext_lazy("不适用")), *Nature.choices], required=False
    )
    industry = forms.ChoiceField(
        label=gettext_lazy("国民经济行业"), choices=[("", gettext_lazy("未填")), *industries.choices()], required=False
    )
    territory = OrganizationField(
        label=gettext_lazy("所在地"),
        required=False,
        help_text=gettext_lazy("不归当地工会管理的单位，填所在市、县工会的代码或名称。"),
    )
    head_count = forms.IntegerField(label=gettext_lazy("职工数"), min_value=0, max_value=MOST_PEOPLE, initial=0)
    member_count = forms.IntegerField(label=gettext_lazy("会员数"), min_value=0, max_value=MOST_PEOPLE, initial=0)

    @property
    def values(self) -> dict[str, Any]:
        """The clean values under the model's names."""
        values = dict(self.cleaned_data)
        industry = values.pop("industry")
        return {**values, "section": industry[:1], "division": industry[1:]}

    @classmethod
    def initial_of(cls, organization: Organization) -> dict[str, Any]:
        names = ("kind", "nature", "industry", "territory", "head_count", "member_count")
        return {name: getattr(organization, name) for name in names}


class CreateForm(FactsForm):
    code = forms.CharField(
        label=gettext_lazy("组织代码"), max_length=40, help_text=gettext_lazy("全系统唯一，例如统一社会信用代码。")
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    short_name = forms.CharField(
        label=gettext_lazy("简称"), max_length=40, required=False, help_text=gettext_lazy("表格里显示的名称。")
    )
    field_order = ("code", "name", "short_name")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if not re.fullmatch(r"[\w.-]+", code):
            raise forms.ValidationError(_("只能用字母、数字、点、横线和下划线。"))
        return code


class RenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("新名称"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=40, required=False)


class MoveForm(forms.Form):
    to = OrganizationField(label=gettext_lazy("新的上级"))
    note = forms.CharField(label=gettext_lazy("依据或说明"), max_length=300, required=False)


class MergeForm(forms.Form):
    into = OrganizationField(label=gettext_lazy("并入"))
    note = forms.CharField(label=gettext_lazy("依据或说明"), max_length=300, required=False)


class CloseForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("原因"), max_length=300)
