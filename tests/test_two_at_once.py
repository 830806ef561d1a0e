"""Two people press at the same moment, or one person twice: it is done once, and the other is told. PostgreSQL only.

SQLite takes one writer at a time, and a test's SQLite lives in one connection's memory.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.honours.models import Honour
from huomiao.innovations.actions import declarations, publication, recommendations, results, reviews, sheets
from huomiao.innovations.models import Call, Declaration, Result, Round, Sheet
from huomiao.notices import actions as notices
from huomiao.notices.models import Notice, Objection
from huomiao.notices.states import Finding, Outcome
from huomiao.orgs.roles import Role
from tests.factories.notices import NoticeItemFactory, ObjectionFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.reviews import all_signed, review_ready, round_started, scored
from tests.innovations.declaring import complete, province
from tests.innovations.test_recommendations_climb import NOW, Scene

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="SQLite has one writer at a time"),
]


def at_once(*presses) -> list[str]:
    """What each press came to, all begun at one moment: ``done``, or the code of its refusal; sorted."""
    gate = threading.Barrier(len(presses))
    found: list[str] = []

    def press(act):
        gate.wait()
        try:
            act()
            found.append("done")
        except DomainError as refusal:
            found.append(refusal.code)
        except Exception as fault:  # noqa: BLE001 - a thread's fault is shown by the test, not lost in the thread
            found.append(repr(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def acts(subject) -> list[str]:
    return list(history.of(subject).order_by("pk").values_list("action", flat=True))


def test_a_declaration_is_handed_in_once():
    place = province()
    draft = complete(place)

    def submit():
        declarations.submit(Declaration.objects.get(pk=draft.pk), by=place.worker, at=timezone.now())

    assert at_once(submit, submit, submit) == ["done", "wrong_state", "wrong_state"]
    assert acts(draft) == ["declaration.begun", "declaration.submitted"]


def test_two_officers_of_a_desk_decide_once():
    scene = Scene()
    item = scene.declaration(desk=scene.county)

    def forward():
        recommendations.forward(Declaration.objects.get(pk=item.pk), by=scene.county_officer, at=NOW)

    def decline():
        recommendations.decline(Declaration.objects.get(pk=item.pk), by=scene.county_officer, at=NOW, text="不符合条件")

    assert at_once(forward, decline) == ["done", "wrong_state"]
    assert (item.opinions.count(), len(acts(item))) == (1, 1)


def test_sheets_rounds_notices_and_publication_happen_once():
    review = review_ready(entries=2)
    made = round_started(review)
    sheet = Sheet.objects.select_related("expert__user").first()
    scored(sheet, "50", "30")

    def sign():
        sheets.sign([Sheet.objects.get(pk=sheet.pk)], by=sheet.expert.user)

    assert at_once(sign, sign) == ["done", "done"]
    assert acts(sheet) == ["sheet.signed"]
    all_signed(made)

    def lock():
        reviews.lock(Round.objects.get(pk=made.pk), by=review.organiser)

    assert at_once(lock, lock) == ["done", "wrong_state"]
    assert Result.objects.count() == 2
    results.propose(made, by=review.organiser)

    def open_notice():
        publication.open_notice(Call.objects.get(pk=review.call.pk), by=review.organiser)

    assert at_once(open_notice, open_notice) == ["done", "invalid"]
    assert Notice.objects.count() == 1
    later = timezone.now() + timedelta(days=60)

    def publish():
        publication.publish(Call.objects.get(pk=review.call.pk), by=review.organiser, at=later)

    assert at_once(publish, publish) == ["done", "invalid"]
    assert Honour.objects.count() == 2


def test_two_officers_rule_on_an_objection_once():
    objection = ObjectionFactory(item=NoticeItemFactory())
    officers = [
        MembershipFactory(organization=objection.notice.issuer, role=Role.ORGANISER).user for _number in range(2)
    ]
    notices.accept(objection, by=officers[0])

    def ruling(officer, finding, outcome):
        def rule():
            notices.rule(
                Objection.objects.get(pk=objection.pk),
                finding=finding,
                outcome=outcome,
                reasons="经核查形成结论。",
                by=officer,
            )

        return rule

    found = at_once(
        ruling(officers[0], Finding.UPHELD, Outcome.STRIKE), ruling(officers[1], Finding.DISMISSED, Outcome.KEEP)
    )

    assert found == ["done", "wrong_state"]
    assert acts(objection) == ["objection.accepted", "objection.ruled"]
