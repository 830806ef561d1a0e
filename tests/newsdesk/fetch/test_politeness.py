from __future__ import annotations

import asyncio

import pytest

from huomiao.newsdesk.pipeline.fetch import politeness
from huomiao.newsdesk.pipeline.fetch.errors import HostRests
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness
from tests.newsdesk.fetch.virtual_time import run

HOST = "news.example.com"


def now() -> float:
    return asyncio.get_running_loop().time()


async def visited(polite: Politeness, times: list[float], *, lasting: float = 0.0, host: str = HOST) -> None:
    async with polite.turn(host) as turn:
        times.append(now())
        turn.sent(now())
        await asyncio.sleep(lasting)


def starts(pace: Pace, *, visits: int, lasting: float = 0.0, wish: float | None = None) -> list[float]:
    async def story() -> list[float]:
        polite = Politeness(pace)
        if wish is not None:
            polite.wish(HOST, wish)
        times: list[float] = []
        await asyncio.gather(*(visited(polite, times, lasting=lasting) for _each in range(visits)))
        return times

    return run(story())


def test_two_requests_are_a_pause_apart():
    assert starts(Pace(1.0), visits=4) == [0.0, 1.0, 2.0, 3.0]


def test_one_at_a_time_waits_for_the_one_before():
    assert starts(Pace(1.0), visits=3, lasting=5.0) == [0.0, 5.0, 10.0]


def test_several_at_a_time_still_begin_a_pause_apart():
    assert starts(Pace(1.0, at_once=2), visits=4, lasting=5.0) == [0.0, 1.0, 5.0, 6.0]


def test_a_host_can_wish_us_slower_but_not_quicker_and_not_silent():
    assert starts(Pace(1.0), visits=3, wish=10.0) == [0.0, 10.0, 20.0]
    assert starts(Pace(1.0), visits=3, wish=0.0) == [0.0, 1.0, 2.0]
    assert starts(Pace(1.0), visits=2, wish=1e9) == [0.0, politeness.LONGEST_DELAY_SECONDS]


def test_the_pause_counts_from_when_the_request_was_sent():
    async def story() -> list[float]:
        polite = Politeness(Pace(1.0))
        times = []
        async with polite.turn(HOST) as turn:
            await asyncio.sleep(0.7)  # a slow connection
            turn.sent(now())
            times.append(now())
        await visited(polite, times)
        return times

    assert run(story()) == [0.7, 1.7]


def test_hosts_do_not_wait_for_each_other():
    async def story() -> list[float]:
        polite = Politeness(Pace(10.0))
        times: list[float] = []
        await asyncio.gather(*(visited(polite, times, host=f"{number}.example.com") for number in range(5)))
        return times

    assert run(story()) == [0.0] * 5


def test_a_host_that_struggles_rests_longer_each_time_and_recovers_step_by_step():
    async def story() -> list[float]:
        polite = Politeness(Pace(1.0))
        rests = []
        for _each in range(3):
            polite.struggling(HOST)
            rests.append(polite.rest_of(HOST))
        await asyncio.sleep(200)
        polite.fine(HOST)
        polite.struggling(HOST)
        return [*rests, polite.rest_of(HOST)]

    assert run(story()) == [30.0, 60.0, 120.0, 120.0]


def test_a_host_rests_as_long_as_it_says():
    async def story() -> tuple[float, float]:
        polite = Politeness(Pace(1.0))
        polite.struggling(HOST, retry_after=600.0)
        with pytest.raises(HostRests) as resting:
            await visited(polite, [])
        polite.struggling("other", retry_after=1e12)
        return resting.value.seconds, polite.rest_of("other")

    assert run(story()) == (600.0, politeness.LONGEST_REST_SECONDS)


def test_silence_once_may_be_chance():
    async def story() -> list[float]:
        polite = Politeness(Pace(1.0))
        rests = []
        for _each in range(3):
            polite.silent(HOST)
            rests.append(polite.rest_of(HOST))
        return rests

    assert run(story()) == [0.0, 30.0, 60.0]


def test_a_short_rest_is_waited_for_and_a_long_one_gives_the_place_back():
    async def story() -> list[float]:
        polite = Politeness(Pace(1.0))
        polite.struggling(HOST, retry_after=20.0)
        times: list[float] = []
        await visited(polite, times)
        polite.struggling(HOST, retry_after=31.0)
        with pytest.raises(HostRests):
            await visited(polite, times)
        return times

    assert run(story()) == [20.0]


def test_hosts_that_are_done_with_are_forgotten(monkeypatch):
    monkeypatch.setattr(politeness, "_HOSTS_REMEMBERED", 10)

    async def story() -> int:
        polite = Politeness(Pace(1.0))
        for number in range(100):
            await visited(polite, [], host=f"{number}.example.com")
            await asyncio.sleep(2)
        return len(polite._hosts)

    assert run(story()) <= 10
