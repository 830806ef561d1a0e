"""排序: put the items into their right sequence.

body: ``{"stem", "media", "items": [{"text"}, …]}``; key: ``{"order": [own places in the right sequence]}``. With partial
credit an answer gets the share of neighbours that follow each other as they should.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import Answer, BadQuestion, Body, Grade, Key

name: str = "ordering"
label: str | Promise = gettext_lazy("排序题")
is_graded: bool = True

LEAST_ITEMS = 2


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain = {"stem": parts.stem_of(body), "media": parts.media_of(body.get("media"), field="media")}
    items = parts.parts_of(body.get("items"), field="items", least=LEAST_ITEMS)
    order = key.get("order")
    if not isinstance(order, list) or not all(parts.is_place(place, len(items)) for place in order):
        raise BadQuestion(_("正确顺序里有不存在的项目。"), field="order")
    if sorted(order) != list(range(len(items))):
        raise BadQuestion(_("正确顺序要把每一项恰好列出一次。"), field="order")
    return {**plain, "items": items}, {"order": order}


def places(body: Body) -> int:
    return len(body["items"])


def shown(body: Body, order: Sequence[int]) -> Body:
    items = [{"text": item["text"]} for item in body["items"]]
    return {"stem": body["stem"], "media": body["media"], "items": parts.arranged(items, order)}


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is None:
        return None
    return parts.own(parts.places_of(sent, len(body["items"])), order) or None


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    right = key["order"]
    if answer == right:
        return Grade(1.0)
    if not partial or not answer:
        return Grade(0.0)
    follow = set(pairwise(right))
    return Grade(sum(pair in follow for pair in pairwise(answer)) / len(follow))


def sent(answer: Answer, order: Sequence[int]) -> Any:
    return None if answer is None else parts.shown(answer, order)


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return parts.shown(key["order"], order)


def in_words(body: Body, answer: Answer) -> str:
    return "".join(parts.letter(place) for place in answer or ())


def key_in_words(body: Body, key: Key) -> str:
    return in_words(body, key["order"])
