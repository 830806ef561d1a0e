"""Blanks: where they are in a stem, and what a cell says of each: alternatives, and measures with tolerance and unit."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.formats.solved import NotAnAnswer, Solved

BLANK = "____"
# Blanks as people type them in a stem: underscores, or brackets with nothing in them.
PLACE = re.compile(r"[_＿]{2,}|[（(][\s\u3000_＿]*[）)]|【[\s\u3000_＿]*】|\[[\s\u3000_＿]+\]|［[\s\u3000_＿]*］")
# Where a stem has lines to write on, its empty brackets are only brackets.
_LINE = re.compile(r"[_＿]{2,}")
_MEASURE = re.compile(
    r"(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?:±|\+/-)\s*(?P<tolerance>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>.{0,20})"
)


def fill(stem: str, answer: str) -> Solved:
    given = answer.strip()
    notes: list[str] = []
    parts = split(given, "|｜")
    text, count = _LINE.subn(BLANK, stem)
    if count != len(parts):
        # Brackets with nothing in them are blanks too, unless the lines alone are as many as the answers.
        text, count = PLACE.subn(BLANK, stem)
    if not given:
        raise NotAnAnswer(_("填空题要有答案：各空用 | 分隔，同一空的几种写法用 ; 分隔。"))
    if not count:
        text, count = f"{text}{BLANK}", 1
        notes.append(_("题干里没有空，已在末尾加上一个“____”。"))
    if len(parts) != count and count > 1 and len(parts) == 1:
        for separators in (";；", "、", "\n", ",，", " \t\u3000"):
            pieces = [piece for piece in re.split(f"[{separators}]+", given) if piece.strip()]
            if len(pieces) == count:
                parts = pieces
                notes.append(_("%(count)s 个空的答案没有用 | 分隔，已按顺序分开。") % {"count": count})
                break
    if len(parts) != count:
        raise NotAnAnswer(
            _("题干里有 %(count)s 个空，答案有 %(given)s 个。各空的答案请用 | 分隔。")
            % {"count": count, "given": len(parts)}
        )
    blanks = [blank_of(part) for part in parts]
    if not all(blank["accept"] or blank["number"] is not None for blank in blanks):
        raise NotAnAnswer(_("有一个空没有答案。各空用 | 分隔，每个空都要填。"))
    return Solved("fill", {"stem": text, "blanks": count}, {"blanks": blanks, "any_order": False}, notes)


def blank_of(text: str) -> dict[str, Any]:
    """One blank from its alternatives: texts separated by ;, and at most one measure such as 3.5±0.1 mm."""
    blank: dict[str, Any] = {"accept": [], "number": None, "tolerance": None, "unit": ""}
    for piece in split(text, ";；"):
        raw = piece.strip()
        way = unescaped(raw)
        if not way:
            continue
        measure = _MEASURE.fullmatch(unicodedata.normalize("NFKC", raw)) if blank["number"] is None else None
        if measure:
            blank |= {
                "number": float(measure["number"]),
                "tolerance": float(measure["tolerance"]),
                "unit": measure["unit"].strip(),
            }
        else:
            blank["accept"].append(way)
    return blank


def blank_in_words(blank: dict[str, Any]) -> str:
    """The inverse of ``blank_of``."""
    # A text that reads like a measure has its ± (or the slash of +/-) marked as a plain character.
    ways = [
        escaped(way, ";；|｜±/" if _MEASURE.fullmatch(unicodedata.normalize("NFKC", way)) else ";；|｜")
        for way in blank["accept"]
    ]
    if blank["number"] is not None:
        ways.append(
            f"{_number(blank['number'])}±{_number(blank['tolerance'] or 0.0)} {escaped(blank['unit'], ';；|｜')}".strip()
        )
    return ";".join(ways)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def escaped(text: str, special: str) -> str:
    return re.sub(rf"([\\{re.escape(special)}])", r"\\\1", text)


def unescaped(text: str) -> str:
    return re.sub(r"\\([\\;；|｜±/=＝→])", r"\1", text)


def split(text: str, separators: str) -> list[str]:
    """``text`` cut at separators that no backslash stands before."""
    parts, current, at = [], "", 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            current += text[at : at + 2]
            at += 2
            continue
        if text[at] in separators:
            parts.append(current)
            current = ""
        else:
            current += text[at]
        at += 1
    return [*parts, current]
