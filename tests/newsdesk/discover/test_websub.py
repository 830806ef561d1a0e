from __future__ import annotations

import time

from huomiao.newsdesk.pipeline.discover import websub
from huomiao.newsdesk.pipeline.discover.websub import Hub

BASE = "https://news.example.com/feed"


def test_a_hub_is_offered_in_headers():
    headers = (("Content-Type", "text/xml"), ("Link", '<https://hub.example.org/>; rel="hub", </all>; rel=self'))

    assert websub.from_headers(headers, base=BASE) == Hub("https://hub.example.org/", "https://news.example.com/all")


def test_without_a_topic_it_is_the_address_itself_and_without_a_hub_there_is_none():
    assert websub.from_headers([("link", '<https://hub.example.org/>; rel="alternate HUB"')], base=BASE) == Hub(
        "https://hub.example.org/", BASE
    )
    assert websub.from_headers([("link", "</all>; rel=self")], base=BASE) is None
    assert websub.from_headers([("link", "<javascript:alert(1)>; rel=hub")], base=BASE) is None


def test_a_hostile_header_does_not_keep_us():
    began = time.process_time()

    for piece in ("<", "<a>", "<a>;rel=", "rel='", '<a>;rel="hub '):
        websub.from_headers([("link", piece * 10_000)] * 20, base=BASE)

    assert time.process_time() - began < 5
