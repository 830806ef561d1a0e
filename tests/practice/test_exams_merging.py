from __future__ import annotations

import pytest
from django.utils import timezone

from huomiao.practice import merging
from huomiao.practice.actions import marking
from huomiao.practice.models import Candidate, MarkerUnit
from tests.factories.accounts import UserFactory
from tests.factories.marking import exam_over, officer_of, sittings_of
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_exams_candidates_and_who_must_not_mark_follow_a_unit_into_another():
    exam = exam_over(candidates=2, singles=0, shorts=1)
    old, into = (sitting.candidate.unit for sitting in sittings_of(exam))
    one, both = UserFactory(), UserFactory()
    MembershipFactory(organization=old, user=one)
    for unit in (old, into):
        MembershipFactory(organization=unit, user=both)
    marking.add_markers(exam, [one, both], by=officer_of(exam), at=timezone.now())

    merging.follow(old, into)

    assert set(Candidate.objects.filter(exam=exam).values_list("unit", flat=True)) == {into.pk}
    assert sorted(MarkerUnit.objects.values_list("marker__user", "unit")) == sorted(
        [(one.pk, into.pk), (both.pk, into.pk)]
    )
