"""Chunked transfer coding, which some archives store as it came over the wire."""

from __future__ import annotations


def joined(body: bytes) -> bytes:
    """``body`` without its chunks, which is never longer; as it is when it is not in chunks after all."""
    parts: list[bytes] = []
    at = 0
    while True:
        line_end = body.find(b"\r\n", at, at + 4096)
        size = _chunk_size(body[at:line_end]) if line_end >= 0 else -1
        if size < 0:
            return b"".join(parts) if parts else body
        if size == 0:
            return b"".join(parts)
        parts.append(body[line_end + 2 : line_end + 2 + size])
        at = line_end + 2 + size + 2


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 8 or digits.strip(b"0123456789abcdefABCDEF"):
        return -1
    return int(digits, 16)
