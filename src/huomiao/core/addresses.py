"""Full addresses of this site: for QR codes, certificates and messages that leave it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def absolute(request: HttpRequest | None, path: str) -> str:
    """``path`` with scheme and host: those of HUOMIAO_PUBLIC_URL, else the request's, else the usual local ones."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    if request is not None:
        return request.build_absolute_uri(path)
    return f"http://127.0.0.1:8000{path}"
