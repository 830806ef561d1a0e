from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.orgs.actions import organizations as organizations_actions
from huomiao.orgs.roles import Role
from huomiao.practice import follower
from huomiao.practice.models import AnswerCheck, Attempt, Campaign, FollowerCursor, Memory, PaperOpening, Person, Seat
from huomiao.practice.states import Mode
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.practice import TopicFactory, bank_with
from tests.factories.rollups import AT, attempt, versions_of
from tests.practice.plain_rollups import plain, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    """Two banks (one of a trade), three units, four people, one campaign with few tries and a low cap."""
    province = OrganizationFactory()
    city = OrganizationFactory(parent=province, name="甲市总工会")
    units = [UnitFactory(parent=city), UnitFactory(parent=city), UnitFactory(parent=province)]
    banks = [bank_with(12, owner=province, trade=TopicFactory()), bank_with(5, owner=province)]
    campaign = Campaign.objects.create(
        organiser=province,
        slug="c",
        title="练兵",
        opens_at=AT,
        closes_at=AT + timedelta(days=40),
        tries_a_day=2,
        points_a_day=5,
    )
    return {"units": units, "banks": banks, "campaign": campaign, "people": UserFactory.create_batch(4)}


sessions = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.integers(0, 3),
            "unit": st.sampled_from([0, 0, 0, 1, 2, None]),
            "bank": st.integers(0, 1),
            "campaign": st.booleans(),
            # Sessions come late, and sometimes out of order.
            "hours": st.integers(0, 24 * 40),
            "seconds": st.sampled_from([60, 60, 60, 1]),
            "fractions": st.lists(st.sampled_from([1.0, 1.0, 0.0, 0.5, None]), min_size=1, max_size=12),
            "offset": st.integers(0, 11),
            "mode": st.sampled_from(["drill", "review"]),
            # How many attempts are counted before the next one arrives.
            "follow": st.sampled_from([0, 0, 1, 2, 100]),
        }
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=sessions, ordered=st.booleans())
def test_rollups_agree_with_the_attempts_after_any_sequence_and_after_a_rebuild(scene, told, ordered):
    Attempt.objects.all().delete()
    follower.rebuild()
    if ordered:
        told = sorted(told, key=lambda one: one["hours"])

    for one in told:
        bank = scene["banks"][one["bank"]]
        versions = versions_of(bank)
        fractions = one["fractions"][: len(versions)]
        picked = [versions[(one["offset"] + i) % len(versions)] for i in range(len(fractions))]
        attempt(
            scene["people"][one["person"]],
            picked,
            fractions,
            at=AT + timedelta(hours=one["hours"]),
            seconds=one["seconds"],
            unit=None if one["unit"] is None else scene["units"][one["unit"]],
            release=bank.current,
            campaign=scene["campaign"] if one["campaign"] else None,
            mode=one["mode"],
        )
        if one["follow"]:
            follower.follow(limit=one["follow"])
    while follower.follow(limit=3):
        pass

    expected = plain()
    assert stored() == expected
    follower.rebuild(limit=2)
    assert stored() == expected


def test_nothing_new_is_counted_as_nothing(scene):
    attempt(scene["people"][0], versions_of(scene["banks"][0])[:2], [1.0, 0.0])

    assert [follower.follow(limit=10), follower.follow(limit=10)] == [1, 0]
    assert Person.objects.get().sessions == 1


def test_a_batch_worked_out_before_somebody_else_wrote_is_thrown_away(scene, monkeypatch):
    attempt(scene["people"][0], versions_of(scene["banks"][0])[:2], [1.0, 0.0])
    work_out = follower._count

    def overtaken(sessions, known):
        books = work_out(sessions, known)
        monkeypatch.setattr(follower, "_count", work_out)
        assert follower.follow(limit=10) == 1
        return books

    monkeypatch.setattr(follower, "_count", overtaken)

    assert follower.follow(limit=10) == 0
    assert Person.objects.get().sessions == 1
    assert stored() == plain()


def test_while_somebody_holds_the_lease_nobody_else_counts(scene):
    attempt(scene["people"][0], versions_of(scene["banks"][0])[:2], [1.0, 0.0])
    assert follower._hold("another")

    assert follower.catch_up() == 0
    FollowerCursor.objects.update(held_until=AT)
    assert follower.catch_up() == 1
    assert FollowerCursor.objects.get().holder == ""


def test_answers_checked_one_by_one_go_once_the_session_is_counted(scene):
    versions = versions_of(scene["banks"][0])[:2]
    for nonce in ("done", "open"):
        AnswerCheck.objects.create(nonce=nonce, position=0, answer=[0], at=AT)
    attempt(scene["people"][0], versions, [1.0, 0.0], nonce="done")

    follower.follow()

    assert list(AnswerCheck.objects.values_list("nonce", flat=True)) == ["open"]
    assert follower.forget_old_checks(AT + timedelta(days=2)) == 0
    assert follower.forget_old_checks(AT + timedelta(days=2, seconds=1)) == 1


def test_openings_of_papers_are_forgotten_after_two_days(scene):
    PaperOpening.objects.create(nonce="n", user=scene["people"][0], mode=Mode.CHALLENGE, at=AT, ends_at=AT)

    assert follower.forget_old_checks(AT + timedelta(days=2)) == 0
    assert follower.forget_old_checks(AT + timedelta(days=2, seconds=1)) == 1


def test_a_deleted_question_does_not_stop_the_follower(scene):
    attempt(scene["people"][0], [999_999, versions_of(scene["banks"][0])[0]], [1.0, 1.0])

    assert follower.follow() == 1
    assert Memory.objects.count() == 1


def test_seats_survive_a_new_release_in_another_order(scene):
    from huomiao.practice import seats

    bank = scene["banks"][0]
    before = seats.of(bank.current)

    bank.current.version_ids = list(reversed(bank.current.version_ids))

    assert before == list(range(12))
    assert seats.of(bank.current) == list(reversed(range(12)))
    assert Seat.objects.filter(bank=bank).count() == 12


def test_figures_follow_a_unit_that_is_merged_and_agree_with_a_rebuild(scene):
    first, second, other = scene["units"]
    versions = versions_of(scene["banks"][0])
    for day, (person, unit) in enumerate([(0, first), (1, first), (1, second), (2, second), (0, other), (0, first)]):
        attempt(
            scene["people"][person],
            versions[:5],
            [1.0, 1.0, 1.0, 0.0, 1.0],
            at=AT + timedelta(days=day),
            unit=unit,
            release=scene["banks"][0].current,
            campaign=scene["campaign"],
        )
    follower.catch_up()
    officer = MembershipFactory(organization=scene["campaign"].organiser, role=Role.OFFICER).user

    organizations_actions.merge(first, into=second, by=officer)

    assert stored() == plain()
    attempt(scene["people"][1], versions[:5], [1.0] * 5, at=AT + timedelta(days=7), unit=first)
    follower.catch_up()
    assert stored() == plain()
    counted = stored()
    follower.rebuild()
    assert stored() == counted


def test_the_commands_count_what_is_there_and_count_it_again(scene):
    for _ in range(3):
        attempt(scene["people"][0], versions_of(scene["banks"][0])[:2], [1.0, 0.0])
    told = io.StringIO()

    call_command("follow_attempts", "--batch", "2", stdout=told)
    call_command("follow_attempts", stdout=told)
    call_command("rebuild_rollups", stdout=told)

    counted, nothing, again = told.getvalue().splitlines()
    assert (counted, nothing) == ("3", "0")
    assert again.startswith("3 次练习已重新统计")
    assert stored() == plain()
    assert follower.is_rebuilding() is False


def test_pages_say_so_while_figures_are_made_again(scene, monkeypatch, client):
    for _ in range(3):
        attempt(scene["people"][0], versions_of(scene["banks"][0])[:2], [1.0, 0.0])
    client.force_login(scene["people"][0])
    seen = []

    def look(reached, last):
        seen.append("正在重新统计" in client.get(reverse("practice:boards")).content.decode())

    follower.rebuild(limit=2, report=look)

    assert seen == [True, True]
    assert "正在重新统计" not in client.get(reverse("practice:boards")).content.decode()
