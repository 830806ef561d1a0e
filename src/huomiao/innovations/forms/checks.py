"""Forms of the organiser's form check."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huomiao.innovations.forms.recommendations import ExclusionsForm, correctable
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import Decision


class CheckForm(ExclusionsForm):
    """One decision of the form check."""

    decision = forms.ChoiceField(
        label=_("审查结论"),
        choices=[(decision, decision.label) for decision in (Decision.PASS, Decision.RETURN, Decision.REFUSE)],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("意见或理由"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": "600"}),
        help_text=_("退回补正或不通过时必填；有待核实问题而通过时也须写明理由。"),
    )
    until = forms.DateField(
        label=_("补正截止日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("仅退回补正时填写，当天 24 时前有效。"),
    )
    fields_to_correct = forms.MultipleChoiceField(
        label=_("需要补正的部分"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_to_correct"].choices = correctable()  # type: ignore[attr-defined]  # a choice field
        self.order_fields(["exclusions", "decision", "text", "until", "fields_to_correct"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        decision = values.get("decision")
        if decision in {Decision.RETURN, Decision.REFUSE} and not values.get("text", "").strip():
            self.add_error("text", _("请写明理由，申报人会看到。"))
        if decision == Decision.RETURN and not values.get("until") and "until" not in self.errors:
            self.add_error("until", _("请填写补正截止日。"))
        return values

    def last_moment(self) -> datetime:
        """The end of the day that was given."""
        day = self.cleaned_data["until"]
        return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


class BulkPassForm(ExclusionsForm):
    """Passing several at once."""

    declarations = forms.ModelMultipleChoiceField(queryset=Declaration.objects.none(), required=True)

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declarations"].queryset = among  # type: ignore[attr-defined]  # a model choice field
        self.fields["declarations"].error_messages["required"] = _("请先勾选要通过的申报。")
