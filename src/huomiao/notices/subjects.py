"""What a notice is about, seen from here: the app above says who may not handle an objection and what a ruling does."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol

from huomiao.notices.states import Outcome

if TYPE_CHECKING:
    from huomiao.accounts.models import User
    from huomiao.notices.models import Notice, NoticeItem, Ruling


class Subject(Protocol):
    """What an app that opens notices must answer."""

    def barred(self, item: NoticeItem) -> AbstractSet[int]:
        """The ids of those who handled the thing before, so that they may not handle an objection to it."""

    def outcomes(self, item: NoticeItem) -> list[Outcome]:
        """What a ruling may come to for this item."""

    def apply(self, ruling: Ruling, *, by: User) -> None:
        """Carry a ruling out, in its transaction; raises a ``DomainError`` when it cannot be."""


class _Nothing:
    """For notices about nothing that this site knows: nobody is barred, and an item can only be kept or struck."""

    def barred(self, item: NoticeItem) -> AbstractSet[int]:
        return frozenset()

    def outcomes(self, item: NoticeItem) -> list[Outcome]:
        return [Outcome.KEEP, Outcome.STRIKE]

    def apply(self, ruling: Ruling, *, by: User) -> None:
        """Striking the item itself is the notice's own business."""


SUBJECTS: dict[str, Subject] = {}


def register(subject_type: str, subject: Subject) -> None:
    """Let ``subject`` answer for notices whose ``subject_type`` that is."""
    SUBJECTS[subject_type] = subject


def of(notice: Notice) -> Subject:
    return SUBJECTS.get(notice.subject_type, _Nothing())
