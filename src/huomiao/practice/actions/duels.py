"""Opening a duel, joining it, playing on when the other is gone. Who won follows from what both handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core.errors import NotAllowed, WrongState
from huomiao.practice.models import Bank, Duel
from huomiao.practice.queries import duels as queries
from huomiao.practice.rules import duels as rules
from huomiao.practice.states import DuelState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A phone that polls every two seconds is written down this often.
SEEN_EVERY = timedelta(seconds=4)


class CannotJoin(WrongState):
    """Somebody else was quicker, or it is over."""

    code = "cannot_join"


def invite(bank: Bank, *, by: User, at: datetime) -> Duel:
    """A duel that waits for whoever is given its address."""
    return _open(bank, by=by, at=at, branch="")


@transaction.atomic
def match(bank: Bank, *, by: User, at: datetime) -> Duel:
    """A duel with somebody of the same branch who waits for one now, or one that waits for them."""
    branch = queries.branch_of(by)
    if not branch or bank.current is None:
        return _open(bank, by=by, at=at, branch=branch)
    waiting = queries.waiting_in(branch, bank.current, but=by, at=at).select_for_update().first()
    if waiting is None:
        return _open(bank, by=by, at=at, branch=branch)
    return _begin(waiting, guest=by, at=at)


@transaction.atomic
def join(duel: Duel, *, by: User, at: datetime) -> Duel:
    """Let ``by`` be the other side of ``duel``."""
    locked = Duel.objects.select_for_update().get(pk=duel.pk)
    if by.pk in (locked.host_id, locked.guest_id):
        return locked
    if not rules.can_join(by, locked):
        raise NotAllowed(_("这场对战用的题库不对您所在的单位开放。"))
    if locked.guest_id is not None or queries.state(locked, at=at) != DuelState.WAITING:
        raise CannotJoin(_("这场对战已经开始或结束了，您可以自己发起一场。"))
    return _begin(locked, guest=by, at=at)


@transaction.atomic
def play_recorded(duel: Duel, *, by: User, at: datetime) -> Duel:
    """Nobody came: begin against what somebody answered earlier, from the same questions. Without one, just begin."""
    locked = Duel.objects.select_for_update().get(pk=duel.pk)
    if not rules.can_play_recorded(by, locked):
        raise NotAllowed(_("只有发起人可以改为与往日成绩对战。"))
    if locked.begun_at is not None:
        return locked
    if queries.state(locked, at=at) != DuelState.WAITING:
        raise CannotJoin(_("这场对战已经过期了，请重新发起一场。"))
    found = queries.recorded_run(locked, by)
    if found is not None:
        locked.recorded, locked.seed = found
    locked.begun_at = at
    locked.save(update_fields=["recorded", "seed", "begun_at"])
    return locked


def report(duel: Duel, *, by: User, done: int, at: datetime) -> Duel:
    """Note that ``by``'s phone is there and how many questions they have answered; take up what was handed in."""
    duel = settle(duel, at=at)
    is_host = duel.host_id == by.pk
    seen, count = ("host_seen_at", "host_done") if is_host else ("guest_seen_at", "guest_done")
    last = getattr(duel, seen)
    done = min(max(done, getattr(duel, count)), duel.questions)
    if last is None or at - last >= SEEN_EVERY or done != getattr(duel, count):
        Duel.objects.filter(pk=duel.pk).update(**{seen: at, count: done})
        setattr(duel, seen, at)
        setattr(duel, count, done)
    return duel


def settle(duel: Duel, *, at: datetime) -> Duel:
    """Take up what each side has handed in; when time is over and the other has not, a recorded run stands in."""
    if duel.starts_at is None or (duel.host_attempt_id and (duel.guest_attempt_id or duel.recorded_id)):
        return duel
    with transaction.atomic():
        locked = Duel.objects.select_for_update().get(pk=duel.pk)
        if locked.host_attempt_id is None:
            locked.host_attempt = queries.first_attempt(locked.host_id, locked)
        if locked.guest_id is not None and locked.guest_attempt_id is None:
            locked.guest_attempt = queries.first_attempt(locked.guest_id, locked)
        if locked.recorded_id is None and queries.state(locked, at=at) == DuelState.OVER:
            _stand_in(locked)
        locked.save(update_fields=["host_attempt", "guest_attempt", "recorded"])
    for name in ("host_attempt_id", "guest_attempt_id", "recorded_id"):
        setattr(duel, name, getattr(locked, name))
    return duel


def _stand_in(duel: Duel) -> None:
    """Time is over and just one side has handed in: compare it with somebody's earlier run."""
    if duel.host_attempt_id is not None and duel.guest_attempt_id is None:
        found = queries.recorded_run(duel, duel.host)
    elif duel.guest is not None and duel.guest_attempt_id is not None and duel.host_attempt_id is None:
        found = queries.recorded_run(duel, duel.guest)
    else:
        found = None
    if found is not None:
        duel.recorded = found[0]


def _open(bank: Bank, *, by: User, at: datetime, branch: str) -> Duel:
    if bank.current is None:
        raise WrongState(_("这个题库还没有发布，不能对战。"))
    return Duel.objects.create(release=bank.current, branch_path=branch, host=by, opened_at=at, host_seen_at=at)


def _begin(duel: Duel, *, guest: User, at: datetime) -> Duel:
    duel.guest = guest
    duel.guest_seen_at = duel.begun_at = at
    duel.save(update_fields=["guest", "guest_seen_at", "begun_at"])
    return duel
