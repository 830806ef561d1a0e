"""Where a capture lies: what the desk keeps of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

RESPONSE = "response"
REVISIT = "revisit"

# Names of our own making. Nothing else is ever opened, so a name from a database or a form cannot lead elsewhere.
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,120}\.warc\.gz")


class NoSuchCapture(LookupError):
    """There is no such file, or no record at this offset."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One response in the archive. ``at`` is aware, in UTC.

    ``offset`` and ``length`` are those of the response's (or revisit's) own record in ``file``, in bytes as stored;
    ``span`` is the length together with the request and the notes that follow it. ``digest`` is of the body as it was
    sent (``sha256:`` and hexadecimal); a ``revisit`` has the body of an earlier capture with the same digest.
    """

    file: str
    offset: int
    length: int
    span: int
    url: str
    at: datetime
    status: int
    mime: str
    digest: str
    kind: str = RESPONSE


def path_of(folder: Path, file: str) -> Path:
    """The path of one of the archive's files.

    Raises:
        NoSuchCapture: the name is not that of an archive file.
    """
    if not _NAME.fullmatch(file):
        raise NoSuchCapture(file[:80])
    return folder / file
