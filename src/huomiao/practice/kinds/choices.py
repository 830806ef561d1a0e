"""What single and multiple choice have in common: options shown in a drawn order, an answer of some of them.

body: ``{"stem", "media": [], "options": [{"text", "media"}, …]}``; key: ``{"right": [own places]}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import Answer, BadQuestion, Body, Key

LEAST_OPTIONS = 2


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain = {"stem": parts.stem_of(body), "media": parts.media_of(body.get("media"), field="media")}
    options = parts.options_of(body.get("options"), least=LEAST_OPTIONS)
    right = key.get("right")
    if not isinstance(right, list) or not all(parts.is_place(place, len(options)) for place in right):
        raise BadQuestion(_("正确答案里有不存在的选项。"), field="right")
    if not right:
        raise BadQuestion(_("请选出正确答案。"), field="right")
    # Real banks do have two wrong options that read the same; only a right one must be told from the others.
    for place in right:
        for other, option in enumerate(options):
            if option == options[place] and other not in right:
                raise BadQuestion(_("有一个选项与正确选项完全相同，请修改其中一项。"), field=f"options.{other}")
    return {**plain, "options": options}, {"right": sorted(set(right))}


def places(body: Body) -> int:
    return len(body["options"])


def shown(body: Body, order: Sequence[int]) -> Body:
    options = [{"text": option["text"], "media": option["media"]} for option in body["options"]]
    return {"stem": body["stem"], "media": body["media"], "options": parts.arranged(options, order)}


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is None:
        return None
    chosen = parts.places_of(sent, len(body["options"]))
    return sorted(parts.own(chosen, order)) or None


def sent(answer: Answer, order: Sequence[int]) -> Any:
    return None if answer is None else sorted(parts.shown(answer, order))


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return sorted(parts.shown(key["right"], order))


def in_words(body: Body, answer: Answer) -> str:
    return "".join(parts.letter(place) for place in answer or ())


def key_in_words(body: Body, key: Key) -> str:
    return in_words(body, key["right"])
