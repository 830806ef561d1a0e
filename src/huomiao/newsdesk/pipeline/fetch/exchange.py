"""One request and what was answered: everything an archive needs to keep both as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response, as they went over the wire.

    Header names and values are the bytes sent, read as Latin-1, in order and with repetitions; a header has no line end
    in it. ``body`` is the response's body without transfer coding and still with its content coding (gzip …);
    ``content`` is ``body`` with the content coding taken off, the same object where there was none. Times are aware, in
    UTC; ``started_at`` is before the connection is asked for.
    """

    address: str
    ip: str
    started_at: datetime
    ended_at: datetime
    http_version: str
    method: str
    target: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    content: bytes

    def header(self, name: str) -> str:
        """The first header of this name (in lower case), or ""."""
        return header(self.headers, name)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; "" where none is given."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type names, in lower case, or None."""
        return charset_of(self.header("content-type"))


def header(headers: Headers, name: str) -> str:
    """The first header called ``name`` (in lower case), or ""."""
    return next((value for key, value in headers if key.lower() == name), "")


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, in lower case, or None."""
    for parameter in content_type.split(";")[1:]:
        name, _equals, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a page: the redirects on the way, and the exchange that ended it (any status but a redirect).

    ``moved_to`` is the last address where every redirect said that it is for good, else "".
    """

    hops: tuple[Exchange, ...]
    last: Exchange
    moved_to: str = ""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of them, in order."""
        return (*self.hops, self.last)
