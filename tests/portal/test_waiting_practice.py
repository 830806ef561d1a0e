"""What practice puts on the list of things to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from huomiao.orgs.roles import Role
from huomiao.portal import waiting
from huomiao.practice.models import Campaign, Candidate, Exam
from huomiao.practice.states import CampaignState, ExamState
from tests.factories.orgs import MembershipFactory
from tests.factories.playing import handed_in, worker, works
from tests.factories.practice import KeyReportFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    """What reads the clock itself reads what the tests pass on, however long ago this file was read."""
    with time_machine.travel(NOW):
        yield


def titles(user):
    return {
        section.title: [task.title for task in section.tasks] for section in waiting.sections(user, at=NOW)
    }  # fmt: skip


def test_worker_finds_what_is_to_be_practised_as_an_offer():
    unit, bank = works()
    user = worker(unit)
    handed_in(user, bank, right=2, at=NOW - timedelta(days=30))
    Campaign.objects.create(
        organiser=bank.owner, slug="c", title="百日练兵", state=CampaignState.PUBLISHED,
        opens_at=NOW - timedelta(days=1), closes_at=NOW + timedelta(days=1),
    )  # fmt: skip

    assert titles(user) == {"练兵": ["百日练兵", "该复习的题"]}
    section = waiting.sections(user, at=NOW)[0]
    assert (section.is_offer, section.count) == (True, 0)


def test_candidate_finds_the_exam():
    unit, bank = works()
    user = worker(unit)
    exam = Exam.objects.create(
        organiser=bank.owner, slug="e", title="中级工理论考试", state=ExamState.ANNOUNCED,
        opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=1, hours=2),
    )  # fmt: skip
    Candidate.objects.create(exam=exam, user=user, unit=unit, number="1")

    task = waiting.sections(user, at=NOW)[0].tasks[0]

    assert (task.title, task.verb, task.due) == ("中级工理论考试", "看考试安排", exam.opens_at)


def test_keeper_of_a_bank_finds_the_reports_that_wait():
    unit, bank = works()
    version = bank.questions.first().latest
    KeyReportFactory(version=version, by=worker(unit))
    keeper = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user

    assert titles(keeper)["练兵与考试工作"] == ["题目报错"]
    assert "练兵与考试工作" not in titles(worker(unit))
