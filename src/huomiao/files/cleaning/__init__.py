"""One module per kind of file: each checks it, strips what tells of people and devices, and reads what is inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cleaned:
    """A file as it will be kept."""

    content: bytes
    extension: str
    media_type: str
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    # A small JPEG of the first page or of the picture; empty where none can be made.
    preview: bytes = b""
    text: str = ""


# So much text is kept for the checks; longer papers are cut.
MOST_TEXT = 500_000
