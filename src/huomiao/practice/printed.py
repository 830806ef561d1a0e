"""Printed papers: their variants (卷型), and what a person reads off an answer sheet, typed, turned into answers. No database writes.

A variant is the paper in an order that follows from the exam's own seed, so that it is the same years later on any site: neighbours
get different letters, and what was keyed is read in the order that was printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.exam_papers import SHELF, Layout
from huomiao.practice.kinds import parts
from huomiao.practice.kinds.base import BadAnswer
from huomiao.practice.models import Exam, ExamPaper

LETTERS = "ABCD"
# Crossed out, two circles where one belongs: read as no answer, and not as one forgotten in the keying.
SPOILED = "*"
BLANKS = frozenset({"", "-", "—", "－", "空"})
RIGHT = frozenset({"T", "Y", "A", "1", "√", "✓", "对", "正确", "是", "TRUE"})
WRONG = frozenset({"F", "N", "B", "0", "X", "×", "✗", "错", "错误", "否", "FALSE"})
_SEPARATORS = re.compile(r"[\s,;、，；.。|/]+")


def letters(exam: Exam) -> str:
    """The variants in which the exam's papers are printed: one where nothing is shuffled."""
    return LETTERS if exam.shuffles_questions or exam.shuffles_options else LETTERS[:1]


def seed(exam: Exam, paper: ExamPaper, letter: str) -> str:
    """What the order of a variant is drawn from."""
    return sha256(f"printed:{exam.seed}:{paper.number}:{letter}".encode()).hexdigest()[:32]


def layout(exam: Exam, paper: ExamPaper, letter: str) -> Layout:
    """The order of questions and options in which variant ``letter`` of ``paper`` is printed."""
    found = SHELF.load(paper.pk)
    if found is None:
        raise ExamPaper.DoesNotExist
    # The exam's seed and not the site's secret: a secret may change between the printing and the keying.
    return Layout(found, seed=seed(exam, paper, letter), secret=exam.seed)


def read(order: Layout, entries: Sequence[str]) -> dict[int, Any]:
    """The answers of a sheet by position, in the versions' own order, from what was typed for each printed number.

    Raises:
        BadEntries: some of it is no possible answer; it says which numbers and why.
    """
    found: dict[int, Any] = {}
    problems: dict[int, str] = {}
    for number, position in enumerate(order.positions()):
        asked = order.paper.asked[position]
        try:
            sent = sent_of(asked.kind.name, asked.body, entries[number] if number < len(entries) else "")
            found[position] = asked.kind.read(asked.body, sent, order.order(position))
        except BadAnswer as refusal:
            problems[number] = refusal.message
    if problems:
        raise BadEntries(problems)
    return found


class BadEntries(BadAnswer):
    """Some of what was typed is no possible answer; ``problems`` by printed place, counted from 0."""

    def __init__(self, problems: dict[int, str]) -> None:
        numbers = "、".join(str(number + 1) for number in sorted(problems)[:20])
        super().__init__(_("这些题的录入有误，请改正：第 %(numbers)s 题。") % {"numbers": numbers})
        self.problems = problems


def sent_of(kind: str, body: dict[str, Any], typed: str) -> Any:
    """What was typed from paper as a taker would have sent it (in printed places).

    Raises:
        BadAnswer: it can stand for no answer to this question.
    """
    text = parts.plain(typed)
    if kind in {"fill", "short"}:
        if text == SPOILED or not text:
            return None
        return _blanks(text, body["blanks"]) if kind == "fill" else text
    tight = _SEPARATORS.sub("", parts.narrow(text)).upper()
    if tight in BLANKS or tight == SPOILED:
        return None
    if kind == "true_false":
        if tight in RIGHT or tight in WRONG:
            return tight in RIGHT
        raise BadAnswer(_("请填 T 或 F（也可以填 √ 或 ×、对或错）。"))
    if kind == "matching":
        return _matched(tight, body)
    chosen = [_place(letter) for letter in tight]
    if kind == "single" and len(chosen) > 1:
        raise BadAnswer(_("单选题只能有一个字母；涂了两项的请填 *。"))
    return chosen


def _place(letter: str) -> int:
    if not ("A" <= letter <= "Z"):
        raise BadAnswer(_("请填选项的字母；没有作答填 -，涂改无效填 *。"))
    return ord(letter) - ord("A")


def _matched(tight: str, body: dict[str, Any]) -> list[int | None]:
    # "1-B，2-A" as well as "BA": numbers before a letter only say what comes next anyway.
    letters_only = re.sub(r"\d+-?(?=[A-Z])", "", tight)
    if len(letters_only) != len(body["left"]):
        raise BadAnswer(_("请为左边 %(count)d 项各填一个字母，没有连的填 -。") % {"count": len(body["left"])})
    return [None if letter == "-" else _place(letter) for letter in letters_only]


def _blanks(text: str, count: int) -> list[str]:
    if count == 1:
        return [text]
    found = [one.strip() for one in re.split(r"[;；|]", text)]
    if len(found) > count:
        raise BadAnswer(_("这道题有 %(count)d 个空，请用分号隔开。") % {"count": count})
    return found + [""] * (count - len(found))


def as_compared(typed: str) -> str:
    """What was typed as two people's readings are compared: widths, cases and spaces do not count."""
    tight = _SEPARATORS.sub("", parts.narrow(parts.plain(typed))).upper()
    return "" if tight in BLANKS else tight


def differences(first: Sequence[str], second: Sequence[str], order: Layout) -> list[int]:
    """The printed places (from 0) at which two readings of one sheet differ."""
    found = []
    for number, position in enumerate(order.positions()):
        asked = order.paper.asked[position]
        one = first[number] if number < len(first) else ""
        other = second[number] if number < len(second) else ""
        if as_compared(one) == as_compared(other):
            continue
        try:
            same = sent_of(asked.kind.name, asked.body, one) == sent_of(asked.kind.name, asked.body, other)
        except BadAnswer:
            same = False
        if not same or asked.kind.name in {"fill", "short"}:
            found.append(number)
    return found
