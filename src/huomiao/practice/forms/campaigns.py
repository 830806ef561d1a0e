"""The forms of campaigns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import branch, children
from huomiao.practice.models import Campaign
from huomiao.practice.queries import campaigns as queries
from huomiao.practice.rules import campaigns as rules
from huomiao.practice.states import CampaignState

_MOMENT = "%Y-%m-%dT%H:%M"
MOST_MINUTES = 180


def _moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    return forms.DateTimeField(label=label, widget=widget, **more)


class OrganiserForm(forms.Form):
    """For whom a campaign is made, where somebody runs practice for several unions."""

    organiser = forms.ModelChoiceField(label=gettext_lazy("主办工会"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, organisers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = organisers  # type: ignore[attr-defined]  # a ModelChoiceField


class CampaignForm(forms.ModelForm[Campaign]):
    """All settings of a campaign. What people already play by is shown and not taken."""

    opens_at = _moment_field(gettext_lazy("开始时间"))
    closes_at = _moment_field(gettext_lazy("结束时间"))
    more_targets = forms.CharField(
        label=gettext_lazy("其他参加单位的组织代码"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("更下级的单位在这里填，一行一个组织代码。"),
    )

    class Meta:
        model = Campaign
        fields = (
            "title", "text", "opens_at", "closes_at", "banks", "targets", "questions", "minutes", "tries_a_day",
            "points_a_day", "pass_percent", "excellent_percent", "feedback",
        )  # fmt: skip
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8, "maxlength": 5000}),
            "banks": forms.CheckboxSelectMultiple,
            "targets": forms.CheckboxSelectMultiple,
            "feedback": forms.RadioSelect,
        }
        help_texts = {
            "text": gettext_lazy("显示在活动页上：目的、奖励办法、联系人。可用 Markdown。"),
            "banks": gettext_lazy("参加的职工从这些题库里抽题，按本人工种优先。"),
            "targets": gettext_lazy("所选单位及其下级参加；都不选，就是主办工会的全部单位。"),
            "minutes": gettext_lazy("0 表示不限时。"),
            "tries_a_day": gettext_lazy("每人每天前几次计入成绩，用完后当天不能再参加。"),
            "points_a_day": gettext_lazy("答对一题一分，一天最多得这么多分。"),
            "pass_percent": gettext_lazy("报告里的“合格”：一个人最好的一次达到这个正确率。"),
            "excellent_percent": gettext_lazy("报告里的“优秀”，不低于合格线。"),
        }

    def __init__(self, *args: Any, organiser: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organiser = organiser
        nearest = children(organiser)
        self.fields["banks"].queryset = queries.banks_for(organiser)  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["targets"].queryset = nearest  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["targets"].label_from_instance = lambda unit: unit.label  # type: ignore[attr-defined]
        for name in ("opens_at", "closes_at"):
            moment = getattr(self.instance, name)
            if moment:
                self.initial[name] = timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)
        for name, most in (("questions", 100), ("minutes", MOST_MINUTES), ("tries_a_day", 20), ("points_a_day", 1000)):
            self.fields[name].widget.attrs.update({"min": 0 if name == "minutes" else 1, "max": most})
        if self.instance.pk:
            further = self.instance.targets.exclude(pk__in=nearest.values("pk")).order_by("path")
            self.initial["more_targets"] = "\n".join(further.values_list("code", flat=True))
        if self.instance.state != CampaignState.DRAFT:
            for name in rules.FIXED:
                self.fields[name].disabled = True
                # A disabled moment keeps its seconds, so that nothing looks changed.
                self.initial[name] = getattr(self.instance, name)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def clean_questions(self) -> int:
        return self._within("questions", 1, 100)

    def clean_minutes(self) -> int:
        return self._within("minutes", 0, MOST_MINUTES)

    def clean_tries_a_day(self) -> int:
        return self._within("tries_a_day", 1, 20)

    def clean_points_a_day(self) -> int:
        return self._within("points_a_day", 1, 1000)

    def clean_pass_percent(self) -> int:
        return self._within("pass_percent", 0, 100)

    def clean_excellent_percent(self) -> int:
        return self._within("excellent_percent", 0, 100)

    def clean_more_targets(self) -> list[Organization]:
        codes = [line.strip() for line in self.cleaned_data["more_targets"].splitlines() if line.strip()]
        found = {unit.code: unit for unit in branch(self.organiser).filter(code__in=codes, is_active=True)}
        unknown = [code for code in dict.fromkeys(codes) if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("找不到这些组织代码，或它们不在主办工会的范围内：%(codes)s。请到“组织”页核对后重新填写。")
                % {"codes": "、".join(unknown[:10])}
            )
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        opens_at, closes_at = values.get("opens_at"), values.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("结束时间要晚于开始时间。"))
        passed, excellent = values.get("pass_percent"), values.get("excellent_percent")
        if passed is not None and excellent is not None and excellent < passed:
            self.add_error("excellent_percent", _("优秀线不能低于合格线。"))
        return values

    def changes(self) -> dict[str, Any]:
        """The clean values as ``actions.campaigns`` takes them."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        values["targets"] = list(dict.fromkeys([*values["targets"], *self.cleaned_data["more_targets"]]))
        return values

    def _within(self, name: str, least: int, most: int) -> int:
        value: int = self.cleaned_data[name]
        if not least <= value <= most:
            raise forms.ValidationError(_("请填 %(least)d 到 %(most)d。") % {"least": least, "most": most})
        return value

    def _post_clean(self) -> None:
        """Nothing: the instance is changed by the action, which locks it first."""


class CancelForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("取消的原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": "300"}),
        help_text=gettext_lazy("会显示在活动页上。"),
    )
