"""The fields in which a new key is typed, by the kind of question, and the key that they give."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from huomiao.practice import printed
from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import BadAnswer, BadQuestion
from huomiao.practice.models import QuestionVersion


def key_field(version: QuestionVersion) -> forms.Field:
    """The field for the key of ``version``, filled with the key that it has."""
    body, key = version.body, version.key
    if version.kind in {"single", "multiple"}:
        choices = [
            (str(place), f"{parts.letter(place)}. {option['text']}") for place, option in enumerate(body["options"])
        ]
        initial = [str(place) for place in key["right"]]
        if version.kind == "single":
            return forms.ChoiceField(
                label=_("正确答案"), choices=choices, widget=forms.RadioSelect, initial=initial[0], required=False
            )
        return forms.MultipleChoiceField(
            label=_("正确答案"), choices=choices, widget=forms.CheckboxSelectMultiple, initial=initial, required=False
        )
    if version.kind == "true_false":
        return forms.ChoiceField(
            label=_("正确答案"),
            choices=[("1", _("正确")), ("0", _("错误"))],
            widget=forms.RadioSelect,
            initial="1" if key["right"] else "0",
            required=False,
        )
    if version.kind == "fill":
        lines = ["；".join(blank["accept"]) or f"{blank['number']:g}" for blank in key["blanks"]]
        return forms.CharField(
            label=_("每个空的答案"),
            widget=forms.Textarea(attrs={"rows": max(2, len(lines))}),
            initial="\n".join(lines),
            max_length=5000,
            required=False,
            help_text=_("每行一个空；同一个空的几种写法用分号隔开。原有的数值误差和单位保留。"),
        )
    help_text = (
        _("按正确顺序写出字母，例如 BAC。")
        if version.kind == "ordering"
        else _("依次为左边每一项写出右边的字母，例如 BA。")
    )
    own = key["order"] if version.kind == "ordering" else key["pairs"]
    return forms.CharField(
        label=_("正确答案"),
        initial="".join(parts.letter(place) for place in own),
        max_length=60,
        required=False,
        help_text=help_text,
    )


def key_of(version: QuestionVersion, value: Any) -> dict[str, Any]:
    """The key that ``value`` of that field stands for; whether it can be graded its kind will say.

    Raises:
        BadQuestion: it stands for none.
    """
    if version.kind in {"single", "multiple"}:
        chosen = [value] if isinstance(value, str) else value
        return {"right": sorted(int(place) for place in chosen if place)}
    if version.kind == "true_false":
        return {"right": value == "1"}
    if version.kind == "fill":
        return _blanks(version, str(value))
    try:
        sent = printed.sent_of(version.kind, version.body, str(value))
    except BadAnswer as refusal:
        raise BadQuestion(refusal.message, field="key") from refusal
    return {"order" if version.kind == "ordering" else "pairs": sent or []}


def _blanks(version: QuestionVersion, text: str) -> dict[str, Any]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    blanks = []
    for at, line in enumerate(lines):
        accept = [way.strip() for way in line.replace(";", "；").split("；") if way.strip()]
        old = version.key["blanks"][at] if at < len(version.key["blanks"]) else {}
        number, tolerance = None, None
        if old.get("number") is not None:
            number, tolerance = _number(accept), old.get("tolerance")
            tolerance = tolerance if number is not None else None
        blanks.append({"accept": accept, "number": number, "tolerance": tolerance, "unit": old.get("unit", "")})
    return {**version.key, "blanks": blanks}


def _number(ways: list[str]) -> float | None:
    """The first of ``ways`` that is a plain number: what the tolerance is measured from."""
    for way in ways:
        try:
            return float(way)
        except ValueError:
            continue
    return None
