"""Tables of questions, before their rows are read: which sheets there are, where the header stands, what each column is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from huomiao.core.tables import Unreadable, files
from huomiao.core.tables.cells import is_blank, letters, text_of
from huomiao.core.tables.files import Grid
from huomiao.core.tables.headers import find
from huomiao.practice.formats import columns, pictures, words
from huomiao.practice.formats.archives import Archive, is_archive
from huomiao.practice.formats.draft import Media
from huomiao.practice.formats.errors import UnreadableFile

TABLE_ENDINGS = (".xlsx", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt")
MEDIA_ENDINGS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".bmp",
    ".avif",
    ".mp3",
    ".m4a",
    ".wav",
    ".mp4",
    ".mov",
    ".webm",
)
SAMPLES = 6
SAMPLE_LENGTH = 120
MOST_SHEETS = 30
MOST_COLUMNS = 80


@dataclass
class Workbook:
    """The sheets of a file, and the pictures on them or beside them."""

    grids: list[Grid]
    media: Media = field(default_factory=Media)
    # Sheet → cell → names of pictures.
    anchored: dict[str, pictures.Cells] = field(default_factory=dict)
    in_cells: dict[str, str] = field(default_factory=dict)
    # Whether the sheets came as files of their own in an archive: then a file's name says what its questions have in common.
    is_archive: bool = False


@dataclass
class SheetPlan:
    """What a sheet is taken for. Plain data: it is shown on the mapping page, corrected there, and remembered."""

    name: str
    # The row of the (lower) header, counted from 1; 0 when there is none and the data begin at once.
    header_row: int = 0
    headers: list[str] = field(default_factory=list)
    # Column (counted from 0, as text for JSON) → key of ``columns.COLUMNS``.
    columns: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    label: str = ""
    is_used: bool = True
    is_remembered: bool = False
    rows: int = 0
    samples: list[list[str]] = field(default_factory=list)

    @property
    def signature(self) -> str:
        return columns.signature(self.headers)

    @property
    def is_readable(self) -> bool:
        return columns.is_readable(self.columns)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SheetPlan:
        return cls(**values)


def open_tables(content: bytes) -> Workbook:
    """The sheets in a workbook, a CSV file, or a zip of such files with pictures beside them.

    Raises:
        UnreadableFile: it is none of these, or not safe to open.
    """
    try:
        if is_archive(content):
            archive = Archive(content)
            if not _is_workbook(archive):
                return _from_archive(archive)
            book = Workbook(files.grids(content))
            book.anchored, book.in_cells = pictures.of_workbook(content, book.media)
        else:
            book = Workbook(files.grids(content))
    except Unreadable as refusal:
        raise UnreadableFile(refusal.message) from refusal
    if len(book.grids) > MOST_SHEETS:
        raise UnreadableFile(_("工作表超过 %(most)s 个。请分成几个文件上传。") % {"most": MOST_SHEETS})
    return book


def is_workbook(content: bytes) -> bool:
    """Whether a zip is one workbook, not a folder of tables."""
    return _is_workbook(Archive(content))


def _is_workbook(archive: Archive) -> bool:
    names = {name.lower() for name in archive.names}
    return "mimetype" in names or any(name.startswith(("xl/workbook.", "word/")) for name in names)


def _from_archive(archive: Archive) -> Workbook:
    book = Workbook([], is_archive=True)
    for name in sorted(archive.names):
        base = name.rpartition("/")[2]
        if base.startswith((".", "~$")) or name.startswith("__MACOSX/"):
            continue
        if base.lower().endswith(MEDIA_ENDINGS):
            book.media.add(name, archive.read(name))
        elif base.lower().endswith(TABLE_ENDINGS):
            _add_table(book, base, archive.read(name))
    if not book.grids:
        raise UnreadableFile(_("压缩包里没有表格。请把 .xlsx 或 .csv 表格和图片放在同一个压缩包里上传。"))
    return book


def _add_table(book: Workbook, base: str, content: bytes) -> None:
    stem = base.rpartition(".")[0]
    try:
        grids = files.grids(content)
    except Unreadable as refusal:
        raise UnreadableFile(f"“{base}”：{refusal.message}") from refusal
    media = Media()
    anchored, in_cells = pictures.of_workbook(content, media) if is_archive(content) else ({}, {})
    # Workbooks number their pictures alike; the file's name keeps them apart.
    for name in media:
        book.media.add(f"{base}/{name}", media.read(name))
    book.in_cells |= {key: f"{base}/{name}" for key, name in in_cells.items()}
    for grid in grids:
        cells = anchored.get(grid.name, {})
        grid.name = stem if len(grids) == 1 else f"{stem} {grid.name}"
        book.grids.append(grid)
        if cells:
            book.anchored[grid.name] = {place: [f"{base}/{name}" for name in names] for place, names in cells.items()}


@dataclass(frozen=True)
class Remembered:
    """What somebody assigned to a header earlier: columns to keys, and sheets by name to labels."""

    columns: Mapping[str, str]
    labels: Mapping[str, str]


def plan(book: Workbook, remembered: Mapping[str, Remembered] | None = None) -> list[SheetPlan]:
    """What each sheet is taken for: as somebody assigned such a header before, else by the names of its columns."""
    return [_plan(book, grid, remembered or {}) for grid in book.grids]


def _plan(book: Workbook, grid: Grid, remembered: Mapping[str, Remembered]) -> SheetPlan:
    found = find(grid, columns.COLUMNS)
    made = SheetPlan(grid.name, rows=len(grid.rows), kind=words.kind_of(grid.name))
    if book.is_archive:
        made.label = grid.name
    header_row = found.last + 1 if found is not None else _likely_header(grid)
    place_header(made, grid, header_row, dict(found.texts.items()) if found else None)
    known = remembered.get(made.signature)
    if known is not None:
        made.columns, made.is_remembered = dict(known.columns), True
        made.label = known.labels.get(grid.name, made.label)
    elif found is not None:
        made.columns = {str(column): key for key, column in found.found.items()}
        # Several columns may each hold a part of the topic, from large to small.
        made.columns |= {str(column): key for column, key in found.doubles.items() if key == "topic"}
        _drop_stray_letters(made)
    made.is_used = made.is_readable and not grid.is_hidden
    return made


def place_header(made: SheetPlan, grid: Grid, header_row: int, texts: Mapping[int, str] | None = None) -> None:
    """Set where the header stands, and with it the names of the columns and the rows to look at."""
    made.header_row = header_row
    width = min(max((len(row) for row in grid.rows), default=0), MOST_COLUMNS)
    if texts is None:
        cells = grid.rows[header_row - 1] if 0 < header_row <= len(grid.rows) else []
        texts = {index: text_of(cell) for index, cell in enumerate(cells)}
    made.headers = [texts.get(index) or _("%(letters)s 列") % {"letters": letters(index)} for index in range(width)]
    data = [row for row in grid.rows[header_row:] if not all(map(is_blank, row))][:SAMPLES]
    made.samples = [[text_of(cell)[:SAMPLE_LENGTH] for cell in row[:width]] for row in data]


def _likely_header(grid: Grid) -> int:
    """The first row with at least three texts, counted from 1; 0 when there is none among the first."""
    for number, row in enumerate(grid.rows[:20], 1):
        if sum(isinstance(cell, str) and not is_blank(cell) for cell in row) >= min(3, max(len(row), 2)):
            return number
    return 0


def _drop_stray_letters(made: SheetPlan) -> None:
    """A column called P is no sixteenth option when there is none before it: options count from A without a gap."""
    options = {key for key in made.columns.values() if key.startswith("option.")}
    last = 0
    while columns.option_key(last) in options:
        last += 1
    kept = {columns.option_key(index) for index in range(last)}
    made.columns = {column: key for column, key in made.columns.items() if not key.startswith("option.") or key in kept}
