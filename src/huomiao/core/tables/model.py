"""What reading a table gives: rows, sheets, and every problem at its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from huomiao.core.tables.parsers import Parser, parse_text

# What a row of a sheet can turn out to be.
KINDS = ("title", "header", "data", "footer", "blank", "unread")


@dataclass(frozen=True)
class Column:
    """A column that a table may have: how its header may read, and how its cells become values."""

    key: str
    title: str | Promise
    aliases: tuple[str, ...] = ()
    required: bool = False
    parse: Parser = parse_text
    help: str | Promise = ""


@dataclass(frozen=True)
class Problem:
    """Something wrong at one cell: where it is, what stands there, and what was expected."""

    sheet: str
    cell: str
    column: str
    value: str
    message: str

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.sheet else self.cell


@dataclass
class Row:
    """A data row. ``values`` has every column; what could not be read has its blank value there and a problem here."""

    sheet: str
    number: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    # Where each column stands in this row's sheet, and what was typed there.
    letters: Mapping[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def cell(self, key: str) -> str:
        """The address of the column's cell in this row; of the row's first cell when the sheet lacks the column."""
        return f"{self.letters.get(key, 'A')}{self.number}"

    def blame(self, key: str, message: str) -> Problem:
        """Add a problem at the cell of column ``key``: for what only the importer can know."""
        problem = Problem(self.sheet, self.cell(key), self.titles.get(key, key), self.typed.get(key, ""), str(message))
        self.problems.append(problem)
        return problem


@dataclass(frozen=True)
class Line:
    """A row that is not data: a title above the header, a total or signature below."""

    number: int
    kind: str
    text: str


@dataclass
class Sheet:
    """One sheet and the fate of each of its rows; ``rows`` = title + header + data + footer + blank + unread."""

    name: str
    rows: int = 0
    header_row: int | None = None
    # Column key → letters, for the columns that the sheet has.
    found: dict[str, str] = field(default_factory=dict)
    unknown_headers: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_hidden: bool = False

    @property
    def is_read(self) -> bool:
        return self.header_row is not None


@dataclass
class Table:
    """Everything that a file held."""

    rows: list[Row]
    sheets: list[Sheet]
    unknown_headers: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """All problems, in the order in which a reader of the file meets them."""
        return list(self._problems())

    def _problems(self) -> Iterator[Problem]:
        for sheet in self.sheets:
            yield from sheet.problems
        for row in self.rows:
            yield from row.problems

    @property
    def good_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.problems]

    @property
    def bad_rows(self) -> list[Row]:
        return [row for row in self.rows if row.problems]

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def as_report(self) -> dict[str, Any]:
        """The table as JSON can hold it; ``from_report`` gives it back."""
        return {
            "sheets": [asdict(sheet) for sheet in self.sheets],
            "unknown_headers": self.unknown_headers,
            "rows": [
                {
                    "sheet": row.sheet,
                    "number": row.number,
                    "values": {key: _packed(value) for key, value in row.values.items()},
                    "typed": row.typed,
                    "problems": [asdict(problem) for problem in row.problems],
                }
                for row in self.rows
            ],
            "titles": dict(self.rows[0].titles) if self.rows else {},
        }

    @classmethod
    def from_report(cls, report: Mapping[str, Any]) -> Table:
        sheets = [
            Sheet(
                **{
                    **sheet,
                    "lines": [Line(**line) for line in sheet["lines"]],
                    "problems": [Problem(**problem) for problem in sheet["problems"]],
                }
            )
            for sheet in report["sheets"]
        ]
        found = {sheet.name: sheet.found for sheet in sheets}
        rows = [
            Row(
                sheet=row["sheet"],
                number=row["number"],
                values={key: _unpacked(value) for key, value in row["values"].items()},
                problems=[Problem(**problem) for problem in row["problems"]],
                letters=found[row["sheet"]],
                typed=row["typed"],
                titles=report["titles"],
            )
            for row in report["rows"]
        ]
        return cls(rows, sheets, list(report["unknown_headers"]))


def _packed(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"A table's value must be plain, not {type(value).__name__}.")


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    if kind == "decimal":
        return Decimal(text)
    return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)
