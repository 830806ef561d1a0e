"""A question as pages of its keepers show it: with its key marked and its pictures at addresses that the reader may open.

For takers there is ``kinds.KINDS[…].shown``; nothing here is meant for them before they are graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huomiao.files import links
from huomiao.files.models import StoredFile
from huomiao.practice.kinds import KINDS, Body, Key, fill, parts
from huomiao.practice.models import QuestionVersion

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@dataclass(frozen=True)
class Medium:
    """A picture, sound or film; without an address when its file is gone."""

    kind: str
    alt: str
    url: str


@dataclass(frozen=True)
class Part:
    """An option, item or side: what it is called, and what the key says of it."""

    mark: str
    text: str
    media: list[Medium]
    is_right: bool = False
    answer: str = ""


@dataclass(frozen=True)
class Face:
    """Everything of a question, ready to be written down."""

    kind: str
    kind_label: str
    # The stem, cut at its blanks.
    stem: list[str]
    media: list[Medium]
    parts: list[Part]
    # What the parts of a matching question are matched with.
    sides: list[Part]
    answer: str
    points: list[dict[str, Any]]
    explanation: str
    explanation_media: list[Medium]
    max_chars: int | None = None
    any_order: bool = False


@dataclass(frozen=True)
class Addresses:
    """Where the reader finds each file, by its key."""

    urls: Mapping[str, str] = field(default_factory=dict)

    def media(self, named: Sequence[dict[str, str]]) -> list[Medium]:
        return [Medium(one["kind"], one["alt"], self.urls.get(one["file"], "")) for one in named]


def addresses(
    contents: Iterable[Any], *, to: User | AnonymousUser, among: QuerySet[StoredFile] | None = None
) -> Addresses:
    """The addresses for ``to`` of every file that any of ``contents`` (bodies, lists of media) names, in one query.

    What is not kept yet may name anybody's file; ``among`` are those that ``to`` may see.
    """
    named = {key: one["alt"] for content in contents for one in parts.media_in(content) if (key := _key(one["file"]))}
    if not named:
        return Addresses()
    files = (StoredFile.objects.all() if among is None else among).in_bulk(list(named))
    return Addresses({str(pk): links.show(file, to=to, name=named[pk] or _("试题素材")) for pk, file in files.items()})


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def faces(versions: Sequence[QuestionVersion], *, to: User | AnonymousUser) -> dict[int, Face]:
    """The faces of ``versions`` by key."""
    found = addresses(([one.body, one.explanation_media] for one in versions), to=to)
    return {
        one.pk: face(one.kind, one.body, one.key, one.explanation, one.explanation_media, found) for one in versions
    }


def face(
    kind: str, body: Body, key: Key, explanation: str, explanation_media: Sequence[dict[str, str]], urls: Addresses
) -> Face:
    """The face of one question, of a body and key as ``KINDS[kind].check`` gives them."""
    own_parts, sides = _PARTS[kind](body, key, urls)
    return Face(
        kind=kind,
        kind_label=str(KINDS[kind].label),
        stem=body["stem"].split(fill.BLANK) if kind == "fill" else [body["stem"]],
        media=urls.media(body["media"]),
        parts=own_parts,
        sides=sides,
        answer=KINDS[kind].key_in_words(body, key),
        points=key.get("points", []),
        explanation=explanation,
        explanation_media=urls.media(explanation_media),
        max_chars=body.get("max_chars"),
        any_order=bool(key.get("any_order")),
    )


def _options(body: Body, key: Key, urls: Addresses) -> tuple[list[Part], list[Part]]:
    right = set(key["right"])
    options = [
        Part(parts.letter(place), option["text"], urls.media(option["media"]), is_right=place in right)
        for place, option in enumerate(body["options"])
    ]
    return options, []


def _items(body: Body, key: Key, _urls: Addresses) -> tuple[list[Part], list[Part]]:
    place_of = {own: place for place, own in enumerate(key["order"], 1)}
    items = [
        Part(parts.letter(own), item["text"], [], answer=_("第 %(place)d 位") % {"place": place_of[own]})
        for own, item in enumerate(body["items"])
    ]
    return items, []


def _sides(body: Body, key: Key, _urls: Addresses) -> tuple[list[Part], list[Part]]:
    left = [
        Part(str(place), side["text"], [], answer="" if pair is None else parts.letter(pair))
        for place, (side, pair) in enumerate(zip(body["left"], key["pairs"], strict=True), 1)
    ]
    return left, [Part(parts.letter(place), side["text"], []) for place, side in enumerate(body["right"])]


def _nothing(_body: Body, _key: Key, _urls: Addresses) -> tuple[list[Part], list[Part]]:
    return [], []


_PARTS = {
    "single": _options,
    "multiple": _options,
    "true_false": _nothing,
    "fill": _nothing,
    "ordering": _items,
    "matching": _sides,
    "short": _nothing,
}
