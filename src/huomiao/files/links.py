"""Addresses of files: signed, bound to one reader, good for a while, and carrying the name to download under."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.urls import reverse

from huomiao.files import page_pictures, reading
from huomiao.files.models import Kind, StoredFile

if TYPE_CHECKING:
    from huomiao.accounts.models import User

SALT = "huomiao.files"
LASTING = timedelta(hours=12)
# What may be shown in the page. A PDF is downloaded: a browser's viewer does not work inside the sandbox we send.
SHOWABLE = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.AUDIO})


@dataclass(frozen=True)
class Grant:
    """What a link allows: which file, to whom (None: anybody), under which name, shown in the page or downloaded."""

    file_id: UUID
    reader_id: int | None
    name: str
    is_shown: bool
    is_preview: bool
    # Of a PDF: which page, drawn as a picture.
    page: int | None = None


def link(file: StoredFile, *, to: User | AnonymousUser | None, name: str, lasting: timedelta = LASTING) -> str:
    """An address at which ``to`` (None: anybody) downloads ``file`` under ``name``, for as long as ``lasting``."""
    return _address(file, to, _with_extension(name, file.extension), lasting)


def show(file: StoredFile, *, to: User | AnonymousUser | None, name: str, lasting: timedelta = LASTING) -> str:
    """An address for ``<img>``, ``<video>`` and ``<audio>``, or a picture's own tab; a download for other kinds."""
    return _address(file, to, _with_extension(name, file.extension), lasting, is_shown=file.kind in SHOWABLE)


def preview(file: StoredFile, *, to: User | AnonymousUser | None, lasting: timedelta = LASTING) -> str:
    """The address of the small picture of ``file``; "" when it has none."""
    if not file.preview:
        return ""
    return _address(file, to, "preview.jpg", lasting, is_shown=True, is_preview=True)


def page(file: StoredFile, index: int, *, to: User | AnonymousUser | None, lasting: timedelta = LASTING) -> str:
    """The address of page ``index`` (from 0) of a PDF as a picture."""
    return _address(file, to, f"page-{index + 1}.jpg", lasting, is_shown=True, page=index)


def look(file: StoredFile, *, to: User | AnonymousUser | None, name: str, lasting: timedelta = LASTING) -> str:
    """The address of a page that shows what stands in a document or a PDF; "" for what has no such page."""
    if not (page_pictures.count(file) or reading.can_read(file)):
        return ""
    return _address(file, to, _with_extension(name, file.extension), lasting, view="files:look")


def described(file: StoredFile, *, to: User | AnonymousUser | None, name: str = "") -> dict[str, Any]:
    """``file`` as ``upload.js`` expects it in an answer."""
    return {
        "id": str(file.pk),
        "name": name or file.name,
        "kind": file.kind,
        "size": file.size,
        "preview": preview(file, to=to),
        "url": link(file, to=to, name=name or file.name),
    }


def read(token: str) -> Grant | None:
    """What the link ``token`` allows now; None when it is forged or over."""
    try:
        values = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    if values["e"] < time.time():
        return None
    return Grant(UUID(values["f"]), values["u"], values["n"], values["s"], values["p"], values.get("g"))


def _address(
    file: StoredFile,
    to: User | AnonymousUser | None,
    name: str,
    lasting: timedelta,
    *,
    is_shown: bool = False,
    is_preview: bool = False,
    page: int | None = None,
    view: str = "files:serve",
) -> str:
    # Ends on a whole hour, so that the address stays the same while a page is read again, and browsers can keep it.
    ends = (int(time.time() + lasting.total_seconds()) // 3600 + 1) * 3600
    values = {
        "f": file.pk.hex,
        "u": to.pk if to is not None else None,
        "n": name,
        "e": ends,
        "s": is_shown,
        "p": is_preview,
    }
    if page is not None:
        values["g"] = page
    return reverse(view, args=[signing.Signer(salt=SALT).sign_object(values)])


def _with_extension(name: str, extension: str) -> str:
    plain = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name).strip() or "file"
    return plain if plain.lower().endswith(f".{extension}") else f"{plain}.{extension}"
