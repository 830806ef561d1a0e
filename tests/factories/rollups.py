"""Attempts as the hot path's writer stores them, without going through it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from huomiao.practice.models import Attempt
from huomiao.practice.states import Mode

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_numbers = count(1)


def attempt(user, versions, fractions, *, at=AT, seconds=None, unit=None, release=None, campaign=None, **values):
    """A finished session: the answer to each of ``versions`` is its fraction right; None was not answered.

    An answer names the option that its fraction stands for: 0 the right one, 1 a wrong one.
    """
    answers = [
        [getattr(version, "pk", version), None if fraction is None else [0 if fraction == 1 else 1], fraction]
        for version, fraction in zip(versions, fractions, strict=True)
    ]
    spent = timedelta(seconds=6 * len(answers) if seconds is None else seconds)
    return Attempt.objects.create(
        nonce=values.pop("nonce", f"nonce-{next(_numbers)}"),
        user=user,
        unit=unit,
        release=release,
        campaign=campaign,
        mode=values.pop("mode", Mode.DRILL),
        started_at=at - spent,
        finished_at=at,
        total=len(answers),
        right=sum(1 for fraction in fractions if fraction == 1),
        answers=answers,
        **values,
    )


def versions_of(bank):
    """The ids of the versions in a bank's current release."""
    return list(bank.current.version_ids)
