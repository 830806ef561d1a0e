from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.core.errors import Invalid
from huomiao.innovations.queries.calls import unions
from huomiao.innovations.states import State
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Nature
from huomiao.stats import figures
from tests.factories.innovations import DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    """A call with two cities: three declarations at the organiser from the first, one from the second, one still below."""
    call = call_with_rules()
    first, second = unions(call)
    works = UnitFactory(parent=first, division="39", nature=Nature.STATE_OWNED)
    firm = UnitFactory(parent=second, division="17", nature=Nature.NON_PUBLIC)
    invention, creation = call.categories.all()
    field = call.priority_list.fields.first()
    for category, chosen_field, state in [
        (invention, field, State.RECOMMENDED),
        (invention, field, State.ACCEPTED),
        (creation, None, State.PUBLISHED),
    ]:
        DeclarationFactory(
            call=call, unit=works, union=first, category=category, field=chosen_field, division="39", state=state
        )
    DeclarationFactory(
        call=call, unit=firm, union=second, category=creation, field=None, division="17", state=State.REFUSED
    )
    DeclarationFactory(
        call=call, unit=firm, union=second, category=creation, field=None, division="17", state=State.SUBMITTED
    )
    DeclarationFactory(
        call=call, unit=firm, union=None, category=invention, field=field, division="17", state=State.DRAFT
    )
    return call


def test_figures_count_what_reached_the_organiser(province):
    found = {figure.key: figure.value for figure in figures.figures(province, figures.counted(province))}

    assert found == {
        "total": 4,
        "category:c0": 2,
        "category:c1": 2,
        "priority": 2,
        "priority_share": Decimal("50.0"),
        "divisions": 2,
        "unions": 2,
        "unions:city": 2,
        "units": 2,
        "published": 1,
    }


def test_every_figure_that_counts_declarations_lists_exactly_as_many_records(province):
    base = figures.counted(province)

    for figure in figures.figures(province, base):
        if figure.key.startswith(("total", "category", "published")) or figure.key == "priority":
            assert figures.records(base, figure.query).count() == figure.value


@pytest.mark.parametrize("name", sorted(figures.DIMENSIONS))
def test_every_slice_lists_as_many_records_as_it_counts(province, name):
    base = figures.counted(province)

    for part in figures.breakdown(province, base, name, with_empty=True):
        assert figures.records(base, {name: part.key}).count() == part.count


def test_a_breakdown_with_empty_names_who_sent_nothing(province):
    base = figures.counted(province).filter(division="39")

    assert [part.count for part in figures.breakdown(province, base, "union", with_empty=True)] == [3, 0]
    assert [part.count for part in figures.breakdown(province, base, "union")] == [3]


def test_a_breakdown_takes_a_constant_number_of_queries(province, django_assert_num_queries):
    with django_assert_num_queries(2):
        figures.breakdown(province, figures.counted(province), "union", with_empty=True)


def test_an_unknown_dimension_is_refused(province):
    with pytest.raises(Invalid):
        figures.records(figures.counted(province), {"declared_by__password": "x"})


def test_a_city_officer_sees_the_figures_of_the_city_only(province):
    officer = MembershipFactory(organization=unions(province)[0], role=Role.OFFICER).user

    assert figures.within_reach(officer, province, figures.counted(province)).count() == 3
    assert not figures.sees_whole(officer, province)


def test_the_organiser_sees_the_whole(province):
    organiser = MembershipFactory(organization=province.organiser, role=Role.ORGANISER).user

    assert figures.within_reach(organiser, province, figures.counted(province)).count() == 4
    assert figures.sees_whole(organiser, province)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_is_within_a_twentieth_of_the_exact_one(part, rest):
    whole = part + rest

    share = figures.share(part, whole)

    assert abs(share - (Decimal(part) * 100 / whole if whole else 0)) <= Decimal("0.05")
    assert share.as_tuple().exponent == -1
