from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from huomiao.core.errors import Invalid
from huomiao.files import links, page_pictures, reading
from huomiao.files.links import Grant
from huomiao.files.models import StoredFile

CHUNK = 256 * 1024


@require_safe
def serve(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that a signed link names, to the reader it names; film in the pieces that the player asks for."""
    grant = links.read(token)
    if grant is None or (grant.reader_id is not None and grant.reader_id != request.user.pk):
        return _gone(request)
    file = StoredFile.objects.filter(pk=grant.file_id).first()
    location = _location(file, grant) if file else ""
    if file is None or not location or not default_storage.exists(location):
        return _gone(request)
    response = _answer(request, file, grant, location)
    response["Content-Disposition"] = content_disposition_header(not grant.is_shown, grant.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, max_age=3600)
    return response


@require_safe
def look(request: HttpRequest, token: str) -> HttpResponse:
    """What stands in a document or a PDF, under the name that its link carries and no other."""
    grant = links.read(token)
    if grant is None or (grant.reader_id is not None and grant.reader_id != request.user.pk):
        return _gone(request)
    file = StoredFile.objects.filter(pk=grant.file_id).first()
    if file is None or not default_storage.exists(file.location):
        return _gone(request)
    shown = page_pictures.count(file)
    if not shown and not reading.can_read(file):
        return _gone(request)
    reader = None if grant.reader_id is None else request.user
    context = {
        "name": grant.name,
        "link": links.link(file, to=reader, name=grant.name),
        "pages": [links.page(file, index, to=reader) for index in range(shown)],
        "pages_left": max((file.pages or 0) - shown, 0) if shown else 0,
        "reading": reading.read(file) if not shown else None,
    }
    response = render(request, "files/look.html", context)
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, max_age=0)
    return response


def _location(file: StoredFile, grant: Grant) -> str:
    """What of ``file`` the link names; "" when there is no such thing."""
    if grant.page is None:
        return file.preview if grant.is_preview else file.location
    try:
        return page_pictures.location(file, grant.page)
    except (Invalid, IndexError, FileNotFoundError):
        return ""


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "files/gone.html", status=404)


def _answer(request: HttpRequest, file: StoredFile, grant: Grant, location: str) -> HttpResponseBase:
    if grant.is_preview or grant.page is not None:
        return FileResponse(default_storage.open(location), content_type="image/jpeg")
    etag = f'"{file.sha256[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponse(status=304)
    elif asked := request.headers.get("Range"):
        response = _piece(file, location, asked)
    else:
        response = FileResponse(default_storage.open(location), content_type=file.media_type)
        response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _piece(file: StoredFile, location: str, asked: str) -> HttpResponseBase:
    """One range of bytes, as players ask for; several ranges at once are answered with the whole."""
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", asked.strip())
    if not match or not any(match.groups()):
        return FileResponse(default_storage.open(location), content_type=file.media_type)
    first_text, last_text = match.groups()
    if first_text:
        first = int(first_text)
        last = min(int(last_text), file.size - 1) if last_text else file.size - 1
    else:
        first, last = max(file.size - int(last_text), 0), file.size - 1
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    response = StreamingHttpResponse(
        _bytes_between(default_storage.open(location), first, last), status=206, content_type=file.media_type
    )
    response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    return response


def _bytes_between(file: IO[Any], first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
