"""The icons: strokes on a grid of 24 by 24, drawn in the colour of the text beside them."""

from __future__ import annotations

from functools import cache

from django.utils.safestring import SafeString, mark_safe

# What stands between <svg> and </svg>. Lines only, so that weight and colour come from the style sheet.
SHAPES: dict[str, str] = {
    "alert": '<path d="M12 3.5 2.5 20h19z"/><path d="M12 10v4.5M12 17.2v.1"/>',
    "arrow-down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "arrow-left": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "arrow-right": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "arrow-up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z"/><path d="M10 20.5a2.2 2.2 0 0 0 4 0"/>',
    "book": '<path d="M5 4.5h12.5A1.5 1.5 0 0 1 19 6v14.5H6.5A1.5 1.5 0 0 1 5 19z"/><path d="M5 17.5h14M9 8.5h6"/>',
    "building": '<path d="M4.5 20.5v-16h10v16M14.5 9.5h5v11M2.5 20.5h19"/><path d="M8 8.5h3M8 12.5h3M8 16.5h3"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.8V7M16 2.8V7"/>',
    "chart": '<path d="M3.5 20.5h17"/><path d="M6.5 17v-5M12 17V5M17.5 17V9"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "chevron-down": '<path d="m6 9.5 6 6 6-6"/>',
    "chevron-right": '<path d="m9.5 6 6 6-6 6"/>',
    "clock": '<circle cx="12" cy="12" r="8.7"/><path d="M12 7v5.3l3.5 2"/>',
    "download": '<path d="M12 3.5V15M7 10.5l5 5 5-5M4 20.5h16"/>',
    "edit": '<path d="m4 20 .8-4.2L16 4.5l3.5 3.5L8.2 19.2z"/><path d="m13.5 7 3.5 3.5"/>',
    "external": '<path d="M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>',
    "file": '<path d="M6 3h8l4.5 4.5V21H6z"/><path d="M13.5 3v5h5M9 13h6M9 17h4"/>',
    "filter": '<path d="M3.5 6h17M7 12h10M10.5 18h3"/>',
    "flag": '<path d="M5.5 21.5V4M5.5 4.5c4-2.5 7 2 13 0v9c-6 2-9-2.5-13 0"/>',
    "flame": '<path d="M12.5 2.5c.6 4.3 6 6.4 6 12a6.5 6.5 0 0 1-13 0c0-2.4 1.2-4.2 2.6-5.6.2 1.5.8 2.5 1.8 3 .2-3.4.8-6.9 2.6-9.4z"/>',
    "globe": '<circle cx="12" cy="12" r="8.7"/><path d="M3.5 12h17M12 3.3c5 5.2 5 12.2 0 17.4-5-5.2-5-12.2 0-17.4z"/>',
    "history": '<path d="M4 12a8 8 0 1 1 2.5 5.8"/><path d="M3.5 8v4.2h4.2M12 8v4.4l3 1.8"/>',
    "home": '<path d="m3.5 11.5 8.5-8 8.5 8"/><path d="M6 9.5v11h12v-11M10 20.5v-6h4v6"/>',
    "image": '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><circle cx="8.5" cy="9.5" r="1.5"/><path d="m4 17.5 5-4.5 3.5 3 3.5-3.5 4.5 4"/>',
    "info": '<circle cx="12" cy="12" r="8.7"/><path d="M12 11v5.5M12 7.5v.1"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3.3-3.3A4 4 0 0 0 13.3 5L12 6.3"/><path d="M14 10a4 4 0 0 0-5.7 0L5 13.3A4 4 0 0 0 10.7 19l1.3-1.3"/>',
    "list": '<path d="M8.5 6h12M8.5 12h12M8.5 18h12M4 6h.1M4 12h.1M4 18h.1"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3M12 14.5v2"/>',
    "log-out": '<path d="M9.5 4h-5v16h5M10 12h10.5M16 7.5l4.5 4.5-4.5 4.5"/>',
    "menu": '<path d="M3.5 6.5h17M3.5 12h17M3.5 17.5h17"/>',
    "moon": '<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.2"/><path d="M11 18.3h2"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "printer": '<path d="M7 8.5v-5h10v5"/><rect x="3.5" y="8.5" width="17" height="8" rx="1.5"/><path d="M7 13.5h10v7H7z"/>',
    "qr": '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v2.5M14 20h2M19 19.5h1"/>',
    "search": '<circle cx="10.8" cy="10.8" r="6.8"/><path d="m16 16 4.5 4.5"/>',
    "shield": '<path d="M12 3 4.5 5.8v5.4c0 4.8 3 8 7.5 9.8 4.5-1.8 7.5-5 7.5-9.8V5.8z"/><path d="m8.8 11.8 2.4 2.5 4.2-4.7"/>',
    "sort": '<path d="M7.5 4v16M4 16.5 7.5 20l3.5-3.5M16.5 20V4M13 7.5 16.5 4 20 7.5"/>',
    "star": '<path d="m12 3.5 2.6 5.5 6 .8-4.4 4.1 1.1 5.9L12 16.9l-5.3 2.9 1.1-5.9-4.4-4.1 6-.8z"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"/>',
    "table": '<rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="M3.5 9.5h17M3.5 14.5h17M10 9.5v10"/>',
    "trash": '<path d="M4 6.5h16M9 6.5v-3h6v3M6 6.5l1 14h10l1-14M10 10.5v6M14 10.5v6"/>',
    "trophy": '<path d="M7 3.5h10v6a5 5 0 0 1-10 0z"/><path d="M7 5H3.5c0 4 1.5 5.5 4 5.8M17 5h3.5c0 4-1.5 5.5-4 5.8M12 14.5v3M8 20.5h8M9.5 17.5h5v3h-5z"/>',
    "type": '<path d="m3 18.5 5-13 5 13M4.7 14h6.6M15 18.5l3-8 3 8M16.1 15.7h3.8"/>',
    "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 20.5h16"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.5-4.3 3.3-6.5 7.5-6.5s7 2.2 7.5 6.5"/>',
    "users": '<circle cx="9" cy="8" r="3.6"/><path d="M2.5 20c.4-4 2.8-6 6.5-6s6.1 2 6.5 6M15.5 4.8a3.5 3.5 0 0 1 0 6.5M18 14.6c2.1.8 3.3 2.6 3.5 5.4"/>',
    "x": '<path d="m5.5 5.5 13 13M18.5 5.5l-13 13"/>',
}

# The mark: one flame with a seedling's leaf inside it, filled; drawn for this project.
FLAME = (
    "M16.6 1.5c.9 5.6 9.4 9.7 9.4 18.3 0 6.1-4.5 10.7-10 10.7S6 26.2 6 20.4c0-3.9 1.9-6.9 4.3-9.3"
    ".3 2.5 1.2 4.2 2.8 5.2.2-5.6.9-10.7 3.5-14.8z"
)
LEAF = "M16.1 27.6c-2.9 0-4.9-2-4.9-4.7 0-3.3 3-4.6 5.3-7.6 1.9 2.3 4.3 4.4 4.3 7.6 0 2.7-1.9 4.7-4.7 4.7z"


@cache
def svg(name: str) -> SafeString:
    """The icon as inline SVG, hidden from screen readers: the words beside it say what it means."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{SHAPES[name]}</svg>')


@cache
def mark() -> SafeString:
    """The flame mark as inline SVG."""
    return mark_safe(
        '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
        f'<path class="mark-flame" d="{FLAME}"/><path class="mark-leaf" d="{LEAF}"/></svg>'
    )
