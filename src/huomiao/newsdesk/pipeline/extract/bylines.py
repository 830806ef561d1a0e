"""Who a page says an article is by, from and edited by: the lines around the body, read by the words that mark them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.article import Evidence
from huomiao.newsdesk.pipeline.extract import moments
from huomiao.newsdesk.pipeline.extract.names import NAME, names_in
from huomiao.newsdesk.pipeline.extract.page import Line
from huomiao.newsdesk.pipeline.extract.structured import Stated

# Stands between the parts of a line, so that a value ends where its element does.
_GAP = "\x1f"
_LONGEST_SOURCE = 50

_SOURCE = re.compile(
    r"(?:(?:文章|信息|新闻|稿件|本文|内容|资料|消息|作品|数据)?(?:来\s*源|來\s*源|出处)|稿\s*源|转载自|转自|轉自|摘自|来自|原载|发布(?:机构|单位|媒体)|供稿(?:单位)?)\s*(?:于|自)?\s*[:：]\s*"
)
_REPOST = re.compile(
    r"(?:^|[（(【\[\s\x1f：:])(?:(?:本文|文章|原文)?\s*(?:转载?自|轉載?自|摘自|原载于?|首发于|首发|转载于|选自|節錄自)|(?:本文|文章|稿件|内容|原文)(?:来\s*源|來\s*源)(?:于|自)?|来\s*源|來\s*源|原文来自)\s*[:：|｜]?\s*(?:微信)?(?:公众号|公號)?\s*[:：]?\s*"
)
_STRONG_REPOST = re.compile(r"转载?自|轉載?自|摘自|原载|首发|选自")
# A line that credits somebody and says nothing else: it is read, and is no part of the text.
_CREDIT = re.compile(
    r"[（(【\[]?\s*(?:本文|文章|原文|稿件)?\s*(?:转载?自|轉載?自|摘自|原载于?|选自|来源)\s*[:：|｜丨/]\s*\S{2,20}(?:\s*\S{1,10})?\s*[）)】\]]?"
)
# 信息来源 in a cell, with the source in the next one.
_SOURCE_ALONE = re.compile(r"(?:文章|信息|新闻|稿件|内容)?(?:来源|來源)[:：]?|稿源[:：]?")
# What follows a source on its line: the next field, set off by white space or by its colon; many names end in 发布.
_NEXT_FIELD = (
    r"作\s*者|编\s*辑|責任|责\s*任|责\s*编|记\s*者|文\s*[:：/]|时\s*间|日\s*期|发布|发表|發佈|更新|浏\s*览|点\s*击|阅\s*读|访问|字\s*[号體体]|打印|评论|"
    r"分享|收藏|人参与|关注|调整|我要|我有话|参与|原标题|原文|关键[词字]|标签|校对|审核|通讯员|摄影|繁体|大\s*中\s*小|点赞"
)
_CUT = re.compile(
    rf"(?:[\s　|｜]+(?:{_NEXT_FIELD})|(?:{_NEXT_FIELD})[^\s:：]{{0,4}}[:：]|[\s　|｜]*(?:[(（]?(?:19|20)\d\d[-年/.]|https?:|公众号ID|ID[:：]|【|\[大|\d+$)).*$"
)
_SOURCE_LABEL = re.compile(
    r"(?<![a-z_-])(?:(?:article|news|post|arti?|info|data)[-_]?(?:source|origin|from|media)|(?:source|origin|media|laiyuan|ly|copy-?from|come-?from)(?:[-_]?name)?)(?![a-z_-])"
)
_ACCOUNT_LABEL = re.compile(
    r"(?:profile|account|media|nick|author|user|publisher|site)[-_]?(?:nick)?name|(?<![a-z])(?:nickname|js_name|publisher|account|byline-?name)"
)
_AUTHOR_LABEL = re.compile(
    r"(?<![a-z])(?:author|byline|writer|zuozhe|reporter|editor-?name)(?![a-z])|author-?name|article-?author"
)

_AUTHOR = re.compile(
    r"(?:^|[\s\x1f(（【\[|｜>])(?:作\s*者|原作者|撰\s*文|撰\s*稿|执\s*笔|采\s*写|采写记者|记者|本文作者|文\s*[/／|｜丨︱]\s*图|文图|文(?=\s*[/／|｜丨︱])|文字)\s*[:：/／|｜丨︱]\s*(?P<names>[^:：]{1,60})"
)
_REPORTER = re.compile(
    rf"[(（【\[〔](?:[\u4e00-\u9fff\s]{{0,16}}?)(?:记\s*者|記\s*者|通讯员|文/图|图/文|文图|作者)\s*[:：/]?\s*(?P<names>{NAME}(?:[、，,\s　/&和]+(?:通讯员|记者|实习生)?\s*{NAME}){{0,5}})\s*(?:[／/][^)）】\]〕]{{1,12}})?[^)）】\]〕]{{0,12}}[)）】\]〕]"
)
_REPORTER_LINE = re.compile(
    rf"^(?:[\u4e00-\u9fff·\s]{{0,14}})(?:记者|記者)\s*[|｜丨:：]?\s*(?P<names>{NAME}(?:[、，,\s　/]+{NAME}){{0,5}})\s*(?:报道|文|/文)?$"
)
# 2024-01-05 示例日报 记者 甲乙 通讯员 丙丁; 記者甲乙／示例報導
_REPORTER_BESIDE = re.compile(
    rf"(?:^|\s)(?:本报|本刊|本网)?(?:(?:记者|記者)\s+(?P<names>{NAME}(?:[、，,\s]+(?:(?:通讯员|实习生)\s*)?{NAME}){{0,4}})\s*$|記者(?P<one>{NAME})\s*[／/])"
)
# 甲乙/示例日报
_SLASHED = re.compile(
    rf"^(?P<names>{NAME}(?:[ 、]{NAME}){{0,2}})\s*[/／]\s*(?P<source>[^/／\s]{{2,14}}(?:报|社|网|台|刊|新闻|周刊|杂志|客户端))$"
)
# By Alex Example and Kim Sample
_BY = re.compile(
    r"^By\s+(?P<names>(?:[A-Z][\w.'’-]*\s){1,3}[A-Z][\w'’-]+(?:(?:,| and|, and)\s(?:[A-Z][\w.'’-]*\s){1,3}[A-Z][\w'’-]+){0,4})$"
)
_ARTICLE_AUTHOR = re.compile(r"[(（]\s*作者\s*[:：]\s*(?P<names>[^)）]{2,60})[)）]")
_EDITOR = re.compile(
    r"(?:^|[\s\x1f(（【\[|｜<])(?:本文|网络|网站|值班|执行)?(?:责\s*任\s*编\s*辑|責任編輯|责\s*编|編\s*輯|编\s*辑|责任编缉)\s*(?:[:：/丨｜|]\s*|\s(?=[\u4e00-\u9fff]{2,4}\s*[)）】\]]?$))(?=(?P<names>[^:：]{1,60}))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A field and why."""

    value: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class People:
    """Names and why."""

    names: tuple[str, ...]
    evidence: Evidence | None


def _fielded(line: Line) -> str:
    return _GAP.join([text for part in line.parts if (text := " ".join(part[0].split()))])


def source(head: Sequence[Line], tail: Sequence[Line], stated: Stated, *, under: int = 0) -> Found | None:
    """Who the page says it has the text from (来源). ``under`` is the number of the title's line."""
    for at, line in enumerate(head):
        text = _fielded(line) if len(line.text) <= 200 else ""
        if (match := _SOURCE.search(text) or _SOURCE_ALONE.fullmatch(text)) is not None:
            value = text[match.end() :].lstrip(_GAP + " ")
            if (
                not value
                and at + 1 < len(head)
                and head[at + 1].units <= 20
                and not next(moments.moments(head[at + 1].text), None)
            ):
                value = _fielded(head[at + 1])
            if cleaned := clean_source(value):
                return Found(cleaned, Evidence(0.95, "来源 before the body", line.spaced[:120]))
    for line in head:
        if line.number >= under and (slashed := _SLASHED.match(line.text)) is not None:
            return Found(slashed["source"], Evidence(0.75, "author/source", line.spaced[:120]))
    for line in head:
        for label, text in _labelled(line):
            if _SOURCE_LABEL.search(label) and (cleaned := clean_source(text)):
                return Found(cleaned, Evidence(0.85, f"element called {label[:40]}", line.spaced[:120]))
    if cleaned := clean_source(stated.source):
        return Found(cleaned, Evidence(0.85, "meta source", stated.source[:120]))
    for line in head:
        if line.number >= under and (beside := _beside_time(line)) is not None:
            return beside
    for line in head:
        for label, text in _labelled(line):
            if (
                _ACCOUNT_LABEL.search(label)
                and not _NOT_A_SOURCE.search(text)
                and (cleaned := clean_source(text))
                and not next(moments.moments(text), None)
            ):
                return Found(cleaned, Evidence(0.6, f"account called {label[:40]}", line.spaced[:120]))
    for line in tail:
        if (
            line.units <= 60
            and (match := _SOURCE.search(text := _fielded(line))) is not None
            and (cleaned := clean_source(text[match.end() :].lstrip(_GAP + " ")))
        ):
            return Found(cleaned, Evidence(0.7, "来源 after the body", line.spaced[:120]))
    return None


def in_line(line: Line) -> Found | None:
    """The source in a line that is known to hold one."""
    text = _fielded(line)
    match = _SOURCE.search(text)
    beside = None if match else _beside_time(line)
    value = clean_source(text[match.end() :].lstrip(_GAP + " ") if match else text)
    found = beside or (
        Found(value, Evidence(0.85, "", "")) if value and not next(moments.moments(value), None) else None
    )
    return Found(found.value, Evidence(0.85, "layout of the site", line.spaced[:120])) if found else None


def in_script(value: str) -> Found | None:
    """A source that the page's own data name."""
    cleaned = clean_source(value)
    # In English such data name services of the site as often as sources.
    return Found(cleaned, Evidence(0.6, "script", value[:120])) if cleaned and not cleaned.isascii() else None


def _labelled(line: Line) -> Iterable[tuple[str, str]]:
    """The labels that a short line lies under, and what is under each."""
    if line.units > 40:
        return
    for text, label, _href, _is_bold in line.parts:
        if label:
            yield label, text
    if line.box.label:
        yield line.box.label, line.spaced


def _beside_time(line: Line) -> Found | None:
    """The name that stands in one short line with the time: ``2019-09-26 10:56:28 证券时报网``, ``南方都市报 2019-09-09``."""
    if line.units > 40:
        return None
    text = _fielded(line)
    first = next(moments.moments(text), None)
    if first is None:
        return None
    for piece in (*text[first.end :].split(_GAP), *text[: first.start].split(_GAP)[::-1]):
        piece = clean_source(piece)  # noqa: PLW2901  # the same words, cleaned
        if (
            2 <= len(piece) <= 20
            and not any(character.isdigit() for character in piece[:2])
            and not _NOT_A_SOURCE.search(piece)
        ):
            return Found(piece, Evidence(0.6, "beside the time", line.spaced[:120]))
    return None


_NOT_A_SOURCE = re.compile(
    r"时间|日期|发布|发表|更新|星期|浏览|阅读|评论|分享|字号|首页|来源|^原创$|作者|编辑|收藏|微信|微博|qq|^\W+$|views?|comments?|posted|published|updated|^by\b|sign(?:ed)? in|log ?in|subscribe|menu|search|登录|注册",
    re.IGNORECASE,
)


def clean_source(value: str) -> str:
    """A source without what follows it on its line."""
    value = value.split(_GAP, 1)[0] if _GAP in value else value
    value = _SOURCE.sub("", value.strip(), count=1) if _SOURCE.match(value.strip()) else value
    value = _CUT.sub("", value).strip(" \u3000:：|｜()（）【】[]<>《》“”\"'·,，。;；-—/")
    value = re.split(r"\s{2,}|\s(?=原创|转载)|[\[【(（]", value, maxsplit=1)[0].strip()
    if not value or len(value) > _LONGEST_SOURCE or "://" in value:
        return ""
    return value if any(character.isalpha() for character in value) else ""


def repost(body: Sequence[Line], tail: Sequence[Line]) -> Found | None:
    """Whom the text itself credits: ``本文转自：…`` above it, ``来源：…`` below it."""
    for place, lines in (("first", body[:3]), ("last", body[-5:]), ("after", tail[:6])):
        for line in lines:
            if line.picture is not None or line.units > 120:
                continue
            text = _fielded(line)
            match = _REPOST.search(text)
            if match is None or (place == "first" and not _STRONG_REPOST.search(match.group())):
                continue
            value = text[match.end() :].lstrip(_GAP + " ")
            if cleaned := clean_source(value):
                return Found(
                    cleaned,
                    Evidence(
                        0.9 if _STRONG_REPOST.search(match.group()) else 0.8,
                        f"credited in the {place} lines",
                        line.spaced[:120],
                    ),
                )
    return None


def is_credit(line: Line) -> bool:
    """Whether the line says from whom the text is, and nothing else."""
    return (
        line.picture is None
        and len(line.text) <= _LONGEST_SOURCE
        and ("自" in line.text or "原载" in line.text or "来源" in line.text)
        and _CREDIT.fullmatch(line.spaced.strip()) is not None
    )


def authors(
    head: Sequence[Line], body: Sequence[Line], tail: Sequence[Line], stated: Stated, *, others: Collection[str] = ()
) -> People:
    """Who wrote it: 作者, 记者, 文/…, or what the page states unless that is one of ``others`` (the source, an editor)."""
    texts = [line for line in body if line.picture is None]
    for line in (*head, *texts[:2], *texts[-3:], *tail[:8]):
        if line.units > 60 and not _ARTICLE_AUTHOR.search(line.text):
            continue
        text = _fielded(line)
        match = _ARTICLE_AUTHOR.search(text) or _AUTHOR.search(text)
        if match is not None and (found := names_in(_stop(match["names"]), any_word=True)):
            return People(tuple(found), Evidence(0.9, "作者", line.spaced[:120]))
    for line in head:
        beside = _REPORTER_BESIDE.search(line.spaced) if line.units <= 40 and "者" in line.text else None
        if beside is not None and (found := names_in(beside["names"] or beside["one"])):
            return People(tuple(found), Evidence(0.8, "记者 beside the time", line.spaced[:120]))
    for line in (*head, *texts[:4], *texts[-3:]):
        match = (_SLASHED.match(line.text) or _REPORTER_LINE.match(line.text)) if line.units <= 40 else None
        match = match or _REPORTER.search(line.text[:120]) or _REPORTER.search(line.text[-120:])
        if match is not None and (found := names_in(match["names"])):
            return People(tuple(found), Evidence(0.85, "记者", match.group()[:120]))
    if found := [name for name in _stated_people(stated.authors) if name not in others]:
        return People(tuple(found), Evidence(0.75, "stated author", ", ".join(stated.authors)[:120]))
    for line in head:
        by = _BY.match(line.text) if line.text.startswith("By ") and line.units <= 40 else None
        if by is not None and (found := names_in(by["names"], any_word=True)):
            return People(tuple(found), Evidence(0.8, "By", line.spaced[:120]))
    for line in head:
        for label, text in _labelled(line):
            if _AUTHOR_LABEL.search(label) and (found := names_in(_english(text))):
                return People(tuple(found), Evidence(0.6, f"element called {label[:40]}", line.spaced[:120]))
    return People((), None)


def _stated_people(stated: Sequence[str]) -> list[str]:
    """Names of people among stated authors; addresses, numbers and names of sites are none."""
    found: list[str] = []
    for name in stated:
        if "://" in name or "@" in name or any(character.isdigit() for character in name):
            continue
        han = names_in(name)
        if han and all(len(one) <= 4 for one in han):
            found += han
        elif name.isascii() and 1 <= name.count(" ") <= 3:
            found.append(name.removeprefix("By ").strip())
    return list(dict.fromkeys(found))


def _english(text: str) -> str:
    return text.strip().removeprefix("By ").removeprefix("by ").strip()


def editors(head: Sequence[Line], tail: Sequence[Line]) -> People:
    """Who edited it: 责任编辑, 责编, 编辑."""
    found: list[str] = []
    quote = ""
    for line in (*tail, *head):
        if line.units > 60 and "编" not in line.text[-_LONGEST_SOURCE:]:
            continue
        text = _fielded(line) if line.units <= 60 else line.text[-_LONGEST_SOURCE:]
        for match in _EDITOR.finditer(text):
            if (named := names_in(_stop(match["names"]), any_word=True)) and not quote:
                quote = line.spaced[:120]
            found += named
        if found:
            break
    return People(tuple(dict.fromkeys(found)), Evidence(0.9, "责任编辑", quote) if found else None)


def _stop(names: str) -> str:
    """The names before the next field or the end of the brackets they stand in."""
    names = names.lstrip(_GAP + " ")
    return re.split(
        r"[)）】\]〕>]|图\s*[/／|｜:：]|摄影|摄像|供图|来源|來源|责任|责编|编辑|校对|审核|日期|时间|发布|浏览|点击|阅读|字号|\d{4}|_[A-Z]",
        names,
        maxsplit=1,
    )[0]
