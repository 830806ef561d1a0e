from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.fetch import networks
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.guard import KEEP_SECONDS, Guard
from tests.newsdesk.fetch.local_host import Answer, Host, fetching, running

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1", "fec0::1", "fc00::1",
    "fd12:3456::1", "ff02::1", "100::1", "5f00::1", "3fff::1", "2606:4700::5efe:a00:1", "2606:4700::200:5efe:7f00:1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_the_public_internet_is_not_asked(text):
    assert not networks.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_the_public_internet_may_be_asked(text):
    assert networks.is_public(ipaddress.ip_address(text))


@settings(max_examples=60)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_wrapped(address):
    number = int(address)
    wrapped = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]

    assert {networks.is_public(ipaddress.IPv6Address(one)) for one in wrapped} == {networks.is_public(address)}


def answering(*answers: str):
    async def resolve(host: str, port: int) -> list[str]:
        return list(answers)

    return resolve


def allowed(guard: Guard, host: str, port: int = 443) -> tuple[str, ...] | Reason:
    try:
        return asyncio.run(guard.addresses(host, port))
    except FetchFailed as failure:
        return failure.reason


def test_a_name_is_pinned_to_what_it_was_checked_to_be():
    assert allowed(Guard(resolve=answering("1.1.1.1", "2606:4700::1111")), "example.com") == (
        "1.1.1.1",
        "2606:4700::1111",
    )


@pytest.mark.parametrize(
    "answers", [["10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["fe80::1%eth0"], ["2002:7f00:1::"], ["nonsense"]]
)
def test_a_name_with_any_answer_that_is_not_public_is_refused(answers):
    assert allowed(Guard(resolve=answering(*answers)), "example.com") is Reason.NOT_PUBLIC


def test_a_name_without_an_answer_is_no_host():
    async def fails(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert allowed(Guard(resolve=answering()), "example.com") is Reason.NO_SUCH_HOST
    assert allowed(Guard(resolve=fails), "example.com") is Reason.NO_SUCH_HOST


@pytest.mark.parametrize("port", [22, 25, 3306, 6379, 9200, 11211])
def test_ports_of_other_services_are_not_asked(port):
    assert allowed(Guard(), "1.1.1.1", port) is Reason.NOT_PUBLIC


def test_a_network_that_is_allowed_is_asked_on_any_port_and_no_other_is():
    guard = Guard(allowed=["127.0.0.0/8"])

    assert allowed(guard, "127.0.0.1", 5432) == ("127.0.0.1",)
    assert allowed(guard, "::ffff:127.0.0.1", 5432) == ("::ffff:127.0.0.1",)
    assert allowed(guard, "10.0.0.1", 80) is Reason.NOT_PUBLIC
    assert allowed(guard, "::1", 80) is Reason.NOT_PUBLIC


def test_a_name_that_answers_otherwise_later_is_checked_again():
    now = [0.0]
    answers = [["1.1.1.1"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    guard = Guard(resolve=rebinding, clock=lambda: now[0])

    assert allowed(guard, "evil.example") == ("1.1.1.1",)
    assert allowed(guard, "evil.example") == ("1.1.1.1",)
    now[0] = KEEP_SECONDS + 1
    assert allowed(guard, "evil.example") is Reason.NOT_PUBLIC


async def _answer_to(url: str, *, guard: Guard) -> Reason | int:
    async with fetching(guard=guard) as fetcher:
        try:
            return (await fetcher.fetch(url)).last.status
        except FetchFailed as failure:
            return failure.reason


def test_a_private_host_is_never_connected_to():
    async def story():
        async with running(Host({"/": Answer(b"secret")})) as host:
            by_ip = await _answer_to(f"{host.origin}/", guard=Guard())
            by_name = await _answer_to(f"http://evil.example:{host.port}/", guard=Guard(resolve=answering("127.0.0.1")))
            return by_ip, by_name, host.asked

    assert asyncio.run(story()) == (Reason.NOT_PUBLIC, Reason.NOT_PUBLIC, [])


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://inside.example/",
        "//10.0.0.1/",
        "http://user@127.0.0.1:22/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
    ],
)
def test_a_redirect_cannot_lead_inside(target):
    async def resolve(name: str, port: int) -> list[str]:
        return {"inside.example": ["10.0.0.1"]}[name]

    async def story():
        async with running(Host({"/": Answer(status=302, headers=(("Location", target),))})) as outside:
            # Only the outside host's own address is allowed, so that everything else is judged as in production.
            return await _answer_to(
                f"{outside.origin}/", guard=Guard(allowed=["127.0.0.1/32"], resolve=resolve)
            ), outside.targets

    reason, targets = asyncio.run(story())

    assert reason in {Reason.BAD_ADDRESS, Reason.NOT_PUBLIC}
    assert targets == ["/"]
