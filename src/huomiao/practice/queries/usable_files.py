"""The files that somebody may put into a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from huomiao.files.models import StoredFile
from huomiao.practice.models import Bank, QuestionFile

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def in_bank(bank: Bank, *, by: User) -> QuerySet[StoredFile]:
    """What ``by`` uploaded and what ``bank`` shows already, so that nobody reaches another's file by its key."""
    shown = QuestionFile.objects.filter(question__bank=bank).values("file")
    return StoredFile.objects.filter(Q(owner=by) | Q(pk__in=shown))
