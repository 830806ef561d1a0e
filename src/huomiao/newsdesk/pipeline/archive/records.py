"""An exchange as WARC 1.1 records, each a gzip member of its own: response (or revisit), request, notes.

Digests are SHA-256: whoever can make two bodies with one SHA-1 must not be able to have one stored as a revisit of the
other.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from huomiao.newsdesk.pipeline.archive.exchange import MOST_BYTES, Exchange, Headers
from huomiao.newsdesk.pipeline.archive.places import RESPONSE, REVISIT, Capture
from huomiao.newsdesk.pipeline.codings import TooLarge

# Level 9 takes twice the time of 6 on pages and saves a hundredth.
_LEVEL = 6
_NOT_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_BREAKS = re.compile(r"[\r\n\0]+")
# Headers that would be untrue of a body that the client has unpacked. Players know the prefix.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length"}
_ORIGINAL = "X-Archive-Orig-"


@dataclass(frozen=True, slots=True)
class Packed:
    """The records of one exchange, ready to be appended in one piece; ``length`` is the first one's."""

    data: bytes
    length: int
    url: str
    digest: str
    kind: str


class _Exact(StatusAndHeaders):  # type: ignore[misc]
    """HTTP headers that go into the record byte for byte; warcio's own would rewrite what is not ASCII."""

    def __init__(self, block: bytes) -> None:
        super().__init__("", [("", "")])
        self._block = block

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._block


def digest_of(body: bytes) -> str:
    """The digest under which a body is known."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def pack(exchange: Exchange, *, notes: Mapping[str, str], original: Capture | None) -> Packed:
    """The records of ``exchange``; a revisit when an ``original`` with the same body is in the archive already.

    Nothing that a server or an address holds can begin a line of its own: breaks become spaces in header values and
    escapes in addresses.

    Raises:
        TooLarge: the body is longer than what is read back.
    """
    if len(exchange.body) > MOST_BYTES:
        raise TooLarge(f"{len(exchange.body)} bytes")
    digest = digest_of(exchange.body)
    kind = REVISIT if original else RESPONSE
    url = address(exchange.url)
    named = {"WARC-Date": date(exchange.at), "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>"}
    if exchange.ip:
        named["WARC-IP-Address"] = _line(exchange.ip)
    if exchange.protocol != "http/1.1":
        named["WARC-Protocol"] = _line(exchange.protocol)
    if original:
        named |= {
            "WARC-Payload-Digest": digest,
            "WARC-Profile": WARCWriter.REVISIT_PROFILE_1_1,
            "WARC-Refers-To-Target-URI": original.url,
            "WARC-Refers-To-Date": date(original.at),
            # Where it is, so that one file is all that reading needs; Heritrix has named these two first.
            "WARC-Refers-To-Filename": original.file,
            "WARC-Refers-To-File-Offset": str(original.offset),
        }
    head = _response_head(exchange)
    first = _record(kind, url, named, head, b"" if original else exchange.body)
    beside = {"WARC-Date": named["WARC-Date"], "WARC-Concurrent-To": named["WARC-Record-ID"]}
    parts = [first, _record("request", url, beside, _request_head(exchange), exchange.request_body)]
    if notes:
        lines = "".join(f"{_NOT_TOKEN.sub('_', name)}: {_line(value)}\r\n" for name, value in notes.items())
        parts.append(_record("metadata", url, beside, None, lines.encode()))
    return Packed(b"".join(parts), len(first), url, digest, kind)


def pack_info(file: str, *, software: str, at: datetime) -> bytes:
    """The record with which a file begins: what wrote it, and in which format."""
    lines = (
        f"software: {_line(software)}\r\nformat: WARC File Format 1.1\r\n"
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    )
    return _record("warcinfo", "", {"WARC-Date": date(at), "WARC-Filename": file}, None, lines.encode())


def date(at: datetime) -> str:
    """A moment as WARC 1.1 writes it: UTC, with the fraction of a second only where there is one."""
    at = at.astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="microseconds" if at.microsecond else "seconds") + "Z"


def address(url: str) -> str:
    """``url`` as a URI: what is not printable ASCII is escaped, a fragment is left out."""
    return quote(url.partition("#")[0], safe="".join(map(chr, range(0x21, 0x7F))))


def _record(kind: str, url: str, named: Mapping[str, str], head: bytes | None, payload: bytes) -> bytes:
    block = payload if head is None else head + payload
    digests = {"WARC-Block-Digest": digest_of(block)}
    if kind in ("response", "request", "metadata"):
        digests["WARC-Payload-Digest"] = digest_of(payload)
    plain = io.BytesIO()
    writer: Any = WARCWriter(plain, gzip=False, warc_version="1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict={**digests, **named},
            http_headers=_Exact(head) if head is not None else None,
        )
    )
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packing.compress(plain.getvalue()) + packing.flush()


def _response_head(exchange: Exchange) -> bytes:
    reason = f" {_line(exchange.reason)}" if exchange.reason else ""
    return _head(f"HTTP/1.1 {exchange.status:03d}{reason}", _true_headers(exchange))


def _request_head(exchange: Exchange) -> bytes:
    parts = urlsplit(address(exchange.url))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = exchange.request_headers
    if not any(name.lower() == "host" for name, _value in headers):
        headers = (("Host", parts.netloc.rpartition("@")[2]), *headers)
    return _head(f"{_NOT_TOKEN.sub('_', exchange.method) or 'GET'} {target} HTTP/1.1", headers)


def _true_headers(exchange: Exchange) -> Headers:
    """The headers as sent; where the client took a coding off, the header that told of it is kept under another name."""
    untrue = _OF_THE_WIRE if exchange.is_unpacked else {"transfer-encoding"}
    kept = tuple((_ORIGINAL + name if name.lower() in untrue else name, value) for name, value in exchange.headers)
    if kept != exchange.headers:
        kept = tuple((n, v) for n, v in kept if n.lower() != "content-length")
        kept = (*kept, ("Content-Length", str(len(exchange.body))))
    return kept


def _head(first: str, headers: Headers) -> bytes:
    lines = [first, *(f"{_NOT_TOKEN.sub('_', name) or '_'}: {_line(value)}" for name, value in headers)]
    return b"".join(_bytes(line) + b"\r\n" for line in lines) + b"\r\n"


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text)


def _bytes(line: str) -> bytes:
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogatepass")
