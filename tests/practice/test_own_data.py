"""One's own export holds what practice knows of one: sessions, courses, and marks only when results are out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huomiao.accounts import exports
from tests.factories.accounts import UserFactory
from tests.factories.marking import exam_over, released, sittings_of

pytestmark = pytest.mark.django_db


def test_an_exam_is_exported_and_its_marks_once_results_are_out():
    exam = exam_over(candidates=2, singles=2, right={0: 1})
    worker = sittings_of(exam)[0].candidate.user

    (before,) = exports.collect(worker)["exams"]
    released(exam)
    (after,) = exports.collect(worker)["exams"]

    assert before["exam"] == exam.title
    assert {"points", "is_passed"}.isdisjoint(before)
    assert after["points"] == Decimal(2)


def test_somebody_without_practice_exports_empty_parts():
    parts = exports.collect(UserFactory())
    assert (parts["exams"], parts["courses"], parts["practice_sessions"]) == ([], [], [])
