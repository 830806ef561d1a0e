from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huomiao.practice import plans, sealing
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.states import Feedback, Mode

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PLAN = plans.Plan(
    user_id=7,
    unit_id=3,
    release_id=11,
    mode=Mode.CHALLENGE,
    count=10,
    minutes=5,
    feedback=Feedback.EACH,
    campaign_id=2,
    tag="2026-03-01",
    topics=("00010002",),
    level="3",
    difficulty=2,
    versions=(5, 6, 7),
    seed_group="day",
    partial=True,
    expires_at=AT + plans.LIFE,
)


def test_a_signed_plan_reads_as_it_was():
    assert plans.read(plans.sign(PLAN), at=AT) == PLAN


def test_a_plan_without_choices_reads_as_it_was():
    plan = plans.Plan(user_id=7, release_id=11, mode=Mode.DRILL, count=1, expires_at=AT + timedelta(seconds=1))

    assert plans.read(plans.sign(plan), at=AT) == plan


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-1] + "A", lambda text: "x" + text, lambda text: "", lambda text: "题"]
)
def test_an_altered_plan_is_refused(spoil):
    with pytest.raises(Refusal) as refusal:
        plans.read(spoil(plans.sign(PLAN)), at=AT)

    assert (refusal.value.code, refusal.value.status) == ("forged", 403)


def test_a_plan_is_over_when_its_time_is():
    with pytest.raises(Refusal) as refusal:
        plans.read(plans.sign(PLAN), at=PLAN.expires_at)

    assert (refusal.value.code, refusal.value.status) == ("expired", 410)


def test_something_sealed_for_another_purpose_is_no_plan():
    with pytest.raises(Refusal):
        plans.read(sealing.seal("token", [1]), at=AT)


def test_a_plan_sealed_with_an_earlier_secret_still_reads(settings):
    text = plans.sign(PLAN)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" + "y" * 50

    assert plans.read(text, at=AT) == PLAN


@pytest.mark.parametrize("spoiled", [{"count": 0}, {"count": 201}, {"release_id": None, "versions": None}])
def test_an_impossible_plan_is_not_signed(spoiled):
    with pytest.raises(ValueError):
        plans.sign(replace(PLAN, **spoiled))
