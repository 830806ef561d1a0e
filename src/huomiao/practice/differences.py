"""What a version of a question changed in the one before, in words that people can check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.kinds import KINDS, Body, parts
from huomiao.practice.models import QuestionVersion

# A piece of text, and whether it differs from the other side.
Piece = tuple[str, bool]
# Letters of words and digits of numbers change together; Chinese changes character by character.
_WORD = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)


@dataclass(frozen=True)
class Difference:
    """One place that reads otherwise: before and after, each in pieces; an empty side was added or taken away."""

    label: str
    before: list[Piece]
    after: list[Piece]


def between(before: QuestionVersion, after: QuestionVersion) -> list[Difference]:
    """Everything that ``after`` says otherwise than ``before``, in the order of the page."""
    old, new = dict(_lines(before)), dict(_lines(after))
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Difference(label, *pieces(old.get(label, ""), new.get(label, "")))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts, cut where they part."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for act, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        is_same = act == "equal"
        if old_end > old_start:
            left.append(("".join(old[old_start:old_end]), not is_same))
        if new_end > new_start:
            right.append(("".join(new[new_start:new_end]), not is_same))
    return left, right


def _lines(version: QuestionVersion) -> Iterator[tuple[str, str]]:
    """A version as labelled lines, each label once."""
    body, key = version.body, version.key
    yield _("题型"), str(KINDS[version.kind].label)
    yield _("题干"), body["stem"]
    if body["media"]:
        yield _("题干的图片和音视频"), _media(body["media"])
    yield from _parts(body)
    yield _("答案"), KINDS[version.kind].key_in_words(body, key)
    if key.get("any_order"):
        yield _("各空顺序"), _("不限")
    for place, point in enumerate(key.get("points", []), 1):
        yield _("得分点 %(place)d") % {"place": place}, f"{point['text']}（{point['points']}）"
    if "max_chars" in body:
        yield _("字数上限"), str(body["max_chars"])
    if version.explanation:
        yield _("解析"), version.explanation
    if version.explanation_media:
        yield _("解析的图片和音视频"), _media(version.explanation_media)


def _parts(body: Body) -> Iterator[tuple[str, str]]:
    names = {"options": _("选项 %(mark)s"), "items": _("项目 %(mark)s"), "right": _("右边 %(mark)s")}
    for name, label in names.items():
        for place, part in enumerate(body.get(name, [])):
            media = f" {_media(part['media'])}" if part.get("media") else ""
            yield label % {"mark": parts.letter(place)}, part["text"] + media
    for place, part in enumerate(body.get("left", []), 1):
        yield _("左边 %(mark)s") % {"mark": place}, part["text"]


def _media(media: list[dict[str, Any]]) -> str:
    return "".join(f"[{one['alt'] or _('素材')} {one['file'][:8]}]" for one in media)
