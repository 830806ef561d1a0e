"""What a phone keeps of the site so that it opens without a network: sheets and scripts, never a page of somebody's own."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.templatetags.static import static

_SHEETS = (
    "core/tokens.css", "core/dark.css", "core/base.css", "core/frame.css", "core/layout.css", "core/buttons.css",
    "core/forms.css", "core/tables.css", "core/components.css", "practice/practice.css", "practice/player.css",
)  # fmt: skip
# What play.js imports, and what that imports: a page names them all, so that they come at once instead of one by one.
_PLAYER = (
    "practice/clock.js", "practice/device.js", "practice/dom.js", "practice/media.js", "practice/outbox.js",
    "practice/review.js", "practice/stage.js", "practice/wire.js", "practice/questions/choice.js",
    "practice/questions/fill.js", "practice/questions/kinds.js", "practice/questions/matching.js",
    "practice/questions/ordering.js", "practice/questions/short.js",
)  # fmt: skip
_SCRIPTS = (
    "core/page.js", "core/bulk.js", "core/catch_up.js", "core/confirm.js", "core/dialog.js", "core/limit.js", "core/menu.js", "core/once.js",
    "practice/offline.js", "practice/phone.js", "practice/play.js",
)  # fmt: skip
FILES = (*_SHEETS, *_SCRIPTS, *_PLAYER)
_PAGES = ("practice/offline.html", "practice/_player.html", "practice/sw.js")


def addresses() -> list[str]:
    """The addresses of all files that a phone keeps."""
    return [static(name) for name in FILES]


def player_modules() -> list[str]:
    """The addresses of the player's modules."""
    return [static(name) for name in _PLAYER]


@lru_cache(maxsize=1)
def version() -> str:
    """Changes when anything that a phone keeps does."""
    digest = hashlib.sha256()
    for name in FILES:
        found = finders.find(name)
        if not isinstance(found, str):
            raise FileNotFoundError(name)
        digest.update(Path(found).read_bytes())
    for page in _PAGES:
        digest.update(Path(str(get_template(page).origin.name)).read_bytes())  # type: ignore[attr-defined]
    return digest.hexdigest()[:12]
