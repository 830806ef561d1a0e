"""Plain factories of courses and of what a learner did at one of their drills."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import factory

from huomiao.practice.models import Attempt, Course, Enrolment, Section, SectionDone
from huomiao.practice.states import CourseState, Mode, SectionKind
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_nonces = itertools.count()


class CourseFactory(factory.django.DjangoModelFactory):
    """A published course without sections."""

    class Meta:
        model = Course

    owner = factory.SubFactory(OrganizationFactory)
    slug = factory.Sequence(lambda n: f"course-{n}")
    title = factory.Sequence(lambda n: f"第{n}门课")
    state = CourseState.PUBLISHED


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section

    course = factory.SubFactory(CourseFactory)
    position = factory.Sequence(lambda n: n + 1)
    kind = SectionKind.TEXT
    title = factory.Sequence(lambda n: f"第{n}小节")
    text = "停电检修前**应先验电**。"


class EnrolmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrolment

    course = factory.SubFactory(CourseFactory)
    user = factory.SubFactory(UserFactory)
    started_at = AT
    visited_at = AT


class SectionDoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SectionDone

    at = AT


def drilled(user, section, *, right, total=10, at=AT, mode=Mode.COURSE, tag=None):
    """A session as the hot path writes it."""
    return Attempt.objects.create(
        nonce=f"course-{next(_nonces)}",
        user=user,
        mode=mode,
        tag=section.tag if tag is None else tag,
        started_at=at,
        finished_at=at,
        total=total,
        right=right,
        answers=[],
    )
