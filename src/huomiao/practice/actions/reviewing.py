"""The moves of a question: submit, agree, return, retire, bring back. One or a whole selection go the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice import alike
from huomiao.practice.models import Bank, Question, QuestionVersion
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import QUESTION_MOVES, QuestionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

BATCH = 500
NOTE_LIMIT = 300


@dataclass(frozen=True)
class Moved:
    """How many of a selection were moved; the others were in another state or are not for this person to decide."""

    moved: int
    left: int


@transaction.atomic
def submit(bank: Bank, questions: Iterable[int], *, by: User | None, at: datetime) -> Moved:
    """Ask for a second person's agreement; where the bank needs none, the questions are published at once.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or there is no draft among ``questions``.
    """
    locked = _lock(bank, by=by)
    to, action = QuestionState.SUBMITTED, "question.submitted"
    if not locked.needs_review:
        to, action = QuestionState.PUBLISHED, "question.published"
    return _move(locked, questions, to, action=action, only=QuestionState.DRAFT, by=by, at=at)


@transaction.atomic
def agree(bank: Bank, questions: Iterable[int], *, by: User | None, at: datetime) -> Moved:
    """Publish the newest version of each; what ``by`` wrote themself waits for somebody else.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or none of ``questions`` waits for ``by``.
    """
    return _move(
        _lock(bank, by=by),
        questions,
        QuestionState.PUBLISHED,
        action="question.agreed",
        only=QuestionState.SUBMITTED,
        may=lambda question: by is None or rules.can_agree(by, question),
        by=by,
        at=at,
    )


@transaction.atomic
def give_back(bank: Bank, questions: Iterable[int], *, by: User, at: datetime, note: str) -> Moved:
    """Return to the draft, saying what has to be mended.

    Raises:
        NotAllowed, WrongState: as ``agree``.
        Invalid: no reason is given.
    """
    reason = note.strip()
    if not reason:
        raise Invalid(_("请写明需要修改什么，编写人会看到。"))
    return _move(
        _lock(bank, by=by),
        questions,
        QuestionState.DRAFT,
        action="question.returned",
        only=QuestionState.SUBMITTED,
        by=by,
        at=at,
        note=reason[:NOTE_LIMIT],
    )


@transaction.atomic
def retire(bank: Bank, questions: Iterable[int], *, by: User | None, at: datetime, note: str = "") -> Moved:
    """Ask the questions no more, from the next release on; what was asked keeps its versions.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or all of ``questions`` are retired.
    """
    return _move(
        _lock(bank, by=by),
        questions,
        QuestionState.RETIRED,
        action="question.retired",
        by=by,
        at=at,
        note=note.strip()[:NOTE_LIMIT],
    )


@transaction.atomic
def bring_back(bank: Bank, questions: Iterable[int], *, by: User | None, at: datetime) -> Moved:
    """Make drafts of retired questions, to be agreed to again.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or none of ``questions`` is retired.
    """
    return _move(
        _lock(bank, by=by),
        questions,
        QuestionState.DRAFT,
        action="question.brought_back",
        only=QuestionState.RETIRED,
        by=by,
        at=at,
    )


@transaction.atomic
def discard(question: Question, *, by: User, at: datetime) -> Question:
    """Give up what was written since the version in use; that one is the newest again, the draft stays in the history.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or there is no draft over a version in use.
    """
    bank = _lock(question.bank, by=by)
    row = Question.objects.select_for_update(of=("self",)).select_related("published").get(pk=question.pk, bank=bank)
    if row.published is None or row.state not in {QuestionState.DRAFT, QuestionState.SUBMITTED}:
        raise WrongState(_("这道题没有可以放弃的修改。"))
    before = row.latest_id
    row.latest, row.state = row.published, QuestionState.PUBLISHED
    row.kind, row.stem = row.published.kind, row.published.body["stem"]
    row.sketch = alike.sketch(row.stem)
    row.save(update_fields=["latest", "state", "kind", "stem", "sketch", "changed_at"])
    history.record(row, "question.draft_discarded", by=by, at=at, changes={"version": [before, row.latest_id]})
    return row


def _lock(bank: Bank, *, by: User | None) -> Bank:
    locked = Bank.objects.select_for_update(of=("self",)).select_related("owner").get(pk=bank.pk)
    if by is not None and not rules.can_keep(by, locked):
        raise NotAllowed(_("只有管理这个题库的工会可以这样做。"))
    if locked.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用。"))
    return locked


def _move(
    bank: Bank,
    questions: Iterable[int],
    to: QuestionState,
    *,
    action: str,
    by: User | None,
    at: datetime,
    only: QuestionState | None = None,
    may: Callable[[Question], bool] = lambda _question: True,
    note: str = "",
) -> Moved:
    wanted = sorted(set(questions))
    moved = left = 0
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        found = list(
            Question.objects.filter(bank=bank, pk__in=batch)
            .select_related("latest")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        chosen: list[Question] = []
        for question in found:
            state = QuestionState(question.state)
            question.bank = bank
            if to in QUESTION_MOVES[state] and only in {None, state} and may(question):
                chosen.append(question)
        _apply(chosen, to, action=action, by=by, at=at, note=note)
        moved += len(chosen)
        left += len(batch) - len(chosen)
    if not moved:
        raise WrongState(_refusal(to))
    return Moved(moved, left)


def _apply(chosen: list[Question], to: QuestionState, *, action: str, by: User | None, at: datetime, note: str) -> None:
    changes = [{"state": [question.state, to]} for question in chosen]
    for question in chosen:
        question.state = to
        question.changed_at = timezone.now()
        if to == QuestionState.PUBLISHED:
            question.published = question.latest
    Question.objects.bulk_update(chosen, ["state", "published", "changed_at"], batch_size=BATCH)
    if to == QuestionState.PUBLISHED:
        versions = [question.latest_id for question in chosen]
        QuestionVersion.objects.filter(pk__in=versions).update(reviewed_by=by)
    history.record_many(chosen, action, by=by, at=at, note=note, changes=changes)


def _refusal(to: QuestionState) -> str:
    return {
        QuestionState.SUBMITTED: _("所选试题里没有草稿，不用再提交审核。"),
        QuestionState.PUBLISHED: _("所选试题里没有等您审核的题。自己编写的题要由另一位管理人员审核。"),
        QuestionState.DRAFT: _("所选试题已经不在可以这样处理的状态，请刷新页面查看。"),
        QuestionState.RETIRED: _("所选试题都已经停用了。"),
    }[to]
