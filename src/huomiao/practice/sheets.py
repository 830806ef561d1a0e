"""Rollup rows by the thousand: read by their keys and written back whole, without a model instance each.

The follower alone writes these tables, so it reads the rows that a batch of attempts touches, changes them in memory and
writes what they should now be. How many keys are asked for at once, and many rows upserted, differs between the
databases; this module is the only place that knows how.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import BinaryField, CharField, DateField, Field, JSONField

Row = TypeVar("Row")
Key = tuple[Any, ...]

# Keys in one statement: SQLite reads them from the text of the statement, PostgreSQL from arrays.
_KEYS = 2000


@lru_cache(maxsize=4096)
def _text(day: date) -> str:
    return day.isoformat()


class Sheet(Generic[Row]):
    """A rollup's table as rows of ``row_type``, whose attributes are its columns in order, found by ``key``."""

    def __init__(
        self,
        model: type[models.Model],
        row_type: Callable[..., Row],
        *,
        key: Collection[str],
        keeps_first: bool = False,
    ) -> None:
        self.model = model
        self.keeps_first = keeps_first
        self.row_type = row_type
        self.columns: tuple[str, ...] = tuple(row_type.__slots__)  # type: ignore[attr-defined]
        self.key = tuple(key)
        self.values: Callable[[Row], tuple[Any, ...]] = attrgetter(*self.columns)
        self.order: Callable[[tuple[Any, ...]], Any] = itemgetter(*[self.columns.index(name) for name in self.key])
        self.key_of: Callable[[Row], Any] = attrgetter(*self.key)
        fields: dict[str, Field[Any, Any]] = {
            field.attname: field for field in model._meta.concrete_fields if isinstance(field, Field)
        }
        self.fields = [fields[name] for name in self.columns]
        self.dates = [i for i, field in enumerate(self.fields) if isinstance(field, DateField)]
        self.json = [i for i, field in enumerate(self.fields) if isinstance(field, JSONField)]
        # A key as SQLite reads it: numbers, days and our own words, so nothing in it needs to be escaped.
        is_text = {name: isinstance(fields[name], (DateField, CharField)) for name in self.key}
        self.literal = "(" + ",".join("'%s'" if is_text[name] else "%d" for name in self.key) + ")"
        self.bytes = [i for i, field in enumerate(self.fields) if isinstance(field, BinaryField)]

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    def read(self, keys: Iterable[Any]) -> dict[Any, Row]:
        """The rows that exist for ``keys`` (tuples, or bare values where the key is one column)."""
        found: dict[Any, Row] = {}
        wanted = iter(keys)
        while chunk := list(islice(wanted, _KEYS)):
            for values in self._select(chunk):
                row = self.row_type(*values)
                found[self.key_of(row)] = row
        return found

    def write(self, rows: Iterable[Row]) -> None:
        """Store ``rows``, whether or not they exist already; inside the caller's transaction."""
        # Sorted by key, so that those of one leaf of the index are written together.
        values: list[Any] = sorted(map(self.values, rows), key=self.order)
        if not values:
            return
        if self.dates or self.json:
            values = list(self._stored(values))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(self._upsert_arrays(), list(map(list, zip(*values, strict=True))))
            else:
                cursor.executemany(self._upsert_rows(), values)

    def clear(self) -> None:
        """Empty the table."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table}")  # noqa: S608 -- our own table

    def _select(self, keys: list[Any]) -> Iterator[Iterable[Any]]:
        rows = keys if len(self.key) > 1 else [(key,) for key in keys]
        columns = ", ".join(f"t.{_name(column)}" for column in self.columns)
        match = " AND ".join(f"t.{_name(column)} = k.{_name(column)}" for column in self.key)
        names = ", ".join(_name(column) for column in self.key)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                arrays = ", ".join(f"%s::{self._type(column)}[]" for column in self.key)
                sql = f"SELECT {columns} FROM unnest({arrays}) AS k({names}) JOIN {self.table} t ON {match}"  # noqa: S608
                cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
            else:
                # CROSS JOIN is SQLite's way to be told the order: look each key up, never scan the table.
                listed = ",".join([self.literal % tuple(row) for row in rows])
                sql = (
                    f"WITH k({names}) AS (VALUES {listed}) "  # noqa: S608 -- whole numbers, dates and our own words
                    f"SELECT {columns} FROM k CROSS JOIN {self.table} t ON {match}"
                )
                cursor.execute(sql)
            yield from self._loaded(cursor.fetchall())

    def _loaded(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Iterable[Any]]:
        if not (self.json or self.bytes):
            yield from rows
            return
        for values in rows:
            row = list(values)
            for i in self.json:
                if isinstance(row[i], str):
                    row[i] = json.loads(row[i])
            for i in self.bytes:
                row[i] = bytes(row[i])
            yield row

    def _stored(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
        as_text = connection.vendor != "postgresql"
        for values in rows:
            row = list(values)
            if as_text:
                for i in self.dates:
                    if row[i] is not None:
                        row[i] = _text(row[i])
            for i in self.json:
                row[i] = json.dumps(row[i], ensure_ascii=False, separators=(",", ":"))
            yield row

    def _type(self, column: str) -> str:
        field = self.fields[self.columns.index(column)]
        return str(field.db_type(connection))

    def _upsert_rows(self) -> str:
        places = ", ".join("%s" for _column in self.columns)
        return f"INSERT INTO {self.table} ({self._names}) VALUES ({places}) {self._on_conflict}"  # noqa: S608

    def _upsert_arrays(self) -> str:
        # JSON travels as text: an array of json would be read as an array inside the value.
        arrays = ", ".join(
            "%s::text[]" if isinstance(field, JSONField) else f"%s::{field.db_type(connection)}[]"
            for field in self.fields
        )
        picked = ", ".join(
            f"v.{_name(column)}::jsonb" if isinstance(field, JSONField) else f"v.{_name(column)}"
            for column, field in zip(self.columns, self.fields, strict=True)
        )
        source = f"SELECT {picked} FROM unnest({arrays}) AS v({self._names})"  # noqa: S608 -- our own names
        return f"INSERT INTO {self.table} ({self._names}) {source} {self._on_conflict}"

    @property
    def _names(self) -> str:
        return ", ".join(map(_name, self.columns))

    @property
    def _on_conflict(self) -> str:
        key = ", ".join(map(_name, self.key))
        changed = [] if self.keeps_first else [column for column in self.columns if column not in self.key]
        updates = ", ".join(f"{_name(column)} = excluded.{_name(column)}" for column in changed)
        return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {updates}" if updates else "NOTHING")


def _name(column: str) -> str:
    return f'"{column}"'
