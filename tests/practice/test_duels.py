"""Duels: two people, the same questions; what each handed in first decides, and a recorded run stands in for who is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from huomiao.core.errors import NotAllowed
from huomiao.practice import plans, sessions
from huomiao.practice.actions import duels
from huomiao.practice.actions.duels import CannotJoin
from huomiao.practice.models import Duel
from huomiao.practice.queries import duels as queries
from huomiao.practice.states import DuelState, Mode
from tests.factories.orgs import OrganizationFactory, UnitFactory
from tests.factories.playing import duel_of, handed_in, worker, works
from tests.practice.drills import Device, right_answers

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    """What reads the clock itself reads what the tests pass on, however long ago this file was read."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def unit_and_bank():
    return works()


@pytest.fixture
def bank(unit_and_bank):
    return unit_and_bank[1]


@pytest.fixture
def two(unit_and_bank):
    unit, _bank = unit_and_bank
    return worker(unit), worker(unit)


def test_two_who_match_quickly_meet_in_one_duel(two, bank):
    host, guest = two

    opened = duels.match(bank, by=host, at=NOW)
    met = duels.match(bank, by=guest, at=NOW + timedelta(seconds=3))

    assert met == opened
    assert (met.host, met.guest) == (host, guest)
    assert queries.state(met, at=NOW + timedelta(seconds=4)) == DuelState.COUNTING


def test_quick_match_leaves_out_who_left_and_who_is_elsewhere(two, bank):
    host, guest = two
    elsewhere = UnitFactory(parent=OrganizationFactory(parent=bank.owner))

    opened = duels.match(bank, by=host, at=NOW)
    late = duels.match(bank, by=guest, at=NOW + timedelta(seconds=30))
    far = duels.match(bank, by=worker(elsewhere), at=NOW + timedelta(seconds=31))

    assert len({opened.pk, late.pk, far.pk}) == 3


def test_one_does_not_meet_oneself(two, bank):
    host, _guest = two

    assert duels.match(bank, by=host, at=NOW) != duels.match(bank, by=host, at=NOW)


def test_invitation_is_for_one_who_may_use_the_bank(two, bank):
    host, guest = two
    opened = duels.invite(bank, by=host, at=NOW)
    stranger = worker(works()[0])

    with pytest.raises(NotAllowed):
        duels.join(opened, by=stranger, at=NOW)
    duels.join(opened, by=guest, at=NOW)
    with pytest.raises(CannotJoin):
        duels.join(opened, by=worker(guest.memberships.get().organization), at=NOW)
    assert duels.join(opened, by=guest, at=NOW).guest == guest


def test_invitation_lapses(two, bank):
    host, guest = two
    opened = duels.invite(bank, by=host, at=NOW)

    with pytest.raises(CannotJoin):
        duels.join(opened, by=guest, at=NOW + queries.OPEN_FOR)
    with pytest.raises(CannotJoin):
        duels.play_recorded(opened, by=host, at=NOW + queries.OPEN_FOR)


def test_both_sides_get_the_same_questions_in_the_same_order(two, bank):
    duel = duel_of(bank, two[0], guest=two[1])

    papers = [
        Device(user).paper(plans.sign(sessions.duel(user, duel, at=datetime.now(UTC)).plan))["questions"]
        for user in two
    ]

    assert papers[0] == papers[1]
    assert len(papers[0]) == 5


def test_first_paper_handed_in_counts(two, bank):
    host, guest = two
    duel = duel_of(bank, host, guest=guest, at=NOW)
    handed_in(host, bank, right=2, wrong=3, mode=Mode.DUEL, tag=duel.code)
    handed_in(host, bank, right=5, mode=Mode.DUEL, tag=duel.code)
    handed_in(guest, bank, right=3, wrong=2, mode=Mode.DUEL, tag=duel.code)

    duels.settle(duel, at=NOW + timedelta(seconds=60))

    mine, other = queries.sides(Duel.objects.get(), host)
    assert (mine.right, other.right) == (2, 3)
    assert queries.state(duel, at=NOW + timedelta(seconds=60)) == DuelState.OVER


def test_as_many_right_in_less_time_wins():
    assert queries.Side("甲", 3, 5, 40).rank > queries.Side("乙", 3, 5, 41).rank
    assert queries.Side("甲", 3, 5, 90).rank > queries.Side("乙", 2, 5, 10).rank


def test_nobody_came_a_recorded_run_is_played_from_its_own_seed(unit_and_bank, two, bank):
    host, guest = two
    earlier = duel_of(bank, guest, at=NOW - timedelta(days=1))
    Duel.objects.filter(pk=earlier.pk).update(begun_at=NOW - timedelta(days=1))
    earlier.refresh_from_db()
    run = handed_in(guest, bank, right=4, wrong=1, mode=Mode.DUEL, tag=earlier.code, seconds=33)
    duels.settle(earlier, at=NOW)
    mine = duels.match(bank, by=host, at=NOW)

    begun = duels.play_recorded(mine, by=host, at=NOW)

    assert (begun.recorded, begun.seed) == (run, earlier.seed)
    _mine, other = queries.sides(begun, host)
    assert (other.right, other.seconds, other.name) == (4, 33, "往日成绩")


def test_other_one_went_away_a_recorded_run_stands_in(unit_and_bank, two, bank):
    unit, _bank = unit_and_bank
    host, guest = two
    third = worker(unit)
    old = duel_of(bank, third, guest=guest, at=NOW - timedelta(days=2))
    old_run = handed_in(third, bank, right=1, mode=Mode.DUEL, tag=old.code)
    duels.settle(old, at=NOW)
    duel = duel_of(bank, host, guest=guest, at=NOW)
    handed_in(host, bank, right=3, wrong=2, mode=Mode.DUEL, tag=duel.code)

    duels.settle(duel, at=NOW + timedelta(seconds=100))
    assert duel.recorded_id is None
    over = duel.ends_at + queries.GRACE + timedelta(seconds=1)
    duels.settle(duel, at=over)

    assert duel.recorded_id == old_run.pk
    assert queries.state(duel, at=over) == DuelState.OVER


def test_own_duels_are_no_recorded_run(two, bank):
    host, guest = two
    old = duel_of(bank, host, guest=guest, at=NOW - timedelta(days=1))
    handed_in(guest, bank, right=4, mode=Mode.DUEL, tag=old.code)
    duels.settle(old, at=NOW)

    begun = duels.play_recorded(duels.invite(bank, by=host, at=NOW), by=host, at=NOW)

    assert begun.recorded is None
    assert begun.begun_at == NOW
    # Nobody to wait for: it is over when the host has handed in.
    handed_in(host, bank, right=4, mode=Mode.DUEL, tag=begun.code)
    soon = NOW + timedelta(seconds=30)
    duels.settle(begun, at=soon)
    assert queries.state(begun, at=soon) == DuelState.OVER
    with time_machine.travel(soon):
        assert "这次没有对手" in Device(host).client.get(begun.get_absolute_url()).content.decode()


def test_phones_hear_of_each_other(two, bank):
    duel = duel_of(bank, two[0], guest=two[1])
    host, guest = (Device(user).client for user in two)

    guest.post(f"/practice/duels/{duel.code}/state/", {"done": "3"})
    heard = host.get(f"/practice/duels/{duel.code}/state/").json()

    assert (heard["done"], heard["rival"], heard["is_rival_gone"]) == (3, two[1].name, False)
    assert plans.read(heard["plan"], at=datetime.now(UTC)).tag == duel.code


def test_more_than_all_questions_is_not_believed(two, bank):
    duel = duel_of(bank, two[0], guest=two[1])

    duels.report(duel, by=two[1], done=99, at=NOW)
    duels.report(duel, by=two[1], done=2, at=NOW)

    assert Duel.objects.get().guest_done == 5


def test_duel_through_its_pages(two, bank):
    host, guest = (Device(user) for user in two)
    address = host.client.post("/practice/duels/open/", {"bank": bank.code, "how": "invite"}).url
    assert "约您对战" in guest.client.get(address).content.decode()
    assert guest.client.post(f"{address}join/").url == address
    papers = [
        device.paper(device.client.get(f"{address}state/").json()["plan"]) for device in (host, guest)
    ]  # fmt: skip
    host.submit(papers[0]["token"], right_answers(papers[0]))
    guest.submit(papers[1]["token"], [None] * 5)

    assert "您赢了" in host.client.get(address).content.decode()
    assert "这次对手赢了" in guest.client.get(address).content.decode()


def test_duel_of_others_shows_an_invitation_only(two, bank):
    duel = duel_of(bank, two[0], guest=two[1])
    stranger = Client()
    stranger.force_login(worker(works()[0]))

    assert "这场对战已经开始或结束了" in stranger.get(f"/practice/duels/{duel.code}/").content.decode()
    assert stranger.get(f"/practice/duels/{duel.code}/state/").status_code == 404
    assert stranger.post(f"/practice/duels/{duel.code}/recorded/").status_code == 404


def test_bank_that_is_not_there_opens_no_duel(two):
    assert Device(two[0]).client.post("/practice/duels/open/", {"bank": "nowhere"}).status_code == 404


def test_the_waiting_room_gives_nothing_to_read_ahead(two, bank):
    duel = duel_of(bank, two[0])
    host = Device(two[0])
    address = duel.get_absolute_url()

    assert 'data-plan=""' in host.client.get(address).content.decode()
    assert "plan" not in host.client.get(f"{address}state/").json()
