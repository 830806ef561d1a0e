"""Which lines of a page are the article: the subtree that has most prose for what else it has, and its lines sifted.

Every line is worth something: prose its length, a link or a crumb of a menu less than nothing. What an element is worth is
the sum of what is in it. The body is the element that is worth most, so that taking in more of the page would take in
more chaff than prose, and taking in less would lose prose. Then what lies inside and is no part of the text is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.extract import cues, labels
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Where short lines are as much at home in an article as beside one.
_NEUTRAL = _HEADINGS | {"td", "th", "pre"}
# With less prose than this share of what asides hold, the page's names for its elements are not believed.
_LEAST_SHARE = 0.06
_LEAST_PROSE = 40.0
# The heading of what follows is believed when no more than this share of the prose comes after it.
_LEFT_AFTER_END = 0.12
# With this share of the prose the element that holds most paragraphs is taken to hold all of them.
_MAIN = 0.8
# What a sentence costs that invites, advertises or forbids; longer ones, in units, are not asked.
_NOISE = -5.0
_LONGEST_NOISE = 60
# A line with a larger share of link is one. So many below 推荐阅读 and the like make a list of other articles.
_LINK_SHARE = 0.6
_FEWEST_OTHERS = 2
# What a link costs, and more with its length.
_LINK = -3.0
# What an element that is none of it can take from the worth of what holds it, at the most.
_WORST = -60.0
# An element that holds more of the page's prose, and a title or a body, is no aside, whatever it is called.
_MOST_ASIDE = 0.5
# The share of the prose that an element inside must hold to be taken instead: any, and one that calls itself the body.
_INNER = 0.95
_INNER_NAMED = 0.6
# These lie in what holds them: a paragraph is no container of paragraphs.
_LEAVES = _HEADINGS | {"p", "li", "ul", "ol", "blockquote", "figure", "figcaption", "pre", "center", "dl", "dt", "dd"}


@dataclass(slots=True)
class Worth:
    """What every line and every box is worth, and how much prose each box holds, by number; which boxes are asides."""

    lines: list[float]
    boxes: list[float]
    prose: list[float]
    asides: set[int]


@dataclass(frozen=True, slots=True)
class Body:
    """The chosen box of a page and the lines of the article in it, in order, pictures included.

    ``prose`` is how much prose they are (in units), ``share`` how much of the page's prose is in the box: 0 to 1.
    """

    page: Page
    box: Box
    lines: list[Line]
    prose: float
    share: float


def line_worth(line: Line) -> float:
    """More than 0 for prose, less for what surrounds it; in units (a Chinese character, an English word)."""
    if line.picture is not None:
        return 0.0
    share = line.linked / len(line.text)
    if share > _LINK_SHARE:
        return _LINK - 0.3 * min(line.units, 20)
    if line.has_stops:
        return _NOISE if line.units <= _LONGEST_NOISE and cues.is_noise(line.text) else line.units * (1 - share)
    if line.units >= 25 and not cues.is_byline(line.text):
        return line.units * 0.5 * (1 - share)
    if line.box.tag in _NEUTRAL and not line.linked:
        return 0.0
    return -1.5


def weigh(page: Page, lines: list[float], *, believing: bool = True) -> Worth:
    """What everything on the page is worth, ``believing`` the names of its elements or (comments apart) only what they hold."""
    boxes = [0.0] * len(page.boxes)
    prose = [0.0] * len(page.boxes)
    # The boxes with a line that is a link and nothing else.
    links: set[int] = set()
    for line, worth in zip(page.lines, lines, strict=True):
        number = line.box.number
        boxes[number] += worth
        if worth > 0:
            prose[number] += worth
        elif worth <= _LINK:
            links.add(number)
    much = sum(prose) * _MOST_ASIDE
    asides: set[int] = set()
    # The boxes with a title, or an element that calls itself the body, somewhere in them.
    cores: set[int] = set()
    # A box comes before what is in it, so backwards each is complete when its turn comes.
    for box in reversed(page.boxes):
        if box.parent is None or box.first == box.last:
            continue
        number, outer = box.number, box.parent.number
        worth, own = boxes[number], prose[number]
        is_core = number in cores or box.tag == "h1" or labels.body_likeness(box) >= 2
        if is_core:
            cores.add(outer)
        if not believing:
            is_aside = labels.is_comments(box)
        else:
            is_aside = box.hidden or (labels.is_aside(box) and not (own >= much and is_core))
        if number in links:
            if believing and box.tag == "li" and 0 < own < much and not is_core:
                # A headline that leads elsewhere with its first words below: an item of a list of other articles.
                is_aside = True
            elif box.tag != "ul":
                links.add(outer)
        if own and believing and not (is_aside or is_core):
            is_aside = _is_headed_aside(page, box)
        if is_aside:
            # It is left out whole, so it takes nothing from what holds it.
            asides.add(number)
            continue
        boxes[outer] += max(_WORST, worth)
        prose[outer] += own
    return Worth(lines, boxes, prose, asides)


def _is_headed_aside(page: Page, box: Box) -> bool:
    """Whether the first line in it says that these are readers' comments, or other articles with a link for each."""
    heading = page.lines[box.first].text
    if cues.heads_comments(heading):
        return True
    if not cues.heads_others(heading):
        return False
    lines = page.lines[box.first : box.last]
    links = sum(1 for line in lines if line.link_share > _LINK_SHARE)
    return links >= _FEWEST_OTHERS and links >= sum(1 for line in lines if line.has_stops)


def choose(page: Page, worth: Worth) -> Box:
    """The box that holds the article."""
    best, most = page.root, float("-inf")
    at = 0
    while at < len(page.boxes):
        box = page.boxes[at]
        if at in worth.asides:
            at = box.end
            continue
        at += 1
        if box.first == box.last or box.tag in _LEAVES:
            continue
        value = worth.boxes[box.number]
        # The names can add a twentieth for each grade, so only what comes near is asked for its name.
        if value * 1.15 >= most and (value := value * (1 + 0.05 * labels.body_likeness(box))) >= most:
            best, most = box, value
    return _narrowed(page, best, worth)


def _narrowed(page: Page, box: Box, worth: Worth) -> Box:
    """The box inside that holds (nearly) all of the prose; less will do where it calls itself the body."""
    enough = worth.prose[box.number]
    while (inner := _largest(page, box, worth, enough * _INNER_NAMED)) is not None:
        if worth.prose[inner.number] < enough * _INNER and not _named_inside(page, inner, worth, enough * _INNER_NAMED):
            break
        if any(_is_picture(page, other) for other in page.inside(box) if other is not inner):
            break
        box = inner
    return box


def _is_picture(page: Page, box: Box) -> bool:
    """Whether the box has pictures and nothing else, none of them a link: one of an article's, in a paragraph of its own."""
    lines = page.lines[box.first : box.last]
    return (
        bool(lines) and box.tag in _LEAVES and all(line.picture is not None and not line.picture.href for line in lines)
    )


def _largest(page: Page, box: Box, worth: Worth, least: float) -> Box | None:
    """The box directly inside that holds at least so much prose and can be a body."""
    return next(
        (
            inner
            for inner in page.inside(box)
            if worth.prose[inner.number] >= least and inner.number not in worth.asides and inner.tag not in _LEAVES
        ),
        None,
    )


def _named_inside(page: Page, box: Box, worth: Worth, least: float) -> bool:
    """Whether the box, or one inside with so much prose, calls itself the body of an article."""
    inner: Box | None = box
    while inner is not None:
        if labels.body_likeness(inner) >= 2:
            return True
        inner = _largest(page, inner, worth, least)
    return False


def find(page: Page, box: Box | None = None, *, repeated: Collection[str] = frozenset()) -> Body:
    """The body of the page; ``box`` when it is known which one holds it.

    ``repeated`` are lines (as ``Line.plain`` writes them) that stand on other pages of the site too.
    """
    values = [line_worth(line) for line in page.lines]
    if repeated:
        values = [
            min(value, -1.5) if line.plain in repeated else value
            for line, value in zip(page.lines, values, strict=True)
        ]
    worth = weigh(page, values)
    chosen = box if box is not None else choose(page, worth)
    prose = worth.prose[chosen.number]
    # All of the page's prose is an upper bound, which spares most pages the second weighing.
    if box is None and prose < max(_LEAST_PROSE, _LEAST_SHARE * sum(value for value in values if value > 0)):
        lenient = weigh(page, values, believing=False)
        other = choose(page, lenient)
        if prose < max(_LEAST_PROSE, _LEAST_SHARE * lenient.prose[other.number]):
            chosen, worth = other, lenient
    total = max(worth.prose[0], 1.0)
    kept = _sifted(page, chosen, worth)
    inside = worth.prose[chosen.number]
    return Body(page, chosen, kept, sum(max(worth.lines[line.number], 0.0) for line in kept), min(1.0, inside / total))


def below(body: Body, title: Line | None) -> list[Line]:
    """The lines of the body without its title, what stands above it, and the lines below that say when and from whom."""
    lines = body.lines
    if title is not None:
        after = [line for line in lines if line.number > title.number]
        prose = sum(line.units for line in after if line.has_stops)
        lines = after if prose > 0.5 * body.prose else [line for line in lines if line is not title]
    first = next((at for at, line in enumerate(lines) if line.has_stops and not cues.is_byline(line.text)), 0)
    return [
        line
        for at, line in enumerate(lines)
        if at >= first or line.picture is not None or not cues.is_byline(line.text)
    ]


def _sifted(page: Page, box: Box, worth: Worth) -> list[Line]:
    """The lines of the article in the chosen box."""
    lines: list[Line] = []
    at = box.first
    for skipped in _skipped(page, box, worth):
        lines += page.lines[at : skipped.first]
        at = max(at, skipped.last)
    lines += page.lines[at : box.last]
    main, share = _main_holder(lines, worth)
    lines = _without_rim(_without_end(lines, worth, main), worth, main, share)
    return [line for line in lines if line.picture is not None or not _is_chaff(line, worth)]


def _skipped(page: Page, box: Box, worth: Worth) -> Iterator[Box]:
    """The boxes inside that are no part of the article, in order: asides, and lists of links."""
    much = worth.prose[box.number] * _MOST_ASIDE
    at = box.number + 1
    while at < box.end:
        inner = page.boxes[at]
        if at in worth.asides or _is_links(inner, worth) or (inner.tag == "header" and worth.prose[at] < much):
            yield inner
            at = inner.end
        else:
            at += 1


def _is_links(box: Box, worth: Worth) -> bool:
    """Whether the box has several lines that are worth less than nothing, and hardly any prose."""
    value, lines = worth.boxes[box.number], box.last - box.first
    if lines < 1 or value > -5.0 or box.tag == "p" or worth.prose[box.number] >= 25:
        return False
    return (value < -12 and lines > 1) or (box.tag in {"ul", "ol", "dl"} and value <= -5.0 * lines)


def _main_holder(lines: Sequence[Line], worth: Worth) -> tuple[Box | None, float]:
    """The element whose paragraphs are at least half of the prose, and their share; None when it is scattered."""
    holders: dict[Box, float] = {}
    for line in lines:
        holder = _holder(line)
        holders[holder] = holders.get(holder, 0.0) + max(worth.lines[line.number], 0.0)
    main = max(holders, key=holders.__getitem__, default=None)
    if main is None:
        return None, 0.0
    share = holders[main] / max(sum(holders.values()), 1.0)
    return (main, share) if share >= 0.5 else (None, share)


def _without_end(lines: Sequence[Line], worth: Worth, main: Box | None) -> list[Line]:
    """The lines without what follows the article: from the heading of such a part on, unless the article goes on after it."""
    left = sum(_prose_of(line, worth, main) for line in lines)
    total = left
    kept: list[Line] = []
    for line in lines:
        if line.picture is None and left <= total * _LEFT_AFTER_END and _is_end(line.text):
            break
        if total - left >= _LEAST_PROSE and cues.heads_comments(line.text):
            break
        left -= _prose_of(line, worth, main)
        kept.append(line)
    return kept


def _is_end(text: str) -> bool:
    return cues.ends_article(text) or cues.names_editor(text)


def _prose_of(line: Line, worth: Worth, main: Box | None) -> float:
    value = max(worth.lines[line.number], 0.0)
    return value if main is None or line.box.is_in(main) else 0.0


def _without_rim(lines: list[Line], worth: Worth, main: Box | None, share: float) -> list[Line]:
    """The lines without those before and after the prose that lie elsewhere: the title, the byline, buttons.

    Prose elsewhere stays, unless the main element has nearly all of it.
    """
    if main is None:
        return lines
    inside = [
        at for at, line in enumerate(lines) if line.box.is_in(main) or (share < _MAIN and worth.lines[line.number] > 0)
    ]
    first, last = (inside[0], inside[-1]) if inside else (0, len(lines) - 1)
    return [line for at, line in enumerate(lines) if first <= at <= last or line.picture is not None]


def _holder(line: Line) -> Box:
    """The element whose paragraphs the line is one of."""
    box = line.box
    while box.tag in _LEAVES and box.parent is not None:
        box = box.parent
    return box


def _is_chaff(line: Line, worth: Worth) -> bool:
    # Sentences have been asked already whether they are noise; a number alone is a cell of a table as often as a button.
    if line.has_stops and worth.lines[line.number] != _NOISE:
        return _ends_or_edits(line.text)
    return line.box.tag not in {"td", "th"} and (cues.is_noise(line.text) or _ends_or_edits(line.text))


def _ends_or_edits(text: str) -> bool:
    return cues.is_editors(text) or cues.ends_article(text)
