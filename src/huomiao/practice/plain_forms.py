"""A paper as a plain form, and what was posted of it as answers: for browsers without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from huomiao.core.requests import whole_number
from huomiao.practice import drawing
from huomiao.practice.hotpath.tokens import Token
from huomiao.practice.kinds import KINDS, Body
from huomiao.practice.models import QuestionVersion


@dataclass(frozen=True)
class Option:
    text: str
    value: str
    is_chosen: bool = False
    media: Sequence[dict[str, str]] = ()


@dataclass(frozen=True)
class Row:
    text: str
    chosen: str = ""


@dataclass(frozen=True)
class PlainQuestion:
    """One question with its controls, filled with what was given before."""

    name: str
    kind: str
    shown: Body
    given: Sequence[str] = ()

    @property
    def label(self) -> str | Promise:
        return KINDS[self.kind].label

    @property
    def options(self) -> list[Option]:
        if self.kind == "true_false":
            words = (("true", _("正确")), ("false", _("错误")))
            return [Option(text, value, value in self.given) for value, text in words]
        parts = self.shown.get("options") or self.shown.get("items") or self.shown.get("right") or []
        return [
            Option(part["text"], str(place), str(place) in self.given, part.get("media", ()))
            for place, part in enumerate(parts)
        ]

    @property
    def texts(self) -> list[str]:
        return [self._given_at(place) for place in range(self.shown.get("blanks", 0))]

    @property
    def text(self) -> str:
        return self._given_at(0)

    @property
    def rows(self) -> list[Row]:
        """What each list to choose from is for: a place in the order, or a left side."""
        if self.kind == "ordering":
            labels = [_("第 %(number)d 位") % {"number": place} for place in range(1, len(self.shown["items"]) + 1)]
        else:
            labels = [side["text"] for side in self.shown["left"]]
        return [Row(label, self._given_at(place)) for place, label in enumerate(labels)]

    def _given_at(self, place: int) -> str:
        return self.given[place] if place < len(self.given) else ""

    @property
    def answer(self) -> Any:
        """What was given, as the hot path reads it."""
        if not any(self.given):
            return None
        if self.kind == "true_false":
            return {"true": True, "false": False}.get(self.given[0])
        if self.kind == "fill":
            return list(self.given)
        if self.kind == "short":
            return self.given[0]
        places = [whole_number(text) for text in self.given]
        return places if self.kind == "matching" else [place for place in places if place is not None]


def questions(token: Token, order_key: bytes, posted: Mapping[str, Any] | None = None) -> list[PlainQuestion]:
    """The questions of a paper in the order in which it shows them; reads no key."""
    rows = QuestionVersion.objects.filter(pk__in=token.versions).values_list("pk", "kind", "body")
    known = {pk: (kind, body) for pk, kind, body in rows}
    listed = [known[version] for version in token.versions if version in known]
    orders = drawing.orders(order_key, token.seed, [KINDS[kind].places(body) for kind, body in listed])
    found = []
    for position, ((kind, body), order) in enumerate(zip(listed, orders, strict=True)):
        name = f"q{position}"
        given = posted.getlist(name) if posted is not None else []  # type: ignore[attr-defined]  # a QueryDict
        found.append(PlainQuestion(name, kind, KINDS[kind].shown(body, order), given))
    return found
