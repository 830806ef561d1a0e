"""Who had a text first and who took it from whom, as a tree: by whom a copy credits, by common sources, by time and likeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp
from typing import NamedTuple

from huomiao.newsdesk.pipeline.article import Article
from huomiao.newsdesk.pipeline.relate import crediting, lead_ins, overlaps, prints
from huomiao.newsdesk.pipeline.relate.copies import MOST_CHARACTERS
from huomiao.newsdesk.pipeline.relate.overlaps import Kind, Overlap
from huomiao.newsdesk.pipeline.relate.prints import Print

# How far a line is to be believed that credits: 本文转自, then 来源, then a lead-in (… 电).
REPOSTED, SOURCE, LEAD = 1.0, 0.95, 0.9
MUCH = timedelta(days=1)
# What speaks for a source, as factors. A copy resembles the one it was taken from more than that one's own source, by a few edits.
_SHARPNESS = 14.0
_SAME_TITLE = 0.08
_EARLIEST = 0.02
_CREDIT = 10.0
_COMMON = 1.5
# A credited copy whose time is later than its copy's was edited or published again, or the clocks differ.
_LATER, _MUCH_LATER = 0.3, 0.1
# It was taken from one that is not held; more likely so of a copy that names its own house as its source.
_ELSEWHERE = 0.05
_NOT_TAKEN = 1.0
_OWN = 30.0
_CREDITED_BY = 5.0
# Shares are too modest: two sources that are alike are often both in the line. Fitted to how often links were right (benchmarks/relate).
_CALIBRATION = 0.5


class Reason(StrEnum):
    """Why a copy stands where it stands."""

    FIRST = "first"
    CREDITED = "credited"
    COMMON_SOURCE = "common_source"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the text. Times are aware; ``published_to`` is ``minute``, ``day`` or empty as extraction has it.

    ``outlet`` is the name of the site that printed it, ``also`` are its other names, ``credits`` are whom the lines around its text name (``lead_ins``).
    """

    key: int
    print: Print
    seen_at: datetime
    outlet: str = ""
    title: str = ""
    source: str = ""
    reposted_from: str = ""
    credits: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_to: str = ""
    also: tuple[str, ...] = ()

    @property
    def earliest(self) -> datetime | None:
        """The first moment at which it may have been published; None when nothing is known."""
        return None if self.published_at is None else min(self.published_at, self.seen_at)

    @property
    def latest(self) -> datetime:
        """The last moment at which it may have been published."""
        if self.published_at is None:
            return self.seen_at
        span = timedelta(minutes=1) if self.published_to == "minute" else timedelta(days=1)
        return min(self.published_at + span, self.seen_at)

    @property
    def credited(self) -> Iterator[tuple[str, float]]:
        """Whom it names as its source, and how far to believe that; not its own house."""
        for name, belief in self._named():
            if not self.is_called(name):
                yield name, belief

    @property
    def claims_own(self) -> bool:
        """Whether it names its own house as the source, and nobody else."""
        names = [self.is_called(name) > 0 for name, _belief in self._named()]
        return bool(names) and all(names)

    def is_called(self, name: str) -> float:
        """How sure it is that ``name`` is its own house's, 0.0 to 1.0."""
        return max(crediting.likely_same(name, one) for one in (self.outlet, *self.also))

    def _named(self) -> Iterator[tuple[str, float]]:
        yield from ((name, belief) for name, belief in ((self.reposted_from, REPOSTED), (self.source, SOURCE)) if name)
        yield from ((name, LEAD) for name in self.credits)


def copy_of(article: Article, key: int, *, outlet: str, seen_at: datetime, also: tuple[str, ...] = ()) -> Copy:
    """An extracted article as a copy; ``outlet`` and ``also`` are the names of its site, ``seen_at`` when the desk first fetched it."""
    trimmed = lead_ins.trim(article.text[:MOST_CHARACTERS])
    return Copy(
        key,
        prints.of(trimmed.text),
        seen_at,
        outlet,
        article.title,
        article.source,
        article.reposted_from,
        trimmed.credits,
        article.published_at,
        article.published_to,
        also,
    )


class Link(NamedTuple):
    """Where a copy was taken from: ``parent`` is None for one that was taken from none of the others.

    ``named`` is whom the copy credits, where that decided, and for a first copy whom it credits in vain: a house whose own copy is
    not held. ``kind`` is what the copy is to its parent (cut, longer …). ``confidence`` is 0.0 to 1.0.
    """

    key: int
    parent: int | None
    reason: Reason
    confidence: float
    named: str = ""
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The copies of a text, one link each, in the order of their times; the first link is the earliest copy's."""

    links: tuple[Link, ...]

    @property
    def first(self) -> int | None:
        """The key of the earliest copy; None of no copies."""
        return self.links[0].key if self.links else None

    def taken_from(self, key: int | None) -> list[Link]:
        """The links of the copies that were taken from this one; of None, those that were taken from none."""
        return [link for link in self.links if link.parent == key]


class Comparisons:
    """What copies have in common, each two compared once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Overlap] = {}

    def between(self, one: Copy, other: Copy) -> Overlap:
        """What the texts of two copies have in common."""
        known = self._known.get((one.key, other.key))
        if known is None:
            known = overlaps.between(one.print, other.print)
            self._known[one.key, other.key] = known
            self._known[other.key, one.key] = known.turned
        return known


def trace(copies: Sequence[Copy], comparisons: Comparisons | None = None) -> Chain:
    """The chain of ``copies``, which all hold (parts of) one text; their keys differ. ``stories`` parts copies of several texts."""
    comparisons = comparisons or Comparisons()
    ordered = sorted(copies, key=_order)
    waiting = {copy.key: _offers(copy, ordered, comparisons) for copy in ordered}
    chosen = {key: offers.pop(0) for key, offers in waiting.items()}
    while ring := _ring(chosen):
        # The copy of the ring that loses least by it takes its next offer; the last offer of each is to stand first.
        key = min(ring, key=lambda each: chosen[each].confidence / waiting[each][0].confidence)
        chosen[key] = waiting[key].pop(0)
    places = {copy.key: at for at, copy in enumerate(ordered)}
    # A copy that others were taken from stands before them even where the times of pages say otherwise.
    return Chain(tuple(sorted(chosen.values(), key=lambda link: (link.parent is not None, places[link.key]))))


def _order(copy: Copy) -> tuple[datetime, bool, datetime, int]:
    """Sorts by time; among equals the one that credits nobody first, then the one that was seen first."""
    return (copy.latest, any(True for _name in copy.credited), copy.seen_at, copy.key)


def _offers(copy: Copy, ordered: Sequence[Copy], comparisons: Comparisons) -> list[Link]:
    """From whom the copy may have been taken, the likeliest first.

    Each possible source has a weight by what speaks for it; its sureness is its share of all weights, the weight of a source that is
    not held among them.
    """
    houses = [other for other in ordered if other.key != copy.key]
    offers: list[tuple[float, float, Link]] = []
    taken = 0.0
    for at, other in enumerate(ordered):
        if other.key == copy.key:
            continue
        later = _how_much_later(other, copy)
        name, belief = _credit(copy, other)
        if not name and later > timedelta():
            continue
        overlap = comparisons.between(copy, other)
        if not name and not overlap.kind:
            continue
        taken = max(taken, overlap.of_one)
        likeness = overlap.of_one * (0.5 + 0.5 * overlap.of_other)
        likeness += _SAME_TITLE * (bool(copy.title) and copy.title == other.title) + _EARLIEST * (at == 0)
        weight, reason = 1.0, Reason.LIKENESS
        if name:
            reason = Reason.CREDITED
            weight = 1.0 + (_CREDIT - 1.0) * belief
            weight *= 1.0 if later <= timedelta() else _LATER if later < MUCH else _MUCH_LATER
        elif name := _common_source(copy, other, houses):
            reason = Reason.COMMON_SOURCE
            weight = _COMMON
        offers.append((weight, likeness, Link(copy.key, other.key, reason, 0.0, name, overlap.kind)))
    # Likeness tells between sources that are held. How little of its source a copy holds says nothing against that source, but
    # what it has from none of them it has from elsewhere.
    best = max((likeness for _weight, likeness, _link in offers), default=0.0)
    weighed = [(weight * taken * exp(_SHARPNESS * (likeness - best)), link) for weight, likeness, link in offers]
    weighed.append(_first(copy, ordered))
    total = sum(weight for weight, _link in weighed) + _NOT_TAKEN * (1.0 - taken)
    ranked = sorted(weighed, key=lambda offer: -offer[0])
    # Behind the offer to stand first nothing is ever needed.
    last = next(at for at, (_weight, link) in enumerate(ranked) if link.parent is None)
    return [link._replace(confidence=(weight / total) ** _CALIBRATION) for weight, link in ranked[: last + 1]]


def _first(copy: Copy, ordered: Sequence[Copy]) -> tuple[float, Link]:
    """The offer to stand first: taken from none of the others. Of those whom the others credit it is the likeliest."""
    weight = _ELSEWHERE * (_OWN if copy.claims_own else 1.0)
    weight *= 1.0 + _CREDITED_BY * sum(1 for other in ordered if other.key != copy.key and _credit(other, copy)[0])
    named = next((name for name, _belief in copy.credited), "")
    return weight, Link(copy.key, None, Reason.FIRST, 0.0, named)


def _how_much_later(one: Copy, other: Copy) -> timedelta:
    """By how much ``one`` was certainly published after ``other``; zero or less when it may have been before."""
    return (one.earliest or other.latest) - other.latest


def _credit(copy: Copy, other: Copy) -> tuple[str, float]:
    """The name by which ``copy`` credits the house of ``other``, and how sure that is; "" when it does not."""
    best, sure = "", 0.0
    for name, belief in copy.credited:
        worth = belief * other.is_called(name)
        if worth > sure:
            best, sure = name, worth
    return best, sure


def _common_source(copy: Copy, other: Copy, houses: Sequence[Copy]) -> str:
    """A house that both credit and whose own copy is not among them; "" when there is none."""
    for name, _belief in copy.credited:
        if any(house.is_called(name) for house in houses):
            continue
        if any(crediting.likely_same(name, theirs) for theirs, _belief in other.credited):
            return name
    return ""


def _ring(chosen: dict[int, Link]) -> list[int]:
    """The keys of some copies that were each taken from the next, round in a ring; empty when there is no such ring."""
    done: set[int] = set()
    for start in chosen:
        path: list[int] = []
        key: int | None = start
        while key is not None and key not in done and key not in path:
            path.append(key)
            key = chosen[key].parent
        if key in path:
            return path[path.index(key) :]
        done.update(path)
    return []
