"""The pieces that questions of every kind are made of: texts, media, drawn orders. Checked once, when a question is kept."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from huomiao.practice.kinds.base import BadAnswer, BadQuestion, Body

STEM_LIMIT = 4000
PART_LIMIT = 1000
ALT_LIMIT = 200
MOST_MEDIA = 6
# One letter for each.
MOST_PARTS = 26
MEDIA_KINDS = frozenset({"image", "audio", "video"})

# What no text may hold: control characters but tab and line break, and halves of surrogate pairs, which no database keeps.
_POWER = re.compile("(?<=[0-9０-９])([⁻⁰¹²³⁴-⁹]+)")
_UNKEEPABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def letter(place: int) -> str:
    """What the option at ``place`` is called: A, B, C …"""
    return string.ascii_uppercase[place]


def plain(text: str) -> str:
    """``text`` as it can be kept, its ends trimmed and its lines ended in one way."""
    return _UNKEEPABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def text_of(value: Any, *, field: str, limit: int, missing: str = "") -> str:
    """A text of a question; with ``missing`` it may not be empty, and that is what is said."""
    if not isinstance(value, str):
        raise BadQuestion(_("这里应当是文字。"), field=field)
    text = plain(value)
    if missing and not text:
        raise BadQuestion(missing, field=field)
    if len(text) > limit:
        raise BadQuestion(
            _("最多 %(limit)d 字，现在有 %(count)d 字。") % {"limit": limit, "count": len(text)}, field=field
        )
    return text


def stem_of(body: Body) -> str:
    return text_of(body.get("stem"), field="stem", limit=STEM_LIMIT, missing=_("请填写题干。"))


def media_of(value: Any, *, field: str) -> list[dict[str, str]]:
    """The pictures, sounds and films of one part, in their plain shape."""
    if value in (None, []):
        return []
    if not isinstance(value, list) or len(value) > MOST_MEDIA:
        raise BadQuestion(_("图片、音频和视频最多 %(most)d 个。") % {"most": MOST_MEDIA}, field=field)
    return [_medium(item, field=field) for item in value]


def _medium(item: Any, *, field: str) -> dict[str, str]:
    try:
        file, kind = str(UUID(str(item["file"]))), item["kind"]
    except (KeyError, TypeError, ValueError):
        file = kind = ""
    if not file or kind not in MEDIA_KINDS:
        raise BadQuestion(_("有一个图片、音频或视频无法识别，请重新上传。"), field=field)
    return {"file": file, "kind": kind, "alt": text_of(item.get("alt", ""), field=field, limit=ALT_LIMIT)}


def parts_of(value: Any, *, field: str, least: int) -> list[dict[str, Any]]:
    """Items or sides in their plain shape: texts, none empty, no two the same."""
    parts: list[dict[str, Any]] = []
    for where, item in _listed(value, field=field, least=least):
        part = {"text": text_of(item.get("text", ""), field=where, limit=PART_LIMIT, missing=_empty())}
        if part in parts:
            raise BadQuestion(_("有两项完全相同，请修改其中一项。"), field=where)
        parts.append(part)
    return parts


def options_of(value: Any, *, least: int) -> list[dict[str, Any]]:
    """Options in their plain shape: each with a text, a picture or both."""
    options: list[dict[str, Any]] = []
    for where, item in _listed(value, field="options", least=least):
        text = text_of(item.get("text", ""), field=where, limit=PART_LIMIT)
        media = media_of(item.get("media"), field=where)
        if not text and not media:
            raise BadQuestion(_empty(), field=where)
        options.append({"text": text, "media": media})
    return options


def _listed(value: Any, *, field: str, least: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(value, list) or len(value) < least:
        raise BadQuestion(_("至少要有 %(least)d 项。") % {"least": least}, field=field)
    if len(value) > MOST_PARTS:
        raise BadQuestion(_("最多 %(most)d 项。") % {"most": MOST_PARTS}, field=field)
    for place, item in enumerate(value):
        where = f"{field}.{place}"
        if not isinstance(item, dict):
            raise BadQuestion(_("这一项无法识别。"), field=where)
        yield where, item


def _empty() -> str:
    return _("这一项还没有内容，请填写或删去。")


def is_place(value: Any, count: int) -> bool:
    """Whether ``value`` is the number of one of ``count`` places. True and False are none, though Python counts them."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def places_of(sent: Any, count: int) -> list[int]:
    """A list of different places as a taker sent it.

    Raises:
        BadAnswer: it is anything else.
    """
    if type(sent) is list and len(sent) == 1 and type(sent[0]) is int and 0 <= sent[0] < count:
        return sent  # what nearly all answers are
    if not isinstance(sent, list) or len(sent) > count or not all(is_place(place, count) for place in sent):
        raise BadAnswer(_("答案里有不存在的选项。"))
    if len(set(sent)) != len(sent):
        raise BadAnswer(_("答案里有重复的选项。"))
    return sent


def own(shown_places: Sequence[int], order: Sequence[int]) -> list[int]:
    """Shown places as own places."""
    return [order[place] for place in shown_places]


def shown(own_places: Sequence[int], order: Sequence[int]) -> list[int]:
    """Own places as shown places: the inverse of ``own``."""
    return [order.index(place) for place in own_places]


def arranged(own_parts: Sequence[dict[str, Any]], order: Sequence[int]) -> list[dict[str, Any]]:
    """Parts in the order in which they are shown."""
    return [own_parts[place] for place in order]


def answer_text(value: Any, *, limit: int) -> str:
    """A text that a taker typed, as it can be kept.

    Raises:
        BadAnswer: it is no text, or a longer one than anybody types.
    """
    if not isinstance(value, str):
        raise BadAnswer(_("答案应当是文字。"))
    text = plain(value)
    if len(text) > limit:
        raise BadAnswer(_("答案最多 %(limit)d 字，现在有 %(count)d 字。") % {"limit": limit, "count": len(text)})
    return text


def narrow(text: str) -> str:
    """``text`` with one width and form for each character (NFKC)."""
    # NFKC turns ² into 2. After a letter that is what people type (m2); after a digit it would make 10⁶ into 106.
    return unicodedata.normalize("NFKC", _POWER.sub(r"^\1", text))


def folded(text: str) -> str:
    """``text`` as typed answers are compared: widths, cases, spaces and a last full stop do not count."""
    return "".join(narrow(text).casefold().split()).rstrip("。;,、")


def media_in(content: Any) -> Iterator[dict[str, str]]:
    """Every picture, sound and film that a body or part of one shows."""
    if isinstance(content, dict):
        if "file" in content:
            yield content
        else:
            for value in content.values():
                yield from media_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from media_in(value)
