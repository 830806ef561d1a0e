"""The forms of exams: settings, blueprint, candidates, and the acts that need a reason."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import below
from huomiao.practice import blueprint
from huomiao.practice.actions.exams import PAPER_RULES, LineValues
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Exam, Topic
from huomiao.practice.queries import exams as queries
from huomiao.practice.states import Eligibility, Level, PaperPlan

MOST_LINES = 40
_MOMENT = "%Y-%m-%dT%H:%M"


def _moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    return forms.DateTimeField(label=label, widget=widget, **more)


class ExamForm(forms.ModelForm[Exam]):
    """All settings of an exam. What is frozen is shown and not taken."""

    opens_at = _moment_field(gettext_lazy("开考时间"))
    closes_at = _moment_field(gettext_lazy("结束时间"), help_text=gettext_lazy("到这时一律自动交卷。"))
    networks = forms.CharField(
        label=gettext_lazy("允许的网络"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("每行一个网段，例如 10.8.0.0/16。不填则不限制。"),
    )

    unit_codes = forms.CharField(
        label=gettext_lazy("其他参考单位"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("上面没有列出的下级单位，填组织代码，每行一个。"),
    )

    class Meta:
        model = Exam
        fields = (
            "title", "text", "opens_at", "closes_at", "minutes", "late_minutes", "early_minutes", "attempts",
            "pass_percent", "banks", "plan", "paper_count", "shuffles_questions", "shuffles_options", "gives_partial",
            "eligibility", "units", "needs_ticket", "networks", "spread_seconds", "shows_answers", "award",
        )  # fmt: skip
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6, "maxlength": 5000}),
            "plan": forms.RadioSelect,
            "eligibility": forms.RadioSelect,
            "banks": forms.CheckboxSelectMultiple,
            "units": forms.SelectMultiple(attrs={"size": 8}),
        }
        help_texts = {
            "text": gettext_lazy("考生在开考前看到。可用 Markdown。"),
            "late_minutes": gettext_lazy("开考后这么多分钟内可以入场。迟到不补时间到结束以后。"),
            "early_minutes": gettext_lazy("开始答题后至少这么多分钟才能交卷；0 表示随时可交。"),
            "paper_count": gettext_lazy("只用于多套平行卷：每套难度结构相同。"),
            "spread_seconds": gettext_lazy("入场时间在这么多秒里错开，每人答题时间不变。"),
            "award": gettext_lazy("填写后，及格的考生在成绩公布时得到这个名称的证书。"),
            "units": gettext_lazy("只用于按名册确定考生：所选单位及其下级。"),
            "gives_partial": gettext_lazy("漏选且没有错选时，按选对的比例给分。"),
            "banks": gettext_lazy("只抽用途含考试、已审核并发布的试题。"),
        }

    def __init__(self, *args: Any, organiser: Organization, is_frozen: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exam = self.instance
        exam.organiser = organiser
        self.fields["banks"].queryset = queries.banks_for(exam)  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["units"].queryset = queries.units_for(exam)  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["minutes"].widget.attrs.update({"min": 1, "max": 600})
        for name in ("opens_at", "closes_at"):
            moment = getattr(exam, name)
            if moment and name not in self.initial:
                self.initial[name] = moment
            if moment:
                self.initial[name] = timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)
        self.initial["networks"] = "\n".join(exam.networks)
        if is_frozen:
            for name in (*PAPER_RULES, "banks"):
                self.fields[name].disabled = True

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if not 1 <= minutes <= 600:
            raise forms.ValidationError(_("考试时长为 1 到 600 分钟。"))
        return minutes

    def clean_attempts(self) -> int:
        attempts: int = self.cleaned_data["attempts"]
        if not 1 <= attempts <= 10:
            raise forms.ValidationError(_("可考 1 到 10 次。"))
        return attempts

    def clean_spread_seconds(self) -> int:
        seconds: int = self.cleaned_data["spread_seconds"]
        if seconds > 600:
            raise forms.ValidationError(_("错峰最多 600 秒。"))
        return seconds

    def clean_networks(self) -> list[str]:
        found = []
        for line in self.cleaned_data["networks"].replace("，", "\n").replace(",", "\n").splitlines():
            text = line.strip()
            if not text:
                continue
            try:
                found.append(str(ipaddress.ip_network(text, strict=False)))
            except ValueError as problem:
                raise forms.ValidationError(
                    _("“%(text)s”不是网段。请写成 10.8.0.0/16 这样。") % {"text": text[:60]}
                ) from problem
        return found

    def clean_unit_codes(self) -> list[Organization]:
        codes = self.cleaned_data["unit_codes"].replace("，", "\n").replace(",", "\n").split()
        inside = Organization.objects.filter(below(self.instance.organiser.path), is_active=True)
        found = {unit.code: unit for unit in inside.filter(code__in=codes[:500])}
        unknown = [code for code in dict.fromkeys(codes) if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("下级单位里没有这些组织代码：%(codes)s。") % {"codes": "、".join(unknown[:10])[:200]}
            )
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        opens, closes, minutes = values.get("opens_at"), values.get("closes_at"), values.get("minutes")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("结束时间须晚于开考时间。"))
        elif opens and closes and minutes:
            least = timedelta(minutes=minutes + math.ceil((values.get("spread_seconds") or 0) / 60))
            if closes - opens < least:
                self.add_error(
                    "closes_at",
                    _("从开考到结束至少要 %(minutes)d 分钟（考试时长加错峰入场），否则有人答不满时间。")
                    % {"minutes": least // timedelta(minutes=1)},
                )
        if minutes and (values.get("early_minutes") or 0) >= minutes:
            self.add_error("early_minutes", _("最早交卷须短于考试时长。"))
        if values.get("plan") == PaperPlan.EQUAL and not 2 <= (values.get("paper_count") or 0) <= 50:
            self.add_error("paper_count", _("平行卷为 2 到 50 套。"))
        names_none = not (values.get("units") or values.get("unit_codes") or "unit_codes" in self.errors)
        if values.get("eligibility") == Eligibility.ROSTER and names_none:
            self.add_error("units", _("按名册确定考生时，请选择参考单位。"))
        if not values.get("banks") and "banks" not in self.errors:
            self.add_error("banks", _("请选择至少一个题库。"))
        return values

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        found["banks"] = list(found["banks"])
        found["units"] = list({unit.pk: unit for unit in (*found["units"], *self.cleaned_data["unit_codes"])}.values())
        return found


class OrganiserForm(forms.Form):
    """For whom a new exam is."""

    organiser = forms.ModelChoiceField(label=gettext_lazy("主办工会"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, organisers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = organisers  # type: ignore[attr-defined]  # a ModelChoiceField


class CopyForm(forms.Form):
    opens_at = _moment_field(gettext_lazy("新的开考时间"))


class LineForm(forms.Form):
    """A line of the blueprint."""

    title = forms.CharField(label=gettext_lazy("大题名称"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("题型"), choices=[])
    topic = forms.TypedChoiceField(label=gettext_lazy("知识点"), choices=[], required=False, empty_value=None)
    level = forms.ChoiceField(label=gettext_lazy("等级"), choices=[], required=False)
    difficulty = forms.TypedChoiceField(
        label=gettext_lazy("难度"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("不限")), *[(n, str(n)) for n in range(1, 6)]],
    )
    count = forms.IntegerField(
        label=gettext_lazy("题数"), min_value=1, max_value=200, widget=forms.NumberInput(attrs={"data-count": ""})
    )
    points = forms.DecimalField(
        label=gettext_lazy("每题分值"),
        min_value=Decimal("0.5"),
        max_value=Decimal(200),
        max_digits=5,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "data-points": ""}),
    )

    def __init__(self, *args: Any, topics: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(topic.pk): topic for topic in topics}
        names = [(key, "　" * (topic.depth - 1) + topic.name) for key, topic in known.items()]
        self.fields["topic"].choices = [("", _("不限")), *names]  # type: ignore[attr-defined]  # a TypedChoiceField
        self.fields["topic"].coerce = partial(_topic_among, known)  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(name, kind.label) for name, kind in KINDS.items()]  # type: ignore[attr-defined]
        # What a browser sends for a row that nobody touched is no change.
        self.fields["kind"].initial = next(iter(KINDS))
        self.fields["level"].choices = [("", _("不限")), *[c for c in Level.choices if c[0]]]  # type: ignore[attr-defined]
        # Set by the view: what the banks hold for the line.
        self.supply: blueprint.Supply | None = None

    def value(self) -> LineValues:
        return LineValues(**{name: self.cleaned_data[name] for name in self.base_fields})


def _topic_among(known: Mapping[str, Topic], key: str) -> Topic:
    """The topic of a choice. Django asks before it has checked the choices, and understands only ``ValueError``."""
    try:
        return known[key]
    except KeyError as problem:
        raise ValueError(key) from problem


class Lines(BaseFormSet[LineForm]):
    """The lines in their order, without those taken out and those left empty."""

    def filled(self) -> list[LineForm]:
        return [
            form
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data.get("kind")
            and form.cleaned_data.get("count")
            and not form.cleaned_data.get("DELETE")
        ]

    def values(self) -> list[LineValues]:
        return [form.value() for form in self.filled()]


LineRows = formset_factory(
    LineForm, formset=Lines, extra=1, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class CandidateForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("准考证号"), max_length=20)
    room = forms.CharField(label=gettext_lazy("考场"), max_length=40, required=False)
    seat = forms.CharField(label=gettext_lazy("座位"), max_length=10, required=False)
    extra_minutes = forms.IntegerField(
        label=gettext_lazy("加时（分钟）"), min_value=0, max_value=240, required=False, initial=0
    )

    def clean_extra_minutes(self) -> int:
        return self.cleaned_data["extra_minutes"] or 0


class TableForm(forms.Form):
    table = forms.FileField(
        label=gettext_lazy("考生名单"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"})
    )


class ReasonForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class MoreTimeForm(ReasonForm):
    minutes = forms.IntegerField(label=gettext_lazy("分钟"), min_value=1, max_value=240, initial=10)


class TicketForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("准考码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
    )
