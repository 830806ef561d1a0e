"""The rollups worked out the plain way: everything from all attempts at once, by definition and with no batches.

It shares the arithmetic of points and of spacing with the product, and nothing of how rows are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

from huomiao.practice import badges, periods, points, scheduling
from huomiao.practice.models import (
    Attempt,
    Campaign,
    CampaignDay,
    CampaignItem,
    CampaignPerson,
    CampaignUnit,
    EarnedBadge,
    ItemTally,
    Memory,
    Person,
    PersonDay,
    PersonTrade,
    QuestionVersion,
    QuickSession,
    Release,
    Seat,
    SeenMap,
    TradePeriod,
    UnitPeriod,
)
from huomiao.practice.states import Period

STORED = (
    (Memory, "user_id question_id"),
    (PersonDay, "user_id day"),
    (Person, "user_id"),
    (PersonTrade, "user_id trade_id"),
    (EarnedBadge, "user_id name"),
    (ItemTally, "version_id"),
    (QuickSession, "attempt_id"),
    (UnitPeriod, "period start organization_id"),
    (TradePeriod, "period start organization_id trade_id"),
    (CampaignPerson, "campaign_id user_id"),
    (CampaignUnit, "campaign_id organization_id"),
    (CampaignDay, "campaign_id day"),
    (CampaignItem, "campaign_id version_id"),
)


def stored():
    """Every rollup as the follower left it: {model name: {key: {column: value}}}, and what each has seen."""
    found = {}
    for model, names in STORED:
        key = names.split()
        rows = model.objects.values()
        found[model.__name__] = {
            tuple(row[name] for name in key): {k: v for k, v in row.items() if k not in key and k != "id"}
            for row in rows
        }
    question_of = {(seat.bank_id, seat.number): seat.question_id for seat in Seat.objects.all()}
    found["SeenMap"] = {
        (row.user_id, row.bank_id): {
            question_of[row.bank_id, place * 8 + bit]
            for place, byte in enumerate(bytes(row.bits))
            for bit in range(8)
            if byte >> bit & 1
        }
        for row in SeenMap.objects.all()
    }
    return found


def plain():
    """What ``stored`` should be."""
    attempts = _dated(list(Attempt.objects.order_by("pk")))
    counting = [one for one in attempts if one.counts]
    versions = {version.pk: version for version in QuestionVersion.objects.select_related("question")}
    memories, events = _memories(attempts, versions)
    days = _days(attempts, counting, events)
    people = _people(attempts, counting, memories, events, days)
    return {
        "Memory": memories,
        "PersonDay": days,
        "Person": {(user,): row for user, row in people.items()},
        "PersonTrade": _person_trades(counting),
        "EarnedBadge": _badges(attempts, versions),
        "ItemTally": _tallies(counting, versions),
        "QuickSession": _quick(attempts),
        "UnitPeriod": _unit_periods(attempts, counting, days),
        "TradePeriod": _trade_periods(counting),
        **_campaigns(attempts, counting),
        "SeenMap": _seen(attempts, versions),
    }


def _dated(attempts):
    """Attempts with the day they count on, whether they count, and the unit of today that they belong to."""
    last = {}
    trades = dict(Release.objects.values_list("pk", "bank__trade_id"))
    for one in attempts:
        one.answered = sum(answer[1] is not None for answer in one.answers)
        one.is_quick = points.is_quick(started_at=one.started_at, finished_at=one.finished_at, total=len(one.answers))
        one.counts = one.answered > 0 and not one.is_quick
        one.day = max(periods.day_of(one.finished_at), last.get(one.user_id, periods.EVER))
        if one.counts:
            last[one.user_id] = one.day
        while one.unit is not None and one.unit.merged_into is not None:
            one.unit = one.unit.merged_into
        one.trade_id = trades.get(one.release_id)
    return attempts


def _answers(attempts, versions):
    """Each answer of each attempt, question by question, in order."""
    told = defaultdict(list)
    for one in attempts:
        for version, answer, fraction in one.answers:
            judged = None if not one.counts or answer is None or fraction is None else fraction >= 1
            told[one.user_id, versions[version].question_id].append((one, judged))
    return told


def _memories(attempts, versions):
    rows, events = {}, defaultdict(list)
    for key, told in _answers(attempts, versions).items():
        row = {
            "seen": len(told),
            "right": sum(judged is True for _one, judged in told),
            "wrong": sum(judged is False for _one, judged in told),
            "run": 0,
            "in_wrong_book": False,
            "is_mastered": False,
            "stability": 0.0,
            "difficulty": 0.0,
            "last_on": told[0][0].day,
            "wrong_on": None,
            "due_on": None,
        }
        reviewed_on, was_right = None, False
        for one, judged in told:
            if judged is None:
                continue
            day = one.day
            first_today = reviewed_on is None or reviewed_on < day
            if judged:
                row["run"] += 1
                due = first_today and row["due_on"] is not None and row["due_on"] <= day
                if not was_right:
                    events[one.pk].append("first_right")
                    was_right, due = True, False
                if row["in_wrong_book"] and row["run"] == 2:
                    row["in_wrong_book"] = False
                    events[one.pk].append("left")
                    if row["wrong_on"] < day:
                        events[one.pk].append("cleared")
                if due:
                    events[one.pk].append("retained")
                    if not row["in_wrong_book"] and not row["is_mastered"]:
                        row["is_mastered"] = True
                        events[one.pk].append("mastered")
            else:
                row["run"] = 0
                if not row["in_wrong_book"]:
                    row["in_wrong_book"] = True
                    events[one.pk].append("entered")
                if row["is_mastered"]:
                    row["is_mastered"] = False
                    events[one.pk].append("lost")
            reviews = first_today if judged else row["wrong_on"] != day
            if not judged:
                row["wrong_on"] = day
            if reviews:
                step = scheduling.answered(
                    stability=row["stability"],
                    difficulty=row["difficulty"],
                    last_on=reviewed_on,
                    day=day,
                    is_right=judged,
                )
                row["stability"], row["difficulty"] = step.stability, step.difficulty
                row["due_on"] = day + timedelta(days=step.days)
                row["last_on"] = reviewed_on = day
        rows[key] = row
    return rows, events


def _streaks(days):
    """The days in a row on each of ``days``, which are sorted."""
    streaks, run, last = {}, 0, None
    for day in days:
        run = run + 1 if last == day - timedelta(days=1) else 1
        streaks[day], last = run, day
    return streaks


def _days(attempts, counting, events):
    practised = defaultdict(set)
    for one in counting:
        practised[one.user_id].add(one.day)
    rows = {}
    grouped = defaultdict(list)
    for one in attempts:
        grouped[one.user_id, one.day].append(one)
    for (user, day), those in grouped.items():
        counted = [one for one in those if one.counts]
        happened = Counter(event for one in those for event in events[one.pk])
        row = {
            "sessions": len(counted),
            "answered": sum(one.answered for one in counted),
            "right": sum(one.right for one in counted),
            "shown": sum(len(one.answers) for one in those),
            "flagged": sum(one.is_quick for one in those),
            **{name: happened[name] for name in ("first_right", "retained", "cleared")},
        }
        streak = _streaks(sorted(practised[user])).get(day, 0)
        row["points"] = points.of_day(type("Day", (), row)(), streak=streak)
        rows[user, day] = row
    return rows


def _people(attempts, counting, memories, events, days):
    rows = {}
    for user in {one.user_id for one in attempts}:
        mine = [one for one in counting if one.user_id == user]
        on = sorted({one.day for one in mine})
        streaks = _streaks(on)
        last = on[-1] if on else None
        happened = Counter(event for one in mine for event in events[one.pk])
        known = [row for (owner, _question), row in memories.items() if owner == user]
        earned = {day: row["points"] for (owner, day), row in days.items() if owner == user}

        def since(period, last=last, earned=earned):
            return sum(got for day, got in earned.items() if last and day >= periods.start_of(period, last))

        rows[user] = {
            "unit_id": getattr(mine[-1].unit, "pk", None) if mine else None,
            "last_on": last,
            "days": len(on),
            "streak": streaks[last] if last else 0,
            "longest_streak": max(streaks.values(), default=0),
            "sessions": len(mine),
            "answered": sum(one.answered for one in mine),
            "right": sum(one.right for one in mine),
            "mastered": sum(row["is_mastered"] for row in known),
            "wrong_book": sum(row["in_wrong_book"] for row in known),
            "cleared": happened["cleared"],
            "perfect": sum(one.right == one.total >= 10 for one in mine),
            "reviews": sum(one.mode == "review" for one in mine),
            "campaigns": len({one.campaign_id for one in mine if one.campaign_id}),
            "flagged": sum(one.is_quick for one in attempts if one.user_id == user),
            "points": sum(earned.values()),
            "day_points": since("day"),
            "week_points": since("week"),
            "month_points": since("month"),
        }
    return rows


def _badges(attempts, versions):
    """The day on which each figure first reached each badge, by working everything out again after each session."""
    rows = {}
    for user in {one.user_id for one in attempts}:
        mine = [one for one in attempts if one.user_id == user]
        for end in range(1, len(mine) + 1):
            told = mine[:end]
            counting = [one for one in told if one.counts]
            memories, events = _memories(told, versions)
            days = _days(told, counting, events)
            person = _people(told, counting, memories, events, days)[user]
            for name in badges.reached(type("Figures", (), person)()):
                rows.setdefault((user, name), {"earned_on": mine[end - 1].day})
    return rows


def _person_trades(counting):
    rows = {}
    for one in counting:
        if one.trade_id is None:
            continue
        row = rows.setdefault((one.user_id, one.trade_id), Counter())
        row.update(sessions=1, answered=one.answered, right=one.right)
        row.last_on, row.unit_id = one.day, getattr(one.unit, "pk", None)
    return {key: {**row, "last_on": row.last_on, "unit_id": row.unit_id} for key, row in rows.items()}


def _thousandths(answer):
    return None if answer[1] is None or answer[2] is None else int(answer[2] * 1000 + 0.5)


def _tallies(counting, versions):
    rows = {}
    for one in counting:
        judged = [score for answer in one.answers if (score := _thousandths(answer)) is not None]
        for answer in one.answers:
            version, chosen, _fraction = answer
            row = rows.setdefault((version,), {"options": Counter(), "sums": Counter()})
            row["sums"].update(shown=1, answered=chosen is not None)
            row["options"].update([""] if chosen is None else [str(option) for option in chosen])
            score = _thousandths(answer)
            if score is None:
                continue
            row["sums"].update(right=score == 1000)
            if len(judged) > 1:
                rest = (sum(judged) - score) // (len(judged) - 1)
                row["sums"].update(
                    pairs=1,
                    sum_score=score,
                    sum_score_squared=score**2,
                    sum_rest=rest,
                    sum_rest_squared=rest**2,
                    sum_product=score * rest,
                )
    names = [
        "shown",
        "answered",
        "right",
        "pairs",
        "sum_score",
        "sum_score_squared",
        "sum_rest",
        "sum_rest_squared",
        "sum_product",
    ]
    return {
        key: {**{name: row["sums"][name] for name in names}, "options": dict(row["options"])}
        for key, row in rows.items()
    }


def _quick(attempts):
    return {
        (one.pk,): {
            "user_id": one.user_id,
            "unit_id": getattr(one.unit, "pk", None),
            "campaign_id": one.campaign_id,
            "day": one.day,
            "seconds": int((one.finished_at - one.started_at).total_seconds()),
            "total": one.total,
            "right": one.right,
        }
        for one in attempts
        if one.is_quick
    }


def _homes(counting, key):
    """Where each person is counted in each period: the unit of the last session they had in it."""
    homes = {}
    for one in counting:
        for period in Period:
            homes[period.value, periods.start_of(period, one.day), *key(one)] = getattr(one.unit, "pk", None)
    return homes


def _earned(counting, days):
    """What each session added to the points of its day: the day's points are known, so by working up to each session."""
    versions = {version.pk: version for version in QuestionVersion.objects.all()}
    gains, before = {}, defaultdict(int)
    mine = defaultdict(list)
    for one in counting:
        mine[one.user_id].append(one)
        _rows, events = _memories(mine[one.user_id], versions)
        now = _days(mine[one.user_id], mine[one.user_id], events)[one.user_id, one.day]["points"]
        gains[one.pk] = now - before[one.user_id, one.day]
        before[one.user_id, one.day] = now
    return gains


def _unit_periods(attempts, counting, days):
    names = ("people", "days", "sessions", "answered", "right", "points", "flagged")
    rows = defaultdict(Counter)
    gains = _earned(counting, days)
    seen_days = set()
    for one in attempts:
        new_day = one.counts and (one.user_id, one.day) not in seen_days
        if one.counts:
            seen_days.add((one.user_id, one.day))
        if one.unit is None or not (one.counts or one.is_quick):
            continue
        for period in Period:
            row = rows[period.value, periods.start_of(period, one.day), one.unit.pk]
            if one.counts:
                row.update(sessions=1, answered=one.answered, right=one.right, points=gains[one.pk], days=int(new_day))
            else:
                row.update(flagged=1)
    for (period, start, _user), unit in _homes(counting, lambda one: (one.user_id,)).items():
        if unit is not None:
            rows[period, start, unit].update(people=1)
    return {key: {name: row[name] for name in names} for key, row in rows.items()}


def _trade_periods(counting):
    rows = defaultdict(Counter)
    counting = [one for one in counting if one.trade_id is not None]
    for one in counting:
        for period in Period:
            if one.unit is not None:
                rows[period.value, periods.start_of(period, one.day), one.unit.pk, one.trade_id].update(
                    sessions=1, answered=one.answered, right=one.right
                )
    for (period, start, trade, _user), unit in _homes(counting, lambda one: (one.trade_id, one.user_id)).items():
        if unit is not None:
            rows[period, start, unit, trade].update(people=1)
    return {key: {name: row[name] for name in ("people", "sessions", "answered", "right")} for key, row in rows.items()}


def _campaigns(attempts, counting):
    people, units, days, items = {}, defaultdict(Counter), defaultdict(Counter), defaultdict(Counter)
    for campaign in Campaign.objects.all():
        mine = [one for one in counting if one.campaign_id == campaign.pk]
        for one in attempts:
            if one.campaign_id == campaign.pk and one.is_quick and one.unit is not None:
                units[campaign.pk, one.unit.pk].update(flagged=1)
        for user in dict.fromkeys(one.user_id for one in mine):
            row, best = _in_campaign(campaign, [one for one in mine if one.user_id == user], units, days)
            people[campaign.pk, user] = row
            if row["unit_id"] is not None:
                units[campaign.pk, row["unit_id"]].update(
                    people=1, passed=best >= campaign.pass_percent, excellent=best >= campaign.excellent_percent
                )
        for one in mine:
            for answer in one.answers:
                score = _thousandths(answer)
                if score is not None:
                    items[campaign.pk, answer[0]].update(shown=1, wrong=score < 1000)
    unit_names = [
        "people",
        "days",
        "sessions",
        "counted",
        "scores",
        "answered",
        "right",
        "points",
        "passed",
        "excellent",
        "flagged",
    ]
    return {
        "CampaignPerson": people,
        "CampaignUnit": {key: {name: row[name] for name in unit_names} for key, row in units.items()},
        "CampaignDay": {
            key: {name: row[name] for name in ("people", "newcomers", "sessions")} for key, row in days.items()
        },
        "CampaignItem": {key: {"shown": row["shown"], "wrong": row["wrong"]} for key, row in items.items()},
    }


def _in_campaign(campaign, mine, units, days):
    by_day = defaultdict(list)
    for one in mine:
        by_day[one.day].append(one)
    counted, total, today = [], 0, 0
    days[campaign.pk, mine[0].day].update(newcomers=1)
    for day, those in by_day.items():
        days[campaign.pk, day].update(people=1, sessions=len(those))
        today = 0
        for number, one in enumerate(those):
            unit = units[campaign.pk, one.unit.pk] if one.unit is not None else Counter()
            unit.update(sessions=1, answered=one.answered, right=one.right, days=number == 0)
            if number < campaign.tries_a_day:
                gained = max(0, min(one.right, campaign.points_a_day - today))
                today += gained
                total += gained
                score = 100 * one.right // one.total
                counted.append(score)
                unit.update(counted=1, scores=score, points=gained)
    best = max(counted, default=-1)
    row = {
        "unit_id": getattr(mine[-1].unit, "pk", None),
        "last_on": mine[-1].day,
        "days": len(by_day),
        "sessions": len(mine),
        "counted": len(counted),
        "answered": sum(one.answered for one in mine),
        "right": sum(one.right for one in mine),
        "best": max(best, 0),
        "points": total,
        "day_tries": min(len(by_day[mine[-1].day]), campaign.tries_a_day),
        "day_points": today,
    }
    return row, best


def _seen(attempts, versions):
    seen = defaultdict(set)
    for one in attempts:
        for version, _answer, _fraction in one.answers:
            question = versions[version].question
            seen[one.user_id, question.bank_id].add(question.pk)
    return seen
