"""One cell: what can stand in it, how it reads as text, and where it is."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | bool | date | datetime | Decimal | None

# Letters, digits and blanks typed with a Chinese keyboard in full-width mode. Chinese punctuation stays as it is.
_HALF_WIDTH = {0x3000: 0x20, 0xA0: 0x20} | {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()
}
# Invisible characters that come with text pasted from chat programs and web pages.
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(9), 0xB, 0xC, *range(0xE, 0x20), 0x7F])
_UNCLEAN = re.compile("[\r" + "".join(re.escape(chr(code)) for code in (*_HALF_WIDTH, *_INVISIBLE)) + "]")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def clean(text: str) -> str:
    """``text`` without invisible characters and outer blanks, full-width letters and digits made half-width."""
    if not _UNCLEAN.search(text):
        return text.strip()  # nearly every cell, and several times as quick
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_INVISIBLE).translate(_HALF_WIDTH).strip()


def plain(value: Cell) -> str:
    """``value`` in its NFKC form without any blanks: how numbers, dates and choices are compared."""
    text = text_of(value)
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def text_of(value: Cell) -> str:
    """What a person sees in the cell."""
    if isinstance(value, str):
        return clean(armed(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def is_blank(value: Cell) -> bool:
    return value is None or (isinstance(value, str) and not clean(value))


def defused(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula, not even after it was saved as CSV."""
    return f"'{text}" if _FORMULA.match(text) else text


def armed(text: str) -> str:
    """What ``defused`` was given."""
    return text[1:] if text.startswith("'") and _DEFUSED.match(text) else text


def letters(column: int) -> str:
    """The letters over a column counted from 0: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def position(address: str) -> tuple[int, int]:
    """Row and column, counted from 0, of an address such as C12."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", address)
    if match is None:
        raise ValueError(address)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
