"""The archive's index as other players read it: CDXJ, a line a capture, sorted.

com,example)/a 20231205124507 {"url": "http://example.com/a", "mime": "text/html", …}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from huomiao.newsdesk.pipeline.archive import surt
from huomiao.newsdesk.pipeline.archive.places import REVISIT, Capture


def lines(captures: Iterable[Capture]) -> Iterator[str]:
    """The lines of ``captures``, in their order, each with its line feed. ``Index.all`` gives the order that players need."""
    for capture in captures:
        entry = {
            "url": capture.url,
            "mime": "warc/revisit" if capture.kind == REVISIT else capture.mime,
            "status": str(capture.status),
            "digest": capture.digest,
            "length": str(capture.length),
            "offset": str(capture.offset),
            "filename": capture.file,
        }
        yield f"{prefix(capture)} {json.dumps(entry)}\n"


def prefix(capture: Capture) -> str:
    """What a line begins with, and what lines are sorted by: key and time to the second."""
    return f"{surt.key(capture.url)} {capture.at:%Y%m%d%H%M%S}"
