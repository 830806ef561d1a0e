from __future__ import annotations

import pytest

from huomiao.orgs.models import Organization
from tests.factories.orgs import UnitFactory

pytestmark = pytest.mark.django_db


def test_numbers_that_no_column_holds_are_passed_over():
    unit = UnitFactory()

    found = Organization.objects.filter(pk__in=[10**20, unit.pk, -(10**20)])
    by_text = Organization.objects.filter(pk__in=["9" * 30, str(unit.pk)])
    none = Organization.objects.filter(pk__in=[10**20])
    counted = Organization.objects.filter(head_count__in=[10**20, 2**31, unit.head_count])

    assert (list(found), list(by_text), list(none), list(counted)) == ([unit], [unit], [], [unit])


def test_subqueries_and_sets_still_work():
    unit = UnitFactory()

    assert list(Organization.objects.filter(pk__in=Organization.objects.filter(pk=unit.pk).values("pk"))) == [unit]
    assert list(Organization.objects.filter(pk__in={unit.pk}).exclude(pk__in=[])) == [unit]
