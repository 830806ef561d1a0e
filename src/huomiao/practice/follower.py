"""Keeps the rollups: reads attempts in the order in which they were committed and counts each exactly once.

Reading and counting happen outside any transaction; what came out is written, and the cursor moved, in one short one.
Whoever finds on writing that the rollups changed meanwhile (``FollowerCursor.revision``) throws the batch away. So a
follower that is killed loses nothing and counts nothing twice, and two followers at once only waste work; a lease keeps
them from that. On SQLite the hot path waits for the write lock no longer than one batch takes to write.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from huomiao.orgs.models import Organization
from huomiao.practice import ledger, periods, seats
from huomiao.practice.books import Asked, Books, Session, Terms
from huomiao.practice.folding import fold, settle_days
from huomiao.practice.models import (
    AnswerCheck,
    Attempt,
    Campaign,
    FollowerCursor,
    PaperOpening,
    QuestionVersion,
    Release,
)

logger = logging.getLogger(__name__)

# How many attempts one transaction takes when it runs beside people, and when nobody waits for it.
BATCH = 500
BIG_BATCH = 4000
LEASE = timedelta(seconds=30)
# What was checked question by question and never submitted is of no use after this.
CHECKS_KEPT = timedelta(days=2)
_CHUNK = 900
_MOST_KNOWN = 500_000
_MOMENT = 0.05

_columns = (
    "pk",
    "nonce",
    "user_id",
    "unit_id",
    "release_id",
    "campaign_id",
    "mode",
    "started_at",
    "finished_at",
    "total",
    "right",
    "answers",
)


# What was looked up about versions.
Known = dict[int, Asked]


class _Overtaken(Exception):
    """Somebody else changed the rollups while a batch was worked out."""


def follow(*, limit: int = BATCH, known: Known | None = None) -> int:
    """Count up to ``limit`` attempts that were not counted yet; returns how many it was.

    0 says that there is nothing to do, or that somebody else did it meanwhile. ``known`` is filled with what was looked
    up about versions, for the next batch.
    """
    cursor = _cursor()
    sessions = list(_sessions(after=cursor.attempt_id, limit=limit))
    if not sessions:
        return 0
    books = _count(sessions, {} if known is None else known)
    try:
        with transaction.atomic():
            _advance(cursor, to=sessions[-1].id)
            _write(books)
            _forget_checks([session.nonce for session in sessions])
    except _Overtaken:
        return 0
    return len(sessions)


def catch_up(
    *, limit: int = BATCH, pause: float = 0.0, known: Known | None = None, stop: threading.Event | None = None
) -> int:
    """Count everything there is now, unless another follower is at work; returns how many attempts it was.

    ``pause`` is how many times as long as a batch took the database is left alone after it; ``stop`` ends it early.
    """
    counted, holds = 0, False
    name = _own_name()
    known = {} if known is None else known
    try:
        while not (stop is not None and stop.is_set()) and is_behind() and (holds := _hold(name)):
            began = time.monotonic()
            counted += follow(limit=limit, known=known)
            if pause:
                time.sleep(pause * (time.monotonic() - began))
    finally:
        if holds:
            _let_go(name)
    return counted


def rebuild(*, limit: int = BIG_BATCH, report: Callable[[int, int], object] | None = None) -> int:
    """Forget every rollup and count all attempts again; returns how many there were.

    Pages go on answering, with a note that figures are being made again. ``report`` hears how far it is.
    """
    last = Attempt.objects.aggregate(last=Max("pk"))["last"] or 0
    with changing():
        for sheet in ledger.SHEETS:
            sheet.clear()
        FollowerCursor.objects.filter(pk=1).update(attempt_id=0, rebuilds_to=last)
    known: Known = {}
    while (reached := _cursor().attempt_id) < last:
        if report is not None:
            report(reached, last)
        if not follow(limit=limit, known=known):
            # A follower works beside us: it counts into the same books.
            time.sleep(_MOMENT)
    return Attempt.objects.filter(pk__lte=last).count()


def is_behind() -> bool:
    """Whether there are attempts that were not counted yet."""
    return Attempt.objects.filter(pk__gt=_cursor().attempt_id).exists()


def is_rebuilding() -> bool:
    """Whether figures are being made again and are not whole yet."""
    return FollowerCursor.objects.filter(pk=1, rebuilds_to__gt=F("attempt_id")).exists()


@contextmanager
def changing() -> Iterator[None]:
    """A transaction in which somebody other than the follower may change rollups: units that merge, a rebuild."""
    _cursor()
    with transaction.atomic():
        FollowerCursor.objects.select_for_update().get(pk=1)
        FollowerCursor.objects.filter(pk=1).update(revision=F("revision") + 1)
        yield


def forget_old_checks(at: datetime) -> int:
    """A turn of the clock: drop what was opened, and answers that were checked, in sessions nobody finished."""
    opened, _counts = PaperOpening.objects.filter(at__lt=at - CHECKS_KEPT).delete()
    return AnswerCheck.objects.filter(at__lt=at - CHECKS_KEPT).delete()[0] + opened


def turn(at: datetime) -> int:
    """A turn of the clock: count what is there, should no follower be running."""
    return catch_up()


def follow_forever(*, stop: threading.Event, limit: int = BATCH, idle_seconds: float = 1.0) -> None:
    """Count attempts as they come, until ``stop``. The database may come and go meanwhile."""
    from django.db import DatabaseError, close_old_connections, connection  # noqa: PLC0415 -- only a process needs them

    known: Known = {}
    while not stop.is_set():
        try:
            close_old_connections()
            # Half the time the database belongs to those who practise.
            done = catch_up(limit=limit, pause=1.0, known=known, stop=stop)
        except DatabaseError:
            logger.warning("The follower lost its database and tries again", exc_info=True)
            connection.close()
            done = 0
        if not done:
            stop.wait(idle_seconds)


# --- the cursor ------------------------------------------------------------------------------------------------------


def _cursor() -> FollowerCursor:
    cursor = FollowerCursor.objects.filter(pk=1).first()
    if cursor is None:
        FollowerCursor.objects.bulk_create([FollowerCursor(pk=1)], ignore_conflicts=True)
        cursor = FollowerCursor.objects.get(pk=1)
    return cursor


def _advance(seen: FollowerCursor, *, to: int) -> None:
    moved = FollowerCursor.objects.filter(pk=1, revision=seen.revision).update(
        attempt_id=to, moved_at=timezone.now(), revision=seen.revision + 1
    )
    if not moved:
        raise _Overtaken


def _own_name() -> str:
    return f"{socket.gethostname()[:16]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


def _hold(name: str) -> bool:
    """Take or renew the lease; False while somebody else holds it. Nothing but wasted work hangs on it."""
    _cursor()
    now = timezone.now()
    free = Q(holder=name) | Q(holder="") | Q(held_until=None) | Q(held_until__lt=now)
    return bool(FollowerCursor.objects.filter(free, pk=1).update(holder=name, held_until=now + LEASE))


def _let_go(name: str) -> None:
    FollowerCursor.objects.filter(pk=1, holder=name).update(holder="", held_until=None)


# --- reading ---------------------------------------------------------------------------------------------------------


def _sessions(*, after: int, limit: int) -> Iterator[Session]:
    rows: list[tuple[Any, ...]] = list(
        Attempt.objects.filter(pk__gt=after).order_by("pk").values_list(*_columns)[:limit]
    )
    units = _present_units({row[3] for row in rows if row[3] is not None})
    trades = _trades({row[4] for row in rows if row[4] is not None})
    for pk, nonce, user, unit, release, campaign, *rest in rows:
        yield Session(pk, nonce, user, units.get(unit), campaign, trades.get(release), *rest)


def _present_units(ids: set[int]) -> dict[int | None, int]:
    """Where each organization's people are counted today: in itself, or in what it was merged into."""
    merged: dict[int, int | None] = {}
    wanted = ids
    while wanted:
        found = dict(Organization.objects.filter(pk__in=wanted).values_list("pk", "merged_into_id"))
        merged.update(found)
        wanted = {into for into in found.values() if into is not None and into not in merged}
    return {pk: _end_of(merged, pk) for pk in ids if pk in merged}


def _end_of(merged: dict[int, int | None], pk: int) -> int:
    passed = {pk}
    while (into := merged.get(pk)) is not None and into not in passed:
        passed.add(into)
        pk = into
    return pk


def _trades(releases: set[int]) -> dict[int | None, int | None]:
    return dict(Release.objects.filter(pk__in=releases).values_list("pk", "bank__trade_id"))


def _look_up(version_ids: set[int], known: Known) -> None:
    """Add what is to be known of versions to ``known``; they never change, so each is looked up once."""
    unknown = sorted(version_ids - known.keys())
    if unknown:
        if len(known) > _MOST_KNOWN:
            known.clear()
            unknown = sorted(version_ids)
        for start in range(0, len(unknown), _CHUNK):
            rows = list(
                QuestionVersion.objects.filter(pk__in=unknown[start : start + _CHUNK])
                .order_by("question_id", "pk")
                .values_list("pk", "question_id", "question__bank_id", "kind")
            )
            of_bank: dict[int, list[int]] = {}
            for _version, question, bank, _kind in rows:
                of_bank.setdefault(bank, []).append(question)
            taken = {bank: seats.ensure(bank, questions) for bank, questions in of_bank.items()}
            for version, question, bank, kind in rows:
                known[version] = Asked(question, bank, taken[bank][question], kind)


def _terms(campaign_ids: set[int]) -> dict[int, Terms]:
    fields = ("tries_a_day", "points_a_day", "pass_percent", "excellent_percent")
    rows = Campaign.objects.filter(pk__in=campaign_ids).values_list("pk", *fields)
    return {pk: Terms(*terms) for pk, *terms in rows}


# --- counting and writing --------------------------------------------------------------------------------------------


def _count(sessions: Sequence[Session], asked: Known) -> Books:
    wanted = {answer[0] for session in sessions for answer in session.answers}
    _look_up(wanted, asked)
    if not wanted <= asked.keys():
        # A question that was deleted has nothing left to be counted for.
        for session in sessions:
            session.answers = [answer for answer in session.answers if answer[0] in asked]
    terms = _terms({session.campaign_id for session in sessions if session.campaign_id is not None})
    books = _open(sessions, asked)
    for session in sessions:
        fold(books, session, asked, terms.get(session.campaign_id) if session.campaign_id is not None else None)
    return books


def _open(sessions: Sequence[Session], asked: Known) -> Books:
    """The books with every row in them that ``sessions`` may touch."""
    books = Books()
    books.people.known = ledger.PEOPLE.read({session.user_id for session in sessions})
    settle_days(sessions, {user: person.last_on for user, person in books.people.known.items()})
    memories, seen, versions, in_campaigns = set(), set(), set(), set()
    for session in sessions:
        for version, _answer, _fraction in session.answers:
            item = asked[version]
            memories.add((session.user_id, item.question_id))
            seen.add((session.user_id, item.bank_id))
            versions.add(version)
            if session.campaign_id is not None:
                in_campaigns.add((session.campaign_id, version))
    books.memories.known = ledger.MEMORIES.read(sorted(memories))
    books.seen.known = ledger.SEEN.read(seen)
    books.tallies.known = ledger.TALLIES.read(sorted(versions))
    books.days.known = ledger.DAYS.read({(session.user_id, session.day) for session in sessions})
    in_trades = {(s.user_id, s.trade_id) for s in sessions if s.trade_id is not None}
    books.people_trades.known = ledger.PEOPLE_TRADES.read(in_trades)
    books.campaign_items.known = ledger.CAMPAIGN_ITEMS.read(sorted(in_campaigns))
    days = {session.day for session in sessions}
    in_periods = {start for day in days for start in periods.starts(day)}
    units = _units(sessions, books.people.known.values())
    books.units.known = ledger.UNITS.read((*period, unit) for period in in_periods for unit in units)
    _open_trades(books, sessions, in_periods)
    _open_campaigns(books, sessions)
    return books


def _units(sessions: Iterable[Session], people: Iterable[Any]) -> set[int]:
    """Where the sessions were, and where those people were counted before."""
    found = {session.unit_id for session in sessions} | {person.unit_id for person in people}
    return {unit for unit in found if unit is not None}


def _open_trades(books: Books, sessions: Sequence[Session], in_periods: set[tuple[str, date]]) -> None:
    places: set[tuple[int, int]] = set()
    for session in sessions:
        if session.trade_id is not None and session.unit_id is not None:
            places.add((session.unit_id, session.trade_id))
    for row in books.people_trades.known.values():
        if row.unit_id is not None:
            places.add((row.unit_id, row.trade_id))
    books.trades.known = ledger.TRADES.read((*period, *place) for period in in_periods for place in places)


def _open_campaigns(books: Books, sessions: Sequence[Session]) -> None:
    in_campaigns = [session for session in sessions if session.campaign_id is not None]
    people = {(session.campaign_id, session.user_id) for session in in_campaigns}
    books.campaign_people.known = ledger.CAMPAIGN_PEOPLE.read(people)
    units = {(session.campaign_id, session.unit_id) for session in in_campaigns if session.unit_id is not None}
    units |= {(row.campaign_id, row.unit_id) for row in books.campaign_people.known.values() if row.unit_id is not None}
    books.campaign_units.known = ledger.CAMPAIGN_UNITS.read(units)
    days = {(session.campaign_id, session.day) for session in in_campaigns}
    books.campaign_days.known = ledger.CAMPAIGN_DAYS.read(days)


def _write(books: Books) -> None:
    ledger.MEMORIES.write(books.memories.touched.values())
    ledger.SEEN.write(books.seen.touched.values())
    ledger.DAYS.write(books.days.touched.values())
    ledger.PEOPLE.write(books.people.touched.values())
    ledger.PEOPLE_TRADES.write(books.people_trades.touched.values())
    ledger.TALLIES.write(books.tallies.touched.values())
    ledger.UNITS.write(books.units.touched.values())
    ledger.TRADES.write(books.trades.touched.values())
    ledger.CAMPAIGN_PEOPLE.write(books.campaign_people.touched.values())
    ledger.CAMPAIGN_UNITS.write(books.campaign_units.touched.values())
    ledger.CAMPAIGN_DAYS.write(books.campaign_days.touched.values())
    ledger.CAMPAIGN_ITEMS.write(books.campaign_items.touched.values())
    ledger.BADGES.write({(badge.user_id, badge.name): badge for badge in reversed(books.badges)}.values())
    ledger.QUICK.write(books.quick)


def _forget_checks(nonces: list[str]) -> None:
    """Answers checked one by one were copied into the attempt when it was submitted."""
    for start in range(0, len(nonces), _CHUNK):
        AnswerCheck.objects.filter(nonce__in=nonces[start : start + _CHUNK]).delete()
