"""The public extractors that ``benchmarks.extraction`` measures ours against, each behind the same small face.

Each is called as its own documentation says, metadata included where it has any. Ours and trafilatura take the page as it was
served; the others are given it decoded already, so that no wrong charset counts against them. What is not installed is left out.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from huomiao.newsdesk.pipeline.extract import extract


@dataclass
class Answer:
    """What an extractor found on a page. ``fields`` are those that it offers at all; the others are not counted."""

    text: str = ""
    title: str = ""
    time: str = ""
    source: str = ""
    repost: str = ""
    authors: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


Extractor = Callable[[bytes, str, str, str], Answer]


@dataclass
class Peer:
    """An extractor: its name, the fields that it offers, and itself (content, its text, address, language)."""

    name: str
    fields: frozenset[str]
    run: Extractor


def _strings(value: Any) -> list[str]:
    if not value:
        return []
    return [str(one) for one in value] if isinstance(value, (list, tuple, set)) else [str(value)]


def _text_of(html: str) -> str:
    tree = LexborHTMLParser(html)
    return tree.body.text(separator="\n") if tree.body is not None else ""


def _pictures_of(html: str) -> list[str]:
    return [node.attributes.get("src") or "" for node in LexborHTMLParser(html).css("img")]


def ours() -> Peer:
    def run(content: bytes, _text: str, url: str, _language: str) -> Answer:
        found = extract(content, url)
        at = found.published_at
        return Answer(
            found.text,
            found.title,
            at.strftime("%Y-%m-%d %H:%M" if found.published_to == "minute" else "%Y-%m-%d") if at else "",
            found.source,
            found.reposted_from,
            list(found.authors),
            [image.address for image in found.images],
        )

    return Peer("huomiao", frozenset({"title", "time", "source", "repost", "authors", "images"}), run)


def trafilatura() -> Peer:
    module = importlib.import_module("trafilatura")

    def run(content: bytes, _text: str, url: str, _language: str) -> Answer:
        found = module.bare_extraction(content, url=url or None, with_metadata=True, include_comments=False)
        if found is None:
            return Answer()
        return Answer(found.text or "", found.title or "", found.date or "", authors=(found.author or "").split("; "))

    return Peer("trafilatura", frozenset({"title", "time", "authors"}), run)


def newspaper4k() -> Peer:
    module = importlib.import_module("newspaper")

    def run(_content: bytes, text: str, url: str, language: str) -> Answer:
        article = module.Article(url or "http://example.test/", language=language, fetch_images=False)
        article.download(input_html=text)
        article.parse()
        at = article.publish_date
        return Answer(
            article.text,
            article.title,
            at.strftime("%Y-%m-%d %H:%M") if at else "",
            authors=list(article.authors),
            images=list(article.images),
        )

    return Peer("newspaper4k", frozenset({"title", "time", "authors", "images"}), run)


def gne() -> Peer:
    extractor = importlib.import_module("gne").GeneralNewsExtractor()

    def run(_content: bytes, text: str, url: str, _language: str) -> Answer:
        found = extractor.extract(text, host=url.rsplit("/", 1)[0] if url else "")
        return Answer(
            found["content"],
            found["title"],
            found["publish_time"].replace("年", "-").replace("月", "-").replace("日", ""),
            authors=_strings(found["author"]),
            images=_strings(found["images"]),
        )

    return Peer("gne", frozenset({"title", "time", "authors", "images"}), run)


def readability() -> Peer:
    module = importlib.import_module("readability")

    def run(_content: bytes, text: str, url: str, _language: str) -> Answer:
        document = module.Document(text, url=url or None)
        summary = document.summary()
        return Answer(_text_of(summary), document.short_title(), images=_pictures_of(summary))

    return Peer("readability-lxml", frozenset({"title", "images"}), run)


def resiliparse() -> Peer:
    plain = importlib.import_module("resiliparse.extract.html2text").extract_plain_text

    def run(_content: bytes, text: str, _url: str, _language: str) -> Answer:
        return Answer(plain(text, main_content=True, alt_texts=False, list_bullets=False))

    return Peer("resiliparse", frozenset(), run)


def goose3() -> Peer:
    module = importlib.import_module("goose3")
    chinese = importlib.import_module("goose3.text").StopWordsChinese
    made = {
        "zh": module.Goose({"stopwords_class": chinese, "enable_image_fetching": False}),
        "en": module.Goose({"enable_image_fetching": False}),
    }

    def run(_content: bytes, text: str, _url: str, language: str) -> Answer:
        found = made[language].extract(raw_html=text)
        at = found.publish_datetime_utc
        return Answer(
            found.cleaned_text or "",
            found.title or "",
            at.strftime("%Y-%m-%d %H:%M") if at else "",
            authors=list(found.authors),
        )

    return Peer("goose3", frozenset({"title", "time", "authors"}), run)


def justext() -> Peer:
    module = importlib.import_module("justext")
    # It has no stop words for Chinese; this is how its documentation has it work without any.
    options = {
        "zh": {"stoplist": frozenset(), "stopwords_low": 0, "stopwords_high": 0},
        "en": {"stoplist": module.get_stoplist("English")},
    }

    def run(_content: bytes, text: str, _url: str, language: str) -> Answer:
        found = module.justext(text, **options[language])
        return Answer("\n".join(one.text for one in found if not one.is_boilerplate))

    return Peer("justext", frozenset(), run)


def magic_html() -> Peer:
    extractor = importlib.import_module("magic_html").GeneralExtractor()

    def run(_content: bytes, text: str, url: str, _language: str) -> Answer:
        found = extractor.extract(text, base_url=url)
        return Answer(_text_of(found["html"]), found.get("title") or "", images=_pictures_of(found["html"]))

    return Peer("magic-html", frozenset({"title", "images"}), run)


def installed() -> tuple[list[Peer], list[str]]:
    """The extractors that can be run here, ours first, and what kept the others out."""
    warnings.simplefilter("ignore")
    found, missing = [], []
    for make in (ours, trafilatura, newspaper4k, gne, readability, resiliparse, goose3, justext, magic_html):
        try:
            found.append(make())
        except (ImportError, ValueError) as reason:
            missing.append(f"{make.__name__} ({reason})")
    return found, missing
