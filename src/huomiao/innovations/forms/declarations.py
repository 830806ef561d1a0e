"""The forms of the wizard and of the lists. A draft may hold anything: nothing is refused for being empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.accounts import phones
from huomiao.innovations import completeness
from huomiao.innovations.models import Call, Category, Declaration, PriorityField
from huomiao.innovations.states import (
    AttachmentRole,
    BenefitKind,
    Consent,
    PropertyKind,
    PropertyStatus,
    Source,
    State,
)
from huomiao.orgs import industries
from huomiao.orgs.models import Organization
from huomiao.studios.models import Studio

MOST_ROWS = 20
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
OWNERSHIP = (
    gettext_lazy("归单位所有，完成人享有署名权"),
    gettext_lazy("归完成人所有"),
    gettext_lazy("单位与完成人共有"),
)


class DraftForm(forms.Form):
    """A form that marks what will be needed in the end, and takes what is there."""

    use_required_attribute = False

    def full_clean(self) -> None:
        super().full_clean()
        for name in [name for name, found in self.errors.as_data().items() if found[0].code == "required"]:
            del self.errors[name]
            is_text = isinstance(self.fields[name], forms.CharField)
            self.cleaned_data[name] = "" if is_text or type(self.fields[name]) is forms.ChoiceField else None
        for name, value in getattr(self, "cleaned_data", {}).items():
            if isinstance(value, str):
                # Browsers send a line break as two characters.
                self.cleaned_data[name] = value.replace("\r\n", "\n")


def _limited(limit: int, *, rows: int = 0, **attrs: Any) -> forms.Widget:
    """A text control with a live count."""
    given = {"data-limit": limit, **attrs}
    return forms.Textarea(attrs={"rows": rows, **given}) if rows else forms.TextInput(attrs=given)


def _divisions() -> list[tuple[str, list[tuple[str, str]]]]:
    """The divisions of industry under their sections."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name in industries.DIVISIONS.items():
        groups.setdefault(industries.section_of(code), []).append((code, name))
    return [(industries.SECTIONS[section], divisions) for section, divisions in groups.items()]


def _day() -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class CategoryField(forms.ModelChoiceField[Category]):
    """The categories with what each means."""

    def label_from_instance(self, obj: Any) -> SafeString:
        return format_html(
            '<span><strong>{}</strong><br><span class="muted small">{}</span></span>', obj, obj.definition
        )


class PriorityChoice(forms.ModelChoiceField[PriorityField]):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_group_display()}：{obj}"


class BasicsForm(DraftForm):
    title = forms.CharField(
        label=gettext_lazy("成果名称"),
        max_length=200,
        help_text=gettext_lazy(
            "写清“什么对象＋做了什么”，如“轧辊快速更换装置”。不写单位、企业或品牌名，不以“研究”结尾。"
        ),
    )
    category = CategoryField(
        label=gettext_lazy("类别"), queryset=Category.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    field = PriorityChoice(
        label=gettext_lazy("重点领域"),
        queryset=PriorityField.objects.none(),
        required=False,
        empty_label=gettext_lazy("不属于重点领域"),
        help_text=gettext_lazy("成果主要服务的产业链或产业集群。"),
    )
    division = forms.ChoiceField(
        label=gettext_lazy("所属行业"), help_text=gettext_lazy("国民经济行业大类，已按单位预填。")
    )
    source = forms.ChoiceField(label=gettext_lazy("成果来源"), choices=[("", gettext_lazy("请选择")), *Source.choices])
    studio = forms.ModelChoiceField(
        label=gettext_lazy("所在工作室"),
        queryset=Studio.objects.none(),
        required=False,
        empty_label=gettext_lazy("无"),
        help_text=gettext_lazy("来源是创新工作室时选择。"),
    )
    finished_on = _day()
    in_use_since = _day()
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=50)
    contact_phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=30,
        help_text=gettext_lazy("只用于审核联系，不公开。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, declaration: Declaration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = declaration.call
        self.fields["title"].widget = _limited(call.limit("title"), maxlength=200)
        self.fields["category"].queryset = call.categories.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["division"].choices = [("", _("请选择")), *_divisions()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["studio"].queryset = declaration.unit.studios.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["finished_on"].label = _("完成日期")
        self.fields["in_use_since"].label = _("投入使用日期")
        if call.priority_list_id is None:
            del self.fields["field"]
        else:
            self.fields["field"].queryset = PriorityField.objects.filter(list=call.priority_list_id)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_contact_phone(self) -> str:
        return _phone(self.cleaned_data["contact_phone"])

    @property
    def values(self) -> dict[str, Any]:
        """What can be saved: everything that was understood, the industry's section with its division."""
        values = dict(self.cleaned_data)
        if "division" in values:
            values["section"] = industries.section_of(values["division"]) if values["division"] else ""
        return values


class ContentForm(DraftForm):
    problem = forms.CharField(
        label=gettext_lazy("问题与背景"), help_text=gettext_lazy("原来怎么干、哪里不好、有数据就写数据。")
    )
    solution = forms.CharField(
        label=gettext_lazy("主要内容与创新点"),
        help_text=gettext_lazy("怎么做的、和原来或同类相比新在哪里、先进在哪里。"),
    )
    application = forms.CharField(
        label=gettext_lazy("应用情况"), help_text=gettext_lazy("从什么时候起、用在哪些工序或岗位、用了多少台（次）。")
    )
    social_benefit = forms.CharField(
        label=gettext_lazy("社会效益"),
        required=False,
        help_text=gettext_lazy("安全、环保、质量、劳动强度等方面的变化。"),
    )
    outlook = forms.CharField(
        label=gettext_lazy("推广前景"), required=False, help_text=gettext_lazy("还能用在哪里，推广需要什么条件。")
    )
    abstract = forms.CharField(
        label=gettext_lazy("公开摘要"), help_text=gettext_lazy("发布时给公众看的几句话，不写单位名、人名和技术秘密。")
    )
    keywords = forms.CharField(
        label=gettext_lazy("关键词"), required=False, max_length=120, help_text=gettext_lazy("3 至 5 个，用空格分开。")
    )

    def __init__(self, *args: Any, declaration: Declaration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {"problem": 5, "solution": 10, "application": 5, "social_benefit": 4, "outlook": 4, "abstract": 4}
        for name, height in rows.items():
            self.fields[name].widget = _limited(declaration.call.limit(name), rows=height)


class RowForm(DraftForm):
    """One row of a list; a row in which nothing was typed counts as not there."""

    typed: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.typed)

    def full_clean(self) -> None:
        # A formset would skip a row that equals what is saved, and leave it without clean data.
        self.empty_permitted = False
        super().full_clean()
        if self.is_bound and self.is_blank:
            self.errors.clear()


class AuthorForm(RowForm):
    typed = ("name", "post", "title", "phone", "contribution")

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    post = forms.CharField(label=gettext_lazy("工种/岗位"), max_length=60, required=False)
    title = forms.CharField(label=gettext_lazy("职称/技能等级"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("用来邀请本人在线确认，不公开。"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("性别"),
        required=False,
        choices=[("", gettext_lazy("不填")), ("男", gettext_lazy("男")), ("女", gettext_lazy("女"))],
    )
    born_in = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("出生年月"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("请写成“1985-06”。")},
    )
    is_frontline = forms.BooleanField(label=gettext_lazy("一线职工"), required=False)
    is_member = forms.BooleanField(label=gettext_lazy("工会会员"), required=False)
    contribution = forms.CharField(label=gettext_lazy("贡献"), help_text=gettext_lazy("具体做了什么，不写空话。"))

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class BenefitForm(RowForm):
    typed = ("amount", "period", "basis")

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=BenefitKind.choices)
    amount = forms.DecimalField(
        label=gettext_lazy("金额（万元）"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": gettext_lazy("请只写数字，单位是万元，例如 12.5。")},
    )
    period = forms.CharField(
        label=gettext_lazy("测算期"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("如 2025 年 1—12 月")}),
    )
    basis = forms.CharField(
        label=gettext_lazy("计算依据"),
        help_text=gettext_lazy("写出算式和数据来源，例如：每月省 2 次停机 × 1.5 小时 × 每小时产值。"),
    )

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "amount": self.cleaned_data.get("amount") or 0}


class PropertyForm(RowForm):
    typed = ("number", "holder")

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=PropertyKind.choices)
    number = forms.CharField(label=gettext_lazy("专利号/登记号"), max_length=60, required=False)
    holder = forms.CharField(label=gettext_lazy("权利人"), max_length=120, required=False)
    status = forms.ChoiceField(label=gettext_lazy("状态"), choices=PropertyStatus.choices)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AwardForm(RowForm):
    typed = ("name", "level", "awarded_by")

    name = forms.CharField(label=gettext_lazy("奖励名称"), max_length=120)
    level = forms.CharField(label=gettext_lazy("级别"), max_length=40, required=False)
    year = forms.IntegerField(
        label=gettext_lazy("年度"),
        min_value=1949,
        max_value=2100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    awarded_by = forms.CharField(label=gettext_lazy("授予单位"), max_length=120, required=False)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class OwnershipForm(DraftForm):
    ownership = forms.CharField(
        label=gettext_lazy("权利归属"),
        max_length=200,
        help_text=gettext_lazy("成果和知识产权归谁，写清楚才便于以后推广。"),
        widget=forms.TextInput(attrs={"list": "ownership-choices"}),
    )


class PledgeForm(DraftForm):
    """Exclusions, pledges and consent, as they are put to the declarer today."""

    consent = forms.ChoiceField(label=gettext_lazy("公开范围"), choices=Consent.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exclusions = list(call.exclusions.all())
        self.pledges = completeness.pledges()
        for exclusion in self.exclusions:
            self.fields[f"exclusion-{exclusion.pk}"] = forms.BooleanField(
                label=_("不属于：%(text)s") % {"text": exclusion.text}, required=False
            )
        for pledge in self.pledges:
            self.fields[f"pledge-{pledge.key}"] = forms.BooleanField(
                label=format_html("<strong>{}</strong>　{}", pledge.name, pledge.text), required=False
            )

    @property
    def excluded(self) -> list[int]:
        return [found.pk for found in self.exclusions if self.cleaned_data.get(f"exclusion-{found.pk}")]

    @property
    def pledged(self) -> list[str]:
        return [pledge.key for pledge in self.pledges if self.cleaned_data.get(f"pledge-{pledge.key}")]

    def exclusion_fields(self) -> list[forms.BoundField]:
        return [self[f"exclusion-{found.pk}"] for found in self.exclusions]

    def pledge_fields(self) -> list[forms.BoundField]:
        return [self[f"pledge-{pledge.key}"] for pledge in self.pledges]


class UploadForm(forms.Form):
    role = forms.ChoiceField(choices=AttachmentRole.choices)


class PaperForm(forms.Form):
    """What a paper is called and what it is for."""

    role = forms.ChoiceField(label=gettext_lazy("用途"), choices=AttachmentRole.choices)
    caption = forms.CharField(label=gettext_lazy("说明"), max_length=100, required=False)


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)


class UnitForm(forms.Form):
    """From which unit, and in which way."""

    path = forms.CharField(max_length=8)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("申报单位"), queryset=Organization.objects.filter(is_active=True), widget=forms.HiddenInput
    )


class FilterForm(forms.Form):
    """What an officer's list is narrowed to; anything unknown counts as not given."""

    search = forms.CharField(
        label=gettext_lazy("搜索"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("名称、编号、单位、完成人")}),
    )
    call = forms.ModelChoiceField(
        label=gettext_lazy("征集"),
        queryset=Call.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("全部征集"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *State.choices]
    )
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    union = forms.ModelChoiceField(
        label=gettext_lazy("推荐工会"),
        queryset=Organization.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("全部工会"),
    )
    field = forms.ChoiceField(label=gettext_lazy("重点领域"), required=False)
    division = forms.ChoiceField(label=gettext_lazy("行业"), required=False)
    unit = forms.ModelChoiceField(
        queryset=Organization.objects.all(), to_field_name="code", required=False, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("排序"),
        required=False,
        choices=[
            ("-submitted_at", gettext_lazy("最近提交在前")),
            ("submitted_at", gettext_lazy("最早提交在前")),
            ("number", gettext_lazy("按编号")),
            ("title", gettext_lazy("按名称")),
            ("unit", gettext_lazy("按单位")),
        ],
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        calls: Any,
        unions: Any,
        categories: list[tuple[str, str]],
        fields: list[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["union"].queryset = unions  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["category"].choices = [("", _("全部类别")), *categories]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["field"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("全部领域")),
            ("any", _("属于重点领域")),
            ("none", _("不属于重点领域")),
            *fields,
        ]
        self.fields["division"].choices = [("", _("全部行业")), *_divisions()]  # type: ignore[attr-defined]  # a ChoiceField


def _rows(form: type[RowForm]) -> type[BaseFormSet[Any]]:
    return formset_factory(form, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True)


AuthorRows = _rows(AuthorForm)
BenefitRows = _rows(BenefitForm)
PropertyRows = _rows(PropertyForm)
AwardRows = _rows(AwardForm)


def _phone(typed: str) -> str:
    """A mobile number in its eleven digits, or a landline as it was typed."""
    plain = typed.strip()
    found = phones.normalized(plain) or (plain if LANDLINE.fullmatch(plain) else "")
    if plain and not found:
        raise forms.ValidationError(_("请填写 11 位手机号，或带区号的座机号，例如 0791-88880000。"))
    return found
