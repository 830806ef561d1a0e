"""Reads a query as a person typed it. Whatever it is, there is an answer: what is wrong is told beside it.

    职工创新 安全         both, anywhere                    “五小”创新 "green card"   exactly this
    -广告, 不含 广告       without it                        A OR B, A 或 B             one of them
    (A OR B) C             brackets                          innov*                     a word that begins so
    来源:新华 source:…     类别: 作者: 网站: 语言:             来源:"新华社"               this source and no other
    2023-12                told in that month                2023-12-01..2023-12-31, 日期:2023
    2023年12月             told then, or with these words

OR joins its two neighbours, so ``A B OR C`` wants A, and B or C.
"""

from __future__ import annotations

from huomiao.newsdesk.pipeline.search import days, tokens
from huomiao.newsdesk.pipeline.search.lexing import DATE, Kind, Lexeme, lexemes
from huomiao.newsdesk.pipeline.search.queries import (
    All,
    Any,
    Beginning,
    Field,
    Name,
    Node,
    Not,
    Phrase,
    Problem,
    Query,
    Trouble,
    Words,
)

LONGEST = 400
MOST_PARTS = 40
DEEPEST = 10


def parse(text: str) -> Query:
    """What ``text`` asks for, with a ``Problem`` for each thing in it that was left out or guessed. Never raises."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._problems: list[Problem] = []
        # PostgreSQL takes no NUL, and nobody means one.
        usable = text[:LONGEST].replace("\0", " ")
        if len(text) > LONGEST:
            self._tell(Trouble.TOO_LONG, LONGEST, len(text))
        self._parts = list(lexemes(usable))
        if len(self._parts) > MOST_PARTS:
            self._tell(Trouble.TOO_MANY, self._parts[MOST_PARTS].start, len(usable))
            del self._parts[MOST_PARTS:]
        self._at = 0

    def read(self) -> Query:
        children: list[Node] = []
        while self._at < len(self._parts):
            children.extend(self._all(0))
            if self._at < len(self._parts):
                stray = self._next()
                self._tell(Trouble.STRAY_BRACKET, stray.start, stray.end)
        return Query(self._text, All(tuple(children)), tuple(sorted(self._problems, key=lambda one: one.start)))

    def _all(self, depth: int) -> list[Node]:
        """The children up to a closing bracket or the end, those around an OR taken together."""
        children: list[Node] = []
        while (part := self._peek()) and part.kind is not Kind.CLOSE:
            if part.kind is Kind.OR:
                self._next()
                self._tell(Trouble.LONE_OR, part.start, part.end)
                continue
            choices = self._choices(depth)
            if len(choices) > 1:
                children.append(Any(tuple(choices)))
            else:
                children.extend(choices)
        return children

    def _choices(self, depth: int) -> list[Node]:
        choices = self._one(depth)
        while (part := self._peek()) and part.kind is Kind.OR:
            self._next()
            following = self._peek()
            if following is None or following.kind in (Kind.CLOSE, Kind.OR):
                self._tell(Trouble.LONE_OR, part.start, part.end)
                continue
            choices += self._one(depth)
        return choices

    def _one(self, depth: int) -> list[Node]:
        """One condition; none when nothing in it can be looked for."""
        part = self._next()
        match part.kind:
            case Kind.NOT:
                return self._excluded(part, depth)
            case Kind.OPEN:
                return self._bracket(part, depth)
            case Kind.FIELD:
                return self._field(part)
            case Kind.PHRASE:
                return self._phrase(part)
            case _:
                return self._words(part)

    def _excluded(self, sign: Lexeme, depth: int) -> list[Node]:
        following = self._peek()
        if following is None or following.kind in (Kind.CLOSE, Kind.OR, Kind.NOT):
            self._tell(Trouble.NOTHING_EXCLUDED, sign.start, sign.end)
            return []
        return [Not(child) for child in self._one(depth)]

    def _bracket(self, opening: Lexeme, depth: int) -> list[Node]:
        if depth == DEEPEST:
            self._tell(Trouble.TOO_DEEP, opening.start, opening.end)
            return []
        children = self._all(depth + 1)
        if self._peek() is None:
            self._tell(Trouble.OPEN_BRACKET, opening.start, opening.end)
        else:
            self._next()
        return children if len(children) < 2 else [All(tuple(children))]

    def _field(self, name: Lexeme) -> list[Node]:
        value = self._peek()
        if name.field == "?":
            self._tell(Trouble.UNKNOWN_FIELD, name.start, name.end)
            # Its value is looked for like any words.
            if value is None or value.kind not in (Kind.WORD, Kind.PHRASE):
                return []
            self._next()
            return self._phrase(value) if value.kind is Kind.PHRASE else self._words(value)
        if value is None or value.kind not in (Kind.WORD, Kind.PHRASE):
            self._tell(Trouble.EMPTY_FIELD, name.start, name.end)
            return []
        self._next()
        if value.kind is Kind.PHRASE and not value.closed:
            self._tell(Trouble.OPEN_QUOTE, value.start, value.end)
        if name.field == DATE:
            return self._dates(value, named=True)
        if not tokens.key(value.text):
            self._tell(Trouble.EMPTY_FIELD, name.start, value.end)
            return []
        return [Field(Name(name.field), value.text.strip(), exact=value.kind is Kind.PHRASE)]

    def _phrase(self, part: Lexeme) -> list[Node]:
        if not part.closed:
            self._tell(Trouble.OPEN_QUOTE, part.start, part.end)
        if not tokens.runs(part.text):
            self._tell(Trouble.NO_LETTERS, part.start, part.end)
            return []
        return [Phrase(part.text.strip())]

    def _words(self, part: Lexeme) -> list[Node]:
        if found := self._dates(part, named=False):
            return found
        cut = tokens.runs(part.text)
        if not cut:
            # A dash between words is how titles are written; it is not worth a word.
            if any(character.isprintable() and character not in "-–—|·:：" for character in part.text):
                self._tell(Trouble.NO_LETTERS, part.start, part.end)
            return []
        if part.text.endswith("*") and len(cut) == 1 and len(cut[0]) > 1 and not tokens.is_paired(cut[0]):
            return [Beginning(cut[0][: tokens.LONGEST_WORD])]
        words = Words(part.text, part.start, part.end)
        try:
            told = days.spoken(part.text)
        except days.NoSuchDay:
            told = None
        # What was told then, and what tells of that time.
        return [Any((told.dates, words))] if told else [words]

    def _dates(self, part: Lexeme, *, named: bool) -> list[Node]:
        try:
            found = days.named(part.text) if named else days.bare(part.text)
        except days.NoSuchDay:
            self._tell(Trouble.NO_SUCH_DAY, part.start, part.end)
            # Not a day after all: by itself it is looked for as it stands.
            return []
        if found is None:
            if named:
                self._tell(Trouble.NO_SUCH_DAY, part.start, part.end)
            return []
        if found.turned:
            self._tell(Trouble.DAYS_REVERSED, part.start, part.end)
        return [found.dates]

    def _peek(self) -> Lexeme | None:
        return self._parts[self._at] if self._at < len(self._parts) else None

    def _next(self) -> Lexeme:
        self._at += 1
        return self._parts[self._at - 1]

    def _tell(self, trouble: Trouble, start: int, end: int) -> None:
        self._problems.append(Problem(trouble, self._text[start:end], start, end))
