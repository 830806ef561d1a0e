"""One question of a demo bank, in the columns of the usual table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``answer`` as people write it in a table: "B", "ACD", "对", "24;二十四", or the text of a short answer."""

    kind: str
    topic: str
    difficulty: str
    stem: str
    options: tuple[str, ...]
    answer: str
    explanation: str = ""


@dataclass(frozen=True)
class BankTable:
    """A bank: its code, name, trade and rows."""

    code: str
    name: str
    trade: str
    rows: Sequence[Row]


def single(topic: str, difficulty: str, stem: str, options: tuple[str, ...], answer: str, why: str = "") -> Row:
    return Row("单选题", topic, difficulty, stem, options, answer, why)


def multiple(topic: str, difficulty: str, stem: str, options: tuple[str, ...], answer: str, why: str = "") -> Row:
    return Row("多选题", topic, difficulty, stem, options, answer, why)


def judge(topic: str, difficulty: str, stem: str, answer: str, why: str = "") -> Row:
    return Row("判断题", topic, difficulty, stem, (), answer, why)


def fill(topic: str, difficulty: str, stem: str, answer: str, why: str = "") -> Row:
    return Row("填空题", topic, difficulty, stem, (), answer, why)


def short(topic: str, difficulty: str, stem: str, answer: str, why: str = "") -> Row:
    return Row("简答题", topic, difficulty, stem, (), answer, why)
