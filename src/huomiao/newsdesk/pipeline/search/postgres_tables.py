"""The tables of the PostgreSQL index: how they are made, and how articles become rows.

An index has a name, and its tables begin with it: ``…`` has a row for each article, ``…_words`` the words that articles
are about, and while a rebuild runs ``…_next`` and ``…_words_next`` grow beside them and ``…_changed`` notes what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from huomiao.newsdesk.pipeline.search import tokens
from huomiao.newsdesk.pipeline.search.documents import Document
from huomiao.newsdesk.pipeline.search.schema import about_words

Connection = psycopg.Connection[Any]

COLUMNS = (
    "id",
    "moment",
    "month",
    "source",
    "source_key",
    "category",
    "category_key",
    "author_keys",
    "site",
    "language",
    "whole",
    "about",
)
# A tsvector counts no further than this, and remembers no more places of one word.
_LAST_POSITION = 16_383
_MOST_PLACES = 255
# A tsvector holds a megabyte; a text of this many tokens stays far below it.
_MOST_TOKENS = 40_000


def statement(text: str, name: str) -> sql.Composed:
    """``text`` with the tables' names in it: {table}, {words}, {next}, {words_next}, {changed}."""
    return sql.SQL(text).format(
        table=sql.Identifier(name),
        words=sql.Identifier(f"{name}_words"),
        next=sql.Identifier(f"{name}_next"),
        words_next=sql.Identifier(f"{name}_words_next"),
        changed=sql.Identifier(f"{name}_changed"),
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        values=sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)),
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column in COLUMNS[1:]
        ),
    )


_TABLE = """
CREATE TABLE {} (
    id bigint NOT NULL,
    moment bigint NOT NULL,
    month integer NOT NULL,
    source text NOT NULL,
    source_key text NOT NULL,
    category text NOT NULL,
    category_key text NOT NULL,
    author_keys text[] NOT NULL,
    site text NOT NULL,
    language text NOT NULL,
    whole tsvector NOT NULL,
    about tsvector NOT NULL
)"""
_WORDS = """
CREATE TABLE {} (
    word text COLLATE "C" NOT NULL,
    turned text COLLATE "C" NOT NULL,
    articles integer NOT NULL
)"""


def create(connection: Connection, name: str) -> None:
    """Make the tables, empty, if there are none yet."""
    if exists(connection, name):
        return
    # All or nothing: half an index would never be finished.
    with connection.transaction():
        create_table(connection, name)
        create_words(connection, f"{name}_words")
        add_indexes(connection, name, f"{name}_words")


def exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(quote_ident(%s)) IS NOT NULL", [table]).fetchone()
    return bool(row and row[0])


def create_table(connection: Connection, table: str) -> None:
    connection.execute(sql.SQL(_TABLE).format(sql.Identifier(table)))


def create_words(connection: Connection, table: str) -> None:
    connection.execute(sql.SQL(_WORDS).format(sql.Identifier(table)))


def add_indexes(connection: Connection, table: str, words: str) -> None:
    """Index tables that are filled. PostgreSQL names the indexes, so the names of two generations never meet."""
    for text, on in (
        ("ALTER TABLE {} ADD PRIMARY KEY (id)", table),
        ("CREATE INDEX ON {} (moment)", table),
        ("CREATE INDEX ON {} USING gin (whole)", table),
        ("ALTER TABLE {} ADD PRIMARY KEY (word)", words),
        ("CREATE INDEX ON {} (turned)", words),
        ("ANALYZE {}", table),
    ):
        connection.execute(sql.SQL(text).format(sql.Identifier(on)))


def row(document: Document) -> tuple[Any, ...]:
    """The values of ``COLUMNS``. Whole texts are vectors made here, from the same tokens as everywhere."""
    return (
        document.id,
        document.moment,
        document.month,
        document.source,
        tokens.key(document.source),
        document.category,
        tokens.key(document.category),
        list(map(tokens.key, document.authors)),
        document.site.casefold().strip("."),
        tokens.key(document.language),
        vector(tokens.of_text(document.whole)),
        vector(about_words(document)),
    )


def vector(found: Sequence[str]) -> str:
    """A tsvector, written out, in which each token has its places."""
    places: dict[str, list[int]] = {}
    for position, token in enumerate(found[:_MOST_TOKENS], 1):
        known = places.setdefault(token, [])
        if len(known) < _MOST_PLACES:
            known.append(min(position, _LAST_POSITION))
    # Tokens are letters and digits, so nothing in them needs quoting.
    return " ".join(f"'{token}':{','.join(map(str, at))}" for token, at in places.items())


def fill(connection: Connection, table: str, documents: Iterable[Document], words: Counter[str]) -> None:
    """Copy ``documents`` into an empty table, counting in ``words`` what they are about."""
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for document in documents:
            rows.write_row(row(document))
            words.update(set(about_words(document)))


def fill_words(connection: Connection, table: str, words: Counter[str]) -> None:
    copy = sql.SQL("COPY {} (word, turned, articles) FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for word, articles in words.items():
            rows.write_row((word, word[::-1], articles))
