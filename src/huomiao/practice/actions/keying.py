"""Keying paper answer sheets in: twice, by two people who do not see each other's, and once more where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.accounts.models import User as Person
from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice import printed
from huomiao.practice.actions.exam_moves import locked_exam
from huomiao.practice.models import Candidate, Exam, ExamPaper, Keyer, Keying, PaperSheet, SavedAnswer, Sitting
from huomiao.practice.rules import keying as rules
from huomiao.practice.sittings import SEQ_ROOM
from huomiao.practice.states import ExamState, PaperSheetState, SittingState, SubmitReason
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

READINGS = 2
LONGEST_ENTRY = 5000


@transaction.atomic
def add_keyers(exam: Exam, people: Iterable[Person], *, by: User, at: datetime) -> int:
    """Let ``people`` key sheets in; returns how many there are more.

    Raises:
        Invalid: somebody is a candidate.
    """
    locked = locked_exam(exam, by=by)
    chosen = list({person.pk: person for person in people}.values())
    if own := sorted(locked.candidates.filter(user__in=chosen).values_list("user__name", flat=True)):
        raise Invalid(_("考生不能录入本场答卷：%(names)s。") % {"names": "、".join(own)})
    added = []
    for person in chosen:
        keyer, created = Keyer.objects.get_or_create(exam=locked, user=person, defaults={"added_at": at})
        if created:
            added.append(keyer)
    history.record_many(added, "exam.keyer_added", by=by, at=at)
    return len(added)


@transaction.atomic
def remove_keyer(keyer: Keyer, *, by: User, at: datetime) -> None:
    """Let somebody key no longer; what they typed stays."""
    locked_exam(keyer.exam, by=by)
    history.record(keyer, "exam.keyer_removed", by=by, at=at)
    keyer.delete()


@transaction.atomic
def key(
    exam: Exam, *, number: str, paper: ExamPaper, variant: str, entries: Sequence[str], by: User, at: datetime
) -> PaperSheet:
    """Keep what ``by`` typed from a candidate's sheet. The second reading that agrees makes a sitting of it.

    Typing again before anybody else has typed the sheet replaces one's own reading.

    Raises:
        NotAllowed: ``by`` does not key this exam.
        Invalid: there is no such candidate, paper or variant.
        BadEntries: something typed is no possible answer.
        WrongState: the sheet was read twice already, or the candidate sat the exam on a screen.
    """
    if not rules.can_key(by, exam):
        raise NotAllowed(_("您不是本场考试的录入员，或者现在不能录入。"))
    if paper.exam_id != exam.pk or variant not in printed.letters(exam):
        raise Invalid(_("本场考试没有这种卷型，请核对答题卡上的卷型。"))
    candidate = Candidate.objects.select_for_update(of=("self",)).filter(exam=exam, number=number.strip()).first()
    if candidate is None:
        raise Invalid(_("没有准考证号为“%(number)s”的考生，请核对。") % {"number": number.strip()[:20]})
    order = printed.layout(exam, paper, variant)
    kept = [str(entry)[:LONGEST_ENTRY] for entry in entries][: len(order.paper.asked)]
    kept += [""] * (len(order.paper.asked) - len(kept))
    printed.read(order, kept)
    sheet, _created = PaperSheet.objects.get_or_create(exam=exam, candidate=candidate)
    _need_open(sheet, candidate)
    mine = sheet.keyings.filter(by=by).first()
    others = sheet.keyings.exclude(by=by).count()
    if mine is not None and others:
        raise WrongState(_("这份答卷您已经录过，另一人也录过了，不能再改。"))
    if others >= READINGS:
        raise WrongState(_("这份答卷已有两人录入，请录下一份。"))
    Keying.objects.update_or_create(
        sheet=sheet, by=by, defaults={"paper": paper, "variant": variant, "entries": kept, "at": at}
    )
    readings = list(sheet.keyings.select_related("paper").order_by("pk"))
    if len(readings) < READINGS:
        sheet.state = PaperSheetState.ONCE
        sheet.save(update_fields=["state"])
    elif is_same(exam, readings):
        _take_in(sheet, candidate, readings[0].paper, readings[0].variant, readings[0].entries, by=by, at=at)
    else:
        sheet.state = PaperSheetState.DIFFERENT
        sheet.save(update_fields=["state"])
    return sheet


def is_same(exam: Exam, readings: Sequence[Keying]) -> bool:
    """Whether two readings of one sheet say the same."""
    first, second = readings
    if (first.paper_id, first.variant) != (second.paper_id, second.variant):
        return False
    return not printed.differences(first.entries, second.entries, printed.layout(exam, first.paper, first.variant))


@transaction.atomic
def settle(
    sheet: PaperSheet, *, paper: ExamPaper, variant: str, entries: Sequence[str], by: User, at: datetime
) -> PaperSheet:
    """Say what a sheet with two different readings really says, after looking at it once more.

    Raises:
        NotAllowed: ``by`` neither keys nor runs the exam, or it is their own sheet.
        WrongState: nothing is to be settled (any more).
        BadEntries: something typed is no possible answer.
    """
    candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=sheet.candidate_id)
    locked = (
        PaperSheet.objects.select_for_update(of=("self",))
        .select_related("exam__organiser", "candidate")
        .get(pk=sheet.pk)
    )
    if locked.state != PaperSheetState.DIFFERENT:
        raise WrongState(_("这份答卷没有需要核对的差异，可能刚被别人处理过。"))
    if not rules.can_settle(by, locked):
        raise NotAllowed(_("只有本场考试的录入员或负责人可以核对差异。"))
    if paper.exam_id != locked.exam_id or variant not in printed.letters(locked.exam):
        raise Invalid(_("本场考试没有这种卷型，请核对答题卡上的卷型。"))
    _need_open(locked, candidate)
    _take_in(locked, candidate, paper, variant, [str(one)[:LONGEST_ENTRY] for one in entries], by=by, at=at)
    return locked


def _need_open(sheet: PaperSheet, candidate: Candidate) -> None:
    if sheet.state == PaperSheetState.DONE:
        raise WrongState(_("这份答卷已经录完入库，不需要再录。"))
    if candidate.sittings.exists():
        raise WrongState(_("这名考生已有线上答卷，不能再录入纸质答卷。请核对准考证号。"))


def _take_in(
    sheet: PaperSheet,
    candidate: Candidate,
    paper: ExamPaper,
    variant: str,
    entries: Sequence[str],
    *,
    by: User,
    at: datetime,
) -> None:
    """Make a sitting of a sheet, with the order in which it was printed."""
    exam = sheet.exam
    answers = printed.read(printed.layout(exam, paper, variant), entries)
    sitting = Sitting.objects.create(
        candidate=candidate,
        exam=exam,
        paper=paper,
        seed=printed.seed(exam, paper, variant),
        state=SittingState.SUBMITTED,
        started_at=exam.opens_at,
        ends_at=exam.closes_at,
        submitted_at=at,
        reason=SubmitReason.KEYED,
    )
    SavedAnswer.objects.bulk_create(
        SavedAnswer(sitting=sitting, position=position, seq=SEQ_ROOM + place, answer=answer, at=at)
        for place, (position, answer) in enumerate(sorted(answers.items()), 1)
        if answer is not None
    )
    sheet.state, sheet.sitting = PaperSheetState.DONE, sitting
    sheet.settled_by, sheet.done_at = by, at
    sheet.save(update_fields=["state", "sitting", "settled_by", "done_at"])
    history.record(sitting, "sitting.keyed", by=by, note=variant, at=at)
    if exam.state == ExamState.MARKING:
        transaction.on_commit(partial(tasks.take_in.enqueue, sitting.pk))


def note_printed(exam: Exam, act: str, variant: str, *, by: User) -> None:
    """Write into the history that somebody took a paper or its key out of the house."""
    history.record(exam, act, by=by, note=variant)
