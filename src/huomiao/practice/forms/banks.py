"""The forms of banks: their facts, and how their list is narrowed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization
from huomiao.practice.models import Bank
from huomiao.practice.queries import topics
from huomiao.practice.states import Level


class BankForm(forms.ModelForm[Bank]):
    """The facts of a bank. Its code is chosen once."""

    class Meta:
        model = Bank
        fields = ("name", "trade", "level", "description", "is_shared", "needs_review")
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "maxlength": 2000})}
        help_texts = {
            "description": _("适用范围、来源、编写依据等，职工选题库时会看到。"),
            "is_shared": _("勾选后，本工会下属各级单位的职工都能练习；不勾选，只供本级职工和您组织的活动、考试使用。"),
            "needs_review": _("勾选后，每道题要由编写人以外的另一位管理人员审核，才能用于练习和考试。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trade"].queryset = topics.trades()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["trade"].empty_label = _("不分工种")  # type: ignore[attr-defined]  # a ModelChoiceField


class NewBankForm(BankForm):
    """A new bank: whose it is, and its code."""

    owner = forms.ModelChoiceField(label=_("所属工会"), queryset=Organization.objects.none())
    code = forms.SlugField(
        label=_("代码"), max_length=40, help_text=_("用在网址和导出文件名里，只能用字母、数字和横线，建好后不能改。")
    )

    field_order = ("owner", "name", "code", "trade", "level", "description", "is_shared", "needs_review")

    def __init__(self, *args: Any, owners: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code == "new":
            raise forms.ValidationError(_("这个代码与网址冲突，请换一个。"))
        return code


class BankFilterForm(forms.Form):
    """How the list of banks is narrowed."""

    q = forms.CharField(label=_("名称或代码"), required=False, max_length=80)
    trade = forms.TypedChoiceField(label=_("工种"), required=False, coerce=int, empty_value=None)
    level = forms.ChoiceField(
        label=_("等级"),
        required=False,
        choices=[("", _("全部")), *((value, label) for value, label in Level.choices if value)],
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("使用中")), ("archived", _("已归档")), ("unreleased", _("尚未发布"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trades = topics.trades().values_list("pk", "name")
        self.fields["trade"].choices = [("", _("全部")), *trades]  # type: ignore[attr-defined]  # a ChoiceField
