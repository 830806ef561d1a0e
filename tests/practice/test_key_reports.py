"""Reports of a wrong key: who may make one, how it is answered, and where it is kept."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.accounts import exports
from huomiao.orgs.roles import Role
from huomiao.practice.actions import reports
from huomiao.practice.models import Attempt, KeyReport
from huomiao.practice.states import Mode
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import AT, QuestionFactory, bank_with

pytestmark = pytest.mark.django_db


def graded_on(user, version):
    Attempt.objects.create(
        nonce=f"n{user.pk}-{version.pk}",
        user=user,
        mode=Mode.DRILL,
        started_at=AT,
        finished_at=AT,
        total=1,
        right=0,
        answers=[[version.pk, [0], 0.0]],
    )


@pytest.fixture
def asked(client):
    """Somebody who was graded on a question."""
    bank = bank_with(1)
    worker = MembershipFactory(organization=bank.owner).user
    version = bank.questions.get().published
    graded_on(worker, version)
    client.force_login(worker)
    return bank, worker, version


def test_who_was_graded_reports_and_sees_the_reply(asked, client):
    bank, worker, version = asked
    client.post(reverse("practice:report-new", args=[version.pk]), {"text": "答案应为 C"})
    report = KeyReport.objects.get()
    trainer = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(trainer)

    client.post(reverse("practice:report", args=[report.pk]), {"reply": "您说得对，已更正。", "act": "uphold"})

    client.force_login(worker)
    page = client.get(reverse("practice:my-reports")).content.decode()
    assert "您说得对，已更正。" in page
    assert "属实，已更正" in page
    report.refresh_from_db()
    assert (report.state, report.replied_by) == ("upheld", trainer)


def test_a_report_is_made_once_until_it_is_answered(asked):
    _bank, worker, version = asked
    reports.make(version, by=worker, text="不对", at=AT)

    with pytest.raises(reports.WrongState, match="已经报告过"):
        reports.make(version, by=worker, text="还是不对", at=AT)

    assert KeyReport.objects.count() == 1


def test_reports_of_a_day_are_limited(asked):
    bank, worker, version = asked
    for n in range(reports.A_DAY):
        one = QuestionFactory(bank, is_published=True).published
        KeyReport.objects.create(version=one, by=worker, text=str(n), at=AT)

    with pytest.raises(reports.WrongState, match="一天最多"):
        reports.make(version, by=worker, text="不对", at=AT)


def test_whoever_was_not_graded_cannot_report(asked):
    bank, _worker, version = asked
    other = MembershipFactory(organization=bank.owner).user

    with pytest.raises(reports.NotAllowed):
        reports.make(version, by=other, text="不对", at=AT)


def test_an_answered_report_is_not_answered_again_and_nobody_answers_their_own(asked):
    bank, worker, version = asked
    first, second = (MembershipFactory(organization=bank.owner, role=Role.TRAINER).user for _n in range(2))
    report = reports.make(version, by=worker, text="不对", at=AT)
    graded_on(first, version)
    own = reports.make(version, by=first, text="我也觉得", at=AT)
    reports.dismiss(report, by=first, reply="答案无误", at=AT)

    with pytest.raises(reports.WrongState, match="已经答复过"):
        reports.uphold(report, by=second, reply="又改主意", at=AT)
    with pytest.raises(reports.NotAllowed, match="自己提出"):
        reports.uphold(own, by=first, reply="我说得对", at=AT)
    reports.uphold(own, by=second, reply="对", at=AT)

    report.refresh_from_db()
    assert (report.state, report.reply) == ("dismissed", "答案无误")


def test_ones_own_export_holds_ones_reports_and_nobody_elses(asked):
    bank, worker, version = asked
    reports.make(version, by=worker, text="答案应为 C", at=AT)

    assert [(one["bank"], one["text"], one["state"]) for one in exports.collect(worker)["key_reports"]] == [
        (bank.name, "答案应为 C", "open")
    ]
    assert exports.collect(UserFactory())["key_reports"] == []
