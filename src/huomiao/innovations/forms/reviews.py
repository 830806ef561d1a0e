"""Forms of those who run a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.innovations.models import Round
from huomiao.innovations.states import GradesBy


class PrepareForm(forms.Form):
    """Begins a round. Everything else comes from the call's own rules."""

    name = forms.CharField(label=_("轮次名称"), max_length=60, initial=_("专家评审"))
    grades_by = forms.ChoiceField(
        label=_("等次数量怎样分配"), choices=GradesBy, initial=GradesBy.ALL, widget=forms.RadioSelect
    )
    slack = forms.IntegerField(
        label=_("任务量可放宽"),
        min_value=0,
        max_value=50,
        initial=2,
        help_text=_("为了让专家更对口，最忙的专家可以比平均多评几项。0 表示尽量平均。"),
    )


class EntryFilterForm(forms.Form):
    q = forms.CharField(label=_("评审编号或名称"), required=False, max_length=40)
    category = forms.ChoiceField(label=_("类别"), required=False)
    show = forms.ChoiceField(
        label=_("显示"),
        required=False,
        choices=[
            ("", _("全部")),
            ("withheld", _("有待处理附件")),
            ("lacking", _("专家不足")),
            ("open", _("未评完")),
        ],
    )

    def __init__(self, *args: Any, review: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = review.entries.order_by("category_name").values_list("category_name", flat=True).distinct()
        self.fields["category"].choices = [("", _("全部类别")), *((name, name) for name in names)]  # type: ignore[attr-defined]  # a ChoiceField


class RedactForm(forms.Form):
    words = forms.CharField(
        label=_("还要隐去的文字"), max_length=200, help_text=_("照原文抄下来；全文出现的地方都会隐去，且不能恢复。")
    )


class NoteForm(forms.Form):
    """A reason. ``is_needed`` is the action's to say; the form only keeps it short."""

    note = forms.CharField(label=_("原因"), max_length=200, required=False)


class CopyForm(forms.Form):
    copy = forms.FileField(label=_("处理过的文件"))


class GiveForm(forms.Form):
    """Somebody for an entry."""

    expert = forms.IntegerField(label=_("专家"))
    note = forms.CharField(label=_("原因"), max_length=150, required=False)


class WishForm(forms.Form):
    """A pair that must be, or must not be."""

    number = forms.CharField(label=_("评审编号"), max_length=12)
    expert = forms.IntegerField(label=_("专家"), widget=forms.Select)
    kind = forms.ChoiceField(
        label=_("要求"),
        choices=[("pinned", _("指定评审")), ("forbidden", _("不要分配")), ("", _("取消要求"))],
        required=False,
    )
    note = forms.CharField(label=_("说明"), max_length=100, required=False)


class SeedForm(forms.Form):
    seed = forms.IntegerField(
        label=_("随机种子"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text=_("同样的专家、成果、要求和种子总是得到同样的分配。留空沿用现在的种子。"),
    )


class RemindForm(forms.Form):
    expert = forms.TypedMultipleChoiceField(label=_("专家"), coerce=int)

    def __init__(self, *args: Any, review: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = review.entries.values_list("sheets__expert", flat=True).distinct()
        self.fields["expert"].choices = [(key, str(key)) for key in keys if key]  # type: ignore[attr-defined]  # a choice field


class SheetForm(forms.Form):
    """A scoring sheet as it was typed; which marks there are depends on the rubric."""

    version = forms.IntegerField(min_value=0)
    comment = forms.CharField(max_length=1000, required=False)

    def marks(self) -> dict[str, str]:
        """The marks that were sent, by criterion."""
        return {
            name.removeprefix("mark-"): str(value).strip()
            for name, value in self.data.items()
            if name.startswith("mark-")
        }


class RecuseForm(forms.Form):
    note = forms.CharField(
        label=_("回避的原因"),
        max_length=200,
        help_text=_("例如：看出是谁的成果、参与过该项目、与完成人有利害关系。"),
    )


class SignForm(forms.Form):
    """Confirms the signature; the password stands for the hand."""

    pledge = forms.BooleanField(label=_("我独立完成了以上评分，与成果完成人及其单位没有利害关系，对评分负责。"))
    password = forms.CharField(
        label=_("登录密码"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("签署后不能再修改，请再次输入密码确认是您本人。"),
    )
