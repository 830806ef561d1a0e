"""判断: a statement that is right or wrong. body: ``{"stem", "media"}``; key: ``{"right": bool}``; an answer is a bool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import RIGHT, WRONG, Answer, BadAnswer, BadQuestion, Body, Grade, Key

name: str = "true_false"
label: str | Promise = gettext_lazy("判断题")
is_graded: bool = True


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain = {"stem": parts.stem_of(body), "media": parts.media_of(body.get("media"), field="media")}
    if not isinstance(key.get("right"), bool):
        raise BadQuestion(_("请选择“正确”或“错误”。"), field="right")
    return plain, {"right": key["right"]}


def places(body: Body) -> int:
    return 0


def shown(body: Body, order: Sequence[int]) -> Body:
    return {"stem": body["stem"], "media": body["media"]}


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    if sent is not None and not isinstance(sent, bool):
        raise BadAnswer(_("判断题请选“正确”或“错误”。"))
    return sent


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    return RIGHT if answer is key["right"] else WRONG


def sent(answer: Answer, order: Sequence[int]) -> Any:
    return answer


def solution(body: Body, key: Key, order: Sequence[int]) -> Any:
    return key["right"]


def in_words(body: Body, answer: Answer) -> str:
    if answer is None:
        return ""
    return _("正确") if answer else _("错误")


def key_in_words(body: Body, key: Key) -> str:
    return in_words(body, key["right"])
