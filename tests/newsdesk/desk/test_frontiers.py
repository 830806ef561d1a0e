"""The frontier on the desk's tables: whose turn it is, and what a crawl that is gone leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huomiao.newsdesk import known_addresses
from huomiao.newsdesk.frontiers import DeskFrontier
from huomiao.newsdesk.models import Address, Rest
from huomiao.newsdesk.pipeline.crawl import Visit
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.revisits import Memory, Outcome, Verdict
from huomiao.newsdesk.states import AddressKind, Rank, SourceState
from tests.factories.newsdesk import AN_EVENING, AddressFactory, SourceFactory

pytestmark = pytest.mark.django_db

UNTIL = AN_EVENING + timedelta(minutes=30)
LATER = AN_EVENING + timedelta(days=1)


def claimed(owner="crawler", *, at=AN_EVENING, most=10, per_host=2, busy=None):
    claims = DeskFrontier().claim(
        owner, at=at, until=at + timedelta(minutes=30), most=most, per_host=per_host, busy=busy or {}
    )
    return [claim.address for claim in claims]


def addresses(host: str, count: int, **more) -> list[str]:
    return [AddressFactory(url=f"https://{host}/{one}", **more).url for one in range(count)]


def test_a_host_gets_no_more_than_its_share_and_the_longest_due_comes_first():
    addresses("a.example", 4)
    late = AddressFactory(url="https://a.example/first", due_at=AN_EVENING - timedelta(hours=1)).url
    other = addresses("b.example", 1)

    found = claimed()

    assert found[0] == late
    assert (len(found), other[0] in found) == (3, True)
    assert claimed(busy={"a.example": 2, "b.example": 1}) == []


def test_sources_come_first_then_what_was_never_visited_then_the_rest():
    again = AddressFactory(url="https://a.example/again", rank=Rank.AGAIN, due_at=AN_EVENING - timedelta(days=2)).url
    new = AddressFactory(url="https://a.example/new", due_at=AN_EVENING - timedelta(days=1)).url
    feed = AddressFactory(url="https://a.example/feed", kind="feed", rank=Rank.SOURCE).url

    assert claimed(per_host=1) == [feed]
    assert claimed(per_host=3) == [new, again]


@pytest.mark.parametrize(
    ("kind", "outcome", "rank"),
    [
        (AddressKind.PAGE, Outcome.NEW, Rank.AGAIN),
        (AddressKind.PAGE, Outcome.FAILED, Rank.AGAIN),
        (AddressKind.PAGE, Outcome.POSTPONED, Rank.NEW),
        (AddressKind.FEED, Outcome.UNCHANGED, Rank.SOURCE),
    ],
)
def test_what_was_visited_stands_behind_what_was_not(kind, outcome, rank):
    one = AddressFactory(kind=kind, rank=known_addresses.rank_of(kind))
    frontier = DeskFrontier()
    [claim] = frontier.claim("crawler", at=AN_EVENING, until=UNTIL, most=1, per_host=1, busy={})

    frontier.settle([Visit(claim, Verdict(outcome, Memory(), LATER))], {})

    one.refresh_from_db()
    assert one.rank == rank


def test_the_next_time_is_the_soonest_of_all_hosts_with_their_rests():
    frontier = DeskFrontier()
    assert frontier.next_due(AN_EVENING) is None

    addresses("rests.example", 2)
    Rest.objects.create(lane="rests.example", until=LATER)
    assert frontier.next_due(AN_EVENING) == LATER

    addresses("a.example", 1, rank=Rank.AGAIN, due_at=AN_EVENING + timedelta(minutes=2))
    addresses("b.example", 1, due_at=AN_EVENING + timedelta(minutes=1))
    assert frontier.next_due(AN_EVENING) == AN_EVENING + timedelta(minutes=1)


def test_what_is_not_due_paused_resting_or_anothers_is_not_claimed():
    addresses("later.example", 1, due_at=LATER)
    addresses("never.example", 1, due_at=None)
    addresses("paused.example", 1, source=SourceFactory(state=SourceState.PAUSED))
    addresses("rests.example", 1)
    Rest.objects.create(lane="rests.example", until=LATER)
    addresses("taken.example", 2)
    assert claimed("another", per_host=1) == ["https://taken.example/0"]

    assert claimed() == []


def test_a_claim_that_ran_out_is_anybodys_again():
    [one] = addresses("a.example", 1)
    claimed("gone")

    assert claimed(at=LATER) == [one]


def test_a_crawler_that_comes_back_finds_its_own_claims():
    addresses("a.example", 1)
    frontier = DeskFrontier()
    [claim] = frontier.claim("crawler", at=AN_EVENING, until=UNTIL, most=1, per_host=1, busy={})

    assert [(one.lease, one.address) for one in frontier.take_back("crawler", until=LATER)] == [
        (claim.lease, claim.address)
    ]
    assert frontier.take_back("another", until=LATER) == []


def test_settling_frees_remembers_and_adds_what_was_found_once():
    source = SourceFactory()
    AddressFactory(source=source, url="https://a.example/feed")
    known = AddressFactory(source=source, url="https://a.example/known", due_at=None)
    frontier = DeskFrontier()
    [claim] = frontier.claim("crawler", at=AN_EVENING, until=UNTIL, most=1, per_host=1, busy={})
    found = tuple(
        Found(address, source=str(source.pk))
        for address in ("https://a.example/new", "https://a.example/new", known.url)
    )

    frontier.settle([Visit(claim, Verdict(Outcome.NEW, Memory(etag='"x"'), LATER), None, found)], {"a.example": LATER})

    feed = Address.objects.get(url="https://a.example/feed")
    assert (feed.lease, feed.leased_until, feed.due_at, Memory.from_json(feed.memory).etag) == ("", None, LATER, '"x"')
    assert Address.objects.filter(url="https://a.example/new").count() == 1
    known.refresh_from_db()
    assert known.due_at is None
    assert frontier.next_due(AN_EVENING) == LATER


def test_a_claim_that_was_given_to_another_settles_nothing():
    addresses("a.example", 1)
    frontier = DeskFrontier()
    [first] = frontier.claim("slow", at=AN_EVENING, until=UNTIL, most=1, per_host=1, busy={})
    [second] = frontier.claim("quick", at=LATER, until=LATER + timedelta(hours=1), most=1, per_host=1, busy={})

    frontier.settle([Visit(first, Verdict(Outcome.GONE, Memory(), None))], {})

    assert Address.objects.get().lease == second.lease
