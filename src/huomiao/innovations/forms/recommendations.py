"""Forms of the desks, the ranked list and the organiser's dealings with unions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.innovations.checking import label_of
from huomiao.innovations.models import Call, Category, Declaration
from huomiao.innovations.states import Decision

# What a declaration can be sent back for, by field: the declarer sees these marked.
CORRECTABLE = (
    "title",
    "category",
    "field",
    "division",
    "problem",
    "solution",
    "application",
    "social_benefit",
    "abstract",
)
EXTRA_PARTS = (("authors", _("完成人")), ("benefits", _("经济效益")), ("attachments", _("附件材料")))


def correctable() -> list[tuple[str, Any]]:
    """The parts of the form that may be ticked when sending back."""
    named = [(name, label_of(name)) for name in CORRECTABLE]
    return [*named, *EXTRA_PARTS]


class FilterForm(forms.Form):
    """Narrows a list of declarations: words of title, number or unit, and the category."""

    q = forms.CharField(label=_("名称、编号或单位"), required=False, max_length=60)
    category = forms.ModelChoiceField(
        queryset=Category.objects.none(), label=_("类别"), required=False, empty_label=_("全部类别")
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = call.categories.all()  # type: ignore[attr-defined]  # a ModelChoiceField


class ExclusionsForm(forms.Form):
    """The exclusions of the call as a checklist; no field where the call has none."""

    exclusions = forms.MultipleChoiceField(
        label=_("逐条核对：确认不存在以下不予受理的情形"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = list(call.exclusions.values_list("text", flat=True))
        self.fields["exclusions"].choices = [(text, text) for text in texts]  # type: ignore[attr-defined]  # a choice field
        if not texts:
            del self.fields["exclusions"]


class VouchForm(ExclusionsForm):
    """What a unit vouches for when its worker declared."""

    authorship = forms.BooleanField(label=_("已核实完成人及排序属实"), required=False)
    authorisation = forms.BooleanField(label=_("本单位同意授权申报并公开相应内容"), required=False)

    field_order = ("authorship", "authorisation", "exclusions")


class DecideForm(VouchForm):
    """One decision on one declaration."""

    decision = forms.ChoiceField(
        label=_("处理意见"),
        choices=[(decision, decision.label) for decision in (Decision.FORWARD, Decision.RETURN, Decision.DECLINE)],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("意见或理由"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": "600"}),
        help_text=_("退回或不予推荐时必填，申报人会看到。"),
    )
    fields_to_correct = forms.MultipleChoiceField(
        label=_("需要修改的部分"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("仅退回修改时使用。"),
    )

    def __init__(self, *args: Any, needs_vouching: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_to_correct"].choices = correctable()  # type: ignore[attr-defined]  # a choice field
        self.needs_vouching = needs_vouching
        if not needs_vouching:
            for name in VouchForm.base_fields:
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("decision") in {Decision.RETURN, Decision.DECLINE} and not values.get("text", "").strip():
            self.add_error("text", _("请写明理由，申报人会看到。"))
        return values


class BulkDecideForm(VouchForm):
    """One decision on several declarations."""

    decision = forms.ChoiceField(choices=[(Decision.FORWARD, ""), (Decision.DECLINE, "")])
    text = forms.CharField(label=_("意见或理由"), required=False, max_length=600)
    declarations = forms.ModelMultipleChoiceField(queryset=Declaration.objects.none(), required=True)

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declarations"].queryset = among  # type: ignore[attr-defined]  # a model choice field
        self.fields["declarations"].error_messages["required"] = _("请先勾选要处理的申报。")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("decision") == Decision.DECLINE and not values.get("text", "").strip():
            self.add_error("text", _("不予推荐请写明理由，申报人会看到。"))
        return values


class SignForm(forms.Form):
    """Signing a list off."""

    rest = forms.ChoiceField(
        label=_("未列入名单的申报"),
        choices=[("stay", _("暂时保留在本工会")), ("decline", _("全部记为未获推荐"))],
        initial="stay",
        widget=forms.RadioSelect,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ReasonForm(forms.Form):
    """A sentence that says why."""

    note = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RemindForm(forms.Form):
    note = forms.CharField(label=_("催办说明"), max_length=200, required=False)


class ScanForm(forms.Form):
    scan = forms.FileField(label=_("盖章扫描件"), help_text=_("PDF 或图片，不超过 20 MB。"))
