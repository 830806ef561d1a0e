"""Forms that mean another in every place (省总工会, 县总工会): which is meant is said by the place that was named last."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Generic, TypeVar

from huomiao.newsdesk.pipeline.names.forms import SHORTEST

Entry = TypeVar("Entry")


class ByPlace(Generic[Entry]):
    """The meanings of such forms by their places. There are thousands of a form; a text names a handful of places."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        self._lengths: dict[str, set[int]] = {}

    def add(self, form: str, place: str, entry: Entry) -> None:
        """Let ``form`` mean ``entry`` where ``place`` is named."""
        self._entries.setdefault(form, {}).setdefault(place, []).append(entry)
        self._lengths.setdefault(place[:SHORTEST], set()).add(len(place))

    def meanings(self, form: str, named: NamedPlaces, before: int) -> Sequence[Entry]:
        """What ``form`` means at a place in the text: by the place named last before it, else by the one named next."""
        of_form = self._entries.get(form)
        if not of_form:
            return ()
        for place in named.nearest(before):
            if place in of_form:
                return of_form[place]
        return ()

    def named_in(self, text: str) -> NamedPlaces:
        """The places that ``text`` names, with where."""
        found = [
            (at, text[at : at + length])
            for at in range(len(text) - SHORTEST + 1)
            for length in self._lengths.get(text[at : at + SHORTEST], ())
            if at + length <= len(text)
        ]
        return NamedPlaces(found)


class NamedPlaces:
    """The places that a text names, in order."""

    def __init__(self, found: list[tuple[int, str]]) -> None:
        self._starts = [at for at, _place in found]
        self._places = [place for _at, place in found]

    def nearest(self, before: int) -> list[str]:
        """The places named before this one, the last first, then those named behind it."""
        split = bisect_left(self._starts, before)
        return self._places[:split][::-1] + self._places[split:]
