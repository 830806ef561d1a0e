from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.fetch import revisits
from huomiao.newsdesk.pipeline.fetch.errors import LASTING, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange
from huomiao.newsdesk.pipeline.fetch.kinds import DAY, HOUR, MINUTE, RHYTHMS, Kind
from huomiao.newsdesk.pipeline.fetch.revisits import Memory, Outcome, Verdict

AT = datetime(2023, 12, 5, 18, 41, tzinfo=UTC)


def said(status: int = 200, **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("http://example.com/", "1.1.1.1", AT, AT, "HTTP/1.1", "GET", "/", (), status, "", pairs, b"", b"")


def answered(
    memory: Memory,
    kind: Kind,
    status: int = 200,
    *,
    digest: str = "a",
    at: datetime = AT,
    calm: float = 0.0,
    **headers: str,
) -> Verdict:
    return revisits.answered(memory, kind, said(status, **headers), digest=digest, at=at, calm_seconds=calm)


def wait(verdict: Verdict, at: datetime = AT) -> float | None:
    return None if verdict.next_at is None else (verdict.next_at - at).total_seconds()


def test_what_changes_is_asked_sooner_and_what_does_not_later():
    first = answered(Memory(), Kind.FEED)
    same = answered(first.memory, Kind.FEED)
    changed = answered(same.memory, Kind.FEED, digest="b")

    assert [one.outcome for one in (first, same, changed)] == [Outcome.NEW, Outcome.UNCHANGED, Outcome.CHANGED]
    assert [wait(one) for one in (first, same, changed)] == [30 * MINUTE, 45 * MINUTE, 22.5 * MINUTE]


def test_not_modified_keeps_what_is_known():
    first = answered(Memory(), Kind.LIST, etag='"x"', last_modified="Tue, 05 Dec 2023 10:41:00 GMT")
    second = answered(first.memory, Kind.LIST, 304, digest="", etag='"y"')

    assert second.outcome is Outcome.UNCHANGED
    assert (second.memory.etag, second.memory.digest) == ('"x"', "a")
    assert second.memory.validators.headers() == [
        ("If-None-Match", '"x"'),
        ("If-Modified-Since", "Tue, 05 Dec 2023 10:41:00 GMT"),
    ]


def test_a_feed_that_asks_for_calm_gets_it():
    assert wait(answered(Memory(), Kind.FEED, calm=2 * HOUR)) == 2 * HOUR


def test_a_page_is_asked_ever_more_rarely_and_a_month_after_its_last_change_no_more():
    at, memory, waits = AT, Memory(), []
    while True:
        verdict = answered(memory, Kind.PAGE, at=at)
        if verdict.next_at is None:
            break
        waits.append(wait(verdict, at))
        at, memory = verdict.next_at, verdict.memory

    assert waits == sorted(waits)
    assert waits[0] == HOUR
    assert 8 < len(waits) < 20
    assert 30 * DAY < (at - AT).total_seconds() < 50 * DAY


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    # Of a page that is made for each request, or of one from the future, nothing is known.
    [(2, 10 * MINUTE), (25, 25 * MINUTE), (300, HOUR), (0, HOUR), (-60, HOUR)],
)
def test_a_young_page_is_looked_at_again_as_soon_as_it_is_twice_as_old(minutes, seconds):
    changed = format_datetime(AT - timedelta(minutes=minutes), usegmt=True)

    assert wait(answered(Memory(), Kind.PAGE, last_modified=changed)) == seconds


def test_a_crawl_may_have_its_own_rhythm():
    quick = {**RHYTHMS, Kind.PAGE: replace(RHYTHMS[Kind.PAGE], first=45.0, shortest=45.0)}

    waits, memory, at = [], Memory(), AT
    for _visit in range(4):
        verdict = revisits.answered(memory, Kind.PAGE, said(), digest="a", at=at, rhythms=quick)
        waits.append(wait(verdict, at))
        memory, at = verdict.memory, verdict.next_at

    assert waits == [45, 68, 102, 152]


def test_a_picture_is_fetched_once():
    assert wait(answered(Memory(), Kind.PICTURE)) is None


@pytest.mark.parametrize(
    ("kind", "status", "tries", "outcome", "seconds"),
    [
        (Kind.PAGE, 500, 0, Outcome.FAILED, 5),
        (Kind.PAGE, 500, 2, Outcome.FAILED, 80),
        (Kind.PAGE, 500, 7, Outcome.FAILED, None),
        (Kind.FEED, 500, 500, Outcome.FAILED, 12 * HOUR),
        (Kind.PAGE, 404, 0, Outcome.FAILED, 10 * MINUTE),
        (Kind.PAGE, 404, 2, Outcome.GONE, None),
        (Kind.PAGE, 410, 0, Outcome.GONE, None),
        (Kind.FEED, 410, 0, Outcome.GONE, DAY),
        (Kind.PAGE, 403, 0, Outcome.REFUSED, None),
        (Kind.LIST, 451, 0, Outcome.REFUSED, DAY),
        (Kind.PAGE, 302, 0, Outcome.REFUSED, None),
    ],
)
def test_a_failure_is_tried_again_for_as_long_as_it_makes_sense(kind, status, tries, outcome, seconds):
    verdict = answered(Memory(tries=tries), kind, status)

    assert (verdict.outcome, wait(verdict)) == (outcome, seconds)


def test_a_host_is_not_asked_sooner_than_it_says():
    assert wait(answered(Memory(), Kind.PAGE, 503, retry_after="7200")) == 2 * HOUR
    assert wait(answered(Memory(), Kind.PAGE, 429, retry_after="1")) == 5
    assert wait(answered(Memory(tries=4), Kind.PAGE, 429, retry_after="1")) == 1280


def test_a_success_forgets_failures():
    assert answered(Memory(tries=4), Kind.PAGE).memory.tries == 0


@pytest.mark.parametrize("reason", list(Reason))
def test_no_answer_ends_a_page_only_for_reasons_that_last(reason):
    verdict = revisits.failed(Memory(), Kind.PAGE, reason, at=AT)

    assert verdict.outcome is (Outcome.REFUSED if reason in LASTING else Outcome.FAILED)
    assert (verdict.next_at is None) == (reason in LASTING)
    assert revisits.failed(Memory(tries=99), Kind.FEED, reason, at=AT).next_at is not None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999999", DAY),
        ("Tue, 05 Dec 2023 19:41:00 GMT", HOUR),
        ("Tue, 05 Dec 2023 10:41:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert revisits.retry_after(value, at=AT) == seconds


@settings(max_examples=60)
@given(
    st.sampled_from(list(Kind)),
    st.lists(st.tuples(st.sampled_from([200, 200, 304, 404, 429, 500]), st.sampled_from("ab")), max_size=30),
)
def test_the_rhythm_stays_within_its_bounds_and_a_memory_survives_being_kept(kind, visits):
    memory, at = Memory(), AT
    for status, digest in visits:
        verdict = answered(memory, kind, status, digest=digest, at=at)
        assert Memory.from_json(verdict.memory.to_json()) == verdict.memory
        if verdict.next_at is None:
            return
        seconds = wait(verdict, at)
        assert 5 <= seconds <= RHYTHMS[kind].longest
        memory, at = verdict.memory, verdict.next_at + timedelta(seconds=1)
