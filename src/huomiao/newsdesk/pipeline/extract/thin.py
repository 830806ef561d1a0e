"""An article with hardly any prose: a notice of two lines, a list of winners, pictures with captions, a document to download.

Nothing about its lines tells them from the rest of the page, so it is what follows the title, until the page plainly goes on
to something else.
"""

from __future__ import annotations

import re

from huomiao.newsdesk.pipeline.extract import cues, labels, moments
from huomiao.newsdesk.pipeline.extract.body import Body
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page

_MOST_LINES = 600
# So many links in a row lead to other articles; fewer may be buttons.
_MANY_LINKS = 3
_LONGEST_BYLINE = 40
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar)(?:$|[?#])", re.IGNORECASE)


def below(page: Page, title: Line) -> Body | None:
    """What follows the line of the title; None when nothing does."""
    lines: list[Line] = []
    links = 0
    number = title.number + 1
    while number < min(len(page.lines), title.number + _MOST_LINES):
        line = page.lines[number]
        number += 1
        if (aside := _aside(line.box, title.box)) is not None:
            number = max(number, aside.last)
            continue
        is_link = line.link_share > 0.6 and not any(
            _DOCUMENT.search(href) for _text, _label, href, _is_bold in line.parts
        )
        links = links + 1 if is_link else 0
        if lines and (links >= _MANY_LINKS or _ends(line)):
            break
        if is_link or (line.picture is not None and line.picture.href):
            continue
        if line.text == title.text or cues.is_noise(line.text) or (not lines and _is_above(line)):
            continue
        lines.append(line)
    if not lines:
        return None
    prose = float(sum(line.units for line in lines if line.has_stops))
    return Body(page, _common(lines), lines, prose, 0.5)


def _aside(box: Box, title: Box) -> Box | None:
    """The outermost box around a line, but not around the title, that calls itself something beside the article."""
    found: Box | None = None
    for one in box.ancestors():
        if one.first <= title.first and one.last >= title.last:
            break
        if one.hidden or labels.is_aside(one):
            found = one
    return found


def _ends(line: Line) -> bool:
    text = line.text
    return bool(text) and (
        cues.ends_article(text) or cues.names_editor(text) or cues.heads_comments(text) or cues.is_foot(text)
    )


def _is_above(line: Line) -> bool:
    """Whether a line before the text belongs to the head of the page: its time, its source, buttons."""
    text = line.text
    if line.picture is not None:
        return False
    is_dated = line.units <= _LONGEST_BYLINE and not line.has_stops and next(moments.moments(text), None) is not None
    return is_dated or cues.is_byline(text) or cues.ends_article(text) or cues.is_editors(text)


def _common(lines: list[Line]) -> Box:
    """The innermost box that holds all of the lines."""
    first, last = lines[0].number, lines[-1].number
    return next(
        box for box in lines[0].box.ancestors() if box.first <= first and (box.last > last or box.parent is None)
    )
