"""A query's tree as PostgreSQL understands it.

A query becomes a tsquery that everything it finds fits, and where that says less than was asked, a condition for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huomiao.newsdesk.pipeline.search import queries, tokens
from huomiao.newsdesk.pipeline.search.compiling import moments
from huomiao.newsdesk.pipeline.search.postgres_text import LONGEST_NAME, is_exact, needle, pairs, quoted, words_sought
from huomiao.newsdesk.pipeline.search.queries import Name, Node, Query, Words, sought

# By so many stretches articles are ranked; a query has seldom more than four.
MOST_NEEDLES = 8


@dataclass(frozen=True)
class Condition:
    """A piece of SQL that holds for a row or not. It has no word of a reader in it: those are the ``values``."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """``words`` is a tsquery that whatever is found fits, None for no such; ``rest`` holds for those of them that are meant.

    ``narrows`` says whether ``words`` names something that must be there; if not, it fits nearly everything.
    """

    words: str | None
    rest: Condition
    narrows: bool

    @property
    def condition(self) -> Condition:
        if self.words is None:
            return self.rest
        return Condition(f"words @@ %s::tsquery AND {self.rest.text}", (self.words, *self.rest.values))

    @property
    def reads(self) -> bool:
        """Whether ``rest`` has to look at texts, which takes long."""
        return _TEXT in self.rest.text


@dataclass(frozen=True)
class _Part:
    """``words`` as in ``Wanted``. ``full`` alone says who is meant; ``rest`` does among those that fit ``words``."""

    words: str | None
    full: Condition
    rest: Condition
    narrows: bool = True

    @property
    def is_exact(self) -> bool:
        return self.words is not None and self.rest == TRUE


TRUE = Condition("TRUE")
_TEXT = "flat"


def wanted(query: Query, hidden: frozenset[int] = frozenset(), *, about: bool = False) -> Wanted:
    """What ``query`` wants; of that, what is ``about`` it: with its words in the title or again and again."""
    part = _part(query.root, "^" if about else "")
    rest = part.rest
    if hidden:
        rest = _joined(" AND ", [Condition("NOT id = ANY(%s)", (sorted(hidden),)), *([] if rest == TRUE else [rest])])
    return Wanted(part.words, rest, part.narrows)


def days(query: Query) -> tuple[int | None, int | None]:
    """The least and the first too great moment that the query as a whole allows; None is open."""
    bounds = [moments(one.first, one.last) for one in query.root.children if isinstance(one, queries.Dates)]
    least = [first for first, _last in bounds if first is not None]
    too_great = [last for _first, last in bounds if last is not None]
    return max(least, default=None), min(too_great, default=None)


def needles(query: Query) -> tuple[list[str], list[str]]:
    """What articles are ranked by: the stretches sought, and those of several words as they were typed."""
    each: dict[str, None] = {}
    together: dict[str, None] = {}
    for node in sought(query.root):
        if isinstance(node, Words):
            pieces = tokens.pieces(node.text)
            each.update(dict.fromkeys(map(needle, pieces)))
            if len(pieces) > 1:
                together[needle(node.text)] = None
        elif isinstance(node, queries.Beginning):
            each[f" {node.text}"] = None
        else:
            each[needle(node.text)] = None
    return list(each)[:MOST_NEEDLES], list(together)[:MOST_NEEDLES]


def _part(node: Node, mark: str) -> _Part:
    match node:
        case queries.Words(text):
            return _all([_stretch(piece, mark) for piece in tokens.pieces(text)])
        case queries.Phrase(text):
            return _stretch(text, mark)
        case queries.Beginning(text):
            return _Part(f"{quoted(mark + text)}:*", _contains(_TEXT, f" {text}"), TRUE)
        case queries.Field(name, text, exact):
            return _field(name, text, exact=exact)
        case queries.Dates(first, last):
            least, too_great = moments(first, last)
            found = [("moment >= %s", least), ("moment < %s", too_great)]
            full = _joined(" AND ", [Condition(text, (value,)) for text, value in found if value is not None])
            return _Part(None, full, full, narrows=False)
        case queries.Not(child):
            # What is excluded is no different for what an article is about.
            inside = _part(child, "")
            outside = Condition(f"NOT ({inside.full.text})", inside.full.values)
            if inside.is_exact:
                return _Part(f"!{inside.words}", outside, TRUE, narrows=False)
            return _Part(None, outside, outside, narrows=False)
        case queries.All(children):
            return _all([_part(child, mark) for child in children])
        case queries.Any(children):
            return _any([_part(child, mark) for child in children])


def _all(parts: list[_Part]) -> _Part:
    words = [part.words for part in parts if part.words is not None]
    return _Part(
        f"({' & '.join(words)})" if words else None,
        _joined(" AND ", [part.full for part in parts]),
        _joined(" AND ", [part.rest for part in parts if part.rest != TRUE]),
        any(part.narrows for part in parts),
    )


def _any(parts: list[_Part]) -> _Part:
    words = [part.words for part in parts if part.words is not None]
    full = _joined(" OR ", [part.full for part in parts])
    if all(part.is_exact for part in parts):
        return _Part(f"({' | '.join(words)})", full, TRUE, all(part.narrows for part in parts))
    # Fitting one of the tsqueries does not say which, so all that was asked is asked again.
    if len(words) < len(parts):
        return _Part(None, full, full, narrows=False)
    return _Part(f"({' | '.join(words)})", full, full, all(part.narrows for part in parts))


def _stretch(text: str, mark: str) -> _Part:
    full = _contains(_TEXT, needle(text))
    words = f"({' & '.join(quoted(mark + word) for word in words_sought(text))})"
    return _Part(words, full, TRUE) if is_exact(text) else _Part(words, full, full)


def _field(name: Name, text: str, *, exact: bool) -> _Part:
    key = tokens.key(text)
    match name:
        case Name.SITE:
            host = text.casefold().strip(".")
            full = Condition("(site = %s OR right(site, %s) = %s)", (host, len(host) + 1, f".{host}"))
            return _Part(quoted(f"{name}={host}"), full, TRUE)
        case Name.AUTHOR:
            full = (
                Condition("%s = ANY(author_keys)", (key,))
                if exact
                else Condition("EXISTS (SELECT 1 FROM unnest(author_keys) one WHERE strpos(one, %s) > 0)", (key,))
            )
        case Name.LANGUAGE:
            full = Condition("language = %s", (key,))
        case _:
            full = Condition(f"{name}_key = %s", (key,)) if exact else _contains(f"{name}_key", key)
    if exact or name is Name.LANGUAGE:
        return _Part(quoted(f"{name}={key[:LONGEST_NAME]}"), full, TRUE if len(key) < LONGEST_NAME else full)
    if len(key) > LONGEST_NAME:
        return _Part(None, full, full, narrows=False)
    words = [f"{name}:{part}" for part in pairs(key) or [key]]
    return _Part(f"({' & '.join(map(quoted, words))})", full, TRUE if len(key) < 3 else full)


def _contains(column: str, text: str) -> Condition:
    return Condition(f"strpos({column}, %s) > 0", (text,))


def _joined(operator: str, conditions: list[Condition]) -> Condition:
    if not conditions:
        return TRUE
    if len(conditions) == 1:
        return conditions[0]
    return Condition(
        f"({operator.join(f'({one.text})' for one in conditions)})",
        tuple(value for one in conditions for value in one.values),
    )
