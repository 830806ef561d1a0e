from __future__ import annotations

import pytest

from huomiao.core.paging import KeyPaginator
from huomiao.orgs.models import Organization
from tests.factories.orgs import OrganizationFactory

pytestmark = pytest.mark.django_db


def _pages(rows, size):
    paginator = KeyPaginator(rows, size)
    return [[row.code for row in paginator.page(number)] for number in paginator.page_range]


def test_pages_hold_the_rows_in_their_order():
    for code in "ABCDE":
        OrganizationFactory(code=code)

    assert _pages(Organization.objects.order_by("-code"), 2) == [["E", "D"], ["C", "B"], ["A"]]


def test_nothing_is_one_empty_page():
    assert _pages(Organization.objects.order_by("code"), 2) == [[]]


def test_a_page_takes_three_queries(django_assert_num_queries):
    for code in "ABC":
        OrganizationFactory(code=code)

    with django_assert_num_queries(3):
        assert _pages(Organization.objects.order_by("code"), 5) == [["A", "B", "C"]]
