"""Duels: which somebody may see, whom a quick match finds, and how one stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huomiao.orgs.models import Organization
from huomiao.practice.models import Attempt, Duel, Release
from huomiao.practice.queries import home
from huomiao.practice.states import DuelState, Mode

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Whoever opened a duel and has not been heard of for so long has left.
GONE_AFTER = timedelta(seconds=12)
# An invitation that nobody took up.
OPEN_FOR = timedelta(minutes=30)
# What a slow network may take to hand in after the time.
GRACE = timedelta(seconds=75)
# Quick matches join people of one city; its depth in the tree.
BRANCH_DEPTH = 2
LOOKED_AT = 40


@dataclass(frozen=True)
class Side:
    """One side of a duel that has handed in."""

    name: str
    right: int
    total: int
    seconds: int

    @property
    def rank(self) -> tuple[int, int]:
        """More right wins; as many in less time too."""
        return (self.right, -self.seconds)


def taken_part(user: User) -> QuerySet[Duel]:
    """The duels of ``user``, newest first."""
    mine = Duel.objects.filter(Q(host=user) | Q(guest=user))
    return mine.select_related("host", "guest", "release__bank", "host_attempt", "guest_attempt", "recorded").order_by(
        "-pk"
    )


def branch_of(user: User) -> str:
    """The branch in which a quick match looks for somebody to play against ``user``."""
    unit = home.home_unit(user)
    return unit.path[: BRANCH_DEPTH * Organization.steplen] if unit else ""


def waiting_in(branch: str, release: Release, *, but: User, at: datetime) -> QuerySet[Duel]:
    """The duels in ``branch`` that wait for just anybody, whoever opened them still being there."""
    return (
        Duel.objects.filter(branch_path=branch, release=release, guest=None, begun_at=None)
        .filter(host_seen_at__gt=at - GONE_AFTER)
        .exclude(host=but)
        .order_by("pk")
    )


def state(duel: Duel, *, at: datetime) -> DuelState:
    """How far ``duel`` is."""
    if duel.starts_at is None or duel.ends_at is None:
        return DuelState.WAITING if at < duel.opened_at + OPEN_FOR else DuelState.OVER
    if at < duel.starts_at:
        return DuelState.COUNTING
    is_answered = duel.guest_id is None or duel.guest_attempt_id is not None or duel.recorded_id is not None
    is_done = duel.host_attempt_id is not None and is_answered
    return DuelState.OVER if is_done or at > duel.ends_at + GRACE else DuelState.RUNNING


def is_rival_gone(duel: Duel, user: User, *, at: datetime) -> bool:
    """Whether the other side of ``duel`` has not been heard of for a while and has not handed in either."""
    is_host = duel.host_id == user.pk
    seen = duel.guest_seen_at if is_host else duel.host_seen_at
    done = duel.guest_attempt_id if is_host else duel.host_attempt_id
    return done is None and (seen is None or seen < at - GONE_AFTER)


def first_attempt(user_id: int, duel: Duel) -> Attempt | None:
    """What ``user_id`` handed in for ``duel`` first: that is what counts."""
    found = Attempt.objects.filter(user_id=user_id, mode=Mode.DUEL, tag=duel.code)
    return found.order_by("pk").first()


def recorded_run(duel: Duel, user: User) -> tuple[Attempt, str] | None:
    """Somebody's earlier run to play against, with the seed it was drawn from: of the same bank and branch if there is one.

    Never one of a duel in which ``user`` took part: they know those questions.
    """
    finished = (
        Duel.objects.filter(release_id=duel.release_id, questions=duel.questions)
        .exclude(Q(host=user) | Q(guest=user) | Q(pk=duel.pk))
        .exclude(host_attempt=None, guest_attempt=None)
        .select_related("host_attempt", "guest_attempt")
        .order_by("-pk")[:LOOKED_AT]
    )
    branch = branch_of(user)
    for found in sorted(finished, key=lambda one: (bool(branch) and one.branch_path != branch, -one.pk)):
        run = found.host_attempt or found.guest_attempt
        if run is not None:
            return run, found.seed
    return None


def side(name: str, attempt: Attempt | None) -> Side | None:
    if attempt is None:
        return None
    seconds = max(0, round((attempt.finished_at - attempt.started_at).total_seconds()))
    return Side(name, attempt.right, attempt.total, seconds)


def sides(duel: Duel, user: User) -> tuple[Side | None, Side | None]:
    """``user``'s own side and the other, each None as long as nothing was handed in."""
    host = side(duel.host.name, duel.host_attempt)
    guest = side(duel.guest.name if duel.guest else "", duel.guest_attempt)
    mine, other = (host, guest) if duel.host_id == user.pk else (guest, host)
    if other is None and duel.recorded is not None:
        other = side(_("往日成绩"), duel.recorded)
    return mine, other
