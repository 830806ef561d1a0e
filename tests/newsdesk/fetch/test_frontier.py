from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from huomiao.newsdesk.pipeline.crawl import Claim, Visit
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.pipeline.fetch.revisits import Memory, Outcome, Verdict
from huomiao.newsdesk.pipeline.frontier import SqliteFrontier

AT = datetime.now(UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def frontier(tmp_path):
    made = SqliteFrontier(tmp_path / "frontier.db")
    yield made
    made.close()


def pages(*places: str) -> list[Found]:
    return [Found(f"http://{place}") for place in places]


def claimed(
    frontier: SqliteFrontier, *, owner: str = "one", at: datetime = AT, most: int = 100, per_host: int = 10, busy=None
) -> list[Claim]:
    return frontier.claim(owner, at=at, until=at + timedelta(minutes=30), most=most, per_host=per_host, busy=busy or {})


def done(claim: Claim, *, next_at: datetime | None = None, found: tuple[Found, ...] = ()) -> Visit:
    return Visit(claim, Verdict(Outcome.NEW, Memory(etag='"x"'), next_at), None, found)


def names(claims: list[Claim]) -> list[str]:
    return [claim.address.removeprefix("http://") for claim in claims]


def test_an_address_is_there_once(frontier):
    assert frontier.add(pages("a/1", "a/1", "a/2"), at=AT) == 2
    assert frontier.add(pages("a/2", "a/3"), at=AT) == 1


def test_claims_are_bounded_for_each_host_and_altogether(frontier):
    frontier.add(pages("a/1", "a/2", "a/3", "b/1", "b/2", "c/1"), at=AT)

    assert names(claimed(frontier, per_host=2, busy={"b": 1, "c": 2})) == ["a/1", "a/2", "b/1"]
    assert names(claimed(frontier, most=1)) == ["a/3"]


def test_what_is_claimed_or_not_due_is_not_claimed(frontier):
    frontier.add(pages("a/1"), at=AT)
    frontier.add(pages("a/2"), at=LATER)

    assert names(claimed(frontier)) == ["a/1"]
    assert claimed(frontier) == []
    assert frontier.next_due(AT) == LATER


def test_what_is_settled_comes_back_with_its_memory_when_it_is_due(frontier):
    frontier.add(pages("a/1", "a/2"), at=AT)
    first, second = claimed(frontier)

    frontier.settle([done(first, next_at=LATER), done(second)], {})

    assert claimed(frontier) == []
    (again,) = claimed(frontier, at=LATER)
    assert (again.address, again.memory) == (first.address, Memory(etag='"x"'))
    assert again.lease != first.lease
    assert frontier.next_due(LATER) is None


def test_what_a_visit_found_is_due_at_once_for_its_source(frontier):
    frontier.add([Found("http://a/feed", source="7")], at=AT)
    (feed,) = claimed(frontier)

    frontier.settle([done(feed, found=(Found("http://b/1", source="7"), Found("http://a/feed", source="8")))], {})

    assert [(claim.address, claim.source) for claim in claimed(frontier, at=LATER)] == [("http://b/1", "7")]


def test_sources_come_before_new_pages_and_those_before_old_ones(frontier):
    frontier.add(pages("a/old"), at=AT - timedelta(hours=3))
    (old,) = claimed(frontier)
    frontier.settle([done(old, next_at=AT - timedelta(hours=2))], {})
    frontier.add(pages("a/new"), at=AT - timedelta(hours=1))
    frontier.add([Found("http://a/feed", Kind.FEED)], at=AT)

    assert [names(claimed(frontier, most=1)) for _each in range(3)] == [["a/feed"], ["a/new"], ["a/old"]]


def test_a_host_that_rests_is_not_claimed(frontier):
    frontier.add(pages("a/1", "a/2", "b/1"), at=AT)
    (claim,) = claimed(frontier, most=1)

    frontier.settle([done(claim)], {"a": LATER})

    (other,) = claimed(frontier)
    frontier.settle([done(other)], {})
    assert names([other]) == ["b/1"]
    assert frontier.next_due(AT) == LATER
    assert names(claimed(frontier, at=LATER)) == ["a/2"]


def test_a_host_has_one_crawler_at_a_time(frontier):
    frontier.add(pages("a/1", "a/2", "b/1"), at=AT)
    claimed(frontier, owner="one", most=1)

    assert names(claimed(frontier, owner="two")) == ["b/1"]
    assert names(claimed(frontier, owner="one")) == ["a/2"]


def test_the_claims_of_an_owner_are_taken_back_by_its_restart_only(frontier):
    frontier.add(pages("a/1", "b/1"), at=AT)
    mine = claimed(frontier, owner="one", most=1)
    claimed(frontier, owner="two")

    assert frontier.take_back("one", until=LATER) == mine
    assert claimed(frontier, owner="one") == []


def test_a_lease_that_ran_out_is_free_and_its_late_holder_changes_nothing(frontier):
    frontier.add(pages("a/1"), at=AT)
    (lost,) = claimed(frontier, owner="one")

    (claim,) = claimed(frontier, owner="two", at=LATER)
    frontier.settle([done(lost, next_at=AT)], {})

    assert claim.address == lost.address
    assert frontier.take_back("two", until=LATER) == [claim]


def test_everything_survives_a_restart(tmp_path):
    first = SqliteFrontier(tmp_path / "frontier.db")
    first.add(pages("a/1", "a/2"), at=AT)
    (claim,) = claimed(first, most=1)
    first.close()

    second = SqliteFrontier(tmp_path / "frontier.db")
    assert second.take_back("one", until=LATER) == [claim]
    assert names(claimed(second)) == ["a/2"]
    second.close()


class Story(RuleBasedStateMachine):
    """Whatever happens in whatever order, an address is with one crawler at a time and none is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.frontier = SqliteFrontier(":memory:")
        self.at = AT
        self.known: set[str] = set()
        self.held: dict[str, tuple[str, Claim]] = {}
        self.over: set[str] = set()

    @rule(hosts=st.lists(st.sampled_from("abc"), max_size=4), number=st.integers(0, 3))
    def add(self, hosts, number):
        found = pages(*(f"{host}/{number}" for host in hosts))
        new = {one.address for one in found} - self.known
        assert self.frontier.add(found, at=self.at) == len(new)
        self.known |= new

    @rule(owner=st.sampled_from(["one", "two"]), most=st.integers(1, 4))
    def claim(self, owner, most):
        claims = claimed(self.frontier, owner=owner, at=self.at, most=most, per_host=2)
        assert len(claims) <= most
        for claim in claims:
            assert claim.address not in self.held
            assert claim.address not in self.over
            self.held[claim.address] = (owner, claim)

    @rule(again=st.booleans(), data=st.data())
    def settle(self, again, data):
        if self.held:
            address = data.draw(st.sampled_from(sorted(self.held)))
            _owner, claim = self.held.pop(address)
            self.frontier.settle([done(claim, next_at=self.at if again else None)], {})
            if not again:
                self.over.add(address)

    @rule(owner=st.sampled_from(["one", "two"]))
    def restart(self, owner):
        left = self.frontier.take_back(owner, until=self.at + timedelta(minutes=30))
        assert {claim.lease for claim in left} == {
            claim.lease for holder, claim in self.held.values() if holder == owner
        }

    @rule()
    def leases_run_out(self):
        self.at += timedelta(hours=1)
        self.held.clear()

    @invariant()
    def what_waits_is_due(self):
        waiting = self.known - set(self.held) - self.over
        if waiting and not self.held:
            claims = claimed(self.frontier, owner="probe", at=self.at + timedelta(hours=2), most=100)
            assert {claim.address for claim in claims} == waiting
            self.at += timedelta(hours=3)

    def teardown(self):
        self.frontier.close()


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
