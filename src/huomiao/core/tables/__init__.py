"""Tables from people and back to them: Excel of every generation, OpenDocument and CSV.

``read_table`` gives a ``Table`` that accounts for every row of the file and puts every problem at its cell;
``write_table`` gives a workbook whose cells no spreadsheet takes for formulas. ``docs/reference/tables.md`` says what
is recognised.
"""

from __future__ import annotations

from huomiao.core.tables.errors import Unreadable
from huomiao.core.tables.model import Column, Line, Problem, Row, Sheet, Table
from huomiao.core.tables.parsers import (
    ChoiceParser,
    code_up_to,
    parse_bool,
    parse_choice,
    parse_code,
    parse_count,
    parse_date,
    parse_decimal,
    parse_int,
    parse_phone,
    parse_text,
    text_up_to,
)
from huomiao.core.tables.reading import read_table
from huomiao.core.tables.writing import SheetOut, mark_problems, template_of, write_csv, write_table

__all__ = [
    "ChoiceParser",
    "Column",
    "Line",
    "Problem",
    "Row",
    "Sheet",
    "SheetOut",
    "Table",
    "Unreadable",
    "code_up_to",
    "mark_problems",
    "parse_bool",
    "parse_choice",
    "parse_code",
    "parse_count",
    "parse_date",
    "parse_decimal",
    "parse_int",
    "parse_phone",
    "parse_text",
    "read_table",
    "template_of",
    "text_up_to",
    "write_csv",
    "write_table",
]
