"""Keeping files and letting go of them.

Storing writes no history of its own: a file is nothing until something refers to it, and the action that attaches it
records that. Two uploads of the same bytes are two rows and two objects, so that removing one can never harm the other.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files import page_pictures, queries, sniffing
from huomiao.files.cleaning import Cleaned, images, media, office, pdfs
from huomiao.files.models import Kind, StoredFile
from huomiao.files.sniffing import Format

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Unless the caller says less. Pictures, papers and sound are read into memory; film is not.
LIMITS_MB = {Kind.IMAGE: 40, Kind.PDF: 50, Kind.OFFICE: 50, Kind.AUDIO: 50, Kind.VIDEO: 2000}
CHUNK = 1024 * 1024


def store(
    upload: File[Any],
    *,
    by: User | None,
    kinds: Collection[Kind | str] = tuple(Kind),
    limit_mb: int | None = None,
    most_pages: int = pdfs.MOST_PAGES,
) -> StoredFile:
    """Check ``upload`` by its bytes, strip it of what tells of people and devices, and keep it.

    Raises:
        Invalid: it is empty, too large, damaged, locked, of another kind, or not what it seems; the message names it.
    """
    name = _plain_name(upload.name or "")
    try:
        upload.seek(0)
        head = upload.read(sniffing.HEAD)
        found = sniffing.sniff(head)
        _check_kind(found, kinds)
        _check_size(upload.size, found.kind, limit_mb)
        if found.kind in {Kind.VIDEO, Kind.AUDIO}:
            return _store_media(upload, name, found, by=by)
        upload.seek(0)
        cleaned = _clean(upload.read(), found, most_pages=most_pages)
    except Invalid as refusal:
        raise Invalid(_("“%(name)s”：%(reason)s") % {"name": name, "reason": refusal.message}) from refusal
    return _keep(
        ContentFile(cleaned.content),
        name,
        found.kind,
        cleaned,
        size=len(cleaned.content),
        sha256=hashlib.sha256(cleaned.content).hexdigest(),
        by=by,
    )


def purge(*, at: datetime) -> int:
    """Remove files that nothing has referred to for a day, rows and contents; returns how many."""
    removed = 0
    for pk in list(queries.unreferred(before=at - timedelta(days=1)).values_list("pk", flat=True)):
        with transaction.atomic():
            # Asked again under the lock: something may have begun to refer to it.
            file = (
                queries.unreferred(before=at - timedelta(days=1)).select_for_update(of=("self",)).filter(pk=pk).first()
            )
            if file is None:
                continue
            locations = [place for place in (file.location, file.preview, *page_pictures.kept(file)) if place]
            file.delete()
            transaction.on_commit(partial(_drop, locations))
            removed += 1
    return removed


def _drop(locations: list[str]) -> None:
    for location in locations:
        default_storage.delete(location)


def _plain_name(name: str) -> str:
    """The name without folders, control and direction-turning characters, at most 150 long, its extension kept."""
    bare = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", "", PurePath(name.replace("\\", "/")).name)
    path = PurePath(bare.strip() or str(_("未命名")))
    return path.stem[: 150 - len(path.suffix[:10])] + path.suffix[:10]


def _check_kind(found: Format, kinds: Collection[Kind | str]) -> None:
    if found.kind not in kinds:
        accepted = _("、").join(str(kind.label) for kind in Kind if kind in kinds)
        raise Invalid(
            _("这里只能上传%(accepted)s，这个文件是%(found)s。") % {"accepted": accepted, "found": found.kind.label}
        )


def _check_size(size: int, kind: Kind, limit_mb: int | None) -> None:
    most = min(limit_mb or LIMITS_MB[kind], LIMITS_MB[kind], settings.UPLOAD_LIMIT_MB)
    if size > most * 1024 * 1024:
        raise Invalid(
            _("文件有 %(size).1f MB，最大 %(most)d MB。请压缩后再上传。") % {"size": size / 1024 / 1024, "most": most}
        )


def _clean(content: bytes, found: Format, *, most_pages: int) -> Cleaned:
    if found.kind == Kind.IMAGE:
        return images.clean(content, found)
    if found.kind == Kind.PDF:
        return pdfs.clean(content, most_pages=most_pages)
    return office.clean(content)


def _store_media(upload: File[Any], name: str, found: Format, *, by: User | None) -> StoredFile:
    """Film and sound: copied to disk piece by piece, blanked there, and moved on; never whole in memory."""
    with tempfile.TemporaryFile() as copy:
        upload.seek(0)
        for chunk in upload.chunks(CHUNK):
            copy.write(chunk)
        size = copy.tell()
        media.blank(copy, size, found)
        copy.flush()
        plain = Cleaned(content=b"", extension=found.extension, media_type=found.media_type)
        digest = _digest(copy)
        copy.seek(0)
        return _keep(File(copy, name="copy"), name, found.kind, plain, size=size, sha256=digest, by=by)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _keep(
    content: File[Any], name: str, kind: Kind, cleaned: Cleaned, *, size: int, sha256: str, by: User | None
) -> StoredFile:
    """Put the bytes into the storage under a name that tells nothing, then write the row."""
    pk = uuid.uuid4()
    folder = f"{pk.hex[:2]}/{pk.hex[2:4]}"
    location = preview = ""
    try:
        location = default_storage.save(f"{folder}/{pk.hex}.{cleaned.extension}", content)
        if cleaned.preview:
            preview = default_storage.save(f"{folder}/{pk.hex}-preview.jpg", ContentFile(cleaned.preview))
        return StoredFile.objects.create(
            pk=pk,
            name=f"{PurePath(name).stem}.{cleaned.extension}",
            kind=kind,
            media_type=cleaned.media_type,
            size=size,
            sha256=sha256,
            location=location,
            pages=cleaned.pages,
            width=cleaned.width,
            height=cleaned.height,
            preview=preview,
            text=cleaned.text,
            owner=by,
        )
    except BaseException:
        _drop([place for place in (location, preview) if place])
        raise
