from __future__ import annotations

import pytest
from django.utils import timezone

from huomiao.portal.waiting import markers
from huomiao.practice.actions import appeals, corrections, keying
from huomiao.practice.models import MarkSheet, QuestionVersion
from huomiao.practice.states import CorrectionKind
from tests.factories.marking import begun, committing, exam_over, mark, markers_of, officer_of, released, sittings_of
from tests.practice.test_keying import paper_exam

pytestmark = pytest.mark.django_db


def lines(section):
    return [(task.title, task.url, task.count) for task in section.tasks]


def test_markers_are_told_how_many_answers_are_left():
    exam = exam_over(candidates=3, singles=0, shorts=1)
    (one, _other) = markers_of(exam, 2)
    begun(exam)
    mark(MarkSheet.objects.select_related("marker__user", "script__exam").filter(marker__user=one).first(), "5")

    section = markers.to_mark(one, at=timezone.now())

    assert lines(section) == [(exam.title, f"/mark-sheets/of/{exam.slug}/", 2)]
    assert (section.tasks[0].done, section.tasks[0].total) == (1, 3)
    assert markers.to_mark(officer_of(exam), at=timezone.now()).tasks == []


def test_keyers_are_told_of_sheets_for_a_second_reading():
    exam, (one, other, _third) = paper_exam(asked=("single",))
    keying.key(exam, number="0001", paper=exam.papers.get(), variant="A", entries=["A"], by=one, at=timezone.now())

    assert lines(markers.to_key(other, at=timezone.now())) == [(exam.title, f"/exams/{exam.slug}/keying/", 1)]
    assert markers.to_key(one, at=timezone.now()).tasks == []


def test_officers_are_told_of_appeals_and_candidates_of_changes():
    exam = released(exam_over(candidates=2, right={0: 1}))
    officer, sitting = officer_of(exam), sittings_of(exam)[0]
    user = sitting.candidate.user
    appeals.ask(sitting, text="请再看一看", position=None, by=user, at=timezone.now())
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[3][0])
    with committing(execute=True):
        made = corrections.propose(
            exam,
            version,
            kind=CorrectionKind.ALL_RIGHT,
            key=None,
            reason="题干有误",
            by=officer,
            at=timezone.now(),
        )
        corrections.apply(made, by=officer, at=timezone.now())

    assert lines(markers.to_rule(officer, at=timezone.now())) == [(exam.title, f"/exams/{exam.slug}/appeals/", 1)]
    assert lines(markers.to_read(user, at=timezone.now())) == [(exam.title, f"/exam-results/{sitting.pk}/", None)]
    assert markers.to_rule(user, at=timezone.now()).tasks == []
    assert markers.to_read(officer, at=timezone.now()).tasks == []
