"""A version's body as its page shows it: blocks in order, each picture with the copy that the archive has of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import Picture, Version

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The page's own title is h1 and its sections h2, so the article's headings begin below.
HIGHEST_HEADING, LOWEST_HEADING = 2, 6
LONGEST_VALUE = 200

# What each field is called on the desk's pages; ``category`` is what the page itself says.
FIELD_NAMES: dict[str, StrOrPromise] = {
    "title": _("标题"),
    "subtitle": _("副标题"),
    "published_at": _("发布时间"),
    "updated_at": _("更新时间"),
    "source": _("来源"),
    "reposted_from": _("转自"),
    "authors": _("作者"),
    "editors": _("责任编辑"),
    "category": _("栏目"),
    "body": _("正文"),
    "images": _("图片"),
    "pages": _("分页"),
    "language": _("语言"),
    "canonical": _("规范网址"),
}


@dataclass(frozen=True)
class Shown:
    """One block for the template. ``picture`` is None where the archive has no copy; then only its words are shown."""

    kind: str
    text: str
    level: int = 0
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_ordered: bool = False
    picture: Picture | None = None
    original: str = ""
    credit: str = ""


def blocks(version: Version, pictures: Mapping[str, Picture]) -> list[Shown]:
    """The body of ``version`` with its ``pictures`` by the key of their address; what is not shaped like a block is left out, never guessed at."""
    return [_shown(one, pictures) for one in version.body if isinstance(one, dict)]


def _shown(block: dict[str, Any], pictures: Mapping[str, Picture]) -> Shown:
    image = block.get("image") or {}
    original = web_addresses.cleaned(str(image.get("address", "")))
    level = min(max(int(block.get("level") or 0), HIGHEST_HEADING), LOWEST_HEADING)
    return Shown(
        kind=str(block.get("kind", "")),
        text=str(block.get("text") or image.get("caption", "")),
        level=level,
        items=tuple(str(item) for item in block.get("items", ())),
        rows=tuple(tuple(str(cell) for cell in row) for row in block.get("rows", ())),
        is_ordered=bool(block.get("ordered")),
        picture=pictures.get(web_addresses.key(original)) if original else None,
        original=original,
        credit=str(image.get("credit", "")),
    )


@dataclass(frozen=True)
class EvidenceLine:
    """One field for an editor: what was read, how sure that is, by which cue, from which words of the page."""

    field: str
    name: str
    value: str
    sureness: float
    cue: str
    quote: str


def evidence(version: Version) -> list[EvidenceLine]:
    """What ``version`` was read from, the least sure first."""
    lines = [
        EvidenceLine(
            field=name,
            name=str(FIELD_NAMES.get(name, name)),
            value=_value(version, name),
            sureness=float(found.get("confidence") or 0.0),
            cue=str(found.get("cue", "")),
            quote=str(found.get("quote", "")),
        )
        for name, found in version.evidence.items()
        if isinstance(found, dict)
    ]
    return sorted(lines, key=lambda line: line.sureness)


def _value(version: Version, name: str) -> str:
    """The field as a line of text; a long one by its beginning."""
    column = {"source": "source_name", "category": "category_said", "body": "text"}.get(name, name)
    value = getattr(version, column, "")
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value or "")[:LONGEST_VALUE]
