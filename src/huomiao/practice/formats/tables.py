"""From the rows of planned sheets to drafts, each problem at its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from huomiao.core.tables.cells import Cell, is_blank, letters, text_of
from huomiao.core.tables.files import Grid
from huomiao.practice.formats import answers, columns, pictures, words
from huomiao.practice.formats.checking import check
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Reading, option_place
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.sheets import SheetPlan, Workbook
from huomiao.practice.formats.solved import NotAnAnswer, Solved

MOST_ROWS = 50_000
CODE_LENGTH, SOURCE_LENGTH, LABEL_LENGTH, TOPIC_LENGTH = 60, 120, 40, 80
_FORMULA_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA)")
_FOOTER = re.compile(
    r"(合\s*计|总\s*计|共\s*计|制\s*表|填\s*表|审\s*核|备\s*注|说\s*明|注)\s*(人|单位|日期)?\s*([:：]|\d|$)"
)
_TOPIC_SEPARATOR = re.compile(r"\s*(?:>|＞|→|/|／|\\|;|；|--|—>)\s*")
_NAMED = re.compile(r"[\[【]图[:：]\s*([^\]】]{1,200}?)\s*[\]】]")
_CHAPTER = re.compile(r"\d+(?:\.\d+)+")
_LIST_SEPARATOR = re.compile(r"[,，、;；|\s]+")

Progress = Callable[[int, int], None]


def read(book: Workbook, plans: Sequence[SheetPlan], *, progress: Progress | None = None) -> Reading:
    """The questions of the sheets that are used; sheets that are not are named in the findings.

    Raises:
        UnreadableFile: there are too many rows, or no sheet has a column of stems.
    """
    reading = Reading(media=book.media)
    by_name = {plan.name: plan for plan in plans}
    used = [(grid, by_name[grid.name]) for grid in book.grids if grid.name in by_name and _is_read(by_name[grid.name])]
    total = sum(len(grid.rows) for grid, _plan in used)
    if not used:
        raise UnreadableFile(_("没有一张工作表有题干列。请在列的对应关系里指定哪一列是题干。"))
    if total > MOST_ROWS:
        raise UnreadableFile(_("数据超过 %(limit)s 行。请分成几个文件，分别导入。") % {"limit": MOST_ROWS})
    done = 0
    for grid, plan in used:
        sheet = _Sheet(book, grid, plan, reading)
        for number in range(len(grid.rows)):
            sheet.take(number)
            done += 1
            if progress is not None and done % 500 == 0:
                progress(done, total)
    for plan in plans:
        if not _is_read(plan) and plan.rows:
            reason = _("没有读取这张表。") if plan.is_readable else _("没有题干列，没有读取这张表。")
            reading.findings.append(Finding(reason, plan.name, is_error=False))
    return reading


def _is_read(plan: SheetPlan) -> bool:
    return plan.is_used and plan.is_readable


class _Sheet:
    """One sheet while it is read, row by row."""

    def __init__(self, book: Workbook, grid: Grid, plan: SheetPlan, reading: Reading) -> None:
        self.book, self.grid, self.plan, self.reading = book, grid, plan, reading
        self.by_key: dict[str, list[int]] = {}
        for column, key in sorted(plan.columns.items(), key=lambda item: int(item[0])):
            if key:
                self.by_key.setdefault(key, []).append(int(column))
        self.letters = {key: letters(indexes[0]) for key, indexes in self.by_key.items()}
        self.titles = {
            key: plan.headers[indexes[0]] if indexes[0] < len(plan.headers) else columns.TITLES.get(key, key)
            for key, indexes in self.by_key.items()
        }
        self.option_keys = [
            key for index in range(columns.MOST_OPTIONS) if (key := columns.option_key(index)) in self.by_key
        ]
        self.keys_of = {index: key for key, indexes in self.by_key.items() for index in indexes}
        self.anchored: dict[int, list[tuple[int, list[str]]]] = {}
        for (row, place), names in book.anchored.get(grid.name, {}).items():
            self.anchored.setdefault(row, []).append((place, names))
        # The kind under which rows stand that name none: of the sheet, or of the last heading between the rows.
        self.kind = plan.kind
        self.kind_from = _("工作表“%(name)s”") % {"name": grid.name} if plan.kind else ""
        self.joined: set[int] = set()
        self.header = dict(enumerate(plan.headers)) if plan.header_row else {}
        self._fill_down()

    def _fill_down(self) -> None:
        """A cell merged over rows belongs to each of them; a stem merged over rows makes them one question."""
        stems = set(self.by_key.get("stem", ()))
        for top, left, bottom, _right in self.grid.merges:
            if top < self.plan.header_row or bottom == top or top >= len(self.grid.rows):
                continue
            if left in stems:
                self._join(top, bottom)
                continue
            value = self.grid.rows[top][left] if left < len(self.grid.rows[top]) else None
            for row in self.grid.rows[top + 1 : bottom + 1]:
                row.extend([None] * (left + 1 - len(row)))
                row[left] = value

    def _join(self, top: int, bottom: int) -> None:
        """One question over several rows: what stands below goes onto lines of the same column."""
        first = self.grid.rows[top]
        for number in range(top + 1, min(bottom + 1, len(self.grid.rows))):
            for index, cell in enumerate(self.grid.rows[number]):
                if is_blank(cell):
                    continue
                first.extend([None] * (index + 1 - len(first)))
                first[index] = cell if is_blank(first[index]) else f"{text_of(first[index])}\n{text_of(cell)}"
            self.joined.add(number)

    def take(self, number: int) -> None:
        cells = self.grid.rows[number]
        has_pictures = number in self.anchored
        if number < self.plan.header_row or number in self.joined or (all(map(is_blank, cells)) and not has_pictures):
            return
        texts: dict[str, str] = {}
        for key, indexes in self.by_key.items():
            values = [text_of(cells[index]) for index in indexes if index < len(cells) and not is_blank(cells[index])]
            if values:
                texts[key] = " > ".join(values) if key == "topic" else values[0]
        if self._is_no_question(cells, texts, has_pictures=has_pictures):
            return
        draft = DraftQuestion(sheet=self.grid.name, line=number + 1, columns=self.letters)
        self.reading.drafts.append(draft)
        self._read(draft, cells, texts, number)

    def _is_no_question(self, cells: Sequence[Cell], texts: dict[str, str], *, has_pictures: bool) -> bool:
        """Headings between the rows, repeated headers, totals and signatures."""
        filled = [(index, text_of(cell)) for index, cell in enumerate(cells) if not is_blank(cell)]
        if len(filled) == 1 and not has_pictures:
            text = filled[0][1]
            kind = words.kind_in_heading(text)
            if kind:
                self.kind, self.kind_from = kind, _("标题“%(text)s”") % {"text": text[:30]}
                return True
            if _FOOTER.match(text):
                return True
        if len(filled) > 1 and self.header and all(self.header.get(index) == text for index, text in filled):
            return True
        return (
            not has_pictures
            and "stem" not in texts
            and "answer" not in texts
            and bool(filled)
            and bool(_FOOTER.match(filled[0][1]))
        )

    def _read(self, draft: DraftQuestion, cells: Sequence[Cell], texts: dict[str, str], number: int) -> None:
        self._pictures(draft, texts, number)
        self._facts(draft, texts)
        for key, text in texts.items():
            if _FORMULA_ERROR.fullmatch(text):
                draft.blame(
                    key,
                    _("此格的公式出错（%(error)s），请改为正确的内容。") % {"error": text},
                    value=text,
                    title=self.titles[key],
                )
        for key in (*self.option_keys, "answer"):
            if key in texts and isinstance(cells[self.by_key[key][0]], date):
                draft.note(
                    key,
                    _("Excel 把此格存成了日期，已按“%(text)s”读取，请核对。") % {"text": texts[key]},
                    title=self.titles[key],
                )
        kind = self._kind(draft, texts)
        stem, answer = texts.get("stem", ""), texts.get("answer", "")
        if not stem and STEM not in draft.media:
            draft.blame("stem", _("没有题干。请填写题干。"), title=self.titles["stem"])
            return
        if not draft.is_good:
            draft.body = {"stem": stem}
            return
        if not answer and kind != "matching":
            stem, answer = answers.from_brackets(stem)
            if answer:
                draft.note(
                    "stem",
                    _("答案写在题干的括号里，已取出“%(answer)s”。") % {"answer": answer},
                    title=self.titles["stem"],
                )
        self._solve(draft, kind, stem, answer, texts)

    def _solve(self, draft: DraftQuestion, kind: str, stem: str, answer: str, texts: dict[str, str]) -> None:
        options = [texts.get(key, "") for key in self.option_keys]
        if not any(options) and "options" in texts:
            options = answers.split_options(texts["options"])
        shown = [index for index in range(columns.MOST_OPTIONS) if option_place(index) in draft.media]
        try:
            solved = answers.solve(kind, stem, options, answer, has_pictures=shown)
            if solved.kind == "short":
                self._short(solved, texts)
            if solved.kind == "fill" and "any_order" in texts:
                self._any_order(solved, texts)
        except NotAnAnswer as fault:
            part = fault.part if fault.part in self.letters else "options" if "options" in self.letters else "answer"
            value = texts.get(part, answer if part == "answer" else "")
            draft.blame(part, str(fault), value=value, title=self.titles.get(part, columns.TITLES.get(part, "")))
            draft.kind, draft.body = kind, {"stem": stem, "options": [{"text": option} for option in options if option]}
            return
        draft.kind, draft.body, draft.key = solved.kind, solved.body, solved.key
        for note in solved.notes:
            draft.note(
                "kind" if not kind else "answer", note, title=self.titles.get("kind" if not kind else "answer", "")
            )
        check(draft, titles=self.titles)

    def _short(self, solved: Solved, texts: dict[str, str]) -> None:
        if "scoring" in texts:
            solved.key["points"] = answers.points_of(texts["scoring"])
        if "max_chars" in texts:
            if not texts["max_chars"].isdecimal():
                raise NotAnAnswer(_("字数上限应是整数，例如 500。"), part="max_chars")
            solved.body["max_chars"] = int(texts["max_chars"][:9])

    def _any_order(self, solved: Solved, texts: dict[str, str]) -> None:
        truth = words.truth_of(texts["any_order"])
        if truth is None:
            raise NotAnAnswer(_("各空不分先后一列应写 是 或 否。"), part="any_order")
        solved.key["any_order"] = truth

    def _kind(self, draft: DraftQuestion, texts: dict[str, str]) -> str:
        if "kind" in texts:
            kind = words.kind_of(texts["kind"])
            if not kind:
                expected = "、".join(words.KIND_TITLES.values())
                draft.blame(
                    "kind",
                    _("不认识的题型。可以写：%(expected)s。") % {"expected": expected},
                    value=texts["kind"],
                    title=self.titles["kind"],
                )
            elif words.plain(texts["kind"]) in {"选择", "选择题"}:
                kind = ""  # it says neither single nor multiple: the answer does
            return kind
        if self.kind:
            draft.note(
                "kind",
                _("题型来自%(where)s：%(kind)s。") % {"where": self.kind_from, "kind": words.KIND_TITLES[self.kind]},
                title=_("题型"),
            )
        return self.kind

    def _facts(self, draft: DraftQuestion, texts: dict[str, str]) -> None:
        draft.code = self._short_text(draft, "code", texts, CODE_LENGTH).replace("\n", " ")
        draft.source = self._short_text(draft, "source", texts, SOURCE_LENGTH)
        draft.explanation = texts.get("explanation", "")
        draft.topic = topic_of(*(texts.get(key, "") for key in ("trade", "topic")))
        if any(len(name) > TOPIC_LENGTH for name in draft.topic):
            draft.blame(
                "topic", _("知识点名称最多 %(most)s 字。") % {"most": TOPIC_LENGTH}, title=self.titles.get("topic", "")
            )
        labels = [label for label in _LIST_SEPARATOR.split(texts.get("labels", "")) if label]
        draft.labels = tuple(dict.fromkeys([*labels, *([self.plan.label] if self.plan.label else [])]))
        self._choice(draft, "difficulty", texts, words.difficulty_of, _("难度应写 容易、易、中、难、很难，或 1–5。"))
        self._choice(
            draft, "level", texts, words.level_of, _("等级应写 初级工、中级工、高级工、技师、高级技师，或不填。")
        )
        self._choice(draft, "use", texts, words.use_of, _("用途应写 练习、考试，或 练习与考试。"))
        if "points" in texts:
            plain = words.plain(texts["points"]).removesuffix("分")
            if re.fullmatch(r"\d{1,4}(\.\d{1,2})?", plain):
                draft.points = float(plain)
            else:
                draft.blame("points", _("分值应是数字，例如 2。"), value=texts["points"], title=self.titles["points"])

    def _short_text(self, draft: DraftQuestion, key: str, texts: dict[str, str], most: int) -> str:
        text = texts.get(key, "")
        if len(text) > most:
            draft.blame(
                key,
                _("最多 %(most)s 字，这里有 %(count)s 字。") % {"most": most, "count": len(text)},
                value=text,
                title=self.titles[key],
            )
            return ""
        return text

    def _choice(
        self, draft: DraftQuestion, key: str, texts: dict[str, str], read: Callable[[str], object], expected: str
    ) -> None:
        if key not in texts:
            return
        value = read(texts[key])
        if value is None:
            draft.blame(key, expected, value=texts[key], title=self.titles[key])
        else:
            setattr(draft, key, value)

    # --- Pictures -------------------------------------------------------------------------------------------------

    def _pictures(self, draft: DraftQuestion, texts: dict[str, str], number: int) -> None:
        for column, names in sorted(self.anchored.get(number, ())):
            self._put(draft, self.keys_of.get(column, ""), names)
        for key in [key for key in texts if "[图" in texts[key] or "【图" in texts[key]]:
            self._named(draft, texts, key)
        for key in [key for key in texts if "DISPIMG" in texts[key]]:
            found = pictures.IN_CELL.match(texts[key])
            if found is None:
                continue
            name = self.book.in_cells.get(found[1])
            del texts[key]
            if name:
                self._put(draft, key, [name])
            else:
                draft.blame(
                    key, _("此格里的图片读不出来。请改为浮动图片，或把图片放进压缩包。"), title=self.titles.get(key, "")
                )
        if "picture" in texts:
            for wanted in re.split(r"[,，;；|\n]+", texts["picture"]):
                name = self.book.media.find(wanted)
                if name:
                    self._put(draft, STEM, [name])
                elif wanted.strip():
                    draft.blame(
                        "picture",
                        _not_found(wanted),
                        value=texts["picture"],
                        title=self.titles["picture"],
                    )
        self._by_name(draft, texts)

    def _named(self, draft: DraftQuestion, texts: dict[str, str], key: str) -> None:
        """Pictures that the text itself names: [图:a.png]."""
        for wanted in _NAMED.findall(texts[key]):
            name = self.book.media.find(wanted)
            if name:
                self._put(draft, key, [name])
            else:
                draft.blame(key, _not_found(wanted), value=texts[key], title=self.titles.get(key, ""))
        texts[key] = _NAMED.sub("", texts[key]).strip()
        if not texts[key]:
            del texts[key]

    def _by_name(self, draft: DraftQuestion, texts: dict[str, str]) -> None:
        """Pictures called like the question, where some lie beside the table."""
        if not self.book.is_archive:
            return
        for key in ("alias", "code"):
            for wanted in _LIST_SEPARATOR.split(texts.get(key, "")):
                name = self.book.media.find(wanted) if wanted else ""
                if name and name not in draft.media.get(STEM, ()):
                    self._put(draft, STEM, [name])
                    draft.note(key, _("附上了同名图片 %(name)s。") % {"name": name}, title=self.titles[key])

    def _put(self, draft: DraftQuestion, key: str, names: list[str]) -> None:
        place = key if key.startswith("option.") else EXPLANATION if key == "explanation" else STEM
        draft.media.setdefault(place, []).extend(names)


def _not_found(name: str) -> str:
    return _("没有找到图片“%(name)s”。请把表格和图片放进同一个压缩包上传，图片名与此格一致。") % {
        "name": name.strip()[:60]
    }


def topic_of(*texts: str) -> tuple[str, ...]:
    """A path from large to small; a chapter number such as 1.2.3 stands for the chapters above it too."""
    path: list[str] = []
    for text in texts:
        for name in _TOPIC_SEPARATOR.split(text.strip()):
            if _CHAPTER.fullmatch(name):
                numbers = name.split(".")
                path.extend(".".join(numbers[: depth + 1]) for depth in range(len(numbers)))
            elif name:
                path.append(" ".join(name.split()))
    return tuple(dict.fromkeys(path))
