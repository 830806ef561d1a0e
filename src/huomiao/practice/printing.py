"""What a paper, an answer sheet and a key sheet show in print: data for the PDF templates."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image

from huomiao.core import pdf, qr
from huomiao.files.models import StoredFile
from huomiao.practice import printed
from huomiao.practice.exam_papers import Layout
from huomiao.practice.kinds import parts
from huomiao.practice.models import Exam, ExamPaper, QuestionVersion
from huomiao.practice.states import PaperPlan

# Sharp enough at the width of a column of paper.
LONGEST_SIDE = 900
BUBBLED = frozenset({"single", "multiple", "true_false"})
# How many lines a text gets: one for so many characters.
CHARS_A_LINE = 28
FEWEST_LINES, MOST_LINES = 4, 24

Absolute = Callable[[str], str]


def paper_pdf(exam: Exam, paper: ExamPaper, letter: str, *, absolute: Absolute) -> bytes:
    """The questions of a variant, to be handed out. Holds nothing of the key."""
    order = printed.layout(exam, paper, letter)
    with override("zh-hans"):
        data = {**_head(exam, paper, letter, absolute), "sections": _sections(paper, order)}
    return pdf.render("practice/exam_paper.typ", data)


def sheet_pdf(exam: Exam, paper: ExamPaper, letter: str, *, absolute: Absolute) -> bytes:
    """The answer sheet of a variant: boxes, bubbles and lines by the printed numbers."""
    order = printed.layout(exam, paper, letter)
    digits = max((len(number) for number in exam.candidates.values_list("number", flat=True)), default=8)
    with override("zh-hans"):
        data = {
            **_head(exam, paper, letter, absolute),
            "digits": digits,
            "sections": [
                {**section, "questions": [_place_to_answer(one) for one in section["questions"]]}
                for section in _sections(paper, order, with_pictures=False)
            ],
        }
    return pdf.render("practice/answer_sheet.typ", data)


def key_pdf(exam: Exam, paper: ExamPaper, letter: str, *, absolute: Absolute) -> bytes:
    """What is right, by the printed numbers of a variant: for officers only."""
    order = printed.layout(exam, paper, letter)
    versions = QuestionVersion.objects.in_bulk({item[0] for item in paper.items})
    rows = []
    for number, position in enumerate(order.positions(), 1):
        asked, version = order.paper.asked[position], versions[paper.items[position][0]]
        if asked.kind.name in {"fill", "short"}:
            words = asked.kind.key_in_words(version.body, version.key)
        else:
            places = asked.kind.solution(version.body, version.key, order.order(position))
            words = asked.kind.in_words(version.body, places)
        rows.append(
            {
                "number": number,
                "kind": str(asked.kind.label),
                "key": words,
                "points": _points(paper.items[position][1]),
                "marks": [f"{point['text']}（{_points(point['points'])}）" for point in version.key.get("points", [])],
            }
        )
    with override("zh-hans"):
        data = {**_head(exam, paper, letter, absolute), "rows": rows}
    return pdf.render("practice/key_sheet.typ", data)


def name_of(exam: Exam, paper: ExamPaper, letter: str) -> str:
    """What a printed variant is called: A, or 2A where there are several papers."""
    return f"{paper.number}{letter}" if exam.plan == PaperPlan.EQUAL and exam.paper_count > 1 else letter


def _head(exam: Exam, paper: ExamPaper, letter: str, absolute: Absolute) -> dict[str, Any]:
    name = name_of(exam, paper, letter)
    address = absolute(reverse("practice:exam-keying-sheet", args=[exam.slug, paper.number, letter]))
    opens = timezone.localtime(exam.opens_at)
    return {
        "title": exam.title,
        "organiser": exam.organiser.name,
        "variant": name,
        "minutes": exam.minutes,
        "total": _points(paper.total_points),
        "count": len(paper.items),
        "day": f"{opens:%Y-%m-%d}",
        "notes": exam.text[:1500],
        "qr": qr.svg_image(address),
    }


def _sections(paper: ExamPaper, order: Layout, *, with_pictures: bool = True) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = [{"title": title, "questions": []} for title in order.paper.sections]
    pictures = _Pictures(with_pictures)
    for number, position in enumerate(order.positions(), 1):
        asked = order.paper.asked[position]
        body = asked.kind.shown(asked.body, order.order(position))
        section = sections[order.paper.section_of[position]]
        section["questions"].append(
            {
                "number": number,
                "kind": asked.kind.name,
                "points": _points(paper.items[position][1]),
                "stem": body["stem"],
                "pictures": pictures.of(body.get("media", [])),
                "parts": [
                    {
                        "letter": parts.letter(place),
                        "text": part["text"],
                        "pictures": pictures.of(part.get("media", [])),
                    }
                    for place, part in enumerate(body.get("options") or body.get("items") or body.get("right") or [])
                ],
                "left": [side["text"] for side in body.get("left", [])],
                "blanks": body.get("blanks", 0),
                "chars": body.get("max_chars", 0),
            }
        )
    kept = [section for section in sections if section["questions"]]
    for section in kept:
        section["hint"] = _hint(section["questions"])
    return kept


def _hint(questions: list[dict[str, Any]]) -> str:
    points = {one["points"] for one in questions}
    if len(points) == 1:
        return _("共 %(count)d 题，每题 %(points)s 分") % {"count": len(questions), "points": points.pop()}
    return _("共 %(count)d 题") % {"count": len(questions)}


def _place_to_answer(question: dict[str, Any]) -> dict[str, Any]:
    kind = question["kind"]
    letters = [part["letter"] for part in question["parts"]]
    if kind == "true_false":
        letters = ["√", "×"]
    lines = min(MOST_LINES, max(FEWEST_LINES, -(-question["chars"] // CHARS_A_LINE))) if kind == "short" else 0
    return {
        "number": question["number"],
        "kind": kind,
        "letters": letters if kind in BUBBLED else [],
        "boxes": len(question["left"]) or len(letters) if kind in {"ordering", "matching"} else 0,
        "blanks": question["blanks"],
        "lines": lines,
    }


def _points(value: Any) -> str:
    return f"{float(value):g}"


class _Pictures:
    """Pictures of questions as the templates take them; sound and film are named, since paper has neither."""

    def __init__(self, is_wanted: bool) -> None:  # noqa: FBT001 - private, and said by name where it is made
        self.is_wanted = is_wanted

    def of(self, media: list[dict[str, str]]) -> list[dict[str, Any]]:
        if not self.is_wanted:
            return []
        files = StoredFile.objects.in_bulk([one["file"] for one in media if one["kind"] == "image"], field_name="pk")
        by_key = {str(key): file for key, file in files.items()}
        found: list[dict[str, Any]] = []
        for one in media:
            file = by_key.get(one["file"])
            if file is None:
                found.append({"bytes": [], "alt": one.get("alt") or _("（此处音像材料由监考人播放）")})
            else:
                found.append({"bytes": list(_jpeg(file)), "alt": one.get("alt", "")})
        return found


def _jpeg(file: StoredFile) -> bytes:
    with default_storage.open(file.location) as stored:
        picture = Image.open(stored)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        flat = Image.new("RGB", picture.size, "white")
        layer = picture.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    return out.getvalue()
