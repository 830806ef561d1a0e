"""Beginning, saving and handing in: what is kept, what is refused, and that one refusal costs nobody else anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from huomiao.practice import sittings
from huomiao.practice.hotpath import links, writer
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.hotpath.exam_ops import HandInOp, HeldOp, SaveOp, SignalOp, StartOp
from huomiao.practice.models import Candidate, Exam, SavedAnswer, Signal, Sitting
from huomiao.practice.sittings import GRACE, SEQ_ROOM, Given, Held, Receipt, Start
from huomiao.practice.states import ExamState, SittingState, SubmitReason
from tests.factories.exams import exam_ready, sat

OPENS = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(*ops):
    with transaction.atomic():
        return writer.run(links.of_django(), ops)


def only(op):
    (result,) = run(op)
    return result


def codes(results):
    return [result.code if isinstance(result, Refusal) else type(result).__name__ for result in results]


@pytest.fixture
def exam(db):
    return exam_ready(candidates=3, opens_at=OPENS)


def start(candidate, *, at=OPENS, **values):
    return StartOp(
        Start(candidate.pk, values.pop("user", candidate.user_id), values.pop("address", "10.0.0.1"), at, **values)
    )


def begun(exam, *, at=OPENS):
    candidates = list(exam.candidates.order_by("number"))
    return run(*[start(candidate, at=at) for candidate in candidates])


def test_everybody_begins_with_a_sitting_of_their_own(exam):
    results = begun(exam)

    rows = list(Sitting.objects.order_by("pk"))
    assert [row.pk for row in rows] == [one.sitting for one in results]
    assert [(row.epoch, row.attempt, row.state) for row in rows] == [(1, 1, SittingState.RUNNING)] * 3
    assert [row.started_at for row in rows] == [OPENS] * 3
    assert [row.ends_at for row in rows] == [OPENS + timedelta(minutes=60)] * 3
    assert len({row.seed for row in rows}) == 3


def test_a_late_start_buys_no_time_after_closing(exam):
    Exam.objects.update(minutes=150)
    candidate = exam.candidates.first()

    result = only(start(candidate, at=OPENS + 10 * MINUTE))

    assert result.ends_at == exam.closes_at


def test_extra_minutes_count_on_top_and_after_closing(exam):
    candidate = exam.candidates.first()
    Candidate.objects.filter(pk=candidate.pk).update(extra_minutes=30)
    Exam.objects.update(minutes=120)

    result = only(start(candidate, at=OPENS + 10 * MINUTE))

    assert result.ends_at == exam.closes_at + 30 * MINUTE


@pytest.mark.parametrize(
    ("change", "at", "values", "code"),
    [
        ({}, OPENS - MINUTE, {}, "not_open"),
        ({}, OPENS + 16 * MINUTE, {}, "too_late"),
        ({"late_minutes": 300}, OPENS + 120 * MINUTE, {}, "closed"),
        ({"state": ExamState.CANCELLED}, OPENS, {}, "closed"),
        ({"state": ExamState.DRAFT}, OPENS, {}, "closed"),
        ({"state": ExamState.MARKING}, OPENS, {}, "closed"),
        ({"networks": ["192.168.0.0/16"]}, OPENS, {}, "wrong_network"),
        ({"networks": ["192.168.0.0/16"]}, OPENS, {"address": "nonsense"}, "wrong_network"),
        ({}, OPENS, {"user": 0}, "not_listed"),
    ],
)
def test_who_may_not_begin_is_told_why(exam, change, at, values, code):
    Exam.objects.update(**change)

    result = only(start(exam.candidates.first(), at=at, **values))

    assert codes([result]) == [code]
    assert Sitting.objects.count() == 0


@pytest.mark.parametrize(
    ("networks", "address", "expected"),
    [
        ([], "203.0.113.5", True),
        (["10.0.0.0/8"], "10.1.2.3", True),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", True),
        (["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        (["10.0.0.0/8"], "2001:db8::1", False),
        (["10.0.0.0/8"], "11.0.0.1", False),
    ],
)
def test_networks(networks, address, expected):
    assert sittings.allows(networks, address) is expected


def test_the_spread_is_each_candidates_own_and_stays_within(exam):
    exam.spread_seconds = 30
    offsets = [sittings.offset(exam, f"{number:04d}") for number in range(500)]

    assert offsets == [sittings.offset(exam, f"{number:04d}") for number in range(500)]
    assert 0 <= min(offsets) < 1
    assert 29 < max(offsets) <= 30
    candidate = exam.candidates.first()
    Exam.objects.update(spread_seconds=30)
    early = only(start(candidate, at=OPENS + timedelta(seconds=sittings.offset(exam, candidate.number) - 0.01)))
    assert codes([early]) == ["not_open"]
    assert early.wait == pytest.approx(0.01, abs=0.001)


def test_two_presses_at_once_begin_once_and_the_second_is_asked(exam):
    candidate = exam.candidates.first()

    results = run(start(candidate), start(candidate))

    assert codes(results) == ["Begun", "running"]
    assert Sitting.objects.count() == 1


def test_another_device_takes_over_and_the_first_is_told(exam):
    candidate = exam.candidates.first()
    first = only(start(candidate))
    only(SaveOp(first.sitting, 1, [Given(0, 1, [2])], OPENS + MINUTE))

    second = only(start(candidate, at=OPENS + 2 * MINUTE, resumes=True))
    results = run(
        SaveOp(first.sitting, 1, [Given(1, 2, [0])], OPENS + 3 * MINUTE),
        SaveOp(first.sitting, 2, [Given(0, 1, [3])], OPENS + 3 * MINUTE),
    )

    assert (second.sitting, second.epoch, second.ends_at) == (first.sitting, 2, first.ends_at)
    assert second.held == {0: Held(SEQ_ROOM + 1, [2])}
    assert codes(results) == ["taken_over", "Saved"]
    assert sittings.held_answers([first.sitting]) == {first.sitting: {0: Held(2 * SEQ_ROOM + 1, [3])}}
    assert list(Signal.objects.values_list("kind", "details")) == [("resumed", {"device": 2})]


def test_the_late_limit_does_not_stop_who_has_begun(exam):
    candidate = exam.candidates.first()
    only(start(candidate))

    result = only(start(candidate, at=OPENS + 50 * MINUTE, resumes=True))

    assert codes([result]) == ["Begun"]


def test_answers_are_appended_and_the_highest_number_counts(exam):
    one = begun(exam)[0]

    saved = run(
        SaveOp(one.sitting, 1, [Given(0, 1, [1]), Given(1, 2, [0])], OPENS),
        SaveOp(one.sitting, 1, [Given(0, 4, None)], OPENS + MINUTE),
        SaveOp(one.sitting, 1, [Given(0, 3, [2])], OPENS + MINUTE),
    )

    assert [row.counts for row in saved] == [[1, 2], [4], [3]]
    assert SavedAnswer.objects.count() == 4
    assert sittings.held_answers([one.sitting])[one.sitting] == {
        0: Held(SEQ_ROOM + 4, None),
        1: Held(SEQ_ROOM + 2, [0]),
    }


def test_the_same_again_is_acknowledged_and_another_answer_under_its_number_refused(exam):
    one = begun(exam)[0]
    only(SaveOp(one.sitting, 1, [Given(0, 1, [1]), Given(1, 2, "甲")], OPENS))

    again = only(SaveOp(one.sitting, 1, [Given(0, 1, [1]), Given(1, 2, "甲"), Given(2, 3, [0])], OPENS + MINUTE))
    other = only(SaveOp(one.sitting, 1, [Given(0, 1, [3]), Given(3, 4, [0])], OPENS + MINUTE))
    both = only(SaveOp(one.sitting, 1, [Given(0, 9, [3]), Given(0, 9, [2])], OPENS + MINUTE))

    assert (again.counts, dict(again.refused)) == ([1, 2, 3], {})
    assert (other.counts, codes(other.refused.values())) == ([4], ["seq_used"])
    assert codes(both.refused.values()) == ["seq_used"]
    assert sittings.held_answers([one.sitting])[one.sitting][0] == Held(SEQ_ROOM + 9, [3])


def test_what_comes_after_the_deadline_is_refused_with_what_the_server_holds(exam):
    one, other, _third = begun(exam)
    only(SaveOp(one.sitting, 1, [Given(0, 1, [1])], OPENS))
    ends_at = one.ends_at

    results = run(
        SaveOp(one.sitting, 1, [Given(1, 2, [1])], ends_at + GRACE + timedelta(seconds=1)),
        SaveOp(other.sitting, 1, [Given(1, 1, [1])], ends_at + GRACE),
    )

    assert codes(results) == ["over", "Saved"]
    assert results[0].held == {0: Held(SEQ_ROOM + 1, [1])}
    assert SavedAnswer.objects.filter(sitting=one.sitting).count() == 1


def test_handing_in_keeps_the_last_answers_and_gives_one_receipt(exam):
    one = begun(exam)[0]

    receipt = only(HandInOp(one.sitting, 1, [Given(0, 1, [1])], OPENS + 30 * MINUTE))
    again = only(HandInOp(one.sitting, 1, [Given(0, 1, [1]), Given(1, 2, [1])], OPENS + 31 * MINUTE))

    assert receipt == Receipt(one.sitting, OPENS + 30 * MINUTE, SubmitReason.BY_HAND, {0: Held(SEQ_ROOM + 1, [1])})
    assert again == receipt
    assert again.code == receipt.code
    assert SavedAnswer.objects.count() == 1
    assert codes([only(SaveOp(one.sitting, 1, [Given(1, 3, [1])], OPENS + 32 * MINUTE))]) == ["over"]
    assert codes([only(start(exam.candidates.order_by("number")[0], at=OPENS + 33 * MINUTE))]) == ["no_more_tries"]


def test_nobody_hands_in_before_its_time(exam):
    Exam.objects.update(early_minutes=20)
    one = begun(exam)[0]

    early = only(HandInOp(one.sitting, 1, [Given(0, 1, [1])], OPENS + 19 * MINUTE))
    later = only(HandInOp(one.sitting, 1, [], OPENS + 20 * MINUTE))

    assert codes([early, later]) == ["too_early", "Receipt"]
    assert later.held == {0: Held(SEQ_ROOM + 1, [1])}


def test_handing_in_late_gives_what_was_held_in_time(exam):
    one = begun(exam)[0]
    only(SaveOp(one.sitting, 1, [Given(0, 1, [1])], OPENS))

    receipt = only(HandInOp(one.sitting, 1, [Given(1, 2, [1])], one.ends_at + 2 * MINUTE))

    assert receipt == Receipt(one.sitting, one.ends_at, SubmitReason.TIME, {0: Held(SEQ_ROOM + 1, [1])})


def test_a_second_attempt_begins_after_the_first_without_a_late_limit(exam):
    Exam.objects.update(attempts=2)
    candidate = exam.candidates.first()
    first = only(start(candidate))
    only(HandInOp(first.sitting, 1, [], OPENS + 30 * MINUTE))

    second = only(start(candidate, at=OPENS + 40 * MINUTE))

    assert (second.attempt, second.epoch, second.held) == (2, 1, {})


def test_an_abandoned_first_attempt_is_handed_in_when_the_second_begins(exam):
    Exam.objects.update(attempts=2, minutes=30)
    candidate = exam.candidates.first()
    first = only(start(candidate))

    only(start(candidate, at=OPENS + 40 * MINUTE))

    sitting = Sitting.objects.get(pk=first.sitting)
    assert (sitting.state, sitting.reason, sitting.submitted_at) == ("submitted", SubmitReason.TIME, first.ends_at)


def test_the_clock_hands_in_what_is_over(exam):
    sat(exam, state=SittingState.RUNNING)
    late = Sitting.objects.first()
    Sitting.objects.filter(pk=late.pk).update(ends_at=OPENS + 90 * MINUTE)

    moved = sittings.close_due(OPENS + 61 * MINUTE)

    rows = Sitting.objects.order_by("pk").values_list("state", "reason", "submitted_at")
    assert moved == 2
    assert list(rows) == [("running", "", None), *[("submitted", "time", OPENS + 60 * MINUTE)] * 2]
    assert sittings.close_due(OPENS + 61 * MINUTE) == 0


def test_one_foul_thing_in_a_batch_costs_the_others_nothing(exam):
    one, other, _third = begun(exam)
    Sitting.objects.filter(pk=one.sitting).update(state=SittingState.VOID)

    results = run(
        SaveOp(one.sitting, 1, [Given(0, 1, [1])], OPENS),
        SaveOp(10**9, 1, [Given(0, 1, [1])], OPENS),
        SaveOp(other.sitting, 7, [Given(0, 1, [1])], OPENS),
        SaveOp(other.sitting, 1, [Given(0, 1, [1])], OPENS),
        HandInOp(other.sitting, 1, [], OPENS + MINUTE),
        SignalOp(other.sitting, "left", {"seconds": 12}, OPENS),
    )

    assert codes(results) == ["over", "over", "taken_over", "Saved", "Receipt", "NoneType"]
    assert SavedAnswer.objects.count() == 1


def test_what_is_held_can_be_asked(exam):
    one = begun(exam)[0]
    only(SaveOp(one.sitting, 1, [Given(2, 1, "答")], OPENS))

    standing, held = only(HeldOp(one.sitting))

    assert (standing.epoch, standing.state, standing.ends_at) == (1, "running", one.ends_at)
    assert held == {2: Held(SEQ_ROOM + 1, "答")}


def test_a_batch_of_eight_costs_as_many_statements_as_one(db):
    answers = begun(exam_ready(candidates=8, opens_at=OPENS))
    counts = []
    for number, chosen in enumerate((answers[:1], answers), 1):
        link = _Counting(links.of_django())
        with transaction.atomic():
            writer.run(link, [SaveOp(one.sitting, 1, [Given(0, number, [1])], OPENS) for one in chosen])
        counts.append(link.count)

    assert counts == [2, 2]


class _Counting(links.Link):
    def __init__(self, link):
        super().__init__(link.vendor, link.raw)
        self.count = 0

    def execute(self, sql, params=()):
        self.count += 1
        return super().execute(sql, params)
