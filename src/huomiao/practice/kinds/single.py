"""单选: one option is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import choices
from huomiao.practice.kinds.base import RIGHT, WRONG, Answer, BadAnswer, BadQuestion, Body, Grade, Key

name: str = "single"
label: str | Promise = gettext_lazy("单选题")
is_graded: bool = True

places = choices.places
shown = choices.shown
sent = choices.sent
solution = choices.solution
in_words = choices.in_words
key_in_words = choices.key_in_words


def check(body: Body, key: Key) -> tuple[Body, Key]:
    plain, right = choices.check(body, key)
    if len(right["right"]) > 1:
        raise BadQuestion(_("单选题只能有一个正确答案。有多个时请改为多选题。"), field="right")
    return plain, right


def read(body: Body, sent: Any, order: Sequence[int]) -> Answer:
    answer = choices.read(body, sent, order)
    if answer is not None and len(answer) > 1:
        raise BadAnswer(_("单选题只能选一项。"))
    return answer


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    return RIGHT if answer == key["right"] else WRONG
