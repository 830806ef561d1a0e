"""The forms of the call editor: they turn what was typed into clean values, and say what is wrong at its field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.innovations import scoring_bands
from huomiao.innovations.models import Call, Category, Rubric
from huomiao.innovations.models.calls import DEFAULT_LIMITS
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import MixMeasure, Stage
from huomiao.orgs.models import Organization

MOST_QUOTA = 9999


class NewCallForm(forms.Form):
    """Start a call for a year, from what ships or from last year's."""

    organiser = forms.ModelChoiceField(label=gettext_lazy("主办单位"), queryset=Organization.objects.none())
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    source = forms.ModelChoiceField(
        label=gettext_lazy("照哪一年的办"),
        queryset=Call.objects.none(),
        required=False,
        empty_label=gettext_lazy("使用系统自带的规则"),
        help_text=gettext_lazy("选往年的征集时，类别、名额、评分标准、时间等整套复制，时间顺延。"),
    )

    def __init__(self, *args: Any, organisers: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = organisers  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        source, organiser = values.get("source"), values.get("organiser")
        if source and organiser and source.organiser_id != organiser.pk:
            self.add_error("source", _("只能复制同一主办单位的征集。"))
        return values


class BasicsForm(forms.ModelForm[Call]):
    class Meta:
        model = Call
        fields = ("title", "contact", "number_prefix", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 18, "maxlength": 20000})}
        help_texts = {
            "contact": gettext_lazy("公开显示，例如部门和办公电话，不要填个人手机号。"),
            "number_prefix": gettext_lazy("申报编号里年度之后的部分，例如“赣”。"),
        }

    def clean_body(self) -> str:
        # Browsers send line breaks their own way; the history should not call that a change.
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")


class PrioritiesForm(forms.ModelForm[Call]):
    class Meta:
        model = Call
        fields = ("priority_list",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = self.instance
        field = self.fields["priority_list"]
        field.queryset = queries.priority_lists(call.organiser, year=call.year)  # type: ignore[attr-defined]  # a ModelChoiceField
        field.help_text = _("只列出在 %(year)d 年有效的目录。") % {"year": call.year}


class ReviewForm(forms.ModelForm[Call]):
    class Meta:
        model = Call
        fields = ("experts_per_entry", "load_cap", "aggregation", "basis", "is_blind", "avoids_same_union")
        widgets = {"aggregation": forms.RadioSelect, "basis": forms.RadioSelect}
        help_texts = {
            "aggregation": gettext_lazy("去掉最高分和最低分时，每项至少需要 5 位专家。"),
            "is_blind": gettext_lazy("专家只看到评审编号和隐去名称的内容。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, least in (("experts_per_entry", 1), ("load_cap", 1)):
            self.fields[name].min_value = least  # type: ignore[attr-defined]  # an IntegerField
            self.fields[name].widget.attrs["min"] = least

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        experts = values.get("experts_per_entry")
        if experts is not None and experts < 1:
            self.add_error("experts_per_entry", _("至少 1 位专家。"))
        if values.get("load_cap") == 0:
            self.add_error("load_cap", _("至少 1 项。"))
        if experts and values.get("aggregation") == "trimmed" and experts < 5:
            self.add_error("experts_per_entry", _("去掉最高分和最低分时，每项至少需要 5 位专家。"))
        return values


class LimitsForm(forms.ModelForm[Call]):
    """How much may be written and attached; one field per limit."""

    class Meta:
        model = Call
        fields = ("allows_worker_path", "needs_sealed_form")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in queries.LIMIT_LABELS.items():
            least = 0 if name in {"min_pictures", "attachments"} else 1
            most = 2000 if name.endswith("_mb") else 5000
            self.fields[f"limit_{name}"] = forms.IntegerField(
                label=label, min_value=least, max_value=most, initial=self.instance.limit(name)
            )

    def limits(self) -> dict[str, int]:
        return {name: self.cleaned_data[f"limit_{name}"] for name in DEFAULT_LIMITS}

    def limit_fields(self) -> list[forms.BoundField]:
        return [self[f"limit_{name}"] for name in queries.LIMIT_LABELS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        fewest, most = values.get("limit_min_pictures"), values.get("limit_pictures")
        if fewest is not None and most is not None and fewest > most:
            self.add_error("limit_min_pictures", _("不能多于图片最多张数。"))
        return values


class GradesForm(forms.ModelForm[Call]):
    class Meta:
        model = Call
        fields = ("award_wording", "notice_days")
        help_texts = {"award_wording": gettext_lazy("证书和公示上使用的结果名称，例如“优秀创新成果”。")}

    def clean_notice_days(self) -> int:
        days: int = self.cleaned_data["notice_days"]
        if not 1 <= days <= 60:
            raise forms.ValidationError(_("公示期为 1 至 60 个工作日。"))
        return days


# --- Rows -----------------------------------------------------------------------------------------------------------


class RowForm(forms.Form):
    """A row of a list; an added row that stays empty is passed over."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CategoryRow(RowForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    code = forms.SlugField(
        label=gettext_lazy("代码"), max_length=20, help_text=gettext_lazy("英文字母、数字和短横线，出现在网址里。")
    )
    definition = forms.CharField(label=gettext_lazy("定义"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    hints = forms.CharField(
        label=gettext_lazy("判断要点"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一条，供职工对照“我该报哪一类”。"),
    )
    rubric = forms.ModelChoiceField(
        label=gettext_lazy("评分标准"), queryset=Rubric.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rubric"].queryset = call.rubrics.order_by("pk")  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_hints(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["hints"].splitlines() if line.strip()]


class ExclusionRow(RowForm):
    text = forms.CharField(label=gettext_lazy("不予受理的情形"), max_length=200)


class GradeRow(RowForm):
    name = forms.CharField(label=gettext_lazy("等次"), max_length=40)
    number = forms.IntegerField(label=gettext_lazy("数量"), min_value=0, max_value=9999)


class MixRow(RowForm):
    measure = forms.ChoiceField(label=gettext_lazy("比例"), choices=[("", "—"), *MixMeasure.choices])
    minimum_percent = forms.IntegerField(label=gettext_lazy("不少于（%）"), min_value=1, max_value=100)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=120, required=False)


class Rows(BaseFormSet[Any]):
    """Rows in their order, without those ticked for removal and those left empty."""

    unique_on = ""

    def clean(self) -> None:
        if not self.unique_on or any(self.errors):
            return
        seen: set[Any] = set()
        for row in self.rows():
            value = row[self.unique_on]
            if value in seen:
                raise forms.ValidationError(_("有重复的行：%(value)s。") % {"value": value})
            seen.add(value)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.has_changed() or form.initial)
        ]


def _rows(form: type[forms.Form], unique: str, *, most: int) -> type[Any]:
    base = type("UniqueRows", (Rows,), {"unique_on": unique})
    return formset_factory(form, formset=base, extra=1, can_delete=True, max_num=most, absolute_max=most)


CategoryRows = _rows(CategoryRow, "name", most=20)
ExclusionRows = _rows(ExclusionRow, "text", most=30)
GradeRows = _rows(GradeRow, "name", most=20)
MixRows = _rows(MixRow, "measure", most=10)


# --- Tables of values -------------------------------------------------------------------------------------------------


class QuotaGrid(forms.Form):
    """One number per union and category, and one per union for all together."""

    def __init__(
        self, *args: Any, call: Call, unions: Iterable[Organization], categories: Iterable[Category], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unions, self.categories = list(unions), list(categories)
        current = {(quota.union_id, quota.category_id): quota.maximum for quota in call.quotas.all()}
        for union in self.unions:
            for category in (*self.categories, None):
                column = category.name if category else _("合计上限")
                self.fields[self._name(union, category)] = forms.IntegerField(
                    label=_("%(union)s：%(category)s") % {"union": union.label, "category": column},
                    required=False,
                    min_value=0,
                    max_value=MOST_QUOTA,
                    initial=current.get((union.pk, category.pk if category else None)),
                    widget=forms.NumberInput(attrs={"class": "quota-input", "inputmode": "numeric"}),
                )

    @staticmethod
    def _name(union: Organization, category: Category | None) -> str:
        return f"quota_{union.pk}_{category.pk if category else 0}"

    def maxima(self) -> dict[tuple[int, int | None], int | None]:
        return {
            (union.pk, category.pk if category else None): self.cleaned_data[self._name(union, category)]
            for union in self.unions
            for category in (*self.categories, None)
        }

    def lines(self) -> list[tuple[Organization, list[forms.BoundField], int]]:
        """Each union, its cells, and what its categories add up to."""
        return [
            (union, [self[self._name(union, c)] for c in (*self.categories, None)], self._sum(union, self.categories))
            for union in self.unions
        ]

    def totals(self) -> list[int]:
        """What each column adds up to, and last the sums of the categories."""
        columns = [sum(self._value(union, c) for union in self.unions) for c in (*self.categories, None)]
        return [*columns, sum(self._sum(union, self.categories) for union in self.unions)]

    def _sum(self, union: Organization, categories: Iterable[Category]) -> int:
        return sum(self._value(union, category) for category in categories)

    def _value(self, union: Organization, category: Category | None) -> int:
        raw = self[self._name(union, category)].value()
        try:
            return int(raw or 0)
        except (TypeError, ValueError):
            return 0


class WindowsForm(forms.Form):
    """Two moments per stage; both empty means no limit of time."""

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        windows = {row.stage: row for row in call.windows.all()}
        for stage in Stage:
            window = windows.get(stage)
            for end in ("opens_at", "closes_at"):
                moment: datetime | None = getattr(window, end, None)
                self.fields[f"{stage}_{end}"] = forms.DateTimeField(
                    label=_("开始") if end == "opens_at" else _("结束"),
                    required=False,
                    disabled=not rules.is_window_open(call, stage),
                    initial=timezone.localtime(moment).replace(second=0, microsecond=0) if moment else None,
                    widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                )

    def stages(self) -> list[tuple[Stage, forms.BoundField, forms.BoundField]]:
        return [(stage, self[f"{stage}_opens_at"], self[f"{stage}_closes_at"]) for stage in Stage]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for stage in Stage:
            opens, closes = values.get(f"{stage}_opens_at"), values.get(f"{stage}_closes_at")
            if bool(opens) != bool(closes):
                empty = "closes_at" if opens else "opens_at"
                if f"{stage}_{empty}" not in self.errors:
                    self.add_error(f"{stage}_{empty}", _("开始和结束时间要么都填，要么都不填。"))
            elif opens and closes and closes <= opens:
                self.add_error(f"{stage}_closes_at", _("结束时间须晚于开始时间。"))
        return values

    def windows(self) -> dict[Stage, tuple[datetime, datetime] | None]:
        found: dict[Stage, tuple[datetime, datetime] | None] = {}
        for stage in Stage:
            opens, closes = self.cleaned_data[f"{stage}_opens_at"], self.cleaned_data[f"{stage}_closes_at"]
            found[stage] = (opens, closes) if opens and closes else None
        return found


# --- Rubrics ----------------------------------------------------------------------------------------------------------


class BandForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("档次"), max_length=20)
    low = forms.DecimalField(
        label=gettext_lazy("下限"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=1
    )
    high = forms.DecimalField(
        label=gettext_lazy("上限"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=1
    )
    description = forms.CharField(label=gettext_lazy("描述"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


BandForms = formset_factory(BandForm, formset=Rows, extra=1, can_delete=True, max_num=10, absolute_max=10)


class CriterionForm(RowForm):
    name = forms.CharField(label=gettext_lazy("指标"), max_length=40)
    points = forms.IntegerField(label=gettext_lazy("满分"), min_value=1, max_value=100)
    description = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)


CriterionForms = formset_factory(CriterionForm, formset=Rows, extra=1, can_delete=True, max_num=20, absolute_max=20)


class RubricNameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("评分标准名称"), max_length=60)


class RubricEditor:
    """A rubric's name, its criteria, and under each criterion its bands: one page, checked as a whole."""

    def __init__(self, rubric: Rubric, data: Any = None) -> None:
        criteria = list(rubric.criteria.prefetch_related("bands"))
        self.name = RubricNameForm(data, initial={"name": rubric.name})
        self.criteria = CriterionForms(
            data,
            prefix="criteria",
            initial=[
                {"pk": row.pk, "name": row.name, "points": row.points, "description": row.description}
                for row in criteria
            ],
        )
        self.parts: list[tuple[Any, Any]] = []
        for number, form in enumerate(self.criteria.forms):
            bands = criteria[number].bands.all() if number < len(criteria) else []
            self.parts.append(
                (
                    form,
                    BandForms(
                        data,
                        prefix=f"bands{number}",
                        initial=[
                            {
                                "label": band.label,
                                "low": band.low,
                                "high": band.high,
                                "description": band.description,
                            }
                            for band in bands
                        ],
                    ),
                )
            )
        self.problems: list[str] = []

    def is_valid(self) -> bool:
        """Whether every field is right and the whole can be scored by; ``problems`` says what of the whole is wrong."""
        parts = [part for pair in self.parts for part in pair]
        # Every part is asked, so that every error shows at once.
        if not all([self.name.is_valid(), self.criteria.is_valid(), *(part.is_valid() for part in parts)]):
            return False
        self.problems = scoring_bands.problems(
            [
                (row["name"], row["points"], [(b["label"], b["low"], b["high"]) for b in bands])
                for row, bands in self.rows()
            ]
        )
        return not self.problems

    def rows(self) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Each criterion that is kept, with its bands."""
        return [
            (form.cleaned_data, bands.rows())
            for form, bands in self.parts
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.has_changed() or form.initial)
        ]


class RubricAddForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("新评分标准的名称"), max_length=60)
    like = forms.ModelChoiceField(
        label=gettext_lazy("以哪一套为底稿"), queryset=Rubric.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["like"].queryset = call.rubrics.order_by("pk")  # type: ignore[attr-defined]  # a ModelChoiceField


class AttachmentForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=120, required=False)
    file = forms.FileField(label=gettext_lazy("文件"), help_text=gettext_lazy("PDF、Office 文档或图片。"))


class AdvanceForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
