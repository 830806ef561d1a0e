"""The lines around the body that carry bylines, the category and the subtitle; the language of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from huomiao.newsdesk.pipeline.article import Evidence
from huomiao.newsdesk.pipeline.extract.page import Line, Page
from huomiao.newsdesk.pipeline.extract.structured import Stated

# How far around the title and the body bylines are looked for, in lines.
_BEFORE_TITLE = 6
_BEFORE_BODY = 24
_INTO_BODY = 3
_AFTER_BODY = 24

_CRUMB_LABEL = re.compile(
    r"crumb|position|location|(?<![a-z])(?:path|nav-?path|weizhi|dqwz|mianbao|route|place|local|site-?nav)(?![a-z])|news_path"
)
_CRUMB = re.compile(r"\s*(?:>+|›|»|→|＞|·>|/(?!/)|\\)\s*")
# One of these is in every such sign.
_STEP = re.compile(r"[>›»→＞/\\]")
_HERE = re.compile(r"^.*(?:当前位置|当前的位置|所在(?:的)?位置|位置|首页|首頁|主页|home)\s*[:：]?\s*", re.IGNORECASE)
_NO_CATEGORY = re.compile(r"^(?:正文|内容|详情|详细|文章|新闻详情|首页|首頁|主页|home|article|)$", re.IGNORECASE)
_SUBTITLE_LABEL = re.compile(
    r"sub-?(?:title|head(?:line|ing)?)|(?<![a-z])(?:sub|deck|dek|standfirst|futi|fubiaoti|fbt|kicker-?sub)(?![a-z])"
)
_HAN = re.compile("[\u3400-\u9fff]+")
_LETTERS = re.compile("[A-Za-z]+")
# A line that names the shelf: 类别：国内.
_FILED = re.compile(r"(?:^|\s)(?:所属)?(?:类\s?别|栏\s?目|频\s?道|分\s?类)\s*[:：]\s*([^\s:：|/>]{2,12})(?:\s|$)")


def head_lines(page: Page, title: Line | None, first: int) -> list[Line]:
    """The lines around the title and down into the beginning of the body, which begins with line ``first``."""
    start = first - _BEFORE_BODY
    if title is not None and title.number <= first:
        start = max(
            title.number - _BEFORE_TITLE, start if first - title.number < _BEFORE_BODY else title.number - _BEFORE_TITLE
        )
    stop = first + _INTO_BODY
    if title is not None and title.number <= first and stop - start > 3 * _BEFORE_BODY:
        stop = start + 3 * _BEFORE_BODY
    return [line for line in page.lines[max(0, start) : stop] if line.picture is None]


def tail_lines(page: Page, last: int) -> list[Line]:
    """The lines from the last one of the body on, which is line ``last``."""
    return [line for line in page.lines[last : last + _AFTER_BODY] if line.picture is None]


def category(lines: Sequence[Line], stated: Stated) -> tuple[str, Evidence] | None:
    """The channel that the page files the article under: what it calls so, the last of its breadcrumbs, what it states."""
    for line in lines:
        has_colon = len(line.text) <= 120 and (":" in line.text or "：" in line.text)
        named = _FILED.search(line.spaced) if has_colon else None
        if named is not None:
            return named[1], Evidence(0.9, "类别", line.text[:120])
    for line in lines:
        if len(line.text) > 120 or _STEP.search(line.text) is None or not _CRUMB.search(line.text):
            continue
        is_labelled = any(
            box.label and _CRUMB_LABEL.search(box.label)
            for _at, box in zip(range(3), line.box.ancestors(), strict=False)
        )
        if not is_labelled and not _HERE.match(line.text) and "正文" not in line.text:
            continue
        steps = [step.strip(" >»›:：") for step in _CRUMB.split(_HERE.sub("", line.spaced))]
        steps = [step for step in steps if not _NO_CATEGORY.match(step) and len(step) <= 16]
        if steps:
            return steps[-1], Evidence(0.85, "breadcrumbs", line.text[:120])
    if stated.section:
        return stated.section[:40], Evidence(0.8, "stated section", stated.section[:120])
    return None


def subtitle(lines: Sequence[Line], title: Line | None, first: int) -> tuple[str, Evidence] | None:
    """The line under the title that an element called a subtitle holds, or that begins with the dash of one."""
    for line in lines:
        if title is not None and (line.number <= title.number or line.number > first):
            continue
        if not 4 <= len(line.text) <= 120 or line.link_share > 0.5:
            continue
        if (
            line.box.label
            and _SUBTITLE_LABEL.search(line.box.label)
            and not any(character.isdigit() for character in line.text[:4])
        ):
            return line.text, Evidence(0.8, f"element called {line.box.label[:40]}", line.text[:120])
        if title is not None and line.number == title.number + 1 and line.text.startswith(("——", "--")):
            return line.text.lstrip("—- "), Evidence(0.8, "dash under the title", line.text[:120])
    return None


def language(text: str, declared: str) -> str:
    """``zh`` or ``en`` by the letters of the text, else by what the page says of itself, else empty."""
    sample = text[:4_000]
    han, letters = len("".join(_HAN.findall(sample))), len("".join(_LETTERS.findall(sample)))
    if han > 0.2 * letters and han > 1:
        return "zh"
    if letters > 20:
        return "en" if not declared or declared.startswith("en") else ""
    return declared[:2] if declared[:2] in {"zh", "en"} else ""
