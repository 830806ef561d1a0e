"""A query's tree as tantivy understands it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from tantivy import FieldType, Occur
from tantivy import Query as Compiled

from huomiao.newsdesk.pipeline.search import queries, tokens
from huomiao.newsdesk.pipeline.search.documents import CHINA, first_moment
from huomiao.newsdesk.pipeline.search.queries import Name, Node, Query
from huomiao.newsdesk.pipeline.search.schema import WHOLE, schema

# Words found together as typed, and in what the article is about, count more than words found somewhere.
_TOGETHER = 1.5
_ABOUT = 2.0


def compiled(query: Query, hidden: frozenset[int] = frozenset()) -> Any:
    """What tantivy runs for ``query``, the articles in ``hidden`` left out."""
    found = _node(query.root)
    if not hidden:
        return found
    return Compiled.boolean_query(
        [(Occur.Must, found), (Occur.MustNot, Compiled.term_set_query(schema(), "id", sorted(hidden)))]
    )


def moments(first: date | None, last: date | None) -> tuple[int | None, int | None]:
    """The least and the first too great number of a moment on these days in China; None is open."""
    return (
        first_moment(datetime.combine(first, time(), CHINA)) if first else None,
        first_moment(datetime.combine(last, time(), CHINA) + timedelta(days=1)) if last else None,
    )


def _node(node: Node) -> Any:
    match node:
        case queries.Words(text):
            return _words(text)
        case queries.Phrase(text):
            return _sequence("whole", tokens.sequence(text))
        case queries.Beginning(text):
            return Compiled.regex_query(schema(), "whole", re.escape(text) + ".*")
        case queries.Field(name, text, exact):
            return Compiled.const_score_query(_field(name, text, exact=exact), 0.0)
        case queries.Dates(first, last):
            return Compiled.const_score_query(_dates(first, last), 0.0)
        case queries.Not():
            return _all((node,))
        case queries.All(children):
            return _all(children)
        case queries.Any(children):
            return Compiled.boolean_query([(Occur.Should, _node(child)) for child in children])


def _all(children: tuple[Node, ...]) -> Any:
    clauses = [
        (Occur.MustNot, _node(child.child)) if isinstance(child, queries.Not) else (Occur.Must, _node(child))
        for child in children
    ]
    if all(occur == Occur.MustNot for occur, _found in clauses):
        clauses.insert(0, (Occur.Must, Compiled.const_score_query(Compiled.all_query(), 0.0)))
    return Compiled.boolean_query(clauses)


def _words(text: str) -> Any:
    pieces = tokens.pieces(text)
    clauses = [(Occur.Must, _sequence("whole", tokens.sequence(piece))) for piece in pieces]
    if len(pieces) > 1:
        clauses.append((Occur.Should, Compiled.boost_query(_sequence("whole", tokens.sequence(text)), _TOGETHER)))
    clauses.extend(
        (Occur.Should, Compiled.boost_query(Compiled.term_query(schema(), "about", word), _ABOUT))
        for word in tokens.dictionary_words(text)
    )
    return Compiled.boolean_query(clauses)


def _sequence(field: str, sought: tokens.Sequence) -> Any:
    if sought.tail:
        # A pair that begins with the character, or the character at the end of its run.
        ending = f"{re.escape(sought.tail)}.?"
        if not sought.tokens:
            return Compiled.regex_query(schema(), field, ending)
        return Compiled.regex_phrase_query(schema(), field, [*map(re.escape, sought.tokens), ending])
    if len(sought.tokens) == 1:
        return Compiled.term_query(schema(), field, sought.tokens[0])
    return Compiled.phrase_query(schema(), field, list(sought.tokens))


def _field(name: Name, text: str, *, exact: bool) -> Any:
    if name is Name.SITE:
        return Compiled.term_query(schema(), name, text.casefold().strip("."))
    if exact:
        return Compiled.term_query(schema(), name, WHOLE + tokens.key(text))
    return _sequence(name, tokens.sequence(text))


def _dates(first: date | None, last: date | None) -> Any:
    least, too_great = moments(first, last)
    greatest = too_great - 1 if too_great is not None else None
    return Compiled.range_query(schema(), "moment", FieldType.Integer, least, greatest)
