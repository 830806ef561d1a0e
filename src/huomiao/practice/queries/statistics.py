"""What practice showed of questions: how hard each is, whether it tells good from weak, what its options attract.

The follower keeps the sums (``models.ItemTally``); here they become figures, and what a keeper should look at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.item_analysis import OFTEN_BLANK, TOO_EASY, TOO_HARD, WEAK
from huomiao.practice.kinds import GRADED, Body, Key, parts
from huomiao.practice.models import Bank, ItemTally, Question

# Fewer answers say nothing about a question.
FEWEST = 30
# An option that fewer choose keeps nobody from the right one.
IDLE = 0.02
VERSIONS_SHOWN = 5

# What a keeper should look at, the gravest first: name, words, tone of the badge, what it means.
FLAGS: dict[str, tuple[str | Promise, str, str | Promise]] = {
    "wrong_key": (
        gettext_lazy("答案可能有误"),
        "bad",
        gettext_lazy("答得好的人反而答错，或者选某个错误选项的人比选对的还多，请核对答案。"),
    ),
    "hard": (gettext_lazy("过难"), "warn", gettext_lazy("很少有人答对，请看题目是否清楚、答案是否正确。")),
    "weak": (gettext_lazy("区分度低"), "warn", gettext_lazy("答得好与答得差的人在这道题上差别不大。")),
    "blank": (gettext_lazy("空答多"), "warn", gettext_lazy("很多人没有作答，请看题目是否看得懂。")),
    "easy": (gettext_lazy("过易"), "info", gettext_lazy("几乎人人答对，可以降低难度标注或者换题。")),
    "idle": (gettext_lazy("有选项无人选"), "info", gettext_lazy("有的错误选项几乎没有人选，起不到干扰作用。")),
}


@dataclass(frozen=True)
class OptionFigures:
    """How often one option was chosen, of everybody who was asked."""

    mark: str
    is_right: bool
    count: int
    percent: int


@dataclass(frozen=True)
class ItemFigures:
    """One version of a question in figures; without ``is_enough`` they are only what happened so far."""

    version_id: int
    number: int
    shown: int
    answered: int
    right: int
    # How many of those who answered were right, in per cent: the higher, the easier.
    percent: int
    # Correlation of being right here and in the rest of the session; None where it cannot be told.
    discrimination: float | None
    blank_percent: int
    options: list[OptionFigures]
    flags: list[str]

    @property
    def is_enough(self) -> bool:
        return self.answered >= FEWEST

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Each flag's words, tone and meaning."""
        return [(str(FLAGS[name][0]), FLAGS[name][1], str(FLAGS[name][2])) for name in self.flags]


@dataclass(frozen=True)
class BankFigures:
    """A bank's questions as practice showed them."""

    items: dict[int, ItemFigures]

    @property
    def told(self) -> list[ItemFigures]:
        """Those with enough answers to tell."""
        return [one for one in self.items.values() if one.is_enough]

    @property
    def percent(self) -> int | None:
        """The mean difficulty of those that can be told."""
        told = self.told
        return round(sum(one.percent for one in told) / len(told)) if told else None

    @property
    def answers(self) -> int:
        return sum(one.shown for one in self.items.values())

    def flag_counts(self) -> dict[str, int]:
        return {name: sum(name in one.flags for one in self.items.values()) for name in FLAGS}

    def narrowed(self, flag: str) -> list[int]:
        """The questions with ``flag`` (any flag for "any", all with answers for ""), the ones to look at first."""

        def urgency(pair: tuple[int, ItemFigures]) -> tuple[int, float, int]:
            gravest = min((list(FLAGS).index(name) for name in pair[1].flags), default=len(FLAGS))
            return gravest, pair[1].discrimination if pair[1].discrimination is not None else 1.0, pair[0]

        chosen = [
            pair
            for pair in self.items.items()
            if not flag or flag in pair[1].flags or (flag == "any" and pair[1].flags)
        ]
        return [question for question, _figures in sorted(chosen, key=urgency)]


def of_question(question: Question) -> list[ItemFigures]:
    """The figures of the newest versions of ``question`` that were asked."""
    tallies = _tallies(ItemTally.objects.filter(version__question=question)).order_by("-version__number")
    return [figures_of(tally) for tally in tallies[:VERSIONS_SHOWN]]


def of_bank(bank: Bank) -> BankFigures:
    """The figures of every published question of ``bank`` that was asked, by question."""
    tallies = _tallies(
        ItemTally.objects.filter(version__question__bank=bank, version=F("version__question__published")).filter(
            version__kind__in=GRADED
        )
    )
    return BankFigures({tally.version.question_id: figures_of(tally) for tally in tallies.iterator(chunk_size=2000)})


def figures_of(tally: ItemTally) -> ItemFigures:
    """The figures that the sums of ``tally`` give."""
    version, shown = tally.version, tally.shown
    blank = (shown - tally.answered) / shown if shown else 0.0
    options = _options(version.kind, version.body, version.key, tally)
    share = tally.right / tally.answered if tally.answered else 0.0
    discrimination = correlation(tally)
    is_told = tally.answered >= FEWEST and version.kind in GRADED
    flags = _flags(version.kind, share, discrimination, blank, options) if is_told else []
    return ItemFigures(
        version_id=version.pk,
        number=version.number,
        shown=shown,
        answered=tally.answered,
        right=tally.right,
        percent=round(share * 100),
        discrimination=discrimination,
        blank_percent=round(blank * 100),
        options=options,
        flags=flags,
    )


def correlation(tally: ItemTally) -> float | None:
    """The point-biserial correlation of the item with the rest of the session; None where one of them never varies."""
    n = tally.pairs
    if n < FEWEST:
        return None
    together = n * tally.sum_product - tally.sum_score * tally.sum_rest
    own = n * tally.sum_score_squared - tally.sum_score**2
    rest = n * tally.sum_rest_squared - tally.sum_rest**2
    if own <= 0 or rest <= 0:
        return None
    return round(together / (math.sqrt(own) * math.sqrt(rest)), 2)


def _tallies(rows: QuerySet[ItemTally]) -> QuerySet[ItemTally]:
    return rows.select_related("version").only(
        *(field.name for field in ItemTally._meta.concrete_fields),
        "version__number",
        "version__kind",
        "version__body",
        "version__key",
        "version__question_id",
    )


def _options(kind: str, body: Body, key: Key, tally: ItemTally) -> list[OptionFigures]:
    if kind == "true_false":
        marks = [("true", _("正确"), key["right"] is True), ("false", _("错误"), key["right"] is False)]
    elif kind in {"single", "multiple"}:
        marks = [(str(own), parts.letter(own), own in key["right"]) for own in range(len(body["options"]))]
    else:
        return []
    counts = ((mark, is_right, tally.options.get(name, 0)) for name, mark, is_right in marks)
    return [
        OptionFigures(mark, is_right, count, round(count / tally.shown * 100) if tally.shown else 0)
        for mark, is_right, count in counts
    ]


def _flags(
    kind: str, share: float, discrimination: float | None, blank: float, options: Iterable[OptionFigures]
) -> list[str]:
    options = list(options)
    wrong = [one.percent for one in options if not one.is_right]
    right = [one.percent for one in options if one.is_right]
    outdone = kind in {"single", "true_false"} and bool(wrong) and max(wrong) > max(right)
    found: list[str] = []
    if (discrimination is not None and discrimination < 0) or (outdone and (discrimination or 0.0) < WEAK):
        found.append("wrong_key")
    if share < TOO_HARD:
        found.append("hard")
    elif share > TOO_EASY:
        found.append("easy")
    elif "wrong_key" not in found and discrimination is not None and discrimination < WEAK:
        found.append("weak")
    if blank > OFTEN_BLANK:
        found.append("blank")
    if kind in {"single", "multiple"} and share <= TOO_EASY and any(one < IDLE * 100 for one in wrong):
        found.append("idle")
    return [name for name in FLAGS if name in found]
