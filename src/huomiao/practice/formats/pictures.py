"""Pictures that lie on the cells of a workbook: which cell each belongs to.

Two ways are known: drawings anchored to a cell (Excel, LibreOffice, WPS "floating"), and WPS pictures inside a cell, whose
cell reads ``=DISPIMG("ID_…",1)``.
"""

from __future__ import annotations

import re
from typing import Any

from huomiao.practice.formats.archives import Archive, joined
from huomiao.practice.formats.draft import Media
from huomiao.practice.formats.errors import UnreadableFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ANCHORS = ("twoCellAnchor", "oneCellAnchor")
IN_CELL = re.compile(r'=?\s*(?:_xlfn\.)?DISPIMG\(\s*"([^"]{1,80})"', re.IGNORECASE)

Cells = dict[tuple[int, int], list[str]]


def of_workbook(content: bytes, media: Media) -> tuple[dict[str, Cells], dict[str, str]]:
    """For each sheet the pictures by cell (row and column counted from 0), and the names behind DISPIMG identifiers.

    The pictures' bytes are put into ``media``. A workbook without pictures, or of an older generation, gives nothing.
    """
    archive = Archive(content)
    if "xl/workbook.xml" not in archive or not any(name.startswith("xl/media/") for name in archive.names):
        return {}, {}
    anchored: dict[str, Cells] = {}
    targets = _links(archive, "xl/workbook.xml")
    for sheet in archive.xml("xl/workbook.xml").iter(f"{_MAIN}sheet"):
        path = targets.get(sheet.get(f"{_LINK}id", ""), "")
        cells: Cells = {}
        for target in _links(archive, path).values():
            if "/drawings/drawing" in f"/{target}" and target in archive:
                _anchored(archive, target, cells, media)
        if cells:
            anchored[sheet.get("name", "")] = cells
    return anchored, _in_cells(archive, media)


def _links(archive: Archive, path: str) -> dict[str, str]:
    """The relationships of a part: identifier → the part that it points to."""
    folder, _slash, name = path.rpartition("/")
    root = archive.xml(f"{folder}/_rels/{name}.rels")
    if root is None:
        return {}
    return {
        link.get("Id", ""): joined(path, link.get("Target", ""))
        for link in root
        if link.get("TargetMode") != "External"
    }


def _anchored(archive: Archive, path: str, cells: Cells, media: Media) -> None:
    links = _links(archive, path)
    for anchor in archive.xml(path):
        if anchor.tag.rpartition("}")[2] not in _ANCHORS:
            continue
        start = anchor.find(f"{_DRAWING}from")
        if start is None:
            continue
        place = (_number(start, "row"), _number(start, "col"))
        for blip in anchor.iter(f"{_PICTURE}blip"):
            name = _kept(archive, links.get(blip.get(f"{_LINK}embed", ""), ""), media)
            if name:
                cells.setdefault(place, []).append(name)


def _in_cells(archive: Archive, media: Media) -> dict[str, str]:
    root = archive.xml("xl/cellimages.xml")
    if root is None:
        return {}
    links = _links(archive, "xl/cellimages.xml")
    found: dict[str, str] = {}
    for image in root:
        name = next((element.get("name", "") for element in image.iter() if element.tag.endswith("}cNvPr")), "")
        for blip in image.iter(f"{_PICTURE}blip"):
            kept = _kept(archive, links.get(blip.get(f"{_LINK}embed", ""), ""), media)
            if name and kept:
                found[name] = kept
    return found


def _kept(archive: Archive, path: str, media: Media) -> str:
    if path not in archive:
        return ""
    if path not in media:
        media.add(path, archive.read(path))
    return path


def _number(element: Any, name: str) -> int:
    text = element.findtext(f"{_DRAWING}{name}") or ""
    if not text.strip().isdecimal() or len(text) > 8:
        raise UnreadableFile("The place of a picture in the workbook cannot be read.")
    return int(text)
