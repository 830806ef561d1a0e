"""Reads a workbook from standard input and writes its sheets as JSON to standard output.

It runs as a process of its own, with little memory and time and without the site's environment: a workbook from a
stranger that claims a billion cells, or that trips the reader, ends this process and not the site.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
import sys
import zipfile
from collections.abc import Sequence

import python_calamine
from defusedxml import DefusedXmlException, ElementTree

MEMORY = 1536 * 1024 * 1024
SECONDS = 60
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ERROR_CELL = re.compile(
    rb'<c (?=[^>]*\bt="e")[^>]*\br="(?P<at>[A-Z]{1,3}\d{1,7})"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>(?P<error>[^<]{1,20})</v>'
)


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _packed(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return None if value == "" else value


def _row(values: Sequence[object]) -> list[object]:
    row = [_packed(value) for value in values]
    while row and row[-1] is None:
        row.pop()
    return row


def _put(rows: list[list[object]], row: int, column: int, value: object) -> None:
    if row < len(rows):
        rows[row].extend([None] * (column + 1 - len(rows[row])))
        rows[row][column] = value


def _formula_errors(content: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """Cells of an xlsx file that hold an error such as #DIV/0!, by sheet: calamine gives them as empty."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    found: dict[str, list[tuple[int, int, str]]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return {}
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{{{_MAIN}}}sheet"):
            target = targets.get(sheet.get(f"{{{_LINK}}}id"), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            for cell in _ERROR_CELL.finditer(archive.read(path)) if path in archive.namelist() else ():
                name, number = re.fullmatch(rb"([A-Z]+)(\d+)", cell["at"]).groups()  # type: ignore[union-attr]  # the pattern's own
                column = 0
                for letter in name:
                    column = column * 26 + letter - 64
                value = (int(number) - 1, column - 1, cell["error"].decode())
                found.setdefault(sheet.get("name", ""), []).append(value)
    return found


def _sheets(content: bytes) -> list[dict[str, object]]:
    sheets: list[dict[str, object]] = []
    errors = _formula_errors(content)
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for meta in book.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows = [_row(values) for values in sheet.to_python(skip_empty_area=False)]
            for row, column, error in errors.get(meta.name, ()):
                _put(rows, row, column, error)
            while rows and not rows[-1]:
                rows.pop()
            sheets.append(
                {
                    "name": meta.name,
                    "hidden": meta.visible != python_calamine.SheetVisibleEnum.Visible,
                    "rows": rows,
                    "merges": [[*start, *end] for start, end in sheet.merged_cell_ranges or ()],
                }
            )
    return sheets


def main() -> None:
    _limit()
    try:
        answer: dict[str, object] = {"sheets": _sheets(sys.stdin.buffer.read())}
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except MemoryError:
        answer = {"error": "size"}
    except (python_calamine.CalamineError, DefusedXmlException, ElementTree.ParseError, OSError, ValueError, KeyError):
        answer = {"error": "broken"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
