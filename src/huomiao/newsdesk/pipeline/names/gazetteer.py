"""Finds the names of the platform in a text: the longest at each place, with all that it may mean and how sure each is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from huomiao.newsdesk.pipeline.names.by_place import ByPlace, NamedPlaces
from huomiao.newsdesk.pipeline.names.forms import SHORTEST, Kind, Name, Standing, contexts_of, forms_of, own_places_of
from huomiao.newsdesk.pipeline.names.writing import plain, plain_with_places

SURENESS = {Standing.FULL: 0.95, Standing.SHORT: 0.85, Standing.IN_CONTEXT: 0.75, Standing.BY_PLACE: 0.7}
# A short name may be part of other words.
SHORT_NAME = 3
OF_SHORT_NAME = 0.7
# Of several of one name those that less in the text speaks for; a part of a longer name; what may be the end of a place's name.
WITHOUT_CONTEXT = 0.4
PART_OF_LONGER = 0.5
IN_A_WORD = 0.6
# What an invention is called is ordinary words; a few of them are a name only where its unit is named too.
ORDINARY = 0.5
DISTINCT_LETTERS = 8
LEAST = 0.3
# A second meaning this near to the first leaves it open which one is meant.
AMBIGUOUS = 0.7

_QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ("《", "》"), ("‘", "’"))
_BEFORE = 12
# A place right before a name, not one of 本省, 全市, 各县.
_PLACE_BEFORE = re.compile(r"[\u4e00-\u9fff]{1,5}?(?<![本全各该我两外跨])(?:自治区|自治州|新区|省|市|州|县|区)$")
# Before 区总工会 a character that need not belong to the name of some 区.
_IN_A_WORD = re.compile(
    r"[\u4e00-\u9fff](?<![从由和与及在向对受经请为被让给该本全各是到据赴日年月前来了的会部合同获以将并])"
)
# The name of another organization begins with this one's. A unit's union and its party branch are the unit itself.
_GOES_ON = re.compile(
    r"(?:机关|直属|下属)?(?:干部学校|干部学院|学院|医院|疗养院|幼儿园|宾馆|分公司|子公司|股份|集团|有限公司)"
)
_UNION_GOES_ON = re.compile(r"(?:机关|直属|下属)?(?:工会|党支部|党委)")


class Candidate(NamedTuple):
    """What a mention may mean, and how sure that is (0.0 to 1.0)."""

    kind: Kind
    key: int
    confidence: float


class Mention(NamedTuple):
    """A name in a text: ``text[start:end]`` as it is written, and what it may mean, the likeliest first."""

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may as well mean another."""
        return len(self.candidates) > 1 and self.candidates[1].confidence >= AMBIGUOUS * self.candidates[0].confidence


class _Entry(NamedTuple):
    name: Name
    contexts: frozenset[str]


class _Meaning(NamedTuple):
    entry: _Entry
    standing: Standing


class Gazetteer:
    """All names of the platform, ready to be found. Building one for 100,000 names takes seconds: keep it."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._meanings: dict[str, list[_Meaning]] = {}
        self._by_place: ByPlace[_Entry] = ByPlace()
        lengths: dict[str, set[int]] = defaultdict(set)
        for name in names:
            entry = _Entry(name, contexts_of(name))
            for form, standing in forms_of(name).items():
                meanings = self._meanings.setdefault(form, [])
                lengths[form[:SHORTEST]].add(len(form))
                if standing is Standing.BY_PLACE:
                    for place in own_places_of(name):
                        self._by_place.add(form, place, entry)
                else:
                    meanings.append(_Meaning(entry, standing))
        self._lengths = {prefix: tuple(sorted(found, reverse=True)) for prefix, found in lengths.items()}

    def __len__(self) -> int:
        """How many ways of writing are known."""
        return len(self._meanings)

    def find(self, text: str, *, context: str = "") -> list[Mention]:
        """The mentions in ``text``, in order, none within another.

        ``context`` is what else tells which is meant: the title, the site's place, the year of publication.
        """
        line, places = plain_with_places(text)
        reading = _Reading(line, plain(context), self._by_place)
        found: list[Mention] = []
        known = self._lengths
        behind = 0
        # Most places of a text begin no name: they are passed over as quickly as Python can.
        for at in [at for at in range(len(line) - SHORTEST + 1) if line[at : at + SHORTEST] in known]:
            if at < behind:
                continue
            behind, candidates = self._longest(reading, at, known[line[at : at + SHORTEST]])
            if candidates:
                start, stop = _with_quotes(text, places[at], places[behind - 1] + 1)
                found.append(Mention(start, stop, text[start:stop], candidates))
        return found

    def _longest(self, reading: _Reading, at: int, lengths: Sequence[int]) -> tuple[int, tuple[Candidate, ...]]:
        """Where the longest name ends that begins here, and what it may mean.

        What may not be meant here is no name, and nothing in it is looked for: another place's union, a form that nothing speaks for.
        """
        longest = at
        for length in lengths:
            end = at + length
            form = reading.line[at:end]
            meanings = self._meanings.get(form)
            if meanings is None or end > len(reading.line) or _parts_a_word(reading.line, at, end):
                continue
            possible = meanings or reading.by_place(form, at)
            here = _here(possible, reading.line, at)
            candidates = _weighed(here, reading, at, end)
            if candidates:
                return end, candidates
            longest = max(longest, end)
            if possible and not here:
                break
        return longest, ()


class _Reading:
    """A text while its names are looked for: what it names besides is asked again and again."""

    def __init__(self, line: str, context: str, by_place: ByPlace[_Entry]) -> None:
        self.line = line
        self._before = f"{context}\n"
        self._by_place = by_place
        self._known: dict[str, bool] = {}

    def count(self, wanted: Iterable[str]) -> int:
        """How many of these the text or its context names."""
        return sum(1 for one in wanted if self._names(one))

    def by_place(self, form: str, at: int) -> list[_Meaning]:
        """What a form means that means another in every place."""
        meant = self._by_place.meanings(form, self._places, len(self._before) + at)
        return [_Meaning(entry, Standing.BY_PLACE) for entry in meant]

    @cached_property
    def _places(self) -> NamedPlaces:
        return self._by_place.named_in(self._before + self.line)

    def _names(self, one: str) -> bool:
        known = self._known.get(one)
        if known is None:
            known = self._known[one] = one in self.line or one in self._before
        return known


def _here(meanings: Sequence[_Meaning], line: str, start: int) -> Sequence[_Meaning]:
    """Those that may be meant behind the place that stands right before: 杭州市西湖区总工会 is no other city's."""
    before = line[max(0, start - _BEFORE) : start]
    place = _PLACE_BEFORE.search(before)
    if not place:
        return meanings
    of_it = [one for one in meanings if any(context in place[0] for context in one.entry.contexts)]
    # Of a unit or a studio the platform need not know every place to which it may be put down.
    return of_it or [one for one in meanings if one.entry.name.kind is not Kind.UNION]


def _weighed(meanings: Sequence[_Meaning], reading: _Reading, start: int, end: int) -> tuple[Candidate, ...]:
    """What may be meant, the likeliest first."""
    sureness = OF_SHORT_NAME if end - start <= SHORT_NAME else 1.0
    if _GOES_ON.match(reading.line, end):
        sureness *= PART_OF_LONGER
    is_body_of_union = bool(_UNION_GOES_ON.match(reading.line, end))
    possible = [(reading.count(meaning.entry.contexts), *meaning) for meaning in meanings]
    possible = [one for one in possible if one[0] or one[2] is not Standing.IN_CONTEXT]
    most = max((spoken_for for spoken_for, _entry, _standing in possible), default=0)
    candidates = []
    for spoken_for, entry, standing in possible:
        sure = sureness * SURENESS[standing]
        if is_body_of_union and entry.name.kind is Kind.UNION:
            sure *= PART_OF_LONGER
        if standing is Standing.BY_PLACE and _IN_A_WORD.match(reading.line, start - 1):
            sure *= IN_A_WORD
        if entry.name.kind is Kind.INNOVATION and end - start < DISTINCT_LETTERS and not spoken_for:
            sure *= ORDINARY
        if len(possible) > 1 and (spoken_for < most or not most):
            sure *= WITHOUT_CONTEXT
        if sure >= LEAST:
            candidates.append(Candidate(entry.name.kind, entry.name.key, round(sure, 3)))
    return tuple(sorted(candidates, key=lambda one: (-one.confidence, one.kind, one.key)))


def _with_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the quote that opens right before it and closes in it (“天工杯”竞赛), or the other way round."""
    for opening, closing in _QUOTES:
        inside = text[start:end]
        if text[start - 1 : start] == opening and closing in inside and opening not in inside:
            return start - 1, end
        if text[end : end + 1] == closing and opening in inside and closing not in inside:
            return start, end + 1
    return start, end


def _parts_a_word(line: str, start: int, end: int) -> bool:
    """Whether the stretch begins or ends inside a word of Latin letters or a number."""
    return _joins(line, start) or _joins(line, end)


def _joins(line: str, at: int) -> bool:
    return 0 < at < len(line) and _is_latin(line[at - 1]) and _is_latin(line[at])


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
