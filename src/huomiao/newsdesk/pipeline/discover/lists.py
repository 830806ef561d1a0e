"""Lists of links: which shape of address leads to articles, learnt from the page itself.

Addresses of one kind are alike: figures stand where figures stood. So each link is reduced to its shape
(``/news/2023-12/05/c_123.htm`` becomes ``/news/\\d{4}\\-\\d{1,2}/\\d{1,2}/c_\\d+\\.htm``), links of one shape are judged
together, and what looks like a list of headlines is kept: long words, a date beside or inside the address, not in a
menu. No site is known by name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from huomiao.newsdesk.pipeline.discover.anchors import Anchor, Page
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch import addresses

MOST_EXAMPLES = 5
# From this score on a shape is taken for articles without being asked.
GOOD = 0.5
_FEWEST = 3
_MOST_SEGMENTS = 12
# The names of columns have four or five letters, headlines nine and more.
_NAME_LETTERS, _HEADLINE_LETTERS = 3, 9
_CHINESE = re.compile("[\u3400-\u9fff]")
_DIGITS = re.compile(r"([0-9]+)")
# A year, a month with its year, a day in its year, a day with its year. A page's own number may look like the first.
_DATE = re.compile(r"(19|20)\d\d|(19|20)\d\d(0[1-9]|1[0-2])|(0[1-9]|1[0-2])[0-3]\d|(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d")
_WHOLE_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d")
_DATED_SHAPE = re.compile(r"\\d\{[468]\}")
_SLUG = re.compile(r"[^-_]+([-_][^-_]+){3,}")
_MIXED = re.compile(r"(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{8,}")
_MORE = re.compile(r"^(更多|查看更多|详细|全文|阅读全文|more|read more|>+|»)\W*$", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "ac", "co"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shape of address that leads to articles.

    ``expression`` is a regular expression for the whole address; ``score`` is 0 to 1; ``count`` how many links of the
    page have the shape; ``examples`` are some of them with their words, for an editor to judge by.
    """

    expression: str
    score: float
    count: int
    examples: tuple[Found, ...]

    @property
    def is_good(self) -> bool:
        """Whether it is taken without being asked."""
        return self.score >= GOOD


def learn(page: Page) -> list[Pattern]:
    """The shapes of the links of ``page`` that may be articles, the most likely first."""
    groups: dict[str, dict[str, list[Anchor]]] = defaultdict(lambda: defaultdict(list))
    for anchor in page.anchors:
        if same_site(anchor.address, page.base) and anchor.address != page.base:
            groups[shape(anchor.address)][anchor.address].append(anchor)
    patterns = []
    for expression, by_address in _merged(groups).items():
        if len(by_address) < _FEWEST:
            continue
        links = [_best(anchors) for anchors in by_address.values()]
        examples = sorted(links, key=lambda link: -letters(link.text))[:MOST_EXAMPLES]
        patterns.append(Pattern(expression, _score(expression, links), len(links), tuple(map(_found, examples))))
    return sorted(patterns, key=lambda pattern: (-pattern.score, -pattern.count))


def links(page: Page, expressions: Sequence[str] | None = None) -> list[Found]:
    """The articles that ``page`` links, in its order: those that match one of ``expressions``, or the good patterns it
    teaches itself."""
    if expressions is None:
        expressions = [pattern.expression for pattern in learn(page) if pattern.is_good]
    compiled = [re.compile(expression) for expression in expressions]
    chosen: dict[str, list[Anchor]] = {}
    for anchor in page.anchors:
        if anchor.address in chosen or any(one.fullmatch(anchor.address) for one in compiled):
            chosen.setdefault(anchor.address, []).append(anchor)
    return [_found(_best(anchors)) for anchors in chosen.values()]


def shape(address: str) -> str:
    """The regular expression of addresses like this normal one."""
    split = urlsplit(address)
    segments = split.path.split("/")[1:]
    if len(segments) > _MOST_SEGMENTS:
        return re.escape(address)
    last = len(segments) - (2 if len(segments) > 1 and not segments[-1] else 1)
    path = "/".join(_segment(segment, is_last=number == last) for number, segment in enumerate(segments))
    query = rf"\?{'&'.join(map(_pair, split.query.split('&')[:8]))}" if split.query else ""
    return rf"https?://{re.escape(split.netloc)}/{path}{query}"


def same_site(address: str, other: str) -> bool:
    """Whether two normal addresses belong to one registered name, as far as can be told without a list of them."""
    return _site(addresses.parts(address).host) == _site(addresses.parts(other).host)


def letters(text: str) -> float:
    """How long a headline is: a Chinese character tells as much as three Latin letters."""
    chinese = len(_CHINESE.findall(text))
    return chinese + (len(text) - chinese) / 3


def _site(host: str) -> str:
    labels = host.split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    is_deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if is_deep else -2 :])


def _segment(segment: str, *, is_last: bool) -> str:
    stem, dot, ending = segment.rpartition(".") if is_last and "." in segment else (segment, "", "")
    if dot and not re.fullmatch(r"[a-z]{2,6}", ending):
        stem, dot, ending = segment, "", ""
    tail = re.escape(f"{dot}{ending}")
    if _MIXED.fullmatch(stem):
        return rf"[A-Za-z0-9]{{8,}}{tail}"
    if is_last and (_SLUG.fullmatch(stem) or "%" in stem):
        return rf"[^/?]+{tail}"
    # Split by figures, so that every second piece is one.
    pieces = _DIGITS.split(stem)
    dates = _WHOLE_DATE if is_last else _DATE
    if is_last and stem.isdigit() and not dates.fullmatch(stem):
        return rf"\d+{tail}"
    return (
        "".join(_figures(piece, dates) if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
        + tail
    )


def _figures(figures: str, dates: re.Pattern[str]) -> str:
    """Years, months and days keep their width: that is how an address with a date is told from one with a number."""
    if dates.fullmatch(figures):
        return rf"\d{{{len(figures)}}}"
    return r"\d{1,2}" if len(figures) <= 2 and int(figures) <= 31 else r"\d+"


def _pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if value.isdigit():
        value = r"\d+"
    elif _MIXED.fullmatch(value):
        value = r"[A-Za-z0-9]{8,}"
    else:
        value = re.escape(value)
    return f"{re.escape(name)}{equals}{value}"


def _merged(groups: dict[str, dict[str, list[Anchor]]]) -> dict[str, dict[str, list[Anchor]]]:
    """Put together shapes that differ in one plain word of the path (a category) and agree in figures after it."""
    families: dict[tuple[int, str], list[str]] = defaultdict(list)
    split = {expression: expression.split("/") for expression in groups}
    for expression, parts in split.items():
        for place in range(3, len(parts) - 1):
            tail = "/".join(parts[place + 1 :])
            if parts[place].isalnum() and not parts[place].isdigit() and "\\d" in tail:
                families[place, "/".join((*parts[:place], r"[A-Za-z0-9]+", *parts[place + 1 :]))].append(expression)
    result = dict(groups)
    for (_place, family), members in sorted(families.items(), key=lambda item: -len(item[1])):
        left = [member for member in members if member in result]
        if len(left) < 2:
            continue
        together: dict[str, list[Anchor]] = defaultdict(list)
        for member in left:
            for address, anchors in result.pop(member).items():
                together[address].extend(anchors)
        result[family] = together
    return result


def _score(expression: str, anchors: Sequence[Anchor]) -> float:
    lengths = sorted(letters(anchor.text) for anchor in anchors)
    middle = lengths[len(lengths) // 2]
    repeated = max(Counter(anchor.text for anchor in anchors).values()) / len(anchors)
    dated = sum(1 for anchor in anchors if anchor.dated is not None) / len(anchors)
    around = sum(1 for anchor in anchors if anchor.is_around) / len(anchors)
    path = expression.partition("://")[2].partition("/")[2]
    score = 0.45 * min(max(middle - _NAME_LETTERS, 0.0) / (_HEADLINE_LETTERS - _NAME_LETTERS), 1.0)
    score += 0.25 * dated
    if _DATED_SHAPE.search(path):
        score += 0.25
    elif r"\d" in path or "{8,}" in path or "[^/?]+" in path:
        score += 0.15
    score += 0.1 * min(len(anchors) / 10, 1.0)
    score -= 0.5 * around + (0.3 if repeated > 0.5 else 0.0)
    return round(min(max(score, 0.0), 1.0), 3)


def _best(anchors: Iterable[Anchor]) -> Anchor:
    """Of the links to one page (picture, headline, "more"), the one whose words are its title."""
    return max(
        anchors, key=lambda anchor: (not _MORE.match(anchor.text), letters(anchor.text), anchor.dated is not None)
    )


def _found(anchor: Anchor) -> Found:
    return Found(anchor.address, title=anchor.text, published_at=anchor.dated)
