"""A draft held against its kind: the same check that keeps a question out of the editor keeps it out of an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _

from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, option_place
from huomiao.practice.kinds import KINDS, BadQuestion, Body

MOST_EXPLANATION = 4000
MediaOf = Callable[[str], dict[str, str]]


def check(draft: DraftQuestion, *, titles: Mapping[str, str] | None = None) -> None:
    """Put ``draft`` into its plain shape, or add what is wrong with it to its findings."""
    titles = titles or {}
    if len(draft.explanation) > MOST_EXPLANATION:
        message = _("解析最多 %(most)s 字，这里有 %(count)s 字。") % {
            "most": MOST_EXPLANATION,
            "count": len(draft.explanation),
        }
        draft.blame("explanation", message, title=titles.get("explanation", ""))
    try:
        body, key = KINDS[draft.kind].check(with_media(draft, placeholder), draft.key)
    except BadQuestion as fault:
        part = _part(fault.field, draft)
        draft.blame(part, fault.message, title=titles.get(part, ""))
        return
    draft.body, draft.key = without_media(body), key


def with_media(draft: DraftQuestion, media_of: MediaOf) -> Body:
    """The body with the pictures that ``media_of`` gives for their names."""
    body: Body = {**draft.body, "media": [media_of(name) for name in draft.media.get(STEM, ())]}
    if "options" in body:
        body["options"] = [
            {"text": option["text"], "media": [media_of(name) for name in draft.media.get(option_place(index), ())]}
            for index, option in enumerate(body["options"])
        ]
    return body


def explanation_media(draft: DraftQuestion, media_of: MediaOf) -> list[dict[str, str]]:
    return [media_of(name) for name in draft.media.get(EXPLANATION, ())]


def without_media(body: Body) -> Body:
    """The body as drafts have it: texts only."""
    plain: dict[str, Any] = {name: value for name, value in body.items() if name != "media"}
    if "options" in plain:
        plain["options"] = [{"text": option["text"]} for option in plain["options"]]
    return plain


def placeholder(name: str) -> dict[str, str]:
    """A medium that stands for ``name`` while nothing is stored yet."""
    return {"file": str(uuid5(NAMESPACE_URL, name)), "kind": "image", "alt": ""}


def _part(field: str, draft: DraftQuestion) -> str:
    """The column in which the fault lies that a kind found in ``field``."""
    name, _dot, place = field.partition(".")
    if name == "options" and place.isdecimal() and f"option.{place}" in draft.columns:
        return f"option.{place}"
    if name in {"options", "items", "left"}:
        return "options" if "options" in draft.columns else "option.0"
    if name == "points":
        return "scoring"
    return name if name in draft.columns else "answer"
