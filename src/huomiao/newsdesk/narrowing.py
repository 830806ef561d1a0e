"""The conditions of a query as a reader sees them: each by itself with the query without it, and further ones added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from huomiao.newsdesk.pipeline.search.queries import Name, narrowed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, StrOrPromise] = {
    Name.CATEGORY: _("类别"),
    Name.SOURCE: _("来源"),
    Name.AUTHOR: _("作者"),
    Name.SITE: _("网站"),
}
_DAY = r"\d{4}-\d{1,2}(?:-\d{1,2})?"
# What stands between blanks; a quotation may hold some.
_PIECE = re.compile(r"""(?<!\S)(?:-|[^\s"“]*[:：])?(?:"[^"]*"|“[^”]*”|\S+)(?!\S)""")
_FIELD = re.compile(r"""([A-Za-z]+|[\u4e00-\u9fff]{2})[:：]["“]?([^"”]+)["”]?""")
_DATES = re.compile(rf"(?:{_DAY})?\.\.(?:{_DAY})?|{_DAY}")
_EXCLUDED = re.compile(r"""-["“]?([^"”]+)["”]?""")


@dataclass(frozen=True)
class Condition:
    """One condition: in words (``label`` is "" where it needs none), and the query without it."""

    label: str
    words: str
    without: str


def conditions(text: str) -> list[Condition]:
    """What narrows ``text`` beside the words that are sought: fields, dates and exclusions, in order."""
    found = []
    for piece in _PIECE.finditer(text):
        read = _read(piece.group())
        if read is not None:
            without = " ".join(f"{text[: piece.start()]} {text[piece.end() :]}".split())
            found.append(Condition(*read, without))
    return found


def _read(piece: str) -> tuple[str, str] | None:
    if field := _FIELD.fullmatch(piece):
        known = {**LABELS, **{str(label): label for label in LABELS.values()}}
        label = known.get(field[1].lower())
        return (str(label), field[2]) if label else None
    if _DATES.fullmatch(piece) and piece != "..":
        return str(_("时间")), piece
    if excluded := _EXCLUDED.fullmatch(piece):
        return str(_("不含")), excluded[1]
    return None


def with_conditions(text: str, *, since: date | None, until: date | None, category: str = "", without: str = "") -> str:
    """``text`` with more conditions, as somebody would write them."""
    parts = [text]
    if since or until:
        parts.append(f"{since or ''}..{until or ''}")
    parts += [f"-{word}" for word in without.split()]
    narrower = " ".join(part for part in parts if part)
    return narrowed(narrower, Name.CATEGORY, category) if category else narrower
