"""Exams with everything they stand on: ``exam_ready`` has papers and candidates, ``sat`` gives submitted sittings."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from huomiao.practice import building
from huomiao.practice.models import BlueprintLine, Candidate, Exam, SavedAnswer, Sitting
from huomiao.practice.sittings import SEQ_ROOM
from huomiao.practice.states import Eligibility, ExamState, PaperPlan, SittingState, SubmitReason, Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory, UnitFactory
from tests.factories.practice import bank_with


class ExamFactory(factory.django.DjangoModelFactory):
    """A draft of an exam that begins in an hour; give ``opens_at`` to move it, closing follows."""

    class Meta:
        model = Exam

    organiser = factory.SubFactory(OrganizationFactory)
    slug = factory.Sequence(lambda n: f"exam-{n}")
    title = factory.Sequence(lambda n: f"安全知识考试（{n}）")
    opens_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    closes_at = factory.LazyAttribute(lambda exam: exam.opens_at + timedelta(hours=2))
    minutes = 60
    late_minutes = 15
    spread_seconds = 0
    eligibility = Eligibility.LIST
    seed = factory.LazyFunction(lambda: secrets.token_hex(16))


class BlueprintLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BlueprintLine

    exam = factory.SubFactory(ExamFactory)
    position = factory.Sequence(lambda n: n)
    title = "单项选择题"
    kind = "single"
    count = 5
    points = Decimal("2.0")


class CandidateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Candidate

    exam = factory.SubFactory(ExamFactory)
    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    number = factory.Sequence(lambda n: f"{n:06d}")


def exam_ready(
    *,
    candidates: int = 1,
    questions: int = 5,
    kind: str = "single",
    plan: str = PaperPlan.FIXED,
    state: str = ExamState.ANNOUNCED,
    opened: timedelta = timedelta(minutes=-1),
    **values: Any,
) -> Exam:
    """An announced exam that opened a minute ago (``opened`` from now), with papers built and ``candidates``.

    One line of ``questions`` questions of ``kind``, 2 points each, from a bank that holds twice as many.
    """
    values.setdefault("opens_at", timezone.now() + opened)
    exam: Exam = ExamFactory(plan=plan, **values)
    bank = bank_with(questions * 2, use=Use.EXAM, kind=kind, owner=exam.organiser)
    exam.banks.add(bank)
    BlueprintLineFactory(exam=exam, position=0, kind=kind, count=questions, points=Decimal("2.0"))
    for number in range(candidates):
        CandidateFactory(exam=exam, number=f"{number + 1:04d}")
    building.build(exam, at=exam.opens_at - timedelta(hours=1))
    Exam.objects.filter(pk=exam.pk).update(state=state)
    exam.refresh_from_db()
    return exam


def sat(
    exam: Exam,
    answers: dict[str, dict[int, Any]] | None = None,
    *,
    state: str = SittingState.SUBMITTED,
    at: datetime | None = None,
) -> list[Sitting]:
    """A sitting for every candidate without one, in the order of their numbers.

    ``answers`` maps a candidate's number to ``{position: answer in the version's own order}``; others answer nothing.
    """
    begun = at or exam.opens_at
    sittings = []
    for candidate in Candidate.objects.filter(exam=exam, sittings=None).order_by("number"):
        is_over = state == SittingState.SUBMITTED
        sitting = Sitting.objects.create(
            candidate=candidate,
            exam=exam,
            paper_id=candidate.paper_id,
            seed=secrets.token_hex(16),
            state=state,
            started_at=begun,
            ends_at=min(begun + timedelta(minutes=exam.minutes), exam.closes_at),
            submitted_at=begun + timedelta(minutes=exam.minutes // 2) if is_over else None,
            reason=SubmitReason.BY_HAND if is_over else "",
        )
        given = (answers or {}).get(candidate.number, {})
        SavedAnswer.objects.bulk_create(
            SavedAnswer(sitting=sitting, position=position, seq=SEQ_ROOM + count, answer=answer, at=begun)
            for count, (position, answer) in enumerate(sorted(given.items()), 1)
        )
        sittings.append(sitting)
    return sittings
