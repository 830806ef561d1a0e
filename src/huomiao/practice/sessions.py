"""What each mode of practice asks, as a plan and what its page needs to know. Whether somebody may is the view's to ask."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huomiao.practice import periods, plans
from huomiao.practice.models import Bank, Campaign, Duel, Memory, Section, Topic
from huomiao.practice.plans import Plan
from huomiao.practice.queries import asking, done, home, levels
from huomiao.practice.states import Feedback, Mode

if TYPE_CHECKING:
    from huomiao.accounts.models import User

DRILL_COUNTS = (10, 20, 50)
CHALLENGE_QUESTIONS = 10
CHALLENGE_TRIES = 3
CHALLENGE_MINUTES = 10
BOOK_QUESTIONS = 20
SUDDEN_QUESTIONS = 30
MOCK_QUESTIONS = 50
MOCK_MINUTES = 60
MOCK_PASS_PERCENT = 60


@dataclass(frozen=True)
class Session:
    """A plan with what its page shows around it."""

    plan: Plan
    title: str
    # The score from which it is passed; 0 where nothing is.
    pass_percent: int = 0
    # So many errors end it; 0: none does. The page counts them; a level that ends so early cannot be passed any more, and
    # for sudden death the hot path counts nothing after the first error.
    lives: int = 0

    @property
    def key(self) -> str:
        """Under which a device finds the paper again that was begun from this plan: the plan without its time."""
        facts = repr(replace(self.plan, expires_at=datetime.min.replace(tzinfo=UTC), versions=self._lasting_versions))
        return hashlib.sha256(facts.encode()).hexdigest()[:24]

    @property
    def _lasting_versions(self) -> tuple[int, ...] | None:
        """What is drawn anew at each opening of the page does not tell two papers apart: one unfinished is gone on with."""
        return self.plan.versions if self.plan.mode == Mode.DAILY else None


def drill(
    user: User, bank: Bank, *, topic: Topic | None, level: str, difficulty: int | None, count: int, at: datetime
) -> Session:
    """Questions of one part of a bank, those never seen first, each explained at once."""
    plan = _plan(
        user,
        bank,
        Mode.DRILL,
        count,
        at=at,
        feedback=Feedback.EACH,
        topics=(topic.path,) if topic else (),
        level=level,
        difficulty=difficulty,
    )
    return Session(plan, topic.name if topic else bank.name)


def daily(user: User, bank: Bank, *, at: datetime) -> Session | None:
    """The question that everybody is asked in ``bank`` today; None when it has none."""
    day = periods.day_of(at)
    version = asking.of_the_day(bank, day)
    if version is None:
        return None
    plan = _plan(
        user, bank, Mode.DAILY, 1, at=at, feedback=Feedback.EACH, versions=(version,), tag=f"{bank.pk}.{day:%Y%m%d}"
    )
    return Session(plan, _("每日一题"))


def challenge(user: User, bank: Bank, *, at: datetime) -> Session | None:
    """Today's challenge in ``bank``; None when today's tries are used up. Opening it again gives the same questions."""
    day = periods.day_of(at)
    tag = f"{bank.pk}.{day:%Y%m%d}"
    tried = done.tries(user, Mode.CHALLENGE, day=day, campaign=None)
    if tried >= CHALLENGE_TRIES:
        return None
    plan = _plan(
        user,
        bank,
        Mode.CHALLENGE,
        CHALLENGE_QUESTIONS,
        at=at,
        minutes=CHALLENGE_MINUTES,
        tag=tag,
        seed_group=f"challenge:{user.pk}:{tag}:{tried}",
    )
    return Session(plan, _("每日挑战"))


def campaign_challenge(user: User, campaign: Campaign, bank: Bank, *, at: datetime) -> Session | None:
    """A try in ``campaign`` by its rules; None when today's tries are used up."""
    day = periods.day_of(at)
    tried = done.tries(user, Mode.CHALLENGE, day=day, campaign=campaign)
    if tried >= campaign.tries_a_day:
        return None
    plan = _plan(
        user,
        bank,
        Mode.CHALLENGE,
        campaign.questions,
        at=at,
        minutes=campaign.minutes,
        feedback=Feedback(campaign.feedback),
        campaign_id=campaign.pk,
        seed_group=f"campaign:{campaign.pk}:{user.pk}:{bank.pk}:{day:%Y%m%d}:{tried}",
    )
    # Not beyond the campaign's end: what is handed in later counts for nothing.
    closes = campaign.closes_at
    plan = replace(plan, expires_at=min(plan.expires_at, closes), closes=round(closes.timestamp() * 1000))
    return Session(plan, campaign.title)


def mistakes(user: User, *, bank: Bank | None, at: datetime) -> Session | None:
    """Questions of the wrong-answer book again; None when it is empty."""
    found = done.mistakes(user, bank=bank).values_list("question__published", flat=True)
    return _again(
        user, list(found[:BOOK_QUESTIONS]), Mode.WRONG, _("错题重练"), at=at, tag=str(bank.pk) if bank else ""
    )


def review(user: User, *, at: datetime) -> Session | None:
    """What is due to be asked again, the longest overdue first; None when nothing is."""
    due = asking.remembered(user, Memory.objects.filter(due_on__lte=periods.day_of(at)))
    found = due.order_by("due_on", "pk").values_list("question__published", flat=True)
    return _again(user, list(found[:BOOK_QUESTIONS]), Mode.REVIEW, _("复习"), at=at)


def level(user: User, bank: Bank, step: levels.Step, *, at: datetime) -> Session:
    """A level of the path through ``bank``: some errors are forgiven, too many end it."""
    plan = _plan(
        user,
        bank,
        Mode.LEVEL,
        step.questions,
        at=at,
        feedback=Feedback.EACH,
        topics=(step.topic.path,),
        difficulty=step.difficulty,
        tag=step.tag,
    )
    title = _("第 %(number)d 关 %(topic)s") % {"number": step.number, "topic": step.topic.name}
    return Session(plan, title, pass_percent=levels.PASS_PERCENT, lives=levels.LIVES)


def sudden(user: User, bank: Bank, *, at: datetime) -> Session:
    """Question after question until the first error."""
    plan = _plan(user, bank, Mode.SUDDEN, SUDDEN_QUESTIONS, at=at, feedback=Feedback.EACH)
    return Session(plan, _("挑战答题"), lives=1)


def mock(user: User, bank: Bank, *, at: datetime) -> Session | None:
    """A paper in the bank's own proportions, timed and explained at the end; None when the bank has no question for it."""
    seed = f"{user.pk}:{at.timestamp()}"
    found = asking.mixture(bank, count=MOCK_QUESTIONS, seed=seed)
    if not found:
        return None
    minutes = max(5, MOCK_MINUTES * len(found) // MOCK_QUESTIONS)
    plan = _plan(user, bank, Mode.MOCK, len(found), at=at, minutes=minutes, versions=tuple(found))
    title = _("模拟考试 · %(bank)s") % {"bank": bank.name}
    return Session(plan, title, pass_percent=MOCK_PASS_PERCENT)


def course(user: User, section: Section, *, at: datetime) -> Session | None:
    """The drill of a course's section, which a pass finishes; None when its bank has nothing to ask any more."""
    bank = section.bank
    if bank is None or bank.current_id is None or bank.archived_at is not None:
        return None
    plan = _plan(
        user,
        bank,
        Mode.COURSE,
        section.questions,
        at=at,
        feedback=Feedback.EACH,
        topics=(section.topic.path,) if section.topic else (),
        difficulty=section.difficulty,
        tag=section.tag,
    )
    return Session(plan, section.title, pass_percent=section.pass_percent)


def duel(user: User, found: Duel, *, at: datetime) -> Session:
    """One side of a duel: both sides draw the same questions."""
    plan = _plan(
        user,
        found.release.bank,
        Mode.DUEL,
        found.questions,
        at=at,
        minutes=found.minutes,
        tag=found.code,
        seed_group=f"duel:{found.seed}",
    )
    return Session(replace(plan, release_id=found.release_id), _("双人对战"))


def _again(
    user: User, versions: list[int | None], mode: Mode, title: str, *, at: datetime, tag: str = ""
) -> Session | None:
    known = tuple(version for version in versions if version is not None)
    if not known:
        return None
    unit = home.home_unit(user)
    plan = Plan(
        user_id=user.pk,
        release_id=None,
        mode=mode,
        count=len(known),
        expires_at=at + plans.LIFE,
        unit_id=unit.pk if unit else None,
        feedback=Feedback.EACH,
        tag=tag,
        versions=known,
    )
    return Session(plan, title)


def _plan(user: User, bank: Bank, mode: Mode, count: int, *, at: datetime, **more: object) -> Plan:
    unit = home.home_unit(user)
    facts = {"feedback": Feedback.END, "unit_id": unit.pk if unit else None, **more}
    return Plan(
        user_id=user.pk,
        release_id=bank.current_id,
        mode=mode,
        count=count,
        expires_at=at + plans.LIFE,
        **facts,  # type: ignore[arg-type]  # names and types are those of Plan's own fields
    )
