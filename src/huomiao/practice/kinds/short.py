"""简答: a text that people mark, against a reference and points to look for.

body: ``{"stem", "media", "max_chars"}``; key: ``{"reference", "points": [{"text", "points"}, …]}``; an answer is a text. Only
an empty answer is graded by the machine: it is worth nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import Answer, BadQuestion, Body, Grade, Key

name: str = "short"
label: str | Promise = gettext_lazy("简答题")
is_graded: bool = False

DEFAULT_CHARS = 500
MOST_CHARS = 5000
MOST_POINTS = 20


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain = {"stem": parts.stem_of(body), "media": parts.media_of(body.get("media"), field="media")}
    most = body.get("max_chars", DEFAULT_CHARS)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST_CHARS:
        raise BadQuestion(_("字数上限应在 1 到 %(most)d 之间。") % {"most": MOST_CHARS}, field="max_chars")
    reference = parts.text_of(
        key.get("reference"), field="reference", limit=MOST_CHARS, missing=_("请填写参考答案，阅卷时对照它评分。")
    )
    points = key.get("points", [])
    if not isinstance(points, list) or len(points) > MOST_POINTS:
        raise BadQuestion(_("得分点最多 %(most)d 个。") % {"most": MOST_POINTS}, field="points")
    return {**plain, "max_chars": most}, {
        "reference": reference,
        "points": [_point(row, at) for at, row in enumerate(points)],
    }


def _point(row: Any, at: int) -> dict[str, Any]:
    field = f"points.{at}"
    if not isinstance(row, dict):
        raise BadQuestion(_("这个得分点无法识别。"), field=field)
    text = parts.text_of(row.get("text"), field=field, limit=parts.PART_LIMIT, missing=_("请写明这个得分点是什么。"))
    worth = row.get("points")
    if isinstance(worth, bool) or not isinstance(worth, int | float) or not 0 < worth <= 100:
        raise BadQuestion(_("得分点的分值应大于 0、不超过 100。"), field=field)
    # One way to write a number, so that the same question is the same version.
    return {"text": text, "points": int(worth) if float(worth).is_integer() else worth}


def places(body: Body) -> int:
    return 0


def shown(body: Body, order: Sequence[int]) -> Body:
    return {"stem": body["stem"], "media": body["media"], "max_chars": body["max_chars"]}


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is None:
        return None
    return parts.answer_text(sent, limit=body["max_chars"]) or None


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    return Grade(None if answer else 0.0)


def sent(answer: Answer, order: Sequence[int]) -> Any:
    return answer


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return key["reference"]


def in_words(body: Body, answer: Answer) -> str:
    return answer or ""


def key_in_words(body: Body, key: Key) -> str:
    return str(key["reference"])
