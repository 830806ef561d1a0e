"""A workbook as an answer to a request."""

from __future__ import annotations

import io

from django.http import FileResponse


def attachment(content: bytes, name: str) -> FileResponse:
    """``content`` as a download under ``name``, kept by no cache."""
    response = FileResponse(
        io.BytesIO(content),
        as_attachment=True,
        filename=name,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Cache-Control"] = "no-store"
    return response
