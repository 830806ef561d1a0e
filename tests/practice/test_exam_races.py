"""Two windows, two workers, an officer and the clock at one moment. PostgreSQL only: SQLite has one writer at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from huomiao.core.errors import DomainError
from huomiao.orgs.roles import Role
from huomiao.practice import sittings
from huomiao.practice.actions import sittings as watching
from huomiao.practice.hotpath.engine import Inline, finish
from huomiao.practice.hotpath.exam_ops import HandInOp, SaveOp, StartOp
from huomiao.practice.models import SavedAnswer, Sitting
from huomiao.practice.sittings import SEQ_ROOM, Given, Start
from tests.factories.exams import exam_ready
from tests.factories.orgs import MembershipFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="SQLite has one writer at a time"),
]


def at_once(*acts) -> list[str]:
    """What each came to, all begun at one moment: the name of its result, or the code of its refusal; sorted."""
    gate = threading.Barrier(len(acts))
    found: list[str] = []

    def press(act):
        gate.wait()
        try:
            found.append(type(act()).__name__)
        except DomainError as refusal:
            found.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def writing(op):
    return lambda: finish(Inline().write(op))


def test_a_candidate_begins_once_however_many_windows_ask():
    candidate = exam_ready().candidates.get()
    start = StartOp(Start(candidate.pk, candidate.user_id, "10.0.0.1", timezone.now()))

    assert at_once(*[writing(start)] * 4) == ["Begun", "running", "running", "running"]
    assert Sitting.objects.count() == 1


def test_two_devices_that_take_over_get_an_epoch_each():
    candidate = exam_ready().candidates.get()
    begun = writing(StartOp(Start(candidate.pk, candidate.user_id, "10.0.0.1", timezone.now())))()
    again = StartOp(Start(candidate.pk, candidate.user_id, "10.0.0.1", timezone.now(), resumes=True))

    assert at_once(writing(again), writing(again)) == ["Begun", "Begun"]
    assert Sitting.objects.get().epoch == begun.epoch + 2


def test_saves_hand_in_and_collection_at_one_moment_lose_nothing_acknowledged():
    exam = exam_ready()
    candidate = exam.candidates.get()
    officer = MembershipFactory(organization=exam.organiser, role=Role.TRAINER).user
    begun = writing(StartOp(Start(candidate.pk, candidate.user_id, "10.0.0.1", timezone.now())))()
    at = timezone.now()
    acknowledged: list[int] = []

    def save(count):
        def act():
            saved = finish(Inline().write(SaveOp(begun.sitting, 1, [Given(count % 5, count, [1])], at)))
            acknowledged.extend(saved.counts)
            return saved

        return act

    def collect():
        return watching.collect(Sitting.objects.get(), by=officer, note="到点收卷", at=at)

    at_once(*[save(count) for count in range(1, 7)], collect, writing(HandInOp(begun.sitting, 1, [], at)))

    held = {row.seq - SEQ_ROOM for row in SavedAnswer.objects.all()}
    assert set(acknowledged) == held
    assert Sitting.objects.get().state == "submitted"


def test_the_clock_and_a_late_hand_in_end_a_sitting_once():
    candidate = exam_ready().candidates.get()
    begun = writing(StartOp(Start(candidate.pk, candidate.user_id, "10.0.0.1", timezone.now())))()
    late = begun.ends_at + timedelta(minutes=1)

    def turn():
        return sittings.close_due(late)

    found = at_once(turn, writing(HandInOp(begun.sitting, 1, [], late)))

    sitting = Sitting.objects.get()
    assert found == ["Receipt", "int"]
    assert (sitting.state, sitting.reason, sitting.submitted_at) == ("submitted", "time", sitting.ends_at)
