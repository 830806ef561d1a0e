"""The sentences of forms: plain words, for every kind of field."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError

CHOICES = [("a", "甲"), ("b", "乙")]


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (forms.CharField(), "", "请填写这一项。"),
        (forms.CharField(max_length=3), "一二三四", "最多 3 个字，现在有 4 个。"),
        (forms.CharField(min_length=3), "一二", "至少 3 个字，现在有 2 个。"),
        (forms.IntegerField(), "十二", "请填写整数，例如 12。"),
        (forms.IntegerField(min_value=1), "0", "不能小于 1。"),
        (forms.DecimalField(max_value=9), "10", "不能大于 9。"),
        (forms.DecimalField(), "很多", "请填写数字，例如 12.5。"),
        (forms.DateField(), "去年", "请填写日期，例如 2026-05-01。"),
        (forms.ChoiceField(choices=CHOICES), "", "请选择一项。"),
        (forms.ChoiceField(choices=CHOICES), "c", "没有“c”这个选项，请重新选择。"),
        (forms.MultipleChoiceField(choices=CHOICES), [], "请至少选择一项。"),
        (forms.BooleanField(), False, "请勾选后再继续。"),
        (forms.FileField(), None, "请选择文件。"),
    ],
)
def test_wrong_input_is_answered_in_plain_words(field: forms.Field, typed: object, says: str) -> None:
    with pytest.raises(ValidationError) as raised:
        field.clean(typed)

    assert raised.value.messages == [says]


def test_a_field_with_words_of_its_own_keeps_them() -> None:
    field = forms.CharField(error_messages={"required": "请写明理由。"})

    with pytest.raises(ValidationError) as raised:
        field.clean("")

    assert raised.value.messages == ["请写明理由。"]
