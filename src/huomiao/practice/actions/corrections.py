"""Correction of a wrong key: proposed, looked at, applied; then everybody is marked again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.practice import kinds
from huomiao.practice.actions import questions, releases, reviewing
from huomiao.practice.actions.exam_moves import locked_exam, start_run
from huomiao.practice.models import (
    Exam,
    ExamPaper,
    KeyCorrection,
    KeyReport,
    MarkingRun,
    Question,
    QuestionVersion,
)
from huomiao.practice.rules import banks as bank_rules
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import CorrectionKind, CorrectionState, QuestionState, RunCause

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def asks(exam: Exam, version: int) -> bool:
    """Whether a paper of ``exam`` asks ``version``."""
    return any(
        version == item[0]
        for items in ExamPaper.objects.filter(exam=exam).values_list("items", flat=True)
        for item in items
    )


@transaction.atomic
def propose(
    exam: Exam,
    version: QuestionVersion,
    *,
    kind: str,
    key: dict[str, Any] | None,
    reason: str,
    by: User,
    at: datetime,
) -> KeyCorrection:
    """Write down what should count instead of a wrong key; nothing changes before it is applied.

    Raises:
        WrongState: the exam is not marked yet.
        Invalid: the exam does not ask this, no reason is given, or the key is the one that stands.
        BadQuestion: the new key cannot be graded.
    """
    locked = locked_exam(exam, by=by)
    if not rules.can_correct(by, locked):
        raise WrongState(_("开始阅卷后才能更正答案。"))
    if not asks(locked, version.pk):
        raise Invalid(_("本场考试没有这道题。"))
    if not reason.strip():
        raise Invalid(_("请写明更正的原因，成绩有变化的考生会看到。"))
    checked: dict[str, Any] | None = None
    if kind == CorrectionKind.KEY:
        graded = kinds.KINDS[version.kind]
        if not graded.is_graded:
            raise Invalid(_("简答题由人评分，没有可以更正的答案；可以全体给满分或作废本题。"))
        _body, checked = graded.check(version.body, key or {})
    standing = (
        locked.corrections.filter(version=version, state=CorrectionState.APPLIED).order_by("-applied_at", "-pk").first()
    )
    now = (standing.kind, standing.key) if standing else (CorrectionKind.KEY, version.key)
    if (kind, checked) == now:
        raise Invalid(_("这就是现在采用的答案，没有需要更正的地方。"))
    made = KeyCorrection.objects.create(
        exam=locked, version=version, kind=kind, key=checked, reason=reason.strip()[:300], by=by, at=at
    )
    history.record(made, "correction.proposed", by=by, note=made.reason, at=at)
    return made


@transaction.atomic
def apply(correction: KeyCorrection, *, by: User, at: datetime) -> MarkingRun:
    """Let a correction hold: the bank asks a mended question from now on, and everybody is marked again.

    Applying what is applied already starts nothing and gives its run.

    Raises:
        WrongState: the correction was dropped, or the exam cannot be corrected now.
    """
    exam = locked_exam(correction.exam, by=by)
    found = (
        KeyCorrection.objects.select_for_update(of=("self",))
        .select_related("version__question__bank__owner")
        .get(pk=correction.pk)
    )
    if found.state == CorrectionState.APPLIED:
        done = found.runs.order_by("pk").first()
        if done is not None:
            return done
    if found.state != CorrectionState.DRAFT:
        raise WrongState(_("这项更正没有采用，请重新提出。"))
    if not rules.can_correct(by, exam):
        raise WrongState(_("现在不能更正答案。"))
    found.state = CorrectionState.APPLIED
    found.applied_by, found.applied_at = by, at
    found.new_version = _mend(found, by=by, at=at)
    found.save(update_fields=["state", "applied_by", "applied_at", "new_version"])
    history.record(
        found,
        "correction.applied",
        by=by,
        note=found.reason,
        changes={"version": [found.version_id, found.new_version_id]},
        at=at,
    )
    return start_run(exam, RunCause.CORRECTION, by=by, at=at, correction=found)


@transaction.atomic
def drop(correction: KeyCorrection, *, by: User, at: datetime) -> KeyCorrection:
    """Leave a proposed correction alone."""
    locked_exam(correction.exam, by=by)
    found = KeyCorrection.objects.select_for_update().get(pk=correction.pk)
    if found.state != CorrectionState.DRAFT:
        raise WrongState(_("这项更正已经处理过。"))
    found.state = CorrectionState.DROPPED
    found.save(update_fields=["state"])
    history.record(found, "correction.dropped", by=by, at=at)
    return found


def _mend(correction: KeyCorrection, *, by: User, at: datetime) -> QuestionVersion | None:
    """Bring the bank in line with the correction; who does not keep the bank tells its keepers instead."""
    question = (
        Question.objects.select_for_update(of=("self",))
        .select_related("bank__owner", "topic")
        .get(pk=correction.version.question_id)
    )
    earlier = KeyCorrection.objects.filter(version=correction.version, new_version__isnull=False)
    ours = {correction.version_id, *earlier.values_list("new_version", flat=True)}
    if not bank_rules.can_edit(by, question.bank) or question.latest_id not in ours:
        # Somebody else has changed the question since: what it reads now is for its keepers to compare.
        KeyReport.objects.get_or_create(
            version=correction.version, by=by, state="open", defaults={"text": correction.reason, "at": at}
        )
        return None
    if correction.kind == CorrectionKind.KEY and correction.key is not None:
        new = _publish_key(question, correction, by=by, at=at)
    else:
        # An earlier correction may have taken it out of the bank already.
        if question.state != QuestionState.RETIRED:
            reviewing.retire(question.bank, [question.pk], by=by, at=at, note=correction.reason)
        new = None
    if question.bank.current_id is not None:
        try:
            releases.publish(question.bank, by=by, at=at)
        except WrongState:
            # Nothing is left to release, or what was released never held this question.
            return new
    return new


def _publish_key(question: Question, correction: KeyCorrection, *, by: User, at: datetime) -> QuestionVersion | None:
    version = correction.version
    saved = questions.save(
        question.bank,
        by=by,
        at=at,
        kind=version.kind,
        body=version.body,
        key=correction.key or {},
        code=question.code,
        explanation=version.explanation,
        explanation_media=version.explanation_media,
        use=question.use,
        topic=question.topic,
        level=question.level,
        difficulty=question.difficulty,
        source=question.source,
        question=question,
    )
    saved.refresh_from_db()
    if saved.latest_id == version.pk:
        return None
    reviewing.submit(question.bank, [question.pk], by=by, at=at)
    saved.refresh_from_db()
    if saved.published_id != saved.latest_id:
        # That the key was wrong has been looked at already, by who applied the correction.
        reviewing.agree(question.bank, [question.pk], by=None, at=at)
        saved.refresh_from_db()
    return saved.latest
