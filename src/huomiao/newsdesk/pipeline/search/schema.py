"""How an article lies in the embedded index."""

from __future__ import annotations

from functools import cache
from typing import Any

import tantivy

from huomiao.newsdesk.pipeline.search import freshness, tokens
from huomiao.newsdesk.pipeline.search.documents import Document
from huomiao.newsdesk.pipeline.search.queries import Name

# Raise it when fields or tokens change: an index of another layout is built anew.
LAYOUT = 2
# Marks the token that is a whole name, so that a part of another name is no match.
WHOLE = "="
# News says what it is about at its beginning.
LEAD = 300
_TOKENS = "whitespace"
# The values of a facet are kept as they are shown; what a query names is found by tokens.
_SHOWN = (Name.SOURCE, Name.CATEGORY)


@cache
def schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("moment", indexed=True, fast=True)
    builder.add_integer_field("month", fast=True)
    builder.add_float_field("lasting", fast=True)
    builder.add_text_field("whole", tokenizer_name=_TOKENS, index_option="position")
    builder.add_text_field("about", tokenizer_name=_TOKENS, index_option="freq")
    builder.add_text_field("endings", tokenizer_name=_TOKENS, index_option="basic")
    for name in _SHOWN:
        builder.add_text_field(f"{name}_shown", tokenizer_name="raw", index_option="basic", fast=True)
    for name in Name:
        builder.add_text_field(name, tokenizer_name=_TOKENS, index_option="position")
    return builder.build()


def entry(document: Document) -> Any:
    """``document`` as tantivy takes it. Its text is not kept: whoever shows an article has it."""
    about = about_words(document)
    values: dict[str, Any] = {
        "id": document.id,
        "moment": document.moment,
        "month": document.month,
        # tantivy multiplies a score with the binary logarithm of two more than this.
        "lasting": 2 ** freshness.lasting(document.told_at.timestamp()) - 2,
        "whole": " ".join(tokens.of_text(document.whole)),
        "about": " ".join(about),
        "endings": " ".join({word[::-1] for word in about}),
        "source": named(document.source),
        "category": named(document.category),
        "author": " ".join(map(named, document.authors)),
        "site": " ".join(domains(document.site)),
        "language": named(document.language),
    }
    for name in _SHOWN:
        if shown := getattr(document, name):
            values[f"{name}_shown"] = shown
    return tantivy.Document(**values)


def about_words(document: Document) -> list[str]:
    """The words that say what an article is about: those of its title twice, and those of its beginning."""
    title = tokens.dictionary_words(document.title)
    return [*title, *title, *tokens.dictionary_words(f"{document.subtitle}\n{document.text[:LEAD]}")]


def named(name: str) -> str:
    """A name's tokens, and one for all of it."""
    return " ".join([*tokens.of_text(name), WHOLE + tokens.key(name)]) if name else ""


def domains(host: str) -> list[str]:
    """``host`` and what it is a part of: news.example.cn, example.cn, cn."""
    labels = host.casefold().strip(".").split(".")
    return [".".join(labels[at:]) for at in range(len(labels))] if host else []
