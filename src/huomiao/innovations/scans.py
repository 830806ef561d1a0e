"""Scanned sheets: the code in a sheet's corner, and some sheets put together as one PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf
import zxingcpp
from PIL import Image

from huomiao.innovations.queries.paper import paper_code

# First at the size of a quick scan; a sheet that says nothing is drawn again, finer.
SIZES = (1800, 3200)
QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
# A4 at the width in which pictures are kept (points per pixel follow from it).
A4_POINTS = (595, 842)


def code_in(picture: Image.Image) -> str:
    """The paper code that the sheet carries, however it was turned; "" when none can be read."""
    grey = picture.convert("L")
    for found in zxingcpp.read_barcodes(grey, formats=QR_CODES):
        if code := paper_code(found.text):
            return code
    return ""


def together(parts: Iterable[tuple[bytes, str, int]]) -> bytes:
    """One PDF of pages ``(content, kind, page)``: pages of PDFs as they are, pictures each on a page of A4."""
    document = pikepdf.new()
    for content, kind, page in parts:
        if kind == "pdf":
            with pikepdf.open(io.BytesIO(content)) as source:
                document.pages.append(source.pages[page])
        else:
            _add_picture(document, content)
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def _add_picture(document: pikepdf.Pdf, content: bytes) -> None:
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=85)
    width, height = A4_POINTS if picture.height >= picture.width else A4_POINTS[::-1]
    scale = min(width / picture.width, height / picture.height)
    image = pikepdf.Stream(document, packed.getvalue())
    image.update(
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=picture.width,
            Height=picture.height,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
    )
    document.add_blank_page(page_size=(width, height))
    page = document.pages[-1]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Sheet=image))
    drawn = f"q {picture.width * scale:.2f} 0 0 {picture.height * scale:.2f} 0 0 cm /Sheet Do Q"
    page.Contents = pikepdf.Stream(document, drawn.encode())
