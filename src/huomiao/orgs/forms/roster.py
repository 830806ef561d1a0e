from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core.tables import parse_phone
from huomiao.orgs.models import RosterEntry


class EntryForm(forms.Form):
    """One person on a roster."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    staff_number = forms.CharField(
        label=gettext_lazy("工号"), max_length=30, required=False, help_text=gettext_lazy("同一单位内不能重复。")
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("本人首次登录时核对后四位；加密保存。"),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("性别"), choices=[("", gettext_lazy("未填")), ("男", gettext_lazy("男")), ("女", gettext_lazy("女"))],
        required=False,
    )  # fmt: skip
    post = forms.CharField(label=gettext_lazy("工种/岗位"), max_length=60, required=False)
    title = forms.CharField(label=gettext_lazy("职称/技能等级"), max_length=60, required=False)
    is_frontline = forms.BooleanField(label=gettext_lazy("一线职工"), required=False, initial=True)
    is_member = forms.BooleanField(label=gettext_lazy("工会会员"), required=False, initial=True)

    def __init__(self, *args: Any, entry: RosterEntry | None = None, **kwargs: Any) -> None:
        self.entry = entry
        if entry is not None:
            names = ("name", "staff_number", "gender", "post", "title", "is_frontline", "is_member")
            kwargs["initial"] = {name: getattr(entry, name) for name in names}
        super().__init__(*args, **kwargs)
        if entry is not None and entry.phone:
            # The page shows the number masked; whoever leaves the field empty keeps it.
            self.fields["phone"].widget.attrs["placeholder"] = entry.masked_phone
            self.fields["phone"].help_text = _("不改请留空。")

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        if not text:
            return self.entry.phone if self.entry is not None else ""
        try:
            return parse_phone(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class LeaveForm(forms.Form):
    on = forms.DateField(
        label=gettext_lazy("离职日期"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class ReasonForm(forms.Form):
    """Why somebody wants to see what is masked."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会与您的姓名和时间一起记入操作历史。")
    )


class RosterFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("姓名、工号或岗位"), required=False, max_length=50)
    frontline = forms.ChoiceField(
        label=gettext_lazy("一线职工"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("yes", gettext_lazy("是")), ("no", gettext_lazy("否"))],
    )
    activated = forms.ChoiceField(
        label=gettext_lazy("账号"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("yes", gettext_lazy("已激活")), ("no", gettext_lazy("未激活"))],
    )
    left = forms.BooleanField(label=gettext_lazy("只看已离职"), required=False)
