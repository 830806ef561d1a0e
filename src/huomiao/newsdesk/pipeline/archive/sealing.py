"""Seals: a file that is complete for good has its SHA-256 beside it, as ``sha256sum -c`` reads it.

They are files of their own so that they survive the index, which may be lost and made again.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

SUFFIX = ".sha256"
_LINE = re.compile(r"([0-9a-f]{64})  \S+\n?")


def seal(path: Path) -> str:
    """Seal the file at ``path``; its SHA-256 in hexadecimal."""
    found = sha256(path)
    unfinished = path.with_name(f"{path.name}{SUFFIX}.part")
    with unfinished.open("w", encoding="ascii") as out:
        out.write(f"{found}  {path.name}\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(path.with_name(path.name + SUFFIX))
    return found


def seal_of(path: Path) -> str:
    """The SHA-256 with which the file at ``path`` was sealed; "" if it was not."""
    try:
        line = path.with_name(path.name + SUFFIX).read_text(encoding="ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    found = _LINE.fullmatch(line)
    return found[1] if found else ""


def sha256(path: Path) -> str:
    """The SHA-256 of a file as it is, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
