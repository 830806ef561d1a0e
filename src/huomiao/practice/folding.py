"""From attempts to rollups, in memory: what one more session changes in the books.

Pure but for the rows it is given. Attempts come in the order of their ids, and the outcome depends on that order
only, never on how it was cut into batches: that is what lets a rebuild and the running follower agree to the last digit.

A person's days never go back: a session that was finished before midnight but stored after one of the next day counts
on the later day. So each row need only remember the last day, week and month it was touched in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter

from huomiao.practice import badges, periods, points
from huomiao.practice.books import Asked, Books, Session, Terms
from huomiao.practice.ledger import (
    BadgeRow,
    CampaignPersonRow,
    DayRow,
    PersonRow,
    QuickRow,
)
from huomiao.practice.remembering import MOST, remember
from huomiao.practice.states import Mode

# Without a mistake in so many questions is worth a badge.
PERFECT_FROM = 10
# A day on which nobody practised.
NEVER = date.min
# Fractions right are summed up in whole thousandths.
SCALE = 1000

_figures = attrgetter(*badges.FIGURES)


def settle_days(sessions: Iterable[Session], last_days: dict[int, date | None]) -> None:
    """Give each session the day it counts on, from the last day on which each person practised before."""
    for session in sessions:
        last = last_days.get(session.user_id)
        if last is not None and last > session.day:
            session.day = last
        if session.counts:
            last_days[session.user_id] = session.day


def fold(books: Books, session: Session, asked: dict[int, Asked], terms: Terms | None) -> None:
    """Count one session. ``asked`` holds its versions; ``terms`` are those of its campaign."""
    person = books.people.row(session.user_id)
    before = _figures(person)
    day = books.days.row(session.user_id, session.day)
    day.shown += len(session.answers)
    _mark_seen(books, session, asked)
    if not session.counts:
        _put_aside(books, session, person, day, asked)
        return
    remember(books, session, person, day, asked)
    _tally(books, session, asked)
    if session.trade_id is not None:
        _count_trade(books, session, session.trade_id)
    if session.campaign_id is not None and terms is not None:
        _count_campaign(books, session, person, session.campaign_id, terms)
    _count_person(books, session, person, day)
    for name in badges.crossed(before, _figures(person)):
        books.badges.append(BadgeRow(session.user_id, name, session.day))


def _mark_seen(books: Books, session: Session, asked: dict[int, Asked]) -> None:
    marked: dict[int, bytearray] = {}
    for version, _answer, _fraction in session.answers:
        item = asked[version]
        bits = marked.get(item.bank_id)
        if bits is None:
            bits = marked[item.bank_id] = bytearray(books.seen.row(session.user_id, item.bank_id).bits)
        place = item.seat >> 3
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        bits[place] |= 1 << (item.seat & 7)
    for bank, bits in marked.items():
        books.seen.row(session.user_id, bank).bits = bytes(bits)


def _put_aside(books: Books, session: Session, person: PersonRow, day: DayRow, asked: dict[int, Asked]) -> None:
    """A session that earns nothing still showed its questions."""
    for version, _answer, _fraction in session.answers:
        memory = books.memories.row(session.user_id, asked[version].question_id)
        if memory.seen < MOST:
            memory.seen += 1
        memory.last_on = memory.last_on or session.day
    if not session.is_quick:
        return
    seconds = int((session.finished_at - session.started_at).total_seconds())
    books.quick.append(
        QuickRow(
            session.id,
            session.user_id,
            session.unit_id,
            session.campaign_id,
            session.day,
            max(0, seconds),
            session.total,
            session.right,
        )
    )
    person.flagged += 1
    day.flagged += 1
    if session.unit_id is not None:
        for period, start in periods.starts(session.day):
            books.units.row(period, start, session.unit_id).flagged += 1
        if session.campaign_id is not None:
            books.campaign_units.row(session.campaign_id, session.unit_id).flagged += 1


def _tally(books: Books, session: Session, asked: dict[int, Asked]) -> None:
    scores = [
        None if answer is None or fraction is None else int(fraction * SCALE + 0.5)
        for _version, answer, fraction in session.answers
    ]
    judged = [score for score in scores if score is not None]
    total, others = sum(judged), len(judged) - 1
    row = books.tallies.row
    item = books.campaign_items.row if session.campaign_id is not None else None
    for (version, answer, _fraction), score in zip(session.answers, scores, strict=True):
        tally = row(version)
        tally.shown += 1
        if answer is None:
            tally.options[""] = tally.options.get("", 0) + 1
            continue
        tally.answered += 1
        kind = asked[version].kind
        if kind in {"single", "multiple"}:
            for chosen in answer:
                name = str(chosen)
                tally.options[name] = tally.options.get(name, 0) + 1
        elif kind == "true_false":
            name = "true" if answer else "false"
            tally.options[name] = tally.options.get(name, 0) + 1
        if score is None:
            continue
        if score == SCALE:
            tally.right += 1
        if item is not None:
            asked_there = item(session.campaign_id, version)
            asked_there.shown += 1
            asked_there.wrong += score < SCALE
        if others:
            rest = (total - score) // others
            tally.pairs += 1
            tally.sum_score += score
            tally.sum_score_squared += score * score
            tally.sum_rest += rest
            tally.sum_rest_squared += rest * rest
            tally.sum_product += score * rest


def _count_person(books: Books, session: Session, person: PersonRow, day: DayRow) -> None:
    last, today = person.last_on, session.day
    is_new_day = last != today
    if is_new_day:
        person.days += 1
        person.streak = points.streak_after(streak=person.streak, last_on=last, day=today)
        person.longest_streak = max(person.longest_streak, person.streak)
        person.day_points = 0
    person.sessions += 1
    person.answered += session.answered
    person.right += session.right
    person.perfect += session.right == session.total >= PERFECT_FROM
    person.reviews += session.mode == Mode.REVIEW
    day.sessions += 1
    day.answered += session.answered
    day.right += session.right
    earned = points.of_day(day, streak=person.streak) - day.points
    day.points += earned
    unit, old_unit = session.unit_id, person.unit_id
    for (period, start), (_same, before) in zip(periods.starts(today), periods.starts(last or NEVER), strict=True):
        counted = last is not None and start == before
        if period == "week" and not counted:
            person.week_points = 0
        elif period == "month" and not counted:
            person.month_points = 0
        if counted and old_unit != unit and old_unit is not None:
            books.units.row(period, start, old_unit).people -= 1
        if unit is None:
            continue
        row = books.units.row(period, start, unit)
        row.people += not counted or old_unit != unit
        row.days += is_new_day
        row.sessions += 1
        row.answered += session.answered
        row.right += session.right
        row.points += earned
    person.points += earned
    person.day_points += earned
    person.week_points += earned
    person.month_points += earned
    person.last_on = today
    person.unit_id = unit


def _count_trade(books: Books, session: Session, trade_id: int) -> None:
    person = books.people_trades.row(session.user_id, trade_id)
    last, unit, old_unit = person.last_on, session.unit_id, person.unit_id
    lasts = periods.starts(last or NEVER)
    for (period, start), (_same, before) in zip(periods.starts(session.day), lasts, strict=True):
        counted = last is not None and start == before
        if counted and old_unit != unit and old_unit is not None:
            books.trades.row(period, start, old_unit, trade_id).people -= 1
        if unit is None:
            continue
        row = books.trades.row(period, start, unit, trade_id)
        row.people += not counted or old_unit != unit
        row.sessions += 1
        row.answered += session.answered
        row.right += session.right
    person.sessions += 1
    person.answered += session.answered
    person.right += session.right
    person.last_on = session.day
    person.unit_id = unit


def _count_campaign(books: Books, session: Session, person: PersonRow, campaign_id: int, terms: Terms) -> None:
    row = books.campaign_people.row(campaign_id, session.user_id)
    day = books.campaign_days.row(campaign_id, session.day)
    unit = books.campaign_units.row(campaign_id, session.unit_id) if session.unit_id is not None else None
    is_new, is_new_day = not row.sessions, row.last_on != session.day
    if is_new:
        person.campaigns += 1
        day.newcomers += 1
    if not is_new and row.unit_id != session.unit_id:
        _move_person(books, row, session.unit_id, terms)
    elif is_new and unit is not None:
        unit.people += 1
    row.unit_id = session.unit_id
    if is_new_day:
        row.days += 1
        row.last_on = session.day
        row.day_tries = row.day_points = 0
        day.people += 1
    gained = points.of_try(
        right=session.right,
        tries_before=row.day_tries,
        points_before=row.day_points,
        tries_a_day=terms.tries_a_day,
        points_a_day=terms.points_a_day,
    )
    row.sessions += 1
    row.answered += session.answered
    row.right += session.right
    day.sessions += 1
    if unit is not None:
        unit.sessions += 1
        unit.days += is_new_day
        unit.answered += session.answered
        unit.right += session.right
    if gained is None:
        return
    score = points.percent(session.right, session.total)
    if unit is not None:
        was = row.best if row.counted else -1
        unit.counted += 1
        unit.scores += score
        unit.points += gained
        unit.passed += was < terms.pass_percent <= score
        unit.excellent += was < terms.excellent_percent <= score
    row.counted += 1
    row.day_tries += 1
    row.day_points += gained
    row.points += gained
    row.best = max(row.best, score)


def _move_person(books: Books, row: CampaignPersonRow, unit_id: int | None, terms: Terms) -> None:
    """Somebody goes on in another unit: they, and whether they passed, are counted there from now on."""
    has_passed = row.counted > 0 and row.best >= terms.pass_percent
    is_excellent = row.counted > 0 and row.best >= terms.excellent_percent
    for unit, sign in ((row.unit_id, -1), (unit_id, 1)):
        if unit is not None:
            there = books.campaign_units.row(row.campaign_id, unit)
            there.people += sign
            there.passed += sign * has_passed
            there.excellent += sign * is_excellent
