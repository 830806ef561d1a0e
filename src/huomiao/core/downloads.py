"""Files made for one reader on the spot: workbooks, forms, bulletins."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def download(content: bytes | str, name: str, *, media_type: str = XLSX) -> HttpResponse:
    """``content`` as a file that the browser saves under ``name``, and nothing on the way keeps."""
    response = HttpResponse(content, content_type=media_type)
    # A title may hold a line break, which would end the header.
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", name)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=plain) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
