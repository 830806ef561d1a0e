"""A query's tree as PostgreSQL understands it: a condition with its values, and what to rank by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huomiao.newsdesk.pipeline.search import queries, tokens
from huomiao.newsdesk.pipeline.search.compiling import moments
from huomiao.newsdesk.pipeline.search.queries import Name, Node, Query, Words, sought


@dataclass(frozen=True)
class Condition:
    """A piece of SQL that holds for a row or not. It has no word of a reader in it: those are the ``values``."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """By what rows are ranked, as tsqueries: all that is sought, its words as typed, its words by the dictionary ("" for none)."""

    whole: str
    together: str
    about: str


def condition(query: Query, hidden: frozenset[int] = frozenset()) -> Condition:
    found = _condition(query.root)
    if not hidden:
        return found
    return Condition(f"({found.text}) AND NOT id = ANY(%s)", (*found.values, sorted(hidden)))


def ranking(query: Query) -> Ranking:
    words = [node for node in sought(query.root) if isinstance(node, Words)]
    together = [_sequence(tokens.sequence(word.text)) for word in words if len(tokens.pieces(word.text)) > 1]
    about = dict.fromkeys(token for word in words for token in tokens.dictionary_words(word.text))
    return Ranking(
        _wanted(query.root),
        " | ".join(together),
        " | ".join(map(_quoted, about)),
    )


def _condition(node: Node) -> Condition:
    if (written := _tsquery(node)) is not None:
        return Condition("whole @@ %s::tsquery", (written,))
    match node:
        case queries.Field(name, text, exact):
            return _field(name, text, exact=exact)
        case queries.Dates(first, last):
            least, too_great = moments(first, last)
            found = [("moment >= %s", least), ("moment < %s", too_great)]
            return _joined(" AND ", [Condition(text, (value,)) for text, value in found if value is not None])
        case queries.Not(child):
            inside = _condition(child)
            return Condition(f"NOT ({inside.text})", inside.values)
        case queries.All(children):
            return _all(children)
        case queries.Any(children):
            return _joined(" OR ", list(map(_condition, children)))
        case _:  # words, phrases and beginnings are tsqueries
            raise AssertionError(node)


def _all(children: tuple[Node, ...]) -> Condition:
    """All of them; what is asked of the text in one tsquery, which the index answers at once."""
    written = [text for child in children if (text := _tsquery(child)) is not None]
    others = [_condition(child) for child in children if _tsquery(child) is None]
    if written:
        others.insert(0, Condition("whole @@ %s::tsquery", (" & ".join(written),)))
    return _joined(" AND ", others)


def _joined(operator: str, conditions: list[Condition]) -> Condition:
    if not conditions:
        return Condition("TRUE")
    return Condition(
        operator.join(f"({one.text})" for one in conditions), tuple(value for one in conditions for value in one.values)
    )


def _tsquery(node: Node) -> str | None:
    """``node`` as a tsquery; None when it asks about more than the text."""
    match node:
        case queries.Words(text):
            return _group(" & ", [_sequence(tokens.sequence(piece)) for piece in tokens.pieces(text)])
        case queries.Phrase(text):
            return _sequence(tokens.sequence(text))
        case queries.Beginning(text):
            return f"{_quoted(text)}:*"
        case queries.Not(child):
            inside = _tsquery(child)
            return None if inside is None else f"!{inside}"
        case queries.All(children) | queries.Any(children):
            parts = [_tsquery(child) for child in children]
            written = [part for part in parts if part is not None]
            if not written or len(written) < len(parts):
                return None
            return _group(" & " if isinstance(node, queries.All) else " | ", written)
        case _:
            return None


def _wanted(node: Node) -> str:
    """What is wanted of the text, without what is excluded and what is asked of fields; "" for nothing."""
    match node:
        case queries.All(children) | queries.Any(children):
            parts = [part for child in children if (part := _wanted(child))]
            return _group(" & " if isinstance(node, queries.All) else " | ", parts) if parts else ""
        case queries.Not():
            return ""
        case _:
            return _tsquery(node) or ""


def _group(operator: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({operator.join(parts)})"


def _sequence(found: tokens.Sequence) -> str:
    parts = [*map(_quoted, found.tokens)]
    if found.tail:
        parts.append(f"{_quoted(found.tail)}:*")
    return _group(" <-> ", parts)


def _quoted(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _field(name: Name, text: str, *, exact: bool) -> Condition:
    wanted = tokens.key(text)
    match name:
        case Name.SITE:
            host = text.casefold().strip(".")
            return Condition("site = %s OR right(site, %s) = %s", (host, len(host) + 1, f".{host}"))
        case Name.AUTHOR:
            if exact:
                return Condition("%s = ANY(author_keys)", (wanted,))
            return Condition("EXISTS (SELECT 1 FROM unnest(author_keys) one WHERE strpos(one, %s) > 0)", (wanted,))
        case Name.LANGUAGE:
            return Condition("language = %s", (wanted,))
        case _:
            return Condition(f"{name}_key = %s" if exact else f"strpos({name}_key, %s) > 0", (wanted,))
