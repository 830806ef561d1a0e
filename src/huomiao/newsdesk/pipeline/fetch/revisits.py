"""When to come again: sooner where something changed, later where nothing did, later still where nobody answers.

Pure: what earlier visits left (``Memory``) and what this one brought go in; the new memory and the next time come out.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from huomiao.newsdesk.pipeline.fetch.client import Validators
from huomiao.newsdesk.pipeline.fetch.errors import LASTING, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange
from huomiao.newsdesk.pipeline.fetch.kinds import DAY, HOUR, MINUTE, RHYTHMS, Kind, Rhythm

_SOONER = 0.5
_LATER = 1.5
_FIRST_RETRY_SECONDS = 5.0
_RETRY_GROWTH = 4.0
_LONGEST_RETRY_SECONDS = 12 * HOUR
_LONGEST_RETRY_AFTER_SECONDS = DAY
# Not found may mean not yet: many sites link a page minutes before it is there.
_NOT_FOUND_TRIES = 3
_LATER_MAYBE = frozenset({408, 425, 429})
_LONGEST_VALIDATOR = 512
# Pages that are made for each request say that they were changed just now.
_NOW_SECONDS = 5.0


class Outcome(StrEnum):
    """What a visit came to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    POSTPONED = "postponed"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Memory:
    """What visits to an address leave for the next one. Times are seconds since 1970 (0: never), ``interval`` seconds."""

    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    visited_at: float = 0.0
    changed_at: float = 0.0
    interval: float = 0.0
    tries: int = 0

    @property
    def validators(self) -> Validators | None:
        """For a conditional request; None before the first success."""
        return Validators(self.etag, self.last_modified) if self.etag or self.last_modified else None

    def to_json(self) -> str:
        """For a frontier to keep: only what is not as it is at the beginning."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Memory:
        """What ``to_json`` gave; a new memory for ""."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a visit came to, what to remember of it, and when to come again (None: never)."""

    outcome: Outcome
    memory: Memory
    next_at: datetime | None
    reason: Reason | None = None


def digest_of(content: bytes) -> str:
    """The SHA-256 of ``content``, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def answered(
    memory: Memory,
    kind: Kind,
    exchange: Exchange,
    *,
    digest: str,
    at: datetime,
    calm_seconds: float = 0.0,
    rhythms: Mapping[Kind, Rhythm] = RHYTHMS,
) -> Verdict:
    """What to make of an answer. ``digest`` stands for what matters of its content; ``calm_seconds`` is how long the
    feed asks to be left alone."""
    status = exchange.status
    if status == 304 or 200 <= status < 300:
        return _success(memory, rhythms[kind], exchange, digest=digest, at=at, calm_seconds=calm_seconds)
    if status == 410 or (status == 404 and memory.tries + 1 >= _NOT_FOUND_TRIES):
        return _ended(memory, kind, Outcome.GONE, Reason.GONE, at)
    if status >= 500 or status in _LATER_MAYBE:
        wait = retry_after(exchange.header("retry-after"), at=at) or 0.0
        return _failure(memory, kind, Reason.BUSY if status in {429, 503} else Reason.SERVER_ERROR, at, least=wait)
    if status == 404:
        return _failure(memory, kind, Reason.GONE, at, least=10 * MINUTE)
    return _ended(memory, kind, Outcome.REFUSED, Reason.REFUSED, at)


def failed(memory: Memory, kind: Kind, reason: Reason, *, at: datetime) -> Verdict:
    """What to make of no answer."""
    if reason in LASTING:
        return _ended(memory, kind, Outcome.REFUSED, reason, at)
    return _failure(memory, kind, reason, at)


def postponed(memory: Memory, *, seconds: float, at: datetime) -> Verdict:
    """The host rests, which is not this address's fault."""
    return Verdict(Outcome.POSTPONED, memory, at + timedelta(seconds=seconds))


def retry_after(value: str, *, at: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, at most a day; None where it says nothing that can be read."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _LONGEST_RETRY_AFTER_SECONDS)
    moment = http_date(value)
    if moment is None:
        return None
    return min(max((moment - at).total_seconds(), 0.0), _LONGEST_RETRY_AFTER_SECONDS)


def http_date(value: str) -> datetime | None:
    """A date as HTTP headers write it, aware; None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _success(
    memory: Memory, rhythm: Rhythm, exchange: Exchange, *, digest: str, at: datetime, calm_seconds: float
) -> Verdict:
    now = at.timestamp()
    is_first = not memory.visited_at
    is_same = exchange.status == 304 or digest == memory.digest
    changed_at = memory.changed_at if is_same and memory.changed_at else now
    if is_first or not memory.interval:
        interval = min(rhythm.first, _age(exchange, at))
    elif is_same:
        interval = memory.interval * _LATER
    else:
        interval = memory.interval * _SOONER
    interval = min(max(interval, rhythm.shortest, min(calm_seconds, rhythm.longest)), rhythm.longest)
    kept = replace(
        memory,
        etag=_validator(exchange.header("etag")) if exchange.status != 304 else memory.etag,
        last_modified=_validator(exchange.header("last-modified")) if exchange.status != 304 else memory.last_modified,
        digest=memory.digest if exchange.status == 304 else digest,
        visited_at=now,
        changed_at=changed_at,
        interval=interval,
        tries=0,
    )
    outcome = Outcome.NEW if is_first else Outcome.UNCHANGED if is_same else Outcome.CHANGED
    is_over = rhythm.ends_after is not None and now - changed_at >= rhythm.ends_after
    return Verdict(outcome, kept, None if is_over else _in(at, interval))


def _age(exchange: Exchange, at: datetime) -> float:
    """How many seconds ago it last changed, as its host says: what is that young is looked at again as soon. Endless where
    nobody says, or says the present moment of everything."""
    moment = http_date(exchange.header("last-modified"))
    seconds = (at - moment).total_seconds() if moment is not None else math.inf
    return seconds if seconds > _NOW_SECONDS else math.inf


def _failure(memory: Memory, kind: Kind, reason: Reason, at: datetime, *, least: float = 0.0) -> Verdict:
    rhythm = RHYTHMS[kind]
    kept = replace(memory, tries=memory.tries + 1)
    if rhythm.tries is not None and kept.tries >= rhythm.tries:
        return Verdict(Outcome.FAILED, kept, None, reason)
    # The exponent is bounded before the power is, which would not fit.
    wait = min(_FIRST_RETRY_SECONDS * _RETRY_GROWTH ** min(kept.tries - 1, 10), _LONGEST_RETRY_SECONDS)
    return Verdict(Outcome.FAILED, kept, _in(at, max(wait, least)), reason)


def _ended(memory: Memory, kind: Kind, outcome: Outcome, reason: Reason, at: datetime) -> Verdict:
    """A page is given up; a source is looked at again now and then, since an editor wants it."""
    rhythm = RHYTHMS[kind]
    kept = replace(memory, tries=memory.tries + 1)
    return Verdict(outcome, kept, None if rhythm.tries is not None else _in(at, rhythm.longest), reason)


def _in(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=math.ceil(seconds))


def _validator(value: str) -> str:
    return value if len(value) <= _LONGEST_VALIDATOR else ""
