"""Forms of the pool of experts."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from huomiao.core.tables import parse_phone
from huomiao.innovations.models import Expert, PriorityField
from huomiao.innovations.queries import experts as queries
from huomiao.orgs import industries
from huomiao.orgs.models import Organization

_SEPARATORS = re.compile(r"[、，,;；\s]+")


class PoolFilterForm(forms.Form):
    """Narrows the pool."""

    q = forms.CharField(label=_("姓名、单位或专长"), required=False, max_length=60)
    field = forms.ModelChoiceField(
        queryset=PriorityField.objects.none(), label=_("重点领域"), required=False, empty_label=_("全部领域")
    )
    division = forms.ChoiceField(label=_("行业大类"), required=False)
    load = forms.ChoiceField(
        label=_("当前任务"),
        required=False,
        choices=[("", _("不限")), ("none", _("没有任务")), ("some", _("有任务")), ("open", _("有未签署的"))],
    )
    active = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), ("yes", _("在库")), ("no", _("已停用"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = queries.fields()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["division"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _now("全部行业")),
            *((code, f"{code} {name}") for code, name in industries.DIVISIONS.items()),
        ]


class ExpertForm(forms.Form):
    """What is known of an expert. The unit is a name: one that is in the tree is tied to it."""

    unit = forms.CharField(
        label=_("单位"), max_length=120, help_text=_("与组织库中的名称或代码一致时自动关联，用于判断回避。")
    )
    title = forms.CharField(label=_("职称"), max_length=60, required=False)
    fields_known = forms.ModelMultipleChoiceField(
        queryset=PriorityField.objects.none(),
        label=_("熟悉的重点领域"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    divisions = forms.CharField(
        label=_("熟悉的行业大类"),
        required=False,
        help_text=_("两位代码或名称，多个用顿号隔开，例如：34、36、汽车制造业。"),
    )
    keywords = forms.CharField(
        label=_("专长"), max_length=200, required=False, help_text=_("几个词，用顿号隔开。成果中出现这些词时优先分配。")
    )
    is_active = forms.BooleanField(label=_("在库，可以分配评审任务"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_known"].queryset = queries.fields()  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    @classmethod
    def of(cls, expert: Expert) -> ExpertForm:
        """The form as it stands for an expert."""
        return cls(
            initial={
                "unit": expert.unit.name if expert.unit else expert.unit_name,
                "title": expert.title,
                "fields_known": list(expert.fields.all()),
                "divisions": "、".join(expert.divisions),
                "keywords": expert.keywords,
                "is_active": expert.is_active,
            }
        )

    def clean_divisions(self) -> list[str]:
        codes = []
        for part in filter(None, _SEPARATORS.split(self.cleaned_data["divisions"].strip())):
            found = industries.find(part)
            if found is None or not found.division:
                raise forms.ValidationError(_now("“%(name)s”不是行业大类的代码或名称。") % {"name": part})
            codes.append(found.division)
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = str(cleaned.get("unit") or "").strip()
        cleaned["organization"] = organization(name)
        cleaned["unit_name"] = "" if cleaned["organization"] else name
        return cleaned

    def values(self) -> dict[str, Any]:
        """What ``actions.experts`` takes."""
        data = self.cleaned_data
        return {
            "unit": data["organization"],
            "unit_name": data["unit_name"],
            "title": data["title"],
            "fields": data["fields_known"],
            "divisions": data["divisions"],
            "keywords": data["keywords"],
        }


class NewExpertForm(ExpertForm):
    """Somebody who is to join the pool: an account that is there, or a new one."""

    name = forms.CharField(label=_("姓名"), max_length=50)
    phone = forms.CharField(
        label=_("手机号"), required=False, help_text=_("已有账号的按手机号或账号找到，没有的新建。")
    )
    username = forms.CharField(label=_("账号"), max_length=64, required=False)
    field_order = ("name", "phone", "username", "unit", "title", "fields_known", "divisions", "keywords")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]

    def clean_phone(self) -> str:
        try:
            return str(parse_phone(self.cleaned_data["phone"])) if self.cleaned_data["phone"] else ""
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("phone") and not cleaned.get("username") and "phone" not in self.errors:
            self.add_error("phone", _now("请填写手机号或账号，否则无法登录评分。"))
        return cleaned

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {**super().values(), "name": data["name"], "phone": data["phone"], "username": data["username"]}


class RelationForm(forms.Form):
    """A relation because of which an expert must not judge: to a unit (and all below it) or to a person."""

    organization = forms.CharField(
        label=_("单位或工会"), max_length=120, required=False, help_text=_("填写全称；其下属单位的成果一并回避。")
    )
    person_name = forms.CharField(label=_("人员姓名"), max_length=50, required=False)
    note = forms.CharField(label=_("是什么关系"), max_length=120, help_text=_("例如：曾任职、亲属、合作研究、师徒。"))

    def clean_organization(self) -> Organization | None:
        name = self.cleaned_data["organization"].strip()
        if not name:
            return None
        found = organization(name)
        if found is None:
            raise forms.ValidationError(_now("组织库中没有“%(name)s”，请填写全称。") % {"name": name})
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("organization") and not cleaned.get("person_name"):
            self.add_error("organization", _now("请填写需要回避的单位或人员。"))
        return cleaned


class TableForm(forms.Form):
    """A table of experts."""

    table = forms.FileField(
        label=_("专家表"),
        help_text=_("Excel 或 CSV，一行一位专家。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )


def organization(name: str) -> Organization | None:
    """The organization of that name or code; None when there is none, or more than one."""
    if not name:
        return None
    found = list(Organization.objects.filter(name=name, is_active=True)[:2]) or list(
        Organization.objects.filter(code=name, is_active=True)[:2]
    )
    return found[0] if len(found) == 1 else None
