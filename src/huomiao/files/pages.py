"""The pages of a PDF as pictures and as text.

pdfium must not be entered by two threads at once, so every use of it in the project goes through this module's lock.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pypdfium2
from django.utils.translation import gettext as _
from PIL import Image

from huomiao.core.errors import Invalid

_lock = threading.Lock()


def count(content: bytes) -> int:
    """How many pages ``content`` has."""
    with _lock:
        document = _open(content)
        try:
            return len(document)
        finally:
            document.close()


def picture(content: bytes, index: int, *, longest_side: int) -> Image.Image:
    """Page ``index`` (from 0) drawn so that its longer side has ``longest_side`` pixels."""
    with _lock:
        document = _open(content)
        try:
            return _draw(document[index], longest_side)
        except pypdfium2.PdfiumError as broken:
            raise Invalid(_("PDF 的第 %(page)d 页无法读取。") % {"page": index + 1}) from broken
        finally:
            document.close()


def pictures(content: bytes, *, longest_side: int) -> Iterator[Image.Image]:
    """Every page drawn, one at a time."""
    for index in range(count(content)):
        yield picture(content, index, longest_side=longest_side)


def text(content: bytes, *, most: int) -> str:
    """The text of all pages, at most ``most`` characters."""
    parts: list[str] = []
    length = 0
    with _lock:
        document = _open(content)
        try:
            for page in document:
                part = page.get_textpage().get_text_range()
                parts.append(part)
                length += len(part)
                if length > most:
                    break
        except pypdfium2.PdfiumError as broken:
            raise Invalid(_("PDF 已损坏，无法读取。请重新导出后上传。")) from broken
        finally:
            document.close()
    return "\n".join(parts)[:most].replace("\x00", "")


def _open(content: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as broken:
        raise Invalid(_("PDF 已损坏，无法读取。请重新导出后上传。")) from broken


def _draw(page: Any, longest_side: int) -> Image.Image:
    width, height = page.get_size()
    scale = longest_side / max(width, height, 1)
    drawn: Image.Image = page.render(scale=scale).to_pil()
    return drawn.convert("RGB")


def opened(content: bytes) -> Image.Image:
    """A kept picture, opened: the other thing that a sheet may be."""
    return Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]).convert("RGB")
