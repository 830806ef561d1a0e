"""Questions in the layout of printed papers: numbered, options lettered, answers after the question, in its brackets, or
in a list at the end. What Word documents and pasted text have in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from huomiao.core import encodings
from huomiao.practice.formats import answers, words
from huomiao.practice.formats.checking import check
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Media, Reading, option_place
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.solved import NotAnAnswer
from huomiao.practice.formats.tables import topic_of

MOST_LINES = 200_000
MOST_QUESTIONS = 50_000

_NUMBER = re.compile(
    r"^(?:第\s*)?[(（]?\s*(?P<number>\d{1,5})\s*(?:题\s*[.．、:：]?|[)）]\s*[.．、:：]?|[、:：]|[.．](?!\d))\s*(?P<rest>.*)$",
    re.DOTALL,
)
_OPTION = re.compile(r"^[(（]?\s*(?P<letter>[A-ZＡ-Ｚ])\s*(?:[.．、:：]|[)）])\s*(?P<rest>.*)$", re.DOTALL)
_FIELDS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"^[【\[]?\s*(?:{spellings})\s*(?:[】\]]\s*[:：]?|[:：])\s*(?P<rest>.*)$", re.DOTALL)
    for name, spellings in {
        "answer": r"正确答案|标准答案|参考答案|试题答案|本题答案|答\s*案|答",
        "explanation": r"答案解析|试题解析|题目解析|解\s*析|解释|分析|说明",
        "difficulty": r"难度|难易程度|试题难度",
        "topic": r"知识点|考点|章节|分类|考查点",
        "source": r"来源|出处|依据|出题依据",
        "code": r"编号|试题编号|题目编号|题库编号",
        "level": r"等级|技能等级|级别",
        "scoring": r"得分点|评分标准|评分要点|采分点",
        "points": r"分值",
        "labels": r"标签",
    }.items()
}
# An answer and an explanation on one line.
_INLINE = re.compile(r"\s*[【\[]?\s*(?:答案解析|试题解析|解\s*析)\s*(?:[】\]]\s*[:：]?|[:：])\s*")
_ANSWER_LIST = re.compile(
    r"^[【\[]?\s*(?:[一二三四五六七八九十]+[、.．]\s*)?(?:参考|标准|试题|正确|附[:：]?\s*参考)?答案(?:表|部分|与解析|及解析)?\s*[】\]]?\s*[:：]?$"
)
_GIVEN = r"[A-Za-zＡ-Ｚ]{1,8}|√|×|✓|✗|对|错|正确|错误"
_PAIR = re.compile(rf"(?P<number>\d{{1,5}})\s*[.．、:：)）]?\s*(?P<answer>{_GIVEN})(?![A-Za-z])")
_RANGE = re.compile(
    r"(?P<first>\d{1,5})\s*[-–—~～至]\s*(?P<last>\d{1,5})\s*[.．、:：)）]?\s*(?P<answers>[A-Z√×对错\s]+)"
)
_POINTS = re.compile(r"[(（]\s*(?:本题|每题|共)?\s*(\d+(?:\.\d+)?)\s*分\s*[)）]")
_MEASURE_START = re.compile(r"^\d+[.．]\d")


@dataclass
class Line:
    """A line of a document: its text, and the names of the pictures in it."""

    text: str
    number: int
    media: list[str] = field(default_factory=list)


@dataclass
class _Question:
    """A question while its lines come in."""

    number: int
    kind: str
    section: int
    line: int
    parts: dict[str, list[str]] = field(default_factory=dict)
    options: list[list[str]] = field(default_factory=list)
    media: dict[str, list[str]] = field(default_factory=dict)
    # Which part the next line without a mark of its own belongs to.
    at: str = STEM

    def add(self, part: str, text: str) -> None:
        self.at = part
        self.parts.setdefault(part, [])
        if text.strip():
            self.parts[part].append(text.strip())

    def text(self, part: str) -> str:
        return "\n".join(self.parts.get(part, ())).strip()


def read_text(content: bytes) -> Reading:
    """The questions in pasted or plain text.

    Raises:
        UnreadableFile: it is no text, or there is no numbered question in it.
    """
    return read([Line(text, number) for number, text in enumerate(decoded(content).splitlines(), 1)], Media())


def decoded(content: bytes) -> str:
    """Text of unknown encoding: UTF-8, UTF-16 by its mark, else GB18030.

    Raises:
        UnreadableFile: it is no text.
    """
    text = encodings.decoded(content)
    if text is None:
        raise UnreadableFile(_("无法识别的文件。请上传 UTF-8 或 GB18030 编码的文本。"))
    return text


def looks_numbered(text: str) -> bool:
    """Whether ``text`` has numbered questions at the starts of its lines."""
    return sum(bool(_NUMBER.match(line.strip())) for line in text.splitlines()[:400]) >= 1 and text.count("\n") >= 2


def read(lines: Sequence[Line], media: Media) -> Reading:
    """The questions in the lines of a document.

    Raises:
        UnreadableFile: there is no numbered question, or too much.
    """
    if len(lines) > MOST_LINES:
        raise UnreadableFile(_("文本超过 %(most)s 行。请分成几个文件导入。") % {"most": MOST_LINES})
    reader = _Reader(lines)
    for index, line in enumerate(lines):
        reader.take(index, line)
    if not reader.questions:
        raise UnreadableFile(
            _("没有找到带题号的题目。请写成“1. 题目”换行“A. 选项”……换行“答案：B”的样子，题号后用点或顿号。")
        )
    if len(reader.questions) > MOST_QUESTIONS:
        raise UnreadableFile(_("题目超过 %(most)s 道。请分成几个文件导入。") % {"most": MOST_QUESTIONS})
    reading = Reading(media=media)
    for question in reader.questions:
        reading.drafts.append(_draft(question, reader.listed))
    reading.findings += reader.findings(reading.drafts)
    return reading


class _Reader:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.questions: list[_Question] = []
        # Answers from the list at the end: by section and number, and by number alone.
        self.listed: dict[tuple[int | None, int], str] = {}
        self.kind = ""
        self.section = 0
        self.sections: list[str] = []
        self.in_list = False
        self.list_section: int | None = None
        self.restarts = True
        self.loose: list[int] = []

    @property
    def current(self) -> _Question | None:
        return self.questions[-1] if self.questions else None

    def take(self, index: int, line: Line) -> None:
        text = line.text.strip().replace("\u3000", " ").strip()
        if not text:
            if line.media and self.current is not None:
                self._media(self.current, line)
            return
        if self._heading(text) or self._list(text):
            return
        if self._begins(text, line, index) or self.current is None:
            if self.current is None:
                self.loose.append(line.number)
            return
        self._continue(self.current, text)
        self._media(self.current, line)

    def _heading(self, text: str) -> bool:
        kind = words.kind_in_heading(text) if len(text) < 120 else ""
        numbered = _NUMBER.match(text)
        if not kind or (numbered and not kind):
            return False
        if self.in_list:
            self.list_section = next((index for index, known in enumerate(self.sections, 1) if known == kind), None)
            rest = re.split(r"[:：]", text, maxsplit=1)
            if len(rest) == 2:
                self._pairs(rest[1])
            return True
        self.kind, self.restarts = kind, True
        self.section += 1
        self.sections.append(kind)
        return True

    def _list(self, text: str) -> bool:
        """Answers that stand together, below a heading of their own."""
        if not self.in_list:
            if len(self.questions) < 2 or not _ANSWER_LIST.match(text):
                return False
            question = self.questions[-1]
            # "答案：" alone below a question without one begins that question's answer, unless all the others lack theirs.
            lacking = sum("answer" not in one.parts for one in self.questions)
            if text.endswith((":", "：")) and "answer" not in question.parts and lacking < len(self.questions):
                return False
            self.in_list = True
            return True
        if self._pairs(text):
            return True
        numbered = _NUMBER.match(text)
        if numbered:
            self.listed[self.list_section, int(numbered["number"])] = numbered["rest"].strip()
            return True
        return True

    def _pairs(self, text: str) -> bool:
        plain = unicodedata.normalize("NFKC", text)
        found = False
        for match in _RANGE.finditer(plain):
            given = re.findall(r"[A-Z√×对错]", match["answers"])
            first, last = int(match["first"]), int(match["last"])
            if last - first + 1 == len(given):
                found = True
                for offset, answer in enumerate(given):
                    self.listed[self.list_section, first + offset] = answer
        if found:
            return True
        pairs = list(_PAIR.finditer(plain))
        rest = _PAIR.sub("", plain)
        if not pairs or re.sub(r"[\s,，;；、。.]+", "", rest):
            return False
        for match in pairs:
            self.listed[self.list_section, int(match["number"])] = match["answer"]
        return True

    def _begins(self, text: str, line: Line, index: int) -> bool:
        match = _NUMBER.match(text)
        if match is None or _MEASURE_START.match(text):
            return False
        number, last = int(match["number"]), self.current.number if self.current is not None else 0
        in_answer = self.current is not None and self.current.at not in {STEM, "option"}
        follows = number == last + 1 or (self.restarts and (number == 1 or number > last))
        if not (follows or (number > last and not in_answer and self.current is not None and self.current.options)):
            return False
        if in_answer and self._goes_on(number, index):
            return False
        self.restarts = False
        question = _Question(number, self.kind, self.section, line.number)
        self.questions.append(question)
        self._stem(question, match["rest"])
        self._media(question, line)
        return True

    def _goes_on(self, number: int, index: int) -> bool:
        """Whether a numbered line goes on with the steps of the answer above it, and is no question with an answer of its own."""
        current = self.current
        steps = (
            [match for text in current.parts.get(current.at, ()) if (match := _NUMBER.match(text))] if current else []
        )
        if not steps or number != int(steps[-1]["number"]) + 1:
            return False
        for line in self.lines[index + 1 : index + 30]:
            text = line.text.strip()
            if _OPTION.match(text) or _FIELDS["answer"].match(text):
                return False
            if _NUMBER.match(text):
                break
        return not answers.from_brackets(self.lines[index].text)[1]

    def _stem(self, question: _Question, text: str) -> None:
        """A stem that may have its options, and even its answer, on the same line."""
        found = _cut_fields(text)
        stem = found.pop(STEM)
        options = answers.marks_in(stem)
        if len(options) >= 2:
            question.add(STEM, stem[: options[0][0]])
            self._options(question, stem[options[0][0] :])
        else:
            question.add(STEM, stem)
        for part, rest in found.items():
            question.add(part, rest)

    def _continue(self, question: _Question, text: str) -> None:
        for part, pattern in _FIELDS.items():
            match = pattern.match(text)
            if match is None:
                continue
            rest = match["rest"]
            explained = _INLINE.split(rest, maxsplit=1) if part == "answer" else [rest]
            question.add(part, explained[0])
            if len(explained) == 2:
                question.add("explanation", explained[1])
            return
        option = _OPTION.match(text)
        if (
            option is not None
            and question.at in {STEM, "option"}
            and ord(unicodedata.normalize("NFKC", option["letter"])) - 65 == len(question.options)
        ):
            self._options(question, text)
            return
        if question.at == "option" and question.options:
            question.options[-1].append(text)
            return
        if question.at == STEM:
            self._stem(question, text)
            return
        question.add(question.at, text)

    def _options(self, question: _Question, text: str) -> None:
        """One option or several on one line, from the next letter on."""
        question.at = "option"
        places = answers.marks_in(text, first=len(question.options))
        ends = [start for start, _after in places[1:]] + [len(text)]
        for (_start, after), end in zip(places, ends, strict=True):
            found = _cut_fields(text[after:end].strip(" \t\u3000;；"))
            question.options.append([found.pop(STEM).strip()])
            for part, rest in found.items():
                question.add(part, rest)

    def _media(self, question: _Question, line: Line) -> None:
        if not line.media:
            return
        place = STEM
        if question.at == "option" and question.options:
            place = option_place(len(question.options) - 1)
        elif question.at == "explanation":
            place = EXPLANATION
        question.media.setdefault(place, []).extend(line.media)

    def findings(self, drafts: Sequence[DraftQuestion]) -> list[Finding]:
        found: list[Finding] = []
        if self.loose:
            shown = "、".join(str(number) for number in self.loose[:5])
            found.append(
                Finding(_("第一道题之前的文字没有读取（第 %(lines)s 行）。") % {"lines": shown}, is_error=False)
            )
        return found


def _cut_fields(text: str) -> dict[str, str]:
    """A line with answer and explanation behind its text: 甲 答案：B 解析：因为. The text itself is under the stem."""
    match = re.search(r"[\s\u3000]+[【\[]?\s*(?:正确答案|标准答案|参考答案|答案)\s*(?:[】\]]\s*[:：]?|[:：])\s*", text)
    if match is None:
        return {STEM: text}
    found = {STEM: text[: match.start()]}
    answer = _INLINE.split(text[match.end() :], maxsplit=1)
    found["answer"] = answer[0]
    if len(answer) == 2:
        found["explanation"] = answer[1]
    return found


def _draft(question: _Question, listed: dict[tuple[int | None, int], str]) -> DraftQuestion:
    draft = DraftQuestion(line=question.line, media=question.media)
    stem, answer = question.text(STEM), question.text("answer")
    options = ["\n".join(lines).strip() for lines in question.options]
    points = _POINTS.search(stem)
    if points:
        draft.points = float(points[1])
        stem = (stem[: points.start()] + stem[points.end() :]).strip()
    _facts(draft, question)
    if not answer:
        answer = listed.get((question.section or None, question.number)) or listed.get((None, question.number), "")
    if not answer:
        stem, answer = answers.from_brackets(stem)
        if answer:
            draft.note("answer", _("答案写在题干的括号里，已取出“%(answer)s”。") % {"answer": answer})
    if question.kind:
        draft.note("kind", _("题型来自大题标题：%(kind)s。") % {"kind": words.KIND_TITLES[question.kind]})
    kind = "" if question.kind == "single" and words.truth_of(answer) is not None and not options else question.kind
    try:
        solved = answers.solve(kind, stem, options, answer, has_pictures=_with_pictures(draft, len(options)))
        if solved.kind == "short" and "scoring" in question.parts:
            solved.key["points"] = answers.points_of(question.text("scoring"))
    except NotAnAnswer as fault:
        draft.blame(fault.part, str(fault), value=answer)
        draft.kind, draft.body = kind, {"stem": stem, "options": [{"text": option} for option in options]}
        return draft
    draft.kind, draft.body, draft.key = solved.kind, solved.body, solved.key
    for note in solved.notes:
        draft.note("kind", note)
    if draft.is_good:
        check(draft)
    return draft


def _with_pictures(draft: DraftQuestion, count: int) -> list[int]:
    return [index for index in range(count) if option_place(index) in draft.media]


def _facts(draft: DraftQuestion, question: _Question) -> None:
    draft.explanation = question.text("explanation")
    draft.topic = topic_of(question.text("topic").replace("\n", " > ")) if "topic" in question.parts else ()
    draft.source = question.text("source").replace("\n", " ")[:120]
    draft.code = question.text("code").replace("\n", " ")[:60]
    draft.labels = tuple(dict.fromkeys(re.findall(r"[^,，、;；\s]+", question.text("labels"))))
    if "difficulty" in question.parts:
        draft.difficulty = words.difficulty_of(question.text("difficulty"))
        if draft.difficulty is None:
            draft.blame("difficulty", _("难度应写 容易、易、中、难、很难，或 1–5。"), value=question.text("difficulty"))
    if "level" in question.parts:
        level = words.level_of(question.text("level"))
        if level is None:
            draft.blame("level", _("等级应写 初级工、中级工、高级工、技师、高级技师。"), value=question.text("level"))
        draft.level = level or ""


def lines_of(texts: Iterable[str]) -> list[Line]:
    """Lines without pictures, numbered from 1."""
    return [Line(text, number) for number, text in enumerate(texts, 1)]
