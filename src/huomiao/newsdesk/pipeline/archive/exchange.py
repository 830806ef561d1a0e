"""One request and what came back: what goes into the archive and comes out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from huomiao.newsdesk.pipeline import codings

# What a page of ours may weigh. A crawl's own limit is lower; archives of others hold what they like.
MOST_BYTES = 64 * 1024 * 1024

Headers = tuple[tuple[str, str], ...]

_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response. ``at`` is aware: when the response began to arrive.

    Header lines are in the order of the wire, a character a byte (Latin-1), so that they are written as they came.
    ``body`` is what came after the headers, without transfer coding; it is still packed as Content-Encoding says, unless
    ``is_unpacked`` tells that the client took that off. ``protocol`` is ``http/1.1`` or ``h2``.
    """

    url: str
    at: datetime
    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    is_unpacked: bool = False
    method: str = "GET"
    request_headers: Headers = ()
    request_body: bytes = b""
    ip: str = ""
    protocol: str = "http/1.1"

    def header(self, name: str) -> str:
        """The first value of a response header, or ""."""
        return value_of(self.headers, name)

    @property
    def mime(self) -> str:
        """The media type as the server gives it, in lower case and without parameters; "" when it gives none."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the header names, which need not be true."""
        named = _CHARSET.search(self.header("content-type"))
        return named[1].lower() if named else None

    def content(self, *, most_bytes: int = MOST_BYTES) -> bytes:
        """The body with its content coding taken off.

        Raises:
            codings.TooLarge: it would be longer than ``most_bytes``.
            codings.BadCoding: the body is not packed as its header says, or in a way that nobody here knows.
        """
        encoding = "" if self.is_unpacked else ",".join(v for n, v in self.headers if n.lower() == "content-encoding")
        return codings.unpacked(self.body, encoding, most_bytes=most_bytes)


def value_of(headers: Headers, name: str) -> str:
    """The first value under ``name`` (in lower case), or ""."""
    return next((value for key, value in headers if key.lower() == name), "")


def wire(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Header lines as a client read them off the wire, in the form that an ``Exchange`` keeps."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
