"""The pages of a kept PDF as pictures: drawn when somebody first asks, kept beside the file, removed with it.

A browser's own viewer does not work inside the sandbox that files are served in, and a phone has no room for one.
"""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from huomiao.files import pages
from huomiao.files.models import Kind, StoredFile

# Readable on a wide screen; a page of text has about 200 kB.
LONGEST_SIDE = 1600
QUALITY = 82
# What a page shows before it says that the rest is in the file.
MOST_SHOWN = 60


def count(file: StoredFile) -> int:
    """How many pages of ``file`` are shown as pictures; 0 for what has no pages."""
    return min(file.pages or 0, MOST_SHOWN) if file.kind == Kind.PDF else 0


def location(file: StoredFile, index: int) -> str:
    """Where the picture of page ``index`` (from 0) is kept; drawn and kept now if it is not yet.

    Raises:
        Invalid: the page cannot be drawn.
        IndexError: there is no such page.
    """
    if not 0 <= index < count(file):
        raise IndexError(index)
    place = f"{_stem(file)}-page-{index}.jpg"
    if not default_storage.exists(place):
        with default_storage.open(file.location) as kept:
            drawn = pages.picture(kept.read(), index, longest_side=LONGEST_SIDE)
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
        # Two who ask at once both draw it; the storage gives the second another name, and the first is found next time.
        place = default_storage.save(place, ContentFile(out.getvalue()))
    return place


def kept(file: StoredFile) -> list[str]:
    """The pictures of ``file`` that were drawn so far."""
    folder, _slash, name = _stem(file).rpartition("/")
    if file.kind != Kind.PDF:
        return []
    try:
        beside = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
    return [f"{folder}/{one}" for one in beside if one.startswith(f"{name}-page-")]


def _stem(file: StoredFile) -> str:
    return file.location.rpartition(".")[0]
