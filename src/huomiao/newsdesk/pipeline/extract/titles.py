"""The title of an article: the line that the page shows as one and that its head agrees with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from huomiao.newsdesk.pipeline.article import Evidence
from huomiao.newsdesk.pipeline.extract.page import Line, Page
from huomiao.newsdesk.pipeline.extract.structured import Stated

_LONGEST = 200
# From here on a line is taken for the title against what the head says.
_SURE = 4.0
# A head with so few characters names the channel, not the article.
_CHANNEL = 6
# Where a title may end and the names of channel and site begin.
_ENDS = frozenset("-_|｜丨—–·»›.…,(（")
# The pages of a printed newspaper on the web are called by its name and their number.
_PRINTED = re.compile(r"第\s*[\d一二三四五六七八九十]+\s*版|[A-Z]?\d+版|数字报|电子报|电子版")
_SENTENCE = 25
_ABOVE = 6
_HOME = ("首页", "首頁", "主页", "Home")
# The longest label (原创, 视频) before a title.
_WORD = 3
_QUOTES = str.maketrans("“”„‟″＂「」『』‘’‚′＇`", '""""""""""\'\'\'\'\'\'')
_LABEL = re.compile(
    r"(?<![a-z])(?:title|headline|biaoti|bt|tit|arti-?title|h1|head-?title|news-?title|subject)(?![a-z])|(?:title|headline)"
)
_LEVELS = {"h1": 3.0, "h2": 2.0, "h3": 1.2, "h4": 1.1, "h5": 1.0, "h6": 1.0}
# What separates a title from the names of the channel and the site.
_SEPARATOR = re.compile(r"\s*(?:[_|｜丨«»›·•]|--+|——|\s[-–—:]\s|-(?=[^-]{1,16}$))\s*")
_SITE = re.compile(
    r"(?:网|網|网站|频道|頻道|新闻|新聞|日报|晚报|早报|时报|晨报|都市报|周刊|在线|快讯|资讯|财经|财經|科技|娱乐|体育|中心|要闻|首页|门户|客户端|工会|人民政府|委员会|官网|平台|协会|集团|号|news|times|post|\.com|\.cn|\.net|daily|online|magazine|tv)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """The title as the page shows it, the line that shows it (None when only the head has it), and why."""

    text: str
    line: Line | None
    evidence: Evidence


@lru_cache(maxsize=4096)
def _calls_itself_title(label: str) -> bool:
    return _LABEL.search(label) is not None


def plain(text: str) -> str:
    """A title as it is compared: no white space, one kind of quotes, one width."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split()).lower()


@lru_cache(maxsize=8192)
def _plain_letter(letter: str) -> str:
    return plain(letter)


def find(page: Page, stated: Stated, *, before: int) -> Title | None:
    """The title of the page. ``before`` is the number of the line with which the body ends at the latest."""
    head = page.meta.title
    told = [
        text
        for text in (stated.headline, *stated.titles, head)
        if len(without_site(text, stated.site)) > _CHANNEL and not _PRINTED.search(text)
    ]
    compared = [plain(text) for text in told]
    starts = {one[0] for one in compared if one}
    best: tuple[float, Line] | None = None
    for line in page.lines[:before]:
        if not 2 <= len(line.text) <= _LONGEST or line.text.startswith(_HOME):
            continue
        level = _LEVELS.get(line.box.tag, 0.0)
        is_labelled = bool(line.box.label) and _calls_itself_title(line.box.label)
        if level or is_labelled:
            text = plain(line.text)
        # A plain line is a title only when the head says just that.
        elif (
            len(line.text) < 6
            or _plain_letter(line.text[0])[:1] not in starts
            or not any(one.startswith(text := plain(line.text)) for one in compared)
        ):
            continue
        score = _agreement(text, compared) + level + (1.0 if is_labelled else 0.0) - 1.5 * line.link_share
        if line.box.parent is not None and line.box.parent.label and _calls_itself_title(line.box.parent.label):
            score += 0.5
        if score > (best[0] if best else 0.9):
            best = score, line
    if best is not None and (best[0] >= _SURE or not told):
        score, line = best
        return Title(
            _whole(line.text, told, stated.site),
            line,
            Evidence(min(0.99, 0.5 + score / 16), f"shown as {line.box.tag}", line.text[:120]),
        )
    if best is None and _PRINTED.search(head) and (above := _above(page, before)) is not None:
        return Title(above.text, above, Evidence(0.5, "above the text of a printed page", above.text[:120]))
    for cue, one in (
        ("json-ld headline", stated.headline), *(("meta title", one) for one in stated.titles), ("title element", head)
    ):  # fmt: skip
        cleaned = without_site(one, stated.site)
        if cleaned and (best is None or (len(cleaned) > _CHANNEL and not cleaned.startswith(_HOME))):
            return Title(cleaned, None, Evidence(0.65 if cue == "title element" else 0.75, cue, one[:120]))
    if best is not None:
        return Title(best[1].text, best[1], Evidence(0.5, f"shown as {best[1].box.tag}", best[1].text[:120]))
    return None


def _above(page: Page, before: int) -> Line | None:
    """The first line of its own, no link and no sentence, of those right above the first prose."""
    first = next((line.number for line in page.lines[:before] if line.has_stops and line.units > _SENTENCE), None)
    if first is None:
        return None
    lines = page.lines[max(0, first - _ABOVE) : first]
    return next((line for line in lines if not line.linked and not line.has_stops and 5 <= line.units <= 40), None)


def of_line(line: Line) -> Title:
    """The title that stands in a line known to hold it."""
    return Title(line.text[:_LONGEST], line, Evidence(0.85, "layout of the site", line.text[:120]))


def _whole(shown: str, told: Sequence[str], site: str) -> str:
    """The title as shown, or as told where what is shown is a part of it, or has a label of a word before it."""
    text = plain(shown)
    for one in told:
        cleaned = without_site(one, site)
        other = plain(cleaned)
        is_cut = other.startswith(text) and len(text) < 0.75 * len(other) and other[len(text)] not in _ENDS
        if is_cut or (text.endswith(other) and 0 < len(text) - len(other) <= _WORD and len(other) > 3 * _WORD):
            return cleaned
    return shown


def _agreement(text: str, told: Sequence[str]) -> float:
    """How well the head agrees: 0 not at all, up to 8 where it says exactly this."""
    best = 0.0
    for one in told:
        if one == text:
            return 8.0
        if len(text) < 4:
            continue
        if one.startswith(text):
            best = max(best, 4.0 + 3.0 * min(1.0, len(text) / len(one)))
        elif text in one:
            best = max(best, 3.0 + 3.0 * len(text) / len(one))
        elif len(one) >= 6 and one in text:
            best = max(best, 2.5 + 2.0 * len(one) / len(text))
        elif _common_start(one, text) >= 0.6 * min(len(one), len(text)) and _common_start(one, text) >= 6:
            best = max(best, 3.0)
    return best


def _common_start(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def without_site(text: str, site: str = "") -> str:
    """A title without the channel and the site that follow (or precede) it."""
    text = " ".join(text.split())
    names = {plain(site)} if site else set()
    while True:
        separators = list(_SEPARATOR.finditer(text))
        if not separators:
            return text[:_LONGEST]
        last = separators[-1]
        tail, rest = text[last.end() :].strip(), text[: last.start()].strip()
        is_strong = last.group().strip() in {"_", "|", "｜", "--", "——"}
        if (
            not rest
            or len(tail) > 24
            or not (is_strong or _SITE.search(tail) or plain(tail) in names or len(tail) < len(rest) / 4)
        ):
            return text[:_LONGEST]
        text = rest
