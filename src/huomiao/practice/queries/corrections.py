"""What an exam asks and which of its keys were corrected."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Exam, ExamPaper, KeyCorrection, QuestionVersion
from huomiao.practice.states import CorrectionKind, CorrectionState

# Where everybody has their own paper, so many say enough of what an exam asks of its banks at a time.
BATCH = 500


def asked(exam: Exam) -> set[int]:
    """The versions that the papers of an exam ask."""
    found: set[int] = set()
    papers = ExamPaper.objects.filter(exam=exam).values_list("items", flat=True)
    for items in papers.iterator(chunk_size=BATCH):
        found.update(item[0] for item in items)
    return found


def questions(exam: Exam) -> QuerySet[QuestionVersion]:
    """The versions that the papers of an exam ask, in the order of their numbers."""
    return (
        QuestionVersion.objects.filter(pk__in=sorted(asked(exam)))
        .select_related("question__bank")
        .order_by("kind", "question__code", "pk")
    )


def of_exam(exam: Exam) -> QuerySet[KeyCorrection]:
    """The corrections of an exam, newest first."""
    return (
        KeyCorrection.objects.filter(exam=exam)
        .select_related("exam__organiser", "version__question__bank", "by", "applied_by", "new_version")
        .order_by("-at", "-pk")
    )


def standing(exam: Exam) -> dict[int, KeyCorrection]:
    """The correction that holds, by version."""
    applied = of_exam(exam).filter(state=CorrectionState.APPLIED).order_by("applied_at", "pk")
    return {one.version_id: one for one in applied}


def in_words(correction: KeyCorrection) -> str:
    """What counts after a correction, as people write it."""
    if correction.kind == CorrectionKind.KEY and correction.key is not None:
        return KINDS[correction.version.kind].key_in_words(correction.version.body, correction.key)
    return _("全体满分") if correction.kind == CorrectionKind.ALL_RIGHT else _("本题作废")


def other_exams(exam: Exam, version: QuestionVersion) -> list[Exam]:
    """Other exams of the same organiser that asked the same: their keys are corrected there."""
    near = (
        Exam.objects.filter(organiser=exam.organiser_id, built_at__isnull=False, banks=version.question.bank_id)
        .exclude(pk=exam.pk)
        .order_by("-opens_at")[:20]
    )
    return [other for other in near if version.pk in asked(other)]
