"""QR codes as SVG: sharp on paper and screen, and no picture file to keep."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str, *, label: str = "") -> SafeString:
    """The QR code of ``text`` as inline SVG; its size is set by the page (class ``qr``). ``label`` is read aloud."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, title=label or None))


def svg_image(text: str) -> str:
    """The QR code of ``text`` as an SVG document of its own, for PDF pages. Level Q: paper gets stamped and creased."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode()
