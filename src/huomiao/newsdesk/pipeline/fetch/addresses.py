"""Addresses of pages in one spelling, so that a page is known once, and none that tries to be two things at a time.

The spelling is that of browsers (the WHATWG's URL standard) where it matters for what is asked: backslashes are
slashes, tabs and line ends vanish, hosts are lower case and punycode, dot segments are resolved. What browsers forgive
and attackers like is refused: a user name before the host, an IPv4 address that is not four plain decimals, a zone.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import idna

from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason

# Longer than any page of news; the sitemap protocol's own limit.
LONGEST = 2048
PORTS = {"http": 80, "https": 443}

_VANISHING = re.compile(r"[\t\n\r]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.ASCII)
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PATH_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%\[\]|]")
_QUERY_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]|]")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What newsletters and advertisers hang on a link tells them where a reader came from, and changes nothing on the page.
_TRACKING = re.compile(r"(utm_[a-z_]+|fbclid|gclid|msclkid)(=|$)", re.IGNORECASE)


class Parts(NamedTuple):
    """A normal address, cut up. ``host`` has no brackets; ``target`` is path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a robots.txt speaks for."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The host as the Host header has it: in brackets if IPv6, with the port if it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def normal(address: str, base: str = "") -> str:
    """The one spelling of ``address`` (relative to ``base`` if given), without its fragment.

    Raises:
        FetchFailed: BAD_ADDRESS, where it is no plain http or https address.
    """
    cleaned = _VANISHING.sub("", address.strip(" \t\n\r\f\x00"))
    if len(cleaned) > LONGEST:
        raise FetchFailed(Reason.BAD_ADDRESS, "too long")
    path_end = min((cleaned.find(mark) for mark in "?#" if mark in cleaned), default=len(cleaned))
    cleaned = cleaned[:path_end].replace("\\", "/") + cleaned[path_end:]
    try:
        # Joining costs as much as all the rest, and most addresses in sitemaps and feeds are whole.
        is_whole = cleaned[:8].lower().startswith(("http://", "https://"))
        split = urlsplit(cleaned if is_whole or not base else urljoin(base, cleaned))
        scheme = split.scheme.lower()
        if scheme not in PORTS:
            raise FetchFailed(Reason.BAD_ADDRESS, "neither http nor https")
        if "@" in split.netloc:
            raise FetchFailed(Reason.BAD_ADDRESS, "a user name before the host")
        host, port = _host_and_port(split)
    except ValueError as problem:
        raise FetchFailed(Reason.BAD_ADDRESS, str(problem)[:80]) from None
    parts = Parts(scheme, host, port or PORTS[scheme], "")
    result = f"{parts.origin}{_path(split.path)}{_query(split.query)}"
    if len(result) > LONGEST:
        raise FetchFailed(Reason.BAD_ADDRESS, "too long")
    return result


@lru_cache(maxsize=1024)
def parts(address: str) -> Parts:
    """The parts of a ``normal`` address."""
    split = urlsplit(address)
    scheme, host = split.scheme, split.hostname or ""
    target = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
    return Parts(scheme, host, split.port or PORTS[scheme], target)


def lane(address: str) -> str:
    """Whose patience a request to this normal address uses up: the host, with a port that is not the usual one."""
    return parts(address).authority


def _host_and_port(split: SplitResult) -> tuple[str, int | None]:
    netloc = split.netloc
    if netloc.startswith("["):
        literal, _bracket, rest = netloc[1:].partition("]")
        if "%" in literal:
            raise FetchFailed(Reason.BAD_ADDRESS, "an IPv6 zone")
        host = str(ipaddress.IPv6Address(literal))
        if rest and not rest.startswith(":"):
            raise FetchFailed(Reason.BAD_ADDRESS, "something after the IPv6 address")
        return host, _port(rest[1:])
    name, _colon, port = netloc.partition(":")
    return _host(name), _port(port)


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise FetchFailed(Reason.BAD_ADDRESS, "no such port")
    return int(text)


@lru_cache(maxsize=4096)
def _host(name: str) -> str:
    """A host name in lower case and punycode, or an IPv4 address."""
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as problem:
            raise FetchFailed(Reason.BAD_ADDRESS, str(problem)[:80]) from None
    host = name.lower().removesuffix(".")
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise FetchFailed(Reason.BAD_ADDRESS, "no host name")
    # 0177.0.0.1, 0x7f.1 and 2130706433 are all 127.0.0.1 to a resolver; a name never ends in a number.
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise FetchFailed(Reason.BAD_ADDRESS, "an unusual spelling of an IPv4 address") from None
    return host


def _path(path: str) -> str:
    segments: list[str] = []
    pieces = _escaped(path, _PATH_UNSAFE).split("/")
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        if piece == "..":
            if len(segments) > 1:
                segments.pop()
            if is_last:
                segments.append("")
        elif piece == ".":
            if is_last:
                segments.append("")
        else:
            segments.append(piece)
    result = "/".join(segments)
    return result if result.startswith("/") else f"/{result}"


def _query(query: str) -> str:
    if not query:
        return ""
    if "utm_" in query or "clid" in query:
        query = "&".join(pair for pair in query.split("&") if not _TRACKING.match(pair))
    return f"?{_escaped(query, _QUERY_UNSAFE)}" if query else ""


def _escaped(text: str, unsafe: re.Pattern[str]) -> str:
    """Percent escapes where they are needed and nowhere else, in capitals."""
    if "%" in text:
        text = _ESCAPE.sub(_plain_or_capital, _LONE_PERCENT.sub("%25", text))
    return unsafe.sub(_percent, text)


def _plain_or_capital(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
