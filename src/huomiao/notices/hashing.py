"""The hash of a notice's list: SHA-256 over one canonical text, so that anybody can check it with any tool."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huomiao.notices.models import Notice


def canonical(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The list as text: JSON without spaces, Chinese as it is, rows in their order."""
    content = {"columns": [str(title) for title in columns], "rows": [[str(cell) for cell in row] for row in rows]}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def list_hash(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The hash over titles and rows."""
    return hashlib.sha256(canonical(columns, rows).encode()).hexdigest()


def text_of(notice: Notice) -> str:
    """The text whose hash the notice shows: the list as it was when it opened, without what was added later."""
    first = notice.items.filter(added_at=None).order_by("position")
    return canonical(notice.columns, [item.cells for item in first])


def is_unchanged(notice: Notice) -> bool:
    """Whether the stored list still gives the hash that was published."""
    return hashlib.sha256(text_of(notice).encode()).hexdigest() == notice.list_hash
