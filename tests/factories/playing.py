"""People who practise: a worker of a unit with a bank that they may use, and sessions that they handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from huomiao.practice import follower
from huomiao.practice.models import Attempt, Choice, Duel, Question
from huomiao.practice.states import Mode
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.practice import TopicFactory, bank_with


def works(n=12, *, kind="single", **values):
    """A province, a unit below it, and a shared bank of the province: ``(unit, bank)``."""
    province = OrganizationFactory()
    unit = UnitFactory(parent=OrganizationFactory(parent=province))
    return unit, bank_with(n, kind=kind, owner=province, **values)


def worker(unit, *, has_chosen=True, **values):
    """Somebody who works in ``unit`` and was already asked what they practise."""
    user = UserFactory(**values)
    MembershipFactory(user=user, organization=unit)
    if has_chosen:
        Choice.objects.create(user=user, trade=None, level="", at=datetime.now(UTC))
    return user


def with_topics(bank, *names, difficulties=(1, 2)):
    """Spread the questions of ``bank`` over topics and difficulties."""
    topics = [TopicFactory(name=name) for name in names]
    for number, question in enumerate(Question.objects.filter(bank=bank).order_by("pk")):
        question.topic = topics[number % len(topics)]
        question.difficulty = difficulties[number // len(topics) % len(difficulties)]
        question.save()
    return topics


def handed_in(user, bank, *, right=0, wrong=0, mode=Mode.DRILL, at=None, seconds=60, **values):
    """A session of ``user`` with so many right and wrong answers to single choices, and what the follower makes of it."""
    at = at or datetime.now(UTC)
    questions = list(Question.objects.filter(bank=bank).select_related("published").order_by("pk"))[: right + wrong]
    answers = []
    for number, question in enumerate(questions):
        own = question.published.key["right"][0]
        is_right = number < right
        answers.append([question.published_id, [own if is_right else (own + 1) % 4], 1 if is_right else 0])
    attempt = Attempt.objects.create(
        **{
            "nonce": f"t{Attempt.objects.count():07d}{user.pk}",
            "user": user,
            "unit": user.memberships.first().organization,
            "release": bank.current,
            "mode": mode,
            "started_at": at - timedelta(seconds=seconds),
            "finished_at": at,
            "total": len(answers),
            "right": right,
            "answers": answers,
            **values,
        }
    )
    follower.follow(limit=1000)
    return attempt


def duel_of(bank, host, *, guest=None, at=None, **values):
    at = at or datetime.now(UTC)
    begun = {"begun_at": at, "guest_seen_at": at} if guest else {}
    return Duel.objects.create(
        **{
            "release": bank.current,
            "host": host,
            "guest": guest,
            "opened_at": at,
            "host_seen_at": at,
            **begun,
            **values,
        }
    )
