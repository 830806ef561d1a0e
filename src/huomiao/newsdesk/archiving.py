"""The archive of this site: where its files lie, and one capture read back."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from huomiao.newsdesk.models import Capture
from huomiao.newsdesk.pipeline.archive import reading
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord
from huomiao.newsdesk.pipeline.archive.places import NoSuchCapture
from huomiao.newsdesk.pipeline.codings import BadCoding, TooLarge


class Unreadable(Exception):
    """The archive's file is not there or is damaged at this place; ``news check`` says more."""


def folder() -> Path:
    """Where the WARC files lie: beside the uploaded files, so that one backup holds both."""
    return Path(settings.MEDIA_ROOT) / "news"


@contextmanager
def held(name: str) -> Iterator[bool]:
    """A lock of this machine by that name, for as long as the block lasts; False where somebody else has it."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def exchange(capture: Capture) -> Exchange:
    """The exchange of ``capture`` as it was stored.

    Raises:
        Unreadable: it is not there, or damaged.
    """
    try:
        return reading.read(folder(), capture.warc_file, capture.warc_offset)
    except (NoSuchCapture, BadRecord, OSError) as problem:
        raise Unreadable(str(problem)) from problem


def content(capture: Capture) -> tuple[bytes, Exchange]:
    """The body of ``capture`` without its content coding, and the exchange that it came in. Raises ``Unreadable``."""
    found = exchange(capture)
    try:
        return found.content(), found
    except (BadCoding, TooLarge) as problem:
        raise Unreadable(str(problem)) from problem
