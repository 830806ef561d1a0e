"""The key under which players look an address up: its host turned round, its path in one spelling.

``https://www.Example.com:443/B/?y=2&x=1#top`` → ``com,example)/b?x=1&y=2``. The rules are those that the Internet Archive's
tools share, because an index is only of use where both sides spell alike.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?", re.IGNORECASE
)
_WWW = re.compile(r"www\d*\.")
_PORTS = {"http": "80", "https": "443"}
# A visit's own number in an address says nothing about the page.
_SESSION_IN_PATH = re.compile(r"/\((?:[a-z]\([0-9a-z]{24}\))+\)(?=/)|/\([0-9a-z]{24}\)(?=/)")
_SESSION_IN_QUERY = re.compile(
    r"(?:^|(?<=&))(?:jsessionid=[0-9a-z]{32}|phpsessid=[0-9a-z]{32}|sid=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}"
    r"|cfid=[^&]+&cftoken=[^&]+)(?:&|$)"
)
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "%#")


def key(url: str) -> str:
    """The key of an address; of anything that is no web address, itself in lower case."""
    parts = _ADDRESS.match(url.strip())
    if parts is None:
        return _escaped(url.strip().encode("utf-8", "surrogatepass")).lower()
    path = _path(parts["path"])
    query = _query(parts["query"] or "")
    # No host has blanks or controls, but an address in a page may; nothing may break the line that the key begins.
    host = _escaped(_host(parts["authority"], parts["scheme"].lower()).encode("utf-8", "surrogatepass"))
    return f"{host}){path}{query}"


def _host(authority: str, scheme: str) -> str:
    host = authority.rpartition("@")[2]
    port = ""
    if not host.endswith("]") and ":" in host.rpartition("]")[2]:
        host, _colon, port = host.rpartition(":")
    host = _ascii(unquote_to_bytes(host).decode("utf-8", "replace")).strip(".").lower()
    host = host[found.end() :] if (found := _WWW.match(host)) else host
    turned = host if host.startswith("[") else ",".join(reversed([label for label in host.split(".") if label]))
    return turned if port in ("", _PORTS.get(scheme)) else f"{turned}:{port}"


def _ascii(host: str) -> str:
    """A name in another script as DNS has it; what is no name, as it is."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _path(path: str) -> str:
    steps: list[bytes] = []
    for step in _plain(path).split(b"/"):
        if step == b"..":
            steps = steps[:-1]
        elif step not in (b"", b"."):
            steps.append(step)
    return _SESSION_IN_PATH.sub("", _escaped(b"/" + b"/".join(steps)).lower())


def _query(query: str) -> str:
    pairs = _SESSION_IN_QUERY.sub("", _escaped(_plain(query.removeprefix("?"))).lower())
    return "?" + "&".join(sorted(pairs.split("&"))) if pairs else ""


def _plain(text: str) -> bytes:
    """Unescaped until nothing changes: some addresses come escaped twice and thrice."""
    plain = text.encode("utf-8", "surrogatepass")
    for _times in range(5):
        again = unquote_to_bytes(plain)
        if again == plain:
            break
        plain = again
    return plain


def _escaped(plain: bytes) -> str:
    return quote_from_bytes(plain, safe=_SAFE)
