"""A question on its way between a file and a bank: the one shape that every reader gives and every writer takes.

A draft is plain data. Its pictures are names, kept apart from the text: ``media["stem"]``, ``media["option.0"]``,
``media["explanation"]`` list the names, and a ``Reading`` knows the bytes behind each name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from huomiao.core.tables import Problem
from huomiao.practice.kinds import Body, Key

STEM, EXPLANATION = "stem", "explanation"


def option_place(index: int) -> str:
    """Where the pictures of an option stand in ``DraftQuestion.media``."""
    return f"option.{index}"


@dataclass(frozen=True)
class Finding:
    """Something to tell about one place of a file: an error that keeps the question out, or a notice.

    ``cell`` is a cell's address in tables, a line number in texts, an identifier in packages; ``value`` is what stands
    there. A notice says what was inferred, so that nothing is guessed in silence.
    """

    message: str
    sheet: str = ""
    cell: str = ""
    column: str = ""
    value: str = ""
    is_error: bool = True

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.cell or self.sheet

    def as_problem(self) -> Problem:
        """The finding as ``core.tables.mark_problems`` takes it; its cell must be an address."""
        return Problem(self.sheet, self.cell, self.column, self.value, self.message)


@dataclass
class DraftQuestion:
    """One question as a file tells it. With an error among its findings it may lack anything."""

    kind: str = ""
    body: Body = field(default_factory=dict)
    key: Key = field(default_factory=dict)
    code: str = ""
    explanation: str = ""
    # From the trade or subject down to the point; names, or codes of topics that exist.
    topic: tuple[str, ...] = ()
    level: str = ""
    difficulty: int | None = None
    use: str = ""
    source: str = ""
    labels: tuple[str, ...] = ()
    points: float | None = None
    media: dict[str, list[str]] = field(default_factory=dict)
    sheet: str = ""
    # The row of the sheet, the line of the text, the number of the item: counted from 1.
    line: int = 0
    findings: list[Finding] = field(default_factory=list)
    # Where each part of the question stands in its row (part → letters of the column), so that a later check can
    # still name the cell; empty outside tables.
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        return str(self.body.get("stem", ""))

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]

    @property
    def is_good(self) -> bool:
        return not self.errors

    def blame(self, part: str, message: str, *, value: str = "", title: str = "") -> None:
        """Add an error at ``part`` of the question: a column key in tables."""
        self._find(part, message, value=value, title=title, is_error=True)

    def note(self, part: str, message: str, *, value: str = "", title: str = "") -> None:
        """Add a notice at ``part``: something was inferred or left out."""
        self._find(part, message, value=value, title=title, is_error=False)

    def _find(self, part: str, message: str, *, value: str, title: str, is_error: bool) -> None:
        cell = (
            f"{self.columns.get(part) or self.columns.get('stem') or 'A'}{self.line}"
            if self.columns
            else str(self.line)
        )
        self.findings.append(Finding(str(message), self.sheet, cell, title, value[:200], is_error))

    def as_json(self) -> dict[str, Any]:
        """The draft as JSON holds it; a large file has tens of thousands, so nothing is copied that need not be."""
        return {**vars(self), "columns": dict(self.columns), "findings": [vars(finding) for finding in self.findings]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DraftQuestion:
        return cls(
            **{
                **values,
                "topic": tuple(values["topic"]),
                "labels": tuple(values["labels"]),
                "findings": [Finding(**finding) for finding in values["findings"]],
            }
        )


class Media:
    """Pictures, sound and film by name. Names are compared without case, and a bare name finds a file in a folder."""

    def __init__(self, contents: Mapping[str, bytes] | None = None) -> None:
        self._contents: dict[str, bytes] = {}
        self._by_key: dict[str, str] = {}
        for name, content in (contents or {}).items():
            self.add(name, content)

    def add(self, name: str, content: bytes) -> None:
        self._contents[name] = content
        path = name.replace("\\", "/").casefold()
        base = path.rpartition("/")[2]
        stem = base.rpartition(".")[0] or base
        for key in (path, base, stem):
            self._by_key.setdefault(key, name)

    def find(self, wanted: str) -> str:
        """The full name of what is called ``wanted`` (a path, a file name, or a file name without ending); ""."""
        key = wanted.strip().replace("\\", "/").casefold()
        return self._by_key.get(key) or self._by_key.get(key.rpartition("/")[2]) or ""

    def read(self, name: str) -> bytes:
        return self._contents[name]

    def __contains__(self, name: object) -> bool:
        return name in self._contents

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)


@dataclass
class Reading:
    """Everything that a file gave: its questions, what else there is to say about it, and its pictures."""

    drafts: list[DraftQuestion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    media: Media = field(default_factory=Media)

    @property
    def good(self) -> list[DraftQuestion]:
        return [draft for draft in self.drafts if draft.is_good]
