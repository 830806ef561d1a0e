"""填空: a text with blanks, each filled by one of several accepted texts or by a number within a tolerance.

body: ``{"stem" with "____" for each blank, "media", "blanks": how many}``; key: ``{"blanks": [{"accept": [texts], "number",
"tolerance", "unit"}, …], "any_order": bool}``; an answer is a list of texts, "" where a blank was left. Each blank is worth its
share, with or without partial credit, as it is on paper.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import parts, units
from huomiao.practice.kinds.base import Answer, BadAnswer, BadQuestion, Body, Grade, Key

name: str = "fill"
label: str | Promise = gettext_lazy("填空题")
is_graded: bool = True

BLANK = "____"
BLANK_LIMIT = 200
MOST_BLANKS = 20
MOST_ALTERNATIVES = 30
UNIT_LIMIT = 20
_MARK = re.compile("[_＿]{2,}")
_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def check(body: Body, key: Key) -> tuple[Body, Key]:
    stem = plain_marks(parts.stem_of(body))
    count = stem.count(BLANK)
    if not 1 <= count <= MOST_BLANKS:
        raise BadQuestion(_("请在题干里用“____”标出每个空，最多 %(most)d 个空。") % {"most": MOST_BLANKS}, field="stem")
    blanks = key.get("blanks")
    if not isinstance(blanks, list) or len(blanks) != count:
        given = len(blanks) if isinstance(blanks, list) else 0
        raise BadQuestion(
            _("题干里有 %(count)d 个空，答案有 %(given)d 个，两者要一致。") % {"count": count, "given": given},
            field="blanks",
        )
    plain = {"stem": stem, "media": parts.media_of(body.get("media"), field="media"), "blanks": count}
    return plain, {
        "blanks": [_blank(blank, f"blanks.{at}") for at, blank in enumerate(blanks)],
        "any_order": key.get("any_order") is True,
    }


def marks(stem: str) -> list[str]:
    """The marks of blanks in ``stem``, as they were typed."""
    return _MARK.findall(stem)


def plain_marks(stem: str) -> str:
    """``stem`` with every blank marked in the one way."""
    return _MARK.sub(BLANK, stem)


def _blank(blank: Any, field: str) -> dict[str, Any]:
    if not isinstance(blank, dict) or not isinstance(blank.get("accept", []), list):
        raise BadQuestion(_("这个空的答案无法识别。"), field=field)
    accept: list[str] = []
    for text in blank.get("accept", []):
        accepted = parts.text_of(text, field=field, limit=BLANK_LIMIT)
        if accepted and accepted not in accept:
            accept.append(accepted)
    number = _float(blank.get("number"), field)
    tolerance = _float(blank.get("tolerance"), field)
    if tolerance is not None and (number is None or tolerance < 0):
        raise BadQuestion(_("误差要与数值一起填写，并且不能小于 0。"), field=field)
    if not accept and number is None:
        raise BadQuestion(_("请填写这个空的答案。"), field=field)
    if len(accept) > MOST_ALTERNATIVES:
        raise BadQuestion(_("一个空最多 %(most)d 种写法。") % {"most": MOST_ALTERNATIVES}, field=field)
    unit = parts.text_of(blank.get("unit") or "", field=field, limit=UNIT_LIMIT) if number is not None else ""
    return {"accept": accept, "number": number, "tolerance": tolerance, "unit": unit}


def _float(value: Any, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadQuestion(_("数值和误差要填数字。"), field=field)
    return float(value)


def places(body: Body) -> int:
    return 0


def shown(body: Body, order: Sequence[int]) -> Body:
    return {"stem": body["stem"], "media": body["media"], "blanks": body["blanks"]}


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is None:
        return None
    if not isinstance(sent, list) or len(sent) != body["blanks"]:
        raise BadAnswer(_("这道题有 %(count)d 个空，答案要与它们一一对应。") % {"count": body["blanks"]})
    answer = [parts.answer_text(text, limit=BLANK_LIMIT) for text in sent]
    return answer if any(answer) else None


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    if not answer:
        return Grade(0.0)
    blanks = key["blanks"]
    right = (
        _most_matched(blanks, answer)
        if key.get("any_order")
        else sum(fits(text, blank) for text, blank in zip(answer, blanks, strict=True))
    )
    return Grade(right / len(blanks))


def fits(text: str, blank: dict[str, Any]) -> bool:
    """Whether ``text`` is a right answer to one blank."""
    if not text:
        return False
    folded = parts.folded(text)
    if any(parts.folded(accepted) == folded for accepted in blank["accept"]):
        return True
    return blank["number"] is not None and _measures(text, blank)


def _measures(text: str, blank: dict[str, Any]) -> bool:
    # The unit's case is kept: a capital M can be a million.
    found = _NUMBER.fullmatch(_THOUSANDS.sub("", _narrow(text)))
    if found is None:
        return False
    factor = units.factor(found[2], blank["unit"])
    if factor is None:
        return False
    wanted: float = blank["number"]
    slack: float = (blank["tolerance"] or 0.0) + 1e-9 * max(1e-9, abs(wanted))
    return abs(float(found[1]) * factor - wanted) <= slack


def _narrow(text: str) -> str:
    return "".join(parts.narrow(text).replace("−", "-").replace("–", "-").replace("×10^", "e").rstrip("。;,、").split())


def _most_matched(blanks: Sequence[dict[str, Any]], answer: Sequence[str]) -> int:
    """How many blanks can be given a text of their own, each text used once (augmenting paths)."""
    taken: dict[int, int] = {}

    def place(blank: int, tried: set[int]) -> bool:
        for at, text in enumerate(answer):
            if at not in tried and fits(text, blanks[blank]):
                tried.add(at)
                if at not in taken or place(taken[at], tried):
                    taken[at] = blank
                    return True
        return False

    return sum(place(blank, set()) for blank in range(len(blanks)))


def sent(answer: Answer, order: Sequence[int]) -> Any:
    return answer


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return [_first(blank) for blank in key["blanks"]]


def _first(blank: dict[str, Any]) -> str:
    if blank["accept"]:
        return str(blank["accept"][0])
    return f"{written(blank['number'])} {blank['unit']}".strip()


def written(number: float) -> str:
    """A number without what a computer adds to it: 3 instead of 3.0."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def in_words(body: Body, answer: Answer) -> str:
    return "；".join(answer or ())


def key_in_words(body: Body, key: Key) -> str:
    return "；".join(_in_words(blank) for blank in key["blanks"])


def _in_words(blank: dict[str, Any]) -> str:
    ways = list(blank["accept"])
    if blank["number"] is not None:
        tolerance = f"±{written(blank['tolerance'])}" if blank["tolerance"] else ""
        ways.append(f"{written(blank['number'])}{tolerance} {blank['unit']}".strip())
    return " / ".join(ways)
