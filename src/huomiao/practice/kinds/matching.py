"""匹配: find the right side that belongs to each left side.

body: ``{"stem", "media", "left": [{"text"}, …], "right": [{"text"}, …]}``, the right sides shown in a drawn order;
key: ``{"pairs": [own place of the right side, for each left side]}``. There may be right sides that belong to nothing, and
one that belongs to several. An answer has None where no side was chosen. With partial credit each pair counts for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import Answer, BadAnswer, BadQuestion, Body, Grade, Key

name: str = "matching"
label: str | Promise = gettext_lazy("匹配题")
is_graded: bool = True

LEAST_SIDES = 2


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain = {"stem": parts.stem_of(body), "media": parts.media_of(body.get("media"), field="media")}
    left = parts.parts_of(body.get("left"), field="left", least=LEAST_SIDES)
    right = parts.parts_of(body.get("right"), field="right", least=LEAST_SIDES)
    pairs = key.get("pairs")
    if not isinstance(pairs, list) or len(pairs) != len(left):
        raise BadQuestion(_("请为左边每一项选出右边对应的一项。"), field="pairs")
    for place, pair in enumerate(pairs):
        if not parts.is_place(pair, len(right)):
            raise BadQuestion(_("请为左边这一项选出右边对应的一项。"), field=f"pairs.{place}")
    return {**plain, "left": left, "right": right}, {"pairs": pairs}


def places(body: Body) -> int:
    return len(body["right"])


def shown(body: Body, order: Sequence[int]) -> Body:
    right = [{"text": side["text"]} for side in body["right"]]
    return {
        "stem": body["stem"],
        "media": body["media"],
        "left": [{"text": side["text"]} for side in body["left"]],
        "right": parts.arranged(right, order),
    }


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is None:
        return None
    if not isinstance(sent, list) or len(sent) != len(body["left"]):
        raise BadAnswer(_("匹配题的答案要与左边各项一一对应。"))
    count = len(body["right"])
    if not all(place is None or parts.is_place(place, count) for place in sent):
        raise BadAnswer(_("答案里有不存在的选项。"))
    answer = [None if place is None else order[place] for place in sent]
    return None if all(place is None for place in answer) else answer


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    pairs = key["pairs"]
    if answer == pairs:
        return Grade(1.0)
    if not partial or not answer:
        return Grade(0.0)
    return Grade(sum(given == right for given, right in zip(answer, pairs, strict=True)) / len(pairs))


def sent(answer: Answer, order: Sequence[int]) -> Any:
    if answer is None:
        return None
    place_of = {own_place: shown_place for shown_place, own_place in enumerate(order)}
    return [None if place is None else place_of[place] for place in answer]


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return parts.shown(key["pairs"], order)


def in_words(body: Body, answer: Answer) -> str:
    return "，".join(
        f"{number}-{parts.letter(place)}" for number, place in enumerate(answer or (), 1) if place is not None
    )


def key_in_words(body: Body, key: Key) -> str:
    return in_words(body, key["pairs"])
