"""From a cell to a value. Each parser takes a cell that is not blank and raises ``ValueError`` with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _

from huomiao.core.tables.cells import Cell, plain, text_of

Parser = Callable[[Cell], Any]

_YES = frozenset({"是", "√", "✓", "✔", "☑", "对", "有", "y", "yes", "true", "1", "t"})
_NO = frozenset({"否", "×", "✗", "✘", "☒", "x", "错", "无", "不是", "n", "no", "false", "0", "f"})
_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})(?:[月./-](\d{1,2})?日?|月)?(?:[T ]?\d{1,2}:\d{2}(?::\d{2})?)?")
_SERIAL_ZERO = date(1899, 12, 30)


def parse_text(cell: Cell) -> str:
    return text_of(cell)


def parse_code(cell: Cell) -> str:
    """A code or number that is not counted with: staff numbers, organization codes."""
    text = plain(cell)
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


@dataclass(frozen=True)
class TextUpTo:
    """Text of at most ``limit`` characters."""

    limit: int
    parse: Callable[[Cell], str] = parse_text

    def __call__(self, cell: Cell) -> str:
        text = self.parse(cell)
        if len(text) > self.limit:
            raise ValueError(
                _("最多 %(limit)s 个字，现在有 %(length)s 个字。") % {"limit": self.limit, "length": len(text)}
            )
        return text


def text_up_to(limit: int) -> TextUpTo:
    return TextUpTo(limit)


def code_up_to(limit: int) -> TextUpTo:
    return TextUpTo(limit, parse_code)


def parse_int(cell: Cell) -> int:
    number = _number(cell)
    if number is None or number != number.to_integral_value():
        raise ValueError(_("应为整数，例如 12。"))
    return int(number)


def parse_count(cell: Cell) -> int:
    """A whole number that is not negative and fits a database column."""
    number = parse_int(cell)
    if not 0 <= number <= 2_000_000_000:
        raise ValueError(_("应为不小于 0 的整数。"))
    return number


def parse_decimal(cell: Cell) -> Decimal:
    number = _number(cell)
    if number is None:
        raise ValueError(_("应为数字，例如 12.5，不要写单位。"))
    return number


def _number(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, float):
        cell = f"{cell:.15g}"  # what Excel shows of 0.30000000000000004
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain(cell)).lstrip("¥￥")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", text, re.IGNORECASE):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def parse_date(cell: Cell) -> date:
    """A day; a month counts as its first day. Takes Excel's serial days and the ways in which people write dates."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    expected = _("应为日期，例如 2023-05-01 或 2023年5月。")
    text = plain(cell)
    if isinstance(cell, float) and 1900 <= cell < 2101 and text.endswith(".1"):
        # Excel makes the same number of 2023.1 and 2023.10.
        year = int(cell)
        raise ValueError(
            _("“%(value)s”可能是 1 月，也可能是 10 月，请写成 %(year)s-01 或 %(year)s-10。")
            % {"value": text, "year": year}
        )
    try:
        if re.fullmatch(r"\d{8}", text):
            return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
        if re.fullmatch(r"\d{6}", text):
            return _day(int(text[:4]), int(text[4:]), 1)
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return _SERIAL_ZERO + timedelta(days=int(float(text)))
        if match := _DAY.fullmatch(text):
            return _day(int(match[1]), int(match[2]), int(match[3] or 1))
    except (ValueError, OverflowError):
        pass
    raise ValueError(expected)


def _day(year: int, month: int, day: int) -> date:
    if not 1900 <= year <= 2100:
        raise ValueError(year)
    return date(year, month, day)


def parse_phone(cell: Cell) -> str:
    """A mobile number (11 digits) or a landline with its area code, as digits and at most a hyphen."""
    text = plain(cell)
    text = text.removesuffix(".0")
    digits = re.sub(r"[-—–()]", "", text)
    digits = re.sub(r"^(\+?0{0,2}86)(?=1\d{10}$)", "", digits)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if re.fullmatch(r"0\d{9,11}", digits):
        return text
    raise ValueError(_("应为 11 位手机号，或带区号的固定电话。"))


def parse_bool(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    text = plain(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueError(_("应填“是”或“否”。"))


@dataclass(frozen=True)
class ChoiceParser:
    """One of some values, by what people see or write for it. ``labels`` are offered in written workbooks."""

    values: Mapping[str, str] = field(hash=False)
    labels: tuple[str, ...]

    def __call__(self, cell: Cell) -> str:
        found = self.values.get(_choice_key(text_of(cell)))
        if found is None:
            raise ValueError(_("应为以下之一：%(choices)s。") % {"choices": "、".join(self.labels)})
        return found

    def label(self, value: str) -> str:
        """What people see for ``value``."""
        for label in self.labels:
            if self.values[_choice_key(label)] == value:
                return label
        return value


def _choice_key(text: str) -> str:
    return re.sub(r"[（(）)、/，,]", "", plain(text)).lower()


def parse_choice(choices: type[Choices] | Mapping[str, str], aliases: Mapping[str, str] | None = None) -> ChoiceParser:
    """A parser for ``choices`` (Django's, or value → label). ``aliases`` maps other spellings to values."""
    pairs = list(choices.items()) if isinstance(choices, Mapping) else list(choices.choices)
    values: dict[str, str] = {}
    for spelling, value in (aliases or {}).items():
        values[_choice_key(spelling)] = str(value)
    for value, _label in pairs:
        values[_choice_key(str(value))] = str(value)
    for value, label in pairs:
        values[_choice_key(str(label))] = str(value)
    return ChoiceParser(values, tuple(str(label) for _value, label in pairs))


# What a blank cell gives: nothing for these, "" for everything that is text.
_EMPTY_IS_NONE = frozenset({parse_int, parse_count, parse_decimal, parse_date, parse_bool})


def blank_of(parse: Parser) -> str | None:
    return None if parse in _EMPTY_IS_NONE else ""
