from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import memento
from huomiao.newsdesk.pipeline.memento import BadDatetime, Memento, Page

START = datetime(2023, 12, 5, 12, 45, 7, 250_000, tzinfo=UTC)
VERSIONS = [Memento(f"https://desk.example/m/{day}", START + timedelta(days=day)) for day in range(5)]


def page(versions=VERSIONS) -> Page:
    return Page("https://news.example/a", "https://desk.example/g/a", "https://desk.example/t/a", versions)


def test_a_date_of_http_is_read_and_written():
    assert memento.wanted("Tue, 05 Dec 2023 12:45:07 GMT") == START.replace(microsecond=0)
    assert memento.wanted(None) is None
    assert memento.http_date(START.astimezone(timezone(timedelta(hours=8)))) == "Tue, 05 Dec 2023 12:45:07 GMT"


@pytest.mark.parametrize(
    "header",
    ["", "yesterday", "2023-12-05", "Tue, 31 Feb 2023 00:00:00 GMT", "Tue, 05 Dec 2023 25:00:00 GMT",
     "Tue, 05 Dec 2023 12:45:07 +0800", "Tue, 05 Dec 2023 12:45:07 GMT\r\nX: 1", "Tue, 05 Dec ２０23 12:45:07 GMT"],
)  # fmt: skip
def test_anything_else_is_refused(header):
    with pytest.raises(BadDatetime):
        memento.wanted(header)


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
@settings(max_examples=60)
def test_every_date_comes_back(at):
    assert memento.wanted(memento.http_date(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (None, 4),
        (START - timedelta(days=9), 0),
        (START.replace(microsecond=0), 0),
        (START + timedelta(days=2, hours=23), 2),
        (START + timedelta(days=99), 4),
    ],
)
def test_the_version_of_that_day_is_chosen(at, day):
    assert memento.choose(VERSIONS, at) == VERSIONS[day]


def test_asking_with_a_versions_own_date_gives_that_version():
    for version in VERSIONS:
        assert memento.choose(VERSIONS, memento.wanted(memento.http_date(version.at))) == version


def test_the_gate_sends_on_and_says_what_it_depends_on():
    headers = memento.gate_headers(page(), VERSIONS[1])

    assert headers["Location"] == "https://desk.example/m/1"
    assert headers["Vary"] == "accept-datetime"
    assert headers["Link"].split(", <") == [
        '<https://news.example/a>; rel="original"',
        'https://desk.example/g/a>; rel="timegate"',
        'https://desk.example/t/a>; rel="timemap"; type="application/link-format"',
        'https://desk.example/m/0>; rel="first prev memento"; datetime="Tue, 05 Dec 2023 12:45:07 GMT"',
        'https://desk.example/m/1>; rel="memento"; datetime="Wed, 06 Dec 2023 12:45:07 GMT"',
        'https://desk.example/m/2>; rel="next memento"; datetime="Thu, 07 Dec 2023 12:45:07 GMT"',
        'https://desk.example/m/4>; rel="last memento"; datetime="Sat, 09 Dec 2023 12:45:07 GMT"',
    ]


def test_a_version_says_when_it_is_from():
    headers = memento.memento_headers(page(VERSIONS[:1]), VERSIONS[0])

    assert headers["Memento-Datetime"] == "Tue, 05 Dec 2023 12:45:07 GMT"
    assert headers["Link"].endswith('rel="first last memento"; datetime="Tue, 05 Dec 2023 12:45:07 GMT"')
    assert memento.page_headers(page())["Link"].count("rel=") == 3


def test_the_timemap_lists_all_versions_in_both_forms():
    lines = memento.timemap_link(page(VERSIONS[:3])).splitlines()
    listed = memento.timemap_json(page(VERSIONS[:3]))

    assert lines == [
        '<https://news.example/a>; rel="original",',
        (
            '<https://desk.example/t/a>; rel="self"; type="application/link-format"; '
            'from="Tue, 05 Dec 2023 12:45:07 GMT"; until="Thu, 07 Dec 2023 12:45:07 GMT",'
        ),
        '<https://desk.example/g/a>; rel="timegate",',
        '<https://desk.example/m/0>; rel="first memento"; datetime="Tue, 05 Dec 2023 12:45:07 GMT",',
        '<https://desk.example/m/1>; rel="memento"; datetime="Wed, 06 Dec 2023 12:45:07 GMT",',
        '<https://desk.example/m/2>; rel="last memento"; datetime="Thu, 07 Dec 2023 12:45:07 GMT"',
    ]
    assert listed["mementos"]["first"] == {"datetime": "2023-12-05T12:45:07Z", "uri": "https://desk.example/m/0"}
    assert [one["uri"] for one in listed["mementos"]["list"]] == [one.address for one in VERSIONS[:3]]
    assert listed["timemap_uri"] == {"link_format": "https://desk.example/t/a"}


def test_a_page_without_versions_has_an_empty_timemap():
    assert 'rel="memento"' not in memento.timemap_link(page([]))
    assert memento.timemap_json(page([]))["mementos"] == {"list": []}


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_no_address_breaks_out_of_its_link(text):
    hostile = Page(text, text, text, [Memento(text, START)])

    for value in (
        *memento.gate_headers(hostile, hostile.mementos[0]).values(),
        memento.memento_headers(hostile, hostile.mementos[0])["Link"],
    ):
        assert value.isascii()
        assert not set(value) & set("\r\n\0")
    assert memento.page_headers(hostile)["Link"].count("<") == 3
