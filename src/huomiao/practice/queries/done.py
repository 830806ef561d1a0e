"""What somebody has handed in: their own sessions, graded, and how often they tried today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils import timezone

from huomiao.practice import kinds, periods
from huomiao.practice.hotpath.tokens import GRACE_SECONDS
from huomiao.practice.kinds.parts import letter
from huomiao.practice.models import Attempt, Memory, PaperOpening, Question, QuestionVersion
from huomiao.practice.queries import asking
from huomiao.practice.states import Mode

if TYPE_CHECKING:
    from huomiao.accounts.models import User
    from huomiao.practice.models import Bank


@dataclass(frozen=True)
class Shown:
    """A part of a question under its letter."""

    letter: str
    text: str
    media: list[dict[str, str]] = field(default_factory=list)
    is_given: bool = False
    is_right: bool = False

    @property
    def verdict(self) -> str:
        """How it is drawn: right, wrong, missed; "" for what was rightly left out."""
        if self.is_right:
            return "right" if self.is_given else "missed"
        return "wrong" if self.is_given else ""


@dataclass(frozen=True)
class Answered:
    """One question of a session that is over, with everything that may now be said of it."""

    position: int
    version: QuestionVersion
    answer: Any
    fraction: float | None

    @property
    def kind(self) -> kinds.Kind:
        return kinds.KINDS[self.version.kind]

    @property
    def is_right(self) -> bool:
        return self.fraction is not None and self.fraction >= 1

    @property
    def options(self) -> list[Shown]:
        """The options of a choice in their own order, with what was chosen and what is right."""
        if self.version.kind not in ("single", "multiple"):
            return []
        right, given = self.version.key["right"], self.answer or []
        return [
            Shown(letter(place), option["text"], option["media"], is_given=place in given, is_right=place in right)
            for place, option in enumerate(self.version.body["options"])
        ]

    @property
    def parts(self) -> list[Shown]:
        """What the letters of an answer stand for: items to order, right-hand sides to match."""
        body = self.version.body
        parts = {"ordering": "items", "matching": "right"}.get(self.version.kind)
        return [Shown(letter(place), part["text"]) for place, part in enumerate(body[parts])] if parts else []

    @property
    def left(self) -> list[str]:
        return [side["text"] for side in self.version.body["left"]] if self.version.kind == "matching" else []

    @property
    def given(self) -> str:
        return "" if self.answer is None else self.kind.in_words(self.version.body, self.answer)

    @property
    def right(self) -> str:
        return self.kind.key_in_words(self.version.body, self.version.key)


@dataclass(frozen=True)
class TopicResult:
    """How the questions of one topic went in a session."""

    name: str
    right: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.right // self.total


def visible_to(user: User) -> QuerySet[Attempt]:
    """The sessions that ``user`` has handed in, newest first."""
    return Attempt.objects.filter(user=user).select_related("release__bank", "campaign").order_by("-pk")


def tries(user: User, mode: Mode, *, day: date, **more: Any) -> int:
    """How often ``user`` tried a session of ``mode`` on ``day``: handed in, or opened and left until its time was over."""
    start = periods.midnight(day)
    end = start + timedelta(days=1)
    handed_in = Attempt.objects.filter(user=user, mode=mode, finished_at__gte=start, finished_at__lt=end, **more)
    over = timezone.now() - timedelta(seconds=GRACE_SECONDS)
    left = PaperOpening.objects.filter(user=user, mode=mode, at__gte=start, at__lt=end, ends_at__lt=over, **more)
    was_handed_in = Exists(Attempt.objects.filter(nonce=OuterRef("nonce")))
    return handed_in.count() + left.exclude(was_handed_in).count()


def answered(attempt: Attempt) -> list[Answered]:
    """The questions of ``attempt`` as they were asked, with keys and explanations: only for who handed it in."""
    versions = QuestionVersion.objects.select_related("question__topic").in_bulk([row[0] for row in attempt.answers])
    return [
        Answered(position, versions[version], answer, fraction)
        for position, (version, answer, fraction) in enumerate(attempt.answers)
        if version in versions
    ]


def by_topic(items: list[Answered]) -> list[TopicResult]:
    """How each topic went, the weakest first."""
    counts: dict[str, list[int]] = {}
    for item in items:
        if item.fraction is None:
            continue
        topic = item.version.question.topic
        row = counts.setdefault(topic.name if topic else "", [0, 0])
        row[0] += item.is_right
        row[1] += 1
    found = [TopicResult(name, right, total) for name, (right, total) in counts.items()]
    return sorted(found, key=lambda row: (row.right / row.total, row.name))


def mistakes(user: User, *, bank: Bank | None = None) -> QuerySet[Memory]:
    """The wrong-answer book of ``user``, what went wrong last first."""
    found = asking.remembered(user, Memory.objects.filter(in_wrong_book=True))
    if bank is not None:
        found = found.filter(question__bank=bank)
    return (
        found.select_related("question__bank", "question__topic")
        .only("seen", "wrong", "run", "wrong_on", "question__stem", "question__kind", "question__difficulty",
              "question__bank__name", "question__bank__code", "question__topic__name")
        .order_by("-wrong_on", "-pk")
    )  # fmt: skip


def last_answer(user: User, question: Question) -> Answered | None:
    """How ``user`` last answered ``question``, with the version that they saw; None when that lies too far back."""
    versions = set(question.versions.values_list("pk", flat=True))
    for attempt in Attempt.objects.filter(user=user).order_by("-pk")[:LOOKED_BACK]:
        if any(row[0] in versions for row in attempt.answers):
            return next(item for item in answered(attempt) if item.version.pk in versions)
    return None


# So many sessions are searched for the last answer to a question.
LOOKED_BACK = 300


def best_of_levels(user: User, tags: list[str]) -> dict[str, int]:
    """The best result of ``user`` in each level, in per cent."""
    rows = (
        Attempt.objects.filter(user=user, mode=Mode.LEVEL, tag__in=tags, total__gt=0)
        .values("tag")
        .annotate(best=Max(F("right") * 100 / F("total")))
    )
    return {row["tag"]: row["best"] for row in rows}
