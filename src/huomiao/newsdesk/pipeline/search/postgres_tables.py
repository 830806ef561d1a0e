"""The tables of the PostgreSQL index: how they are made, and how articles become rows.

An index has a name, and its tables begin with it: ``…`` has a row for each article, in two parts, ``…_settled`` with nearly all
and ``…_fresh`` with the latest changes: adding to an index of words costs the more the larger it is, and a small one is quick.
``…_words`` has the words that articles are about, ``…_buckets`` how many articles each part of a month has. While a rebuild
runs, tables with ``_next`` behind the name grow beside them, and ``…_changed`` notes what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from huomiao.newsdesk.pipeline.search import tokens
from huomiao.newsdesk.pipeline.search.documents import Document
from huomiao.newsdesk.pipeline.search.postgres_text import bucket, flat, vector
from huomiao.newsdesk.pipeline.search.schema import about_words

Connection = psycopg.Connection[Any]

# Raise it when columns or words change: an index of another layout is built anew.
LAYOUT = "layout 2"
COLUMNS = (
    "fresh",
    "id",
    "moment",
    "bucket",
    "head",
    "source",
    "source_key",
    "category",
    "category_key",
    "author_keys",
    "site",
    "language",
    "flat",
    "words",
)
# Behind the index's name: of the table itself, its two parts and those beside it.
PARTS = ("", "_settled", "_fresh", "_words", "_buckets")


def statement(text: str, name: str) -> sql.Composed:
    """``text`` with the tables' names in it: {table}, {settled}, {fresh}, {words}, {buckets}, {changed}."""
    return sql.SQL(text).format(
        table=sql.Identifier(name),
        settled=sql.Identifier(f"{name}_settled"),
        fresh=sql.Identifier(f"{name}_fresh"),
        words=sql.Identifier(f"{name}_words"),
        buckets=sql.Identifier(f"{name}_buckets"),
        changed=sql.Identifier(f"{name}_changed"),
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
    )


_TABLES = (
    """
    CREATE TABLE {table} (
        fresh boolean NOT NULL,
        id bigint NOT NULL,
        moment bigint NOT NULL,
        bucket integer NOT NULL,
        head integer NOT NULL,
        source text NOT NULL,
        source_key text NOT NULL,
        category text NOT NULL,
        category_key text NOT NULL,
        author_keys text[] NOT NULL,
        site text NOT NULL,
        language text NOT NULL,
        flat text NOT NULL,
        words tsvector NOT NULL
    ) PARTITION BY LIST (fresh)
    """,
    # Rows stay narrow and close together: counting and sorting read no texts.
    "CREATE TABLE {settled} PARTITION OF {table} FOR VALUES IN (false) WITH (toast_tuple_target = 128)",
    "CREATE TABLE {fresh} PARTITION OF {table} FOR VALUES IN (true) WITH (toast_tuple_target = 128)",
    'CREATE TABLE {words} (word text COLLATE "C" NOT NULL, turned text COLLATE "C" NOT NULL, articles integer NOT NULL)',
    "CREATE TABLE {buckets} (bucket integer PRIMARY KEY, articles integer NOT NULL)",
    f"COMMENT ON TABLE {{table}} IS '{LAYOUT}'",
)
# PostgreSQL names the indexes, so the names of two generations never meet. Without ``fastupdate`` every search sees an index in
# order; with it, searches would read what waits, and now and then one batch would pay for all before it.
_INDEXES = (
    "ALTER TABLE {table} ADD PRIMARY KEY (id, fresh)",
    "CREATE INDEX ON {table} USING gin (words) WITH (fastupdate = off)",
    "ALTER TABLE {words} ADD PRIMARY KEY (word)",
    "CREATE INDEX ON {words} (turned)",
    "ANALYZE {settled} (id, moment, bucket)",
    "ANALYZE {words}",
)


def create(connection: Connection, name: str) -> None:
    """Make the tables, empty, if there are none yet."""
    if exists(connection, name):
        return
    # All or nothing: half an index would never be finished.
    with connection.transaction():
        create_tables(connection, name)
        add_indexes(connection, name)


def exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(quote_ident(%s)) IS NOT NULL", [table]).fetchone()
    return bool(row and row[0])


def is_ours(connection: Connection, name: str) -> bool:
    """Whether there is an index, and of this layout."""
    row = connection.execute("SELECT obj_description(to_regclass(quote_ident(%s)), 'pg_class')", [name]).fetchone()
    return bool(row and row[0] == LAYOUT)


def create_tables(connection: Connection, name: str) -> None:
    for text in _TABLES:
        connection.execute(statement(text, name))


def add_indexes(connection: Connection, name: str) -> None:
    """Index tables that may be filled."""
    with connection.transaction():
        # Building an index of words sorts in memory, and in many small rounds when that is small.
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for text in _INDEXES:
            connection.execute(statement(text, name))


def drop(connection: Connection, name: str) -> None:
    connection.execute(statement("DROP TABLE IF EXISTS {table}, {words}, {buckets}", name))


def rename(connection: Connection, old: str, new: str) -> None:
    for part in PARTS:
        connection.execute(
            sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(old + part), sql.Identifier(new + part))
        )


def row(document: Document, *, fresh: bool) -> tuple[Any, ...]:
    """The values of ``COLUMNS``."""
    return (
        fresh,
        document.id,
        document.moment,
        bucket(document.told_at),
        len(flat(f"{document.title}\n{document.subtitle}")),
        document.source,
        tokens.key(document.source),
        document.category,
        tokens.key(document.category),
        list(map(tokens.key, document.authors)),
        document.site.casefold().strip("."),
        tokens.key(document.language),
        flat(document.whole),
        vector(document),
    )


def fill(connection: Connection, name: str, documents: Iterable[Document], *, fresh: bool) -> Counter[str]:
    """Copy ``documents``, none of which is there, and count them; what they are about, each word with its articles."""
    words: Counter[str] = Counter()
    buckets: Counter[int] = Counter()
    with connection.cursor() as cursor, cursor.copy(statement("COPY {table} ({columns}) FROM STDIN", name)) as rows:
        for document in documents:
            rows.write_row(row(document, fresh=fresh))
            words.update(set(about_words(document)))
            buckets[bucket(document.told_at)] += 1
    count(connection, name, buckets)
    return words


def count(connection: Connection, name: str, buckets: Counter[int]) -> None:
    """Add to the numbers of articles; ``buckets`` may be negative."""
    connection.execute(
        statement(
            "INSERT INTO {buckets} SELECT * FROM unnest(%s::integer[], %s::integer[]) "
            "ON CONFLICT (bucket) DO UPDATE SET articles = {buckets}.articles + EXCLUDED.articles",
            name,
        ),
        [list(buckets), list(buckets.values())],
    )


def add_words(connection: Connection, name: str, words: Counter[str]) -> None:
    """The counts only say which of two words is the likelier: they are not lowered again before a rebuild."""
    written = sorted(words.items())
    connection.execute(
        statement(
            "INSERT INTO {words} SELECT * FROM unnest(%s::text[], %s::text[], %s::integer[]) "
            "ON CONFLICT (word) DO UPDATE SET articles = {words}.articles + EXCLUDED.articles",
            name,
        ),
        [[word for word, _ in written], [word[::-1] for word, _ in written], [number for _, number in written]],
    )


def fill_words(connection: Connection, name: str, words: Counter[str]) -> None:
    """Copy ``words`` into an empty table without indexes."""
    copy = statement("COPY {words} (word, turned, articles) FROM STDIN", name)
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for word, articles in words.items():
            rows.write_row((word, word[::-1], articles))
