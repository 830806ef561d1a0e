"""A question as it is being written: what stands in the editor's fields, read, changed by its buttons, and turned into a question.

Rows are what the kind's parts are written in: an option, a blank, a step in its right place, a pair, a point to look for. A
row remembers the place that its part has in the version that is edited, so that a step that is moved changes the key and
not the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from huomiao.core.requests import whole_number
from huomiao.practice.kinds import KINDS, BadQuestion, Body, Key, fill, parts, short
from huomiao.practice.models import QuestionVersion

Medium = dict[str, str]
# How many empty rows a new question begins with.
FIRST_ROWS = {"single": 4, "multiple": 4, "true_false": 0, "fill": 1, "ordering": 3, "matching": 3, "short": 1}
MOST_ROWS = 26
LIMIT = 6000


@dataclass
class Row:
    """One row as it was typed."""

    text: str = ""
    # The right-hand side of a pair.
    other: str = ""
    media: list[Medium] = field(default_factory=list)
    is_right: bool = False
    number: str = ""
    tolerance: str = ""
    unit: str = ""
    points: str = ""
    own: int | None = None
    other_own: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.other.strip() or self.media or self.number.strip())


@dataclass
class Writing:
    """Everything that stands in the editor, right or wrong."""

    kind: str
    stem: str = ""
    media: list[Medium] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    is_true: bool | None = None
    any_order: bool = False
    max_chars: str = str(short.DEFAULT_CHARS)
    reference: str = ""
    explanation: str = ""
    explanation_media: list[Medium] = field(default_factory=list)
    # What is wrong, by the name of the field as ``BadQuestion`` gives it.
    errors: dict[str, str] = field(default_factory=dict)
    # Which row each part of the body was written in.
    row_of: dict[str, int] = field(default_factory=dict)

    # --- Reading and showing ----------------------------------------------------------------------------------------

    @classmethod
    def blank(cls, kind: str) -> Writing:
        return cls(kind, rows=[Row() for _row in range(FIRST_ROWS[kind])])

    @classmethod
    def of(cls, version: QuestionVersion) -> Writing:
        """``version`` as it stands in the editor."""
        body, key = version.body, version.key
        return cls(
            kind=version.kind,
            stem=body["stem"],
            media=body["media"],
            rows=_rows(version.kind, body, key),
            is_true=key["right"] if version.kind == "true_false" else None,
            any_order=bool(key.get("any_order")),
            max_chars=str(body.get("max_chars", short.DEFAULT_CHARS)),
            reference=key.get("reference", ""),
            explanation=version.explanation,
            explanation_media=version.explanation_media,
        )

    @classmethod
    def sent(cls, kind: str, data: QueryDict | MultiValueDict[str, str]) -> Writing:
        """What the form sent."""

        def text(name: str) -> str:
            return str(data.get(name, ""))[:LIMIT].replace("\r\n", "\n")

        count = min(whole_number(text("rows")) or 0, MOST_ROWS)
        right = set(data.getlist("right"))
        return cls(
            kind=kind,
            stem=text("stem"),
            media=_media(data, "stem"),
            rows=[
                Row(
                    text=text(f"row-{at}-text"),
                    other=text(f"row-{at}-other"),
                    media=_media(data, f"row-{at}"),
                    is_right=str(at) in right,
                    number=text(f"row-{at}-number")[:40],
                    tolerance=text(f"row-{at}-tolerance")[:40],
                    unit=text(f"row-{at}-unit")[:40],
                    points=text(f"row-{at}-points")[:40],
                    own=whole_number(text(f"row-{at}-own")),
                    other_own=whole_number(text(f"row-{at}-otherown")),
                )
                for at in range(count)
            ],
            is_true={"true": True, "false": False}.get(text("truth")),
            any_order=text("any_order") == "on",
            max_chars=text("max_chars")[:10],
            reference=text("reference"),
            explanation=text("explanation"),
            explanation_media=_media(data, "explanation"),
        )

    @property
    def blanks(self) -> int:
        """How many blanks the stem marks."""
        return len(fill.marks(self.stem))

    def fit_rows(self) -> None:
        """Give every blank of the stem a row; rows beyond them go when nothing stands in them."""
        if self.kind != "fill":
            return
        wanted = min(max(self.blanks, 1), fill.MOST_BLANKS)
        while len(self.rows) < wanted:
            self.rows.append(Row())
        while len(self.rows) > wanted and self.rows[-1].is_empty:
            self.rows.pop()

    def mark(self, at: int) -> str:
        """What the row at ``at`` is called."""
        return parts.letter(at) if self.kind in {"single", "multiple"} else str(at + 1)

    # --- Buttons ----------------------------------------------------------------------------------------------------

    def press(self, act: str) -> None:
        """What a button of the editor does to the rows; an unknown one does nothing."""
        verb, _dash, rest = act.partition("-")
        if verb == "add" and len(self.rows) < MOST_ROWS:
            self.rows.append(Row())
        elif verb == "drop":
            slot, _dot, place = rest.rpartition(".")
            media, at = self.slot(slot), whole_number(place)
            if media is not None and at is not None and at < len(media):
                del media[at]
        elif (at := whole_number(rest)) is not None and at < len(self.rows):
            if verb == "remove":
                del self.rows[at]
            elif verb == "up" and at > 0:
                self.rows[at - 1 : at + 1] = reversed(self.rows[at - 1 : at + 1])
            elif verb == "down" and at + 1 < len(self.rows):
                self.rows[at : at + 2] = reversed(self.rows[at : at + 2])

    def slot(self, name: str) -> list[Medium] | None:
        """The media that stand at ``name``: of the stem, the explanation, or a row; None for no such place."""
        if name == "stem":
            return self.media
        if name == "explanation":
            return self.explanation_media
        at = whole_number(name.removeprefix("row-"))
        return self.rows[at].media if at is not None and at < len(self.rows) else None

    def as_kind(self, kind: str) -> Writing:
        """The same stem, rows and explanation, written as another kind."""
        rows = [
            Row(text=row.text, media=row.media, is_right=row.is_right) for row in self.rows if row.text or row.media
        ]
        while len(rows) < FIRST_ROWS[kind]:
            rows.append(Row())
        if kind == "single":
            right = next((at for at, row in enumerate(rows) if row.is_right), None)
            for at, row in enumerate(rows):
                row.is_right = at == right
        return Writing(
            kind,
            stem=self.stem,
            media=self.media,
            rows=rows if kind != "true_false" else [],
            is_true=self.is_true,
            max_chars=self.max_chars,
            reference=self.reference,
            explanation=self.explanation,
            explanation_media=self.explanation_media,
        )

    # --- The question -----------------------------------------------------------------------------------------------

    def question(self) -> tuple[Body, Key]:
        """The body and key that are written here, in shape but not checked; ``errors`` gets numbers that are none."""
        body: Body = {"stem": self.stem.strip(), "media": self.media}
        self.row_of = {}
        if self.kind == "true_false":
            return body, {"right": self.is_true}
        if self.kind == "short":
            most = whole_number(self.max_chars.strip())
            if most is None:
                self.errors["max_chars"] = _("请填写整数。")
            points = [
                {"text": row.text, "points": self._number(row.points, f"points.{at}")}
                for at, row in self._written("points")
            ]
            return {**body, "max_chars": most or 0}, {"reference": self.reference, "points": points}
        if self.kind == "fill":
            return {**body, "stem": fill.plain_marks(body["stem"]), "blanks": self.blanks}, self._blanks()
        if self.kind == "ordering":
            return self._steps(body)
        if self.kind == "matching":
            return self._pairs(body)
        options = [(row, {"text": row.text, "media": row.media}) for _at, row in self._written("options")]
        right = [at for at, (row, _option) in enumerate(options) if row.is_right]
        return {**body, "options": [option for _row, option in options]}, {"right": right}

    def checked(self) -> tuple[Body, Key] | None:
        """The question as it is kept; None when something is wrong, which ``errors`` then says."""
        body, key = self.question()
        if self.errors:
            return None
        try:
            return KINDS[self.kind].check(body, key)
        except BadQuestion as refusal:
            self.blame(refusal)
            return None

    def blame(self, refusal: BadQuestion) -> None:
        """Put what is wrong beside the field in which it was written."""
        self.errors[refusal.field] = refusal.message

    def row_error(self, at: int) -> str:
        """What is wrong with the row at ``at``."""
        for name, message in self.errors.items():
            if self.row_of.get(name) == at:
                return message
        return ""

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong, each sentence once."""
        return list(dict.fromkeys(self.errors.values()))

    def _written(self, name: str) -> Iterable[tuple[int, Row]]:
        """The rows in which something stands, each noted as the part of the body that it becomes."""
        found = [(at, row) for at, row in enumerate(self.rows) if not row.is_empty or row.is_right]
        for place, (at, _row) in enumerate(found):
            self.row_of[f"{name}.{place}"] = at
        return [(place, row) for place, (_at, row) in enumerate(found)]

    def _number(self, text: str, name: str) -> float | None:
        plain = parts.narrow(text).strip().replace(",", "")
        if not plain:
            return None
        try:
            number = float(plain)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.errors[name] = _("“%(text)s”不是数字。") % {"text": text.strip()[:20]}
            return None
        return number

    def _blanks(self) -> Key:
        blanks = []
        for at, row in enumerate(self.rows):
            name = f"blanks.{at}"
            self.row_of[name] = at
            blanks.append(
                {
                    "accept": [line.strip() for line in row.text.split("\n") if line.strip()],
                    "number": self._number(row.number, name),
                    "tolerance": self._number(row.tolerance, name),
                    "unit": row.unit.strip(),
                }
            )
        return {"blanks": blanks, "any_order": self.any_order}

    def _steps(self, body: Body) -> tuple[Body, Key]:
        written = [(at, row) for at, row in enumerate(self.rows) if not row.is_empty]
        kept = _by_own([(row.own, at) for at, row in written])
        self.row_of = {f"items.{place}": at for place, at in enumerate(kept)}
        return {**body, "items": [{"text": self.rows[at].text} for at in kept]}, {
            "order": [kept.index(at) for at, _row in written]
        }

    def _pairs(self, body: Body) -> tuple[Body, Key]:
        pairs = [(at, row) for at, row in enumerate(self.rows) if row.text.strip()]
        texts: dict[str, int] = {}
        for at in _by_own([(row.other_own, at) for at, row in enumerate(self.rows) if row.other.strip()]):
            texts.setdefault(self.rows[at].other.strip(), at)
        sides = list(texts)
        self.row_of = {f"right.{place}": at for place, at in enumerate(texts.values())}
        for place, (at, _row) in enumerate(pairs):
            self.row_of |= {f"left.{place}": at, f"pairs.{place}": at}
        key = [sides.index(row.other.strip()) if row.other.strip() else None for _at, row in pairs]
        return {
            **body,
            "left": [{"text": row.text} for _at, row in pairs],
            "right": [{"text": side} for side in sides],
        }, {"pairs": key}


def _by_own(rows: list[tuple[int | None, int]]) -> list[int]:
    """Rows in the order that their parts have in the version that is edited, new ones last."""
    return [at for _own, at in sorted(rows, key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1]))]


def _media(data: QueryDict | MultiValueDict[str, str], slot: str) -> list[Medium]:
    """The media of a place, each with what is written under it."""
    found = []
    words = data.getlist(f"{slot}-alt")
    for at, value in enumerate(data.getlist(f"{slot}-media")[: parts.MOST_MEDIA + 1]):
        file, _bar, kind = str(value).partition("|")
        found.append(
            {"file": file[:40], "kind": kind[:10], "alt": words[at][: parts.ALT_LIMIT] if at < len(words) else ""}
        )
    return found


def _rows(kind: str, body: Body, key: Key) -> list[Row]:
    if kind in {"single", "multiple"}:
        return [
            Row(text=option["text"], media=option["media"], is_right=at in key["right"])
            for at, option in enumerate(body["options"])
        ]
    if kind == "fill":
        return [
            Row(
                text="\n".join(blank["accept"]),
                number=_typed(blank["number"]),
                tolerance=_typed(blank["tolerance"]),
                unit=blank["unit"],
            )
            for blank in key["blanks"]
        ]
    if kind == "ordering":
        return [Row(text=body["items"][own]["text"], own=own) for own in key["order"]]
    if kind == "matching":
        rows = [
            Row(text=side["text"], other=body["right"][pair]["text"], other_own=pair)
            for side, pair in zip(body["left"], key["pairs"], strict=True)
        ]
        unused = [own for own in range(len(body["right"])) if own not in key["pairs"]]
        return [*rows, *(Row(other=body["right"][own]["text"], other_own=own) for own in unused)]
    if kind == "short":
        return [Row(text=point["text"], points=_typed(point["points"])) for point in key["points"]]
    return []


def _typed(number: float | None) -> str:
    return "" if number is None else fill.written(float(number))
