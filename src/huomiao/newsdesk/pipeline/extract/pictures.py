"""The pictures of an article: where each really is, what it shows, and who made it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from huomiao.newsdesk.pipeline.article import Image
from huomiao.newsdesk.pipeline.extract.page import Line, Picture

# Where scripts that load pictures late find the address, most telling first.
_LATE = (
    "data-original", "data-src", "data-lazy-src", "data-lazyload", "data-actualsrc", "data-original-src", "data-echo", "data-url",
    "data-real-src", "data-realsrc", "data-croporisrc", "data-backsrc", "data-image", "original", "zoomfile", "file", "_src", "lazy-src", "src-lazy",
)  # fmt: skip
_PLACEHOLDER = re.compile(
    r"^data:|^about:|blank\.(?:gif|png)|loading|placeholder|(?:^|[/_.-])(?:spacer|pixel|1x1|grey|gray|transparent|lazy|default|none|empty)[^/]*\.(?:gif|png|jpe?g|svg)",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|qr-?code|qr|erweima|ewm|weixin|wechat|wx|weibo|qzone|share|avatar|face|emoji|emoticon|smil|btn|button|arrow|bg|ad|ads|banner|spacer|line|dot|bullet|star|prev|next|print|search|close|play|app|download|dashang|zan|fenxiang|next_page|prev_page|nopic|nopicture)\d*[^/]*\.(?:gif|png|jpe?g|svg|webp|ico)|"
    r"/(?:icons?|logos?|emoji|emoticons?|smiley|avatars?|skin|skins)/|\.svg(?:$|\?)|data:image",
    re.IGNORECASE,
)
# An address to which joining would change nothing: most are, and joining takes its time.
_ABSOLUTE = re.compile(r"https?://[a-z0-9.-]+(?:/[\w%~@+,-][\w.%~@+,-]*)+", re.ASCII)
_LONGEST_ADDRESS = 2_000
_SIZE = re.compile(r"^\s*(\d{1,5})")
# Smaller than this on both sides (or on one, when only one is told), in CSS pixels, is no picture of an article.
_SMALLEST = 60

_CAPTION = re.compile(
    r"^[\s▲△↑↓●■（(]*(?:图为|图片说明|图说|图注|图[一二三四五六七八九十\d]{0,2}[:：]|圖[:：]|资料图|資料圖|照片|▲|△|↑)"
)
_CREDITED = re.compile(
    r"(?:摄|攝|供图|供圖|图源|制图|绘图|资料图|資料照|资料照片|资料|图|photo|image)[)）\]】。.]*$", re.IGNORECASE
)
_CREDIT = re.compile(
    r"(?:图片来源|图源|图片|图|photo|photos?(?: by| courtesy of)?|image credit|credit|picture)\s*[:：/]\s*(?P<after>[^。;；)）]{2,50})|"
    r"(?P<before>[\u3400-\u9fffA-Za-z·/ 　]{2,40}?)\s*(?:摄影报道|摄影|摄|攝|供图|供圖|提供|制图|绘)(?=[)）\]】。.\s]*$)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\((?:image|photo|picture|pic)s?(?: credit| by)?\s*[:/].{1,60}\)$", re.IGNORECASE)
_CAPTION_LABEL = re.compile(
    r"(?<![a-z])(?:caption|figcaption|img-?(?:desc|text|info|note|title)|pic-?(?:desc|text|info|note|title)|photo-?(?:desc|text|info|credit)|tushuo|tuzhu|legend|credit)"
)


def address(picture: Picture, base: str) -> str:
    """The absolute address of a picture; empty when it is an ornament or has none that can be fetched."""
    attributes = picture.attributes
    source = (attributes.get("src") or "").strip()
    late = next((value.strip() for name in _LATE if (value := attributes.get(name)) and _looks_like_address(value)), "")
    chosen = late or source
    if not chosen or _PLACEHOLDER.search(chosen):
        chosen = (
            source
            if source and not _PLACEHOLDER.search(source)
            else _largest(attributes.get("srcset") or attributes.get("data-srcset") or "")
        )
    if not chosen or _ORNAMENT.search(chosen[-300:]) or _is_small(picture) or len(chosen) > _LONGEST_ADDRESS:
        return ""
    return absolute(chosen, base)


def absolute(written: str, base: str) -> str:
    """An address on the page made absolute; empty when it is none that a browser would fetch."""
    if _ABSOLUTE.fullmatch(written) is not None:
        return written if len(written) <= _LONGEST_ADDRESS else ""
    try:
        joined = urljoin(base, written.strip())
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) and len(joined) <= _LONGEST_ADDRESS else ""


def _looks_like_address(value: str) -> bool:
    value = value.strip()
    return "/" in value or "." in value


def _largest(srcset: str) -> str:
    """The last (by custom the largest) of a set of addresses."""
    candidates = [piece.split()[0] for piece in srcset.split(", ") if piece.split()]
    return next((one for one in reversed(candidates) if not _PLACEHOLDER.search(one)), "")


def _is_small(picture: Picture) -> bool:
    sizes = [
        int(match[1])
        for name in ("width", "height")
        if (match := _SIZE.match(picture.attributes.get(name) or ""))
        and "%" not in (picture.attributes.get(name) or "")
    ]
    return bool(sizes) and max(sizes) < _SMALLEST and max(sizes) > 0


def is_caption(line: Line) -> bool:
    """Whether a line of text is set as a caption: in a figure, or in an element called one."""
    if line.picture is not None:
        return False
    box = line.box
    if line.text.endswith(")") and _IN_BRACKETS.search(line.text[-80:]) is not None:
        return True
    if box.within("figcaption", "figure") is not None:
        return True
    return bool(box.label and _CAPTION_LABEL.search(box.label)) or bool(
        box.parent is not None and box.parent.label and _CAPTION_LABEL.search(box.parent.label)
    )


def reads_as_caption(line: Line) -> bool:
    """Whether an ordinary paragraph next to a picture reads as its caption."""
    text = line.text
    return len(text) <= 160 and (
        _CAPTION.match(text) is not None or (len(text) <= 100 and _CREDITED.search(text) is not None)
    )


def captioned(where: str, captions: Sequence[str], alternative: str) -> Image:
    """A picture with its caption and, where the caption or the line after it names one, its credit."""
    caption = " ".join(captions)
    credit = ""
    for text in reversed(captions):
        if (match := _CREDIT.search(text[-160:])) is not None:
            credit = (match["after"] or match["before"] or "").strip(" 　/:：（(").rsplit("。", 1)[-1].strip(" 　（(")
            break
    if (
        not caption
        and 4 <= len(alternative) <= 200
        and " " in alternative.strip() + ("" if alternative.isascii() else " ")
    ):
        caption = " ".join(alternative.split())
    return Image(where, caption[:500], credit[:80])
