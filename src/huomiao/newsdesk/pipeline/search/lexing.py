"""A query cut into what it is written with: words, phrases, brackets, signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from huomiao.newsdesk.pipeline.search.queries import Name

DATE = "date"
FIELDS: dict[str, Name | str] = {
    "source": Name.SOURCE,
    "来源": Name.SOURCE,
    "category": Name.CATEGORY,
    "类别": Name.CATEGORY,
    "分类": Name.CATEGORY,
    "author": Name.AUTHOR,
    "作者": Name.AUTHOR,
    "记者": Name.AUTHOR,
    "site": Name.SITE,
    "网站": Name.SITE,
    "language": Name.LANGUAGE,
    "语言": Name.LANGUAGE,
    "date": DATE,
    "日期": DATE,
    "时间": DATE,
}

# People type quotation marks in any direction, so each kind opens and closes.
_QUOTED = re.compile(r'["“”＂„]([^"“”＂„]*)(["“”＂„]|$)|[「『]([^」』]*)([」』]|$)')
_WORD = re.compile(r"""[^\s()（）"“”＂„「『]+""")
_FIELD = re.compile(r"([^\s:：]{1,12})[:：]")
# Not an address, and not a score of 3:2.
_LIKELY_FIELD = re.compile(r"[a-zA-Z]+[:：](?!//)")
_MINUS = "-－−"
_NOT = {"不含", "NOT"}
_OR = {"OR", "或", "|", "｜", "||"}
_AND = {"AND", "且", "&", "&&"}


class Kind(Enum):
    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OR = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One part of a query and its place. A field has its name and is followed by its value, a word or a phrase.

    ``closed`` is False for a phrase whose second mark is missing; ``field`` is "?" for a name that no field has.
    """

    kind: Kind
    text: str
    start: int
    end: int
    field: Name | str = ""
    closed: bool = True


def lexemes(text: str) -> Iterator[Lexeme]:
    """The parts of ``text`` in order. Every text has some; none raises."""
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in "(（":
            yield Lexeme(Kind.OPEN, character, at, at := at + 1)
        elif character in ")）":
            yield Lexeme(Kind.CLOSE, character, at, at := at + 1)
        elif character in _MINUS and at + 1 < len(text) and not text[at + 1].isspace():
            yield Lexeme(Kind.NOT, character, at, at := at + 1)
        elif quoted := _QUOTED.match(text, at):
            inside = quoted[1] if quoted[1] is not None else quoted[3]
            yield Lexeme(Kind.PHRASE, inside, at, quoted.end(), closed=bool(quoted[2] or quoted[4]))
            at = quoted.end()
        else:
            found = _word(text, at)
            at = found.end
            if found.kind is not Kind.WORD or unicodedata.normalize("NFKC", found.text) not in _AND:
                yield found


def _word(text: str, at: int) -> Lexeme:
    found = _WORD.match(text, at)
    # Nothing but a closing corner mark can be no word: it stands for itself.
    word = found[0] if found else text[at]
    end = at + len(word)
    if field := _FIELD.match(word):
        name = FIELDS.get(unicodedata.normalize("NFKC", field[1]).lower())
        if name is not None:
            return Lexeme(Kind.FIELD, field[0], at, at + field.end(), name)
        if field.end() < len(word) and _LIKELY_FIELD.match(word):
            return Lexeme(Kind.FIELD, field[0], at, at + field.end(), "?")
    for operators, kind in ((_OR, Kind.OR), (_NOT, Kind.NOT)):
        if word in operators:
            return Lexeme(kind, word, at, end)
    return Lexeme(Kind.WORD, word, at, end)
