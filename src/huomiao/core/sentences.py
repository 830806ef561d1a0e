"""What a form says when something is wrong: Django's own sentences, as a person at the counter would say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELDS: dict[type[forms.Field], dict[str, StrOrPromise]] = {
    forms.Field: {"required": _("请填写这一项。")},
    forms.ChoiceField: {"required": _("请选择一项。"), "invalid_choice": _("没有“%(value)s”这个选项，请重新选择。")},
    forms.MultipleChoiceField: {
        "required": _("请至少选择一项。"),
        "invalid_choice": _("没有“%(value)s”这个选项，请重新选择。"),
    },
    forms.ModelChoiceField: {"required": _("请选择一项。"), "invalid_choice": _("这个选项已经不在了，请重新选择。")},
    forms.ModelMultipleChoiceField: {
        "required": _("请至少选择一项。"),
        "invalid_choice": _("有一个选项已经不在了，请重新选择。"),
        "invalid_pk_value": _("有一个选项已经不在了，请重新选择。"),
    },
    forms.BooleanField: {"required": _("请勾选后再继续。")},
    forms.IntegerField: {"invalid": _("请填写整数，例如 12。")},
    forms.FloatField: {"invalid": _("请填写数字，例如 12.5。")},
    forms.DecimalField: {"invalid": _("请填写数字，例如 12.5。")},
    forms.DateField: {"invalid": _("请填写日期，例如 2026-05-01。")},
    forms.TimeField: {"invalid": _("请填写时间，例如 09:30。")},
    forms.DateTimeField: {"invalid": _("请填写日期和时间，例如 2026-05-01 09:30。")},
    forms.FileField: {
        "required": _("请选择文件。"),
        "empty": _("这个文件是空的，请换一个。"),
        "missing": _("请选择文件。"),
    },
}

LIMITS: list[tuple[type[validators.BaseValidator], StrOrPromise]] = [
    (validators.MaxLengthValidator, _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个。")),
    (validators.MinLengthValidator, _("至少 %(limit_value)d 个字，现在有 %(show_value)d 个。")),
    (validators.MaxValueValidator, _("不能大于 %(limit_value)s。")),
    (validators.MinValueValidator, _("不能小于 %(limit_value)s。")),
]


def speak_plainly() -> None:
    """Put the sentences where every form finds them; a form with words of its own keeps those."""
    for field, messages in FIELDS.items():
        # A new table for each class: a subclass without one of its own shares its parent's.
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **messages}
    for validator, message in LIMITS:
        validator.message = message
