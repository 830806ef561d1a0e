"""Sorting many questions at once: topic, level, difficulty, use. No text changes, so no version is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.practice.models import Bank, Question
from huomiao.practice.rules import banks as rules

if TYPE_CHECKING:
    from huomiao.accounts.models import User

FIELDS = frozenset({"topic_id", "level", "difficulty", "use"})
BATCH = 500


@transaction.atomic
def sort(bank: Bank, questions: Iterable[int], *, by: User | None, at: datetime, **values: Any) -> int:
    """Give ``questions`` of ``bank`` the ``values`` (of ``FIELDS``); returns how many changed.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: it is archived.
    """
    if not FIELDS.issuperset(values):
        raise TypeError(f"unknown fields {sorted(set(values) - FIELDS)}")
    locked = Bank.objects.select_for_update(of=("self",)).select_related("owner").get(pk=bank.pk)
    if by is not None and not rules.can_keep(by, locked):
        raise NotAllowed(_("只有管理这个题库的工会可以这样做。"))
    if locked.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用。"))
    wanted = sorted(set(questions))
    changed = 0
    for start in range(0, len(wanted), BATCH):
        rows = Question.objects.filter(bank=locked, pk__in=wanted[start : start + BATCH]).select_for_update(
            of=("self",)
        )
        moved: list[Question] = []
        changes: list[dict[str, Any]] = []
        for question in rows.order_by("pk"):
            differs = {
                name: [getattr(question, name), value]
                for name, value in values.items()
                if getattr(question, name) != value
            }
            if differs:
                moved.append(question)
                changes.append(differs)
        Question.objects.filter(pk__in=[question.pk for question in moved]).update(**values, changed_at=timezone.now())
        history.record_many(moved, "question.sorted", by=by, at=at, changes=changes)
        changed += len(moved)
    return changed
