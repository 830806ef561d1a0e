"""多选: one or more options are right, and the taker is not told how many.

Strictly an answer counts when it is complete and holds nothing wrong; with partial credit an answer without a wrong
option gets the share of the right ones that it names.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from huomiao.practice.kinds import choices
from huomiao.practice.kinds.base import RIGHT, WRONG, Answer, Body, Grade, Key

name: str = "multiple"
label: str | Promise = gettext_lazy("多选题")
is_graded: bool = True

check = choices.check
places = choices.places
shown = choices.shown
read = choices.read
sent = choices.sent
solution = choices.solution
in_words = choices.in_words
key_in_words = choices.key_in_words


def grade(body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
    right = key["right"]
    if answer == right:
        return RIGHT
    if partial and answer and set(answer) < set(right):
        return Grade(len(answer) / len(right))
    return WRONG
