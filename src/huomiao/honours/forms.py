from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from huomiao.honours import codes


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        help_text=_("印在证书二维码旁的 12 位字母和数字，不区分大小写，空格可以省略。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not codes.readings(code):
            raise forms.ValidationError(_("验证码是 12 位字母和数字。请对照证书再输一次。"), code="shape")
        return code


class RegisterForm(forms.Form):
    """The filters of the register."""

    q = forms.CharField(label=_("成果、单位、姓名或证书编号"), required=False, max_length=60)
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: object, *, years: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict, which the stubs do not take for a mapping here
        self.fields["year"].choices = [("", _("全部年度")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]  # a choice field


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("撤销原因"),
        max_length=200,
        help_text=_("只记入操作历史，不在验证页显示。"),
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": 200}),
    )
