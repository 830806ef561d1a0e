from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from huomiao.core.models import Entry
from huomiao.orgs.actions import organizations as organizations_actions
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice import follower, rosters
from huomiao.practice.models import BoardChoice, RosterSize
from huomiao.practice.queries import board_people, boards
from huomiao.practice.queries.board_sizes import Basis, Size
from huomiao.practice.states import Period
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory
from tests.factories.practice import TopicFactory, bank_with
from tests.factories.rollups import AT, attempt, versions_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def tree():
    """A province with two cities; three units, of which one has a roster, one only a head count, one neither."""
    province = OrganizationFactory(name="某省总工会")
    east = OrganizationFactory(parent=province, name="东市总工会")
    west = OrganizationFactory(parent=province, name="西市总工会")
    rostered = UnitFactory(parent=east, name="东一厂", head_count=900)
    counted = UnitFactory(parent=east, name="东二厂", head_count=10)
    unknown = UnitFactory(parent=west, name="西一厂")
    RosterEntryFactory.create_batch(4, organization=rostered)
    RosterEntryFactory(organization=rostered, left_on=TODAY)
    rosters.count(AT)
    bank = bank_with(12, owner=province, trade=TopicFactory(name="钳工"))
    return {
        "province": province,
        "east": east,
        "west": west,
        "units": [rostered, counted, unknown],
        "bank": bank,
    }


def practise(tree, unit, *, people=1, days=1, right=2, user=None, at=AT):
    """So many people of ``unit`` hand in a session of three on each of so many days."""
    versions = versions_of(tree["bank"])
    users = [user] if user else [MembershipFactory(organization=unit).user for _ in range(people)]
    for one in users:
        for day in range(days):
            attempt(
                one,
                versions[:3],
                [1.0] * right + [0.0] * (3 - right),
                at=at + timedelta(days=day),
                unit=unit,
                release=tree["bank"].current,
            )
    follower.catch_up()
    return users


def fresh(*organizations):
    return [Organization.objects.get(pk=one.pk) for one in organizations]


def lines(tree, period=Period.WEEK):
    found = boards.branch_lines(boards.period_rows(period, TODAY), boards.FIGURES, fresh(tree["east"], tree["west"]))
    return {line.organization.name: line for line in found}


def test_participation_is_people_by_roster_and_says_where_a_head_count_stands_in(tree):
    rostered, counted, unknown = tree["units"]
    practise(tree, rostered, people=3)
    practise(tree, counted, people=1)
    practise(tree, unknown, people=2)

    found = lines(tree)

    assert found["东市总工会"].size == Size(14, Basis.MIXED)
    assert found["东市总工会"].rate == pytest.approx(100 * 4 / 14)
    assert (found["西市总工会"].size, found["西市总工会"].rate) == (Size(), None)
    assert boards.sizes(fresh(rostered, counted)) == {
        rostered.path: Size(4, Basis.ROSTER),
        counted.path: Size(10, Basis.HEADS),
    }


def test_a_person_counts_once_however_often_and_where_they_practised_last(tree):
    first, _second, other = tree["units"]
    person = UserFactory()
    practise(tree, first, user=person)
    practise(tree, first, user=person)
    practise(tree, other, user=person)

    found = lines(tree)

    assert (found["东市总工会"].people, found["西市总工会"].people) == (0, 1)
    assert (found["东市总工会"].figures["sessions"], found["西市总工会"].figures["sessions"]) == (2, 1)
    assert boards.total_line(found.values(), boards.FIGURES).people == 1


def test_a_unit_that_moves_takes_its_figures_along(tree):
    practise(tree, tree["units"][0], people=3)
    officer = MembershipFactory(organization=tree["province"], role=Role.OFFICER).user

    organizations_actions.move(tree["units"][0], to=tree["west"], by=officer)

    found = lines(tree)
    assert (found["东市总工会"].people, found["西市总工会"].people) == (0, 3)


def test_places_follow_participation_then_points_a_head_and_are_shared(tree):
    a, b, c, d = (UnitFactory(parent=tree["west"], head_count=4, name=name) for name in "甲乙丙丁")
    for unit, people, right in ((a, 1, 3), (b, 2, 1), (c, 2, 3), (d, 2, 1)):
        practise(tree, unit, people=people, right=right)

    found = boards.branch_lines(boards.period_rows(Period.WEEK, TODAY), boards.FIGURES, fresh(a, b, c, d))

    assert [(line.organization.name, line.place) for line in boards.ranked(found)] == [
        ("丙", 1),
        ("乙", 2),
        ("丁", 2),
        ("甲", 4),
    ]


def test_units_are_listed_with_those_in_which_nobody_practised_and_share_places_across_pages(tree):
    units = [UnitFactory(parent=tree["west"], head_count=10) for _ in range(4)]
    practise(tree, units[3], people=2)
    for unit in units[:3]:
        practise(tree, unit)
    found = boards.units_in(Period.WEEK, TODAY, [tree["west"].path])

    first = boards.unit_page(found, found[:2], first=1, own=None)
    second = boards.unit_page(found, found[2:], first=3, own=units[2])

    assert [(line.organization, line.place) for line in first] == [(units[3], 1), (units[0], 2)]
    assert [(line.organization, line.place, line.is_own) for line in second] == [
        (units[1], 2, False),
        (units[2], 2, True),
        (tree["units"][2], 5, False),
    ]
    assert boards.own_unit_line(found, units[2]).place == 2
    assert boards.own_unit_line(found, tree["units"][0]) is None


def test_trades_are_counted_by_the_people_who_practised_them(tree):
    practise(tree, tree["units"][0], people=2)
    practise(tree, tree["units"][2], people=1)

    found = boards.trade_lines(Period.WEEK, TODAY, tree["province"])

    assert [(line.trade.name, line.people, line.figures["sessions"], line.bar) for line in found] == [
        ("钳工", 3, 3, 100)
    ]
    assert [line.people for line in boards.trade_lines(Period.WEEK, TODAY, fresh(tree["west"])[0])] == [1]


@pytest.mark.parametrize(
    ("period", "expected"),
    [(Period.DAY, 1), (Period.WEEK, 1), (Period.MONTH, 1), (Period.EVER, 2)],
)
def test_the_board_of_people_is_that_of_the_running_period(tree, period, expected):
    unit = tree["units"][0]
    practise(tree, unit, at=AT - timedelta(days=40))
    practise(tree, unit)

    assert board_people.people_in(period, TODAY, unit).count() == expected


def test_rosters_are_counted_every_ten_minutes_and_only_changes_written(tree):
    unit = tree["units"][0]
    RosterEntryFactory(organization=unit)

    assert rosters.turn(AT + timedelta(minutes=9)) == 0
    assert rosters.turn(AT + timedelta(minutes=10)) == 1
    assert RosterSize.objects.get(pk=unit.pk).people == 5
    unit.roster.all().delete()
    assert rosters.count(AT + timedelta(minutes=20)) == 1
    assert RosterSize.objects.get(pk=unit.pk).people == 0


# --- pages -----------------------------------------------------------------------------------------------------------


def shown(client, **asked):
    return client.get(reverse("practice:boards"), asked)


def test_names_stand_on_the_board_of_ones_own_unit_and_are_masked_elsewhere(client, tree):
    unit = tree["units"][0]
    me, colleague, shy = practise(tree, unit, people=3)
    BoardChoice.objects.create(user=shy, is_named=False)
    page_of = {"by": "people", "org": unit.code}

    client.force_login(me)
    text = shown(client, **page_of).content.decode()
    assert (me.name in text, colleague.name in text, shy.name in text) == (True, True, False)
    client.force_login(shy)
    assert shy.name in shown(client, **page_of).content.decode()

    trainer = MembershipFactory(organization=tree["east"], role=Role.TRAINER).user
    client.force_login(trainer)
    text = shown(client, **page_of).content.decode()
    assert (colleague.name in text, board_people.masked(colleague.name) in text) == (False, True)
    secretary = MembershipFactory(organization=unit, role=Role.SECRETARY).user
    client.force_login(secretary)
    text = shown(client, **page_of).content.decode()
    assert (colleague.name in text, shy.name in text) == (True, False)


@pytest.mark.parametrize(
    ("role", "at", "expected"),
    [
        (Role.MEMBER, "unit", 200),
        (Role.MEMBER, "other", 404),
        (Role.SECRETARY, "other", 404),
        (Role.TRAINER, "city", 200),
        (Role.OFFICER, "city", 200),
        (Role.OFFICER, "other_city", 404),
        (Role.ORGANISER, "province", 200),
        (Role.EDITOR, "province", 404),
    ],
)
def test_who_may_open_the_board_of_a_units_people(client, tree, role, at, expected):
    places = {
        "unit": tree["units"][0],
        "other": tree["units"][2],
        "city": tree["east"],
        "other_city": tree["west"],
        "province": tree["province"],
    }
    client.force_login(MembershipFactory(organization=places[at], role=role).user)

    assert shown(client, by="people", org=tree["units"][0].code).status_code == expected


@pytest.mark.parametrize("by", ["unions", "units", "trades", "people"])
def test_a_board_takes_as_many_queries_for_one_row_as_for_three(client, tree, by, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unit = tree["units"][0]
    me = practise(tree, unit)[0]
    client.force_login(me)
    org = unit.code if by == "people" else tree["province"].code

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert shown(client, by=by, org=org).status_code == 200
        return len(queries)

    shown(client, by=by, org=org)
    one = count()
    practise(tree, unit, people=2)
    practise(tree, tree["units"][1])
    practise(tree, tree["units"][2])
    assert count() == one <= 25


def test_ones_own_place_is_shown_when_it_stands_on_another_page(client, tree, monkeypatch):
    from huomiao.practice.views import boards as views

    monkeypatch.setattr(views, "PAGE", 1)
    unit = tree["units"][0]
    practise(tree, unit, right=3)
    me = practise(tree, unit, right=1)[0]
    client.force_login(me)

    response = shown(client, by="people")

    assert [(line.name, line.place) for line in response.context["own_person_list"]] == [(me.name, 2)]
    assert len(response.context["people"]) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "nonsense", "period": "decade", "on": "2026-99-99", "org": "nowhere", "page": "x"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31", "period": "month"},
        {"period": "ever", "by": "trades"},
        {"by": "units", "period": "day", "on": "2026-02-28", "page": "99"},
    ],
)
def test_a_board_asked_for_strangely_is_a_board(client, tree, asked):
    client.force_login(practise(tree, tree["units"][0])[0])

    assert shown(client, **asked).status_code == 200


def test_somebody_without_a_unit_sees_the_boards_of_all(client, tree):
    practise(tree, tree["units"][0])
    client.force_login(UserFactory())

    response = shown(client)

    assert [line.organization.name for line in response.context["lines"]] == ["东市总工会", "西市总工会"]


def test_an_earlier_week_is_found_and_the_running_one_has_no_later(client, tree):
    practise(tree, tree["units"][0], at=AT - timedelta(days=7))
    client.force_login(UserFactory())

    assert shown(client).context["total"].people == 0
    before = shown(client, on="2026-02-25").context
    assert before["total"].people == 1
    assert (before["asked"].start, before["asked"].end, before["asked"].later) == (
        date(2026, 2, 23),
        date(2026, 3, 1),
        date(2026, 3, 2),
    )
    assert shown(client).context["asked"].later is None


def test_somebody_may_have_their_name_taken_off_and_put_back(client, tree):
    me = practise(tree, tree["units"][0])[0]
    client.force_login(me)

    for answer in ("no", "no", "yes"):
        client.post(reverse("practice:board-naming"), {"is_named": answer})

    assert BoardChoice.objects.get().is_named is True
    assert list(Entry.objects.filter(action__startswith="board.").order_by("pk").values_list("action", flat=True)) == [
        "board.unnamed",
        "board.named",
    ]


def test_a_session_too_quick_to_be_read_earns_nothing_and_is_shown_to_officers_of_its_branch(client, tree):
    unit = tree["units"][0]
    bot = MembershipFactory(organization=unit).user
    attempt(bot, versions_of(tree["bank"])[:10], [1.0] * 10, seconds=9, unit=unit, release=tree["bank"].current)
    follower.catch_up()
    assert (bot.practice.points, bot.practice.sessions, bot.practice.flagged) == (0, 0, 1)

    officer = MembershipFactory(organization=tree["east"], role=Role.OFFICER).user
    client.force_login(officer)
    assert [row.user for row in client.get(reverse("practice:signals")).context["page_obj"]] == [bot]
    client.force_login(MembershipFactory(organization=tree["west"], role=Role.OFFICER).user)
    assert list(client.get(reverse("practice:signals")).context["page_obj"]) == []
    client.force_login(bot)
    assert client.get(reverse("practice:signals")).status_code == 404


def test_ones_own_page_shows_points_streak_and_badges(client, tree):
    me = practise(tree, tree["units"][0], days=7, at=AT - timedelta(days=6))[0]
    client.force_login(me)

    context = client.get(reverse("practice:points")).context

    assert (context["streak"], context["earned_count"]) == (7, 2)
    assert {badge.name for badge, earned_on, _reached in context["shelf"] if earned_on} == {"first", "week"}
    client.force_login(UserFactory())
    assert client.get(reverse("practice:points")).status_code == 200


def test_the_list_of_signals_takes_as_many_queries_for_one_row_as_for_three(client, tree):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unit = tree["units"][0]
    client.force_login(MembershipFactory(organization=tree["east"], role=Role.OFFICER).user)

    def count(more):
        for _ in range(more):
            bot = UserFactory()
            attempt(bot, versions_of(tree["bank"])[:3], [1.0] * 3, seconds=1, unit=unit, release=tree["bank"].current)
        follower.catch_up()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("practice:signals")).status_code == 200
        return len(queries)

    count(0)
    assert count(1) == count(2)


def test_an_account_that_was_shown_a_days_worth_of_questions_gets_no_further_paper(client, tree):
    from huomiao.practice import points
    from huomiao.practice.models import PersonDay

    me = practise(tree, tree["units"][0])[0]
    client.force_login(me)
    url = reverse("practice:sudden", args=[tree["bank"].code])
    assert client.get(url).status_code == 200

    PersonDay.objects.filter(user=me).update(shown=points.SHOWN_A_DAY)

    assert client.get(url).url == reverse("practice:home")
    with time_machine.travel(AT + timedelta(days=1), tick=False):
        assert client.get(url).status_code == 200
