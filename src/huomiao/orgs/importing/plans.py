"""A plan: what each row of a table would do, and the problems that keep rows from doing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import Model

from huomiao.core.tables import Problem, Row, Table
from huomiao.orgs.states import Fate

M = TypeVar("M", bound=Model)


@dataclass
class Planned(Generic[M]):
    """One row: what it is about, what would be set, and what was there before."""

    row: Row
    label: str
    subject: M | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def fate(self) -> Fate:
        if self.row.problems:
            return Fate.PROBLEM
        if self.subject is None:
            return Fate.NEW
        return Fate.CHANGED if self.changes else Fate.UNCHANGED


@dataclass
class Plan(Generic[M]):
    """All rows of a table with their fates."""

    table: Table
    rows: list[Planned[M]]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows meet which fate; rows = their sum."""
        counted = Counter(planned.fate for planned in self.rows)
        return {fate.value: counted[fate] for fate in Fate}

    @property
    def problems(self) -> list[Problem]:
        return self.table.problems

    def of(self, fate: Fate) -> list[Planned[M]]:
        return [planned for planned in self.rows if planned.fate == fate]

    def as_report(self, titles: dict[str, str]) -> dict[str, Any]:
        """The plan for a preview page, as JSON can hold it. ``titles`` names the fields that may be told."""
        return {
            "rows": [
                {
                    "sheet": planned.row.sheet,
                    "number": planned.row.number,
                    "label": planned.label,
                    "fate": planned.fate.value,
                    "fields": [titles.get(name, name) for name in planned.changes],
                    "problems": [
                        {"cell": p.cell, "column": p.column, "value": p.value, "message": p.message}
                        for p in planned.row.problems
                    ],
                }
                for planned in self.rows
            ],
            "sheets": [
                {
                    "name": sheet.name,
                    "is_read": sheet.is_read,
                    "is_hidden": sheet.is_hidden,
                    "counts": sheet.counts,
                    "lines": [{"number": line.number, "text": line.text} for line in sheet.lines],
                    "problems": [{"cell": p.cell, "message": p.message} for p in sheet.problems],
                }
                for sheet in self.table.sheets
            ],
            "unknown_headers": self.table.unknown_headers,
        }
