"""Where an element lies on the pages of a site: its own name and those of what it lies in, without what changes from page to page."""

from __future__ import annotations

import re
from functools import lru_cache

from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page

# How many elements, from the one meant outwards, make up a path.
_STEPS = 3
_MOST_NAMES = 3
_NUMBER = re.compile(r"\d+")
# Generated names: long, with digits and letters mixed.
_GENERATED = re.compile(r"^(?=.*\d.*\d)(?=.*[a-z])[a-z0-9_-]{12,}$")
_STATE = re.compile(r"^(?:active|selected|current|on|off|open|clearfix|cf|loaded|lazy(?:load(?:ed)?)?|is-.*|has-.*)$")


def path_of(box: Box) -> str:
    """The path of an element: ``div.article-content < div.left < div.wrap``."""
    return " < ".join(_step(one.tag, one.label) for one, _at in zip(box.ancestors(), range(_STEPS), strict=False))


@lru_cache(maxsize=4096)
def _step(tag: str, label: str) -> str:
    names = [_NUMBER.sub("0", name) for name in label.split() if not _GENERATED.match(name) and not _STATE.match(name)]
    return ".".join([tag, *names[:_MOST_NAMES]])


def boxes_at(page: Page, path: str) -> list[Box]:
    """The elements of a page that lie at a path, in order."""
    first = path.partition(" < ")[0]
    return [box for box in page.boxes if _step(box.tag, box.label) == first and path_of(box) == path]


def lines_at(page: Page, path: str) -> list[Line]:
    """The lines of text directly in the elements at a path, in order."""
    wanted = {box.number for box in boxes_at(page, path)}
    return [line for line in page.lines if line.picture is None and line.box.number in wanted]
