"""Exchanges and archive files for the tests of the archive."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huomiao.newsdesk.pipeline.archive.exchange import Exchange, Headers

NOON = datetime(2023, 12, 5, 12, 0, tzinfo=UTC)
HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)


def exchange(number: int = 0, *, body: bytes | None = None, url: str = "", **changes: object) -> Exchange:
    """A page of an invented paper, a different one for each number."""
    page = f"<html><title>第{number}篇</title><p>{'职工创新。' * 40}</p></html>".encode()
    values: dict[str, object] = {
        "url": url or f"https://news.example/{number}.html",
        "at": NOON + timedelta(seconds=number),
        "status": 200,
        "reason": "OK",
        "headers": HTML,
        "body": page if body is None else body,
        "request_headers": (("Host", "news.example"), ("User-Agent", "huomiao")),
    }
    return Exchange(**(values | changes))  # type: ignore[arg-type]


def warc_record(
    kind: str, url: str, block: bytes, *, version: str = "1.0", date: str = "2023-12-05T12:00:00Z"
) -> bytes:
    """A plain record as other archives write them."""
    head = (
        f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1-{len(url)}>\r\nWARC-Date: {date}\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(url: str, body: bytes, *, headers: str = "Content-Type: text/html", **details: str) -> bytes:
    return warc_record("response", url, f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + body, **details)


def packed(path: Path, records: list[bytes]) -> list[int]:
    """Write a file with a gzip member a record; where each begins."""
    offsets = []
    with path.open("wb") as out:
        for record in records:
            offsets.append(out.tell())
            out.write(gzip.compress(record, mtime=0))
    return offsets
