"""The vocabulary of all articles, kept in one row and written once a batch: it is large, and no word of it is dear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huomiao.newsdesk.models import Lexicon
from huomiao.newsdesk.pipeline.relate.words import Vocabulary


@contextmanager
def counting() -> Iterator[Vocabulary]:
    """The vocabulary, to count articles in; what was counted is kept at the end."""
    row = Lexicon.objects.order_by("pk").first()
    vocabulary = Vocabulary.loads(bytes(row.content)) if row else Vocabulary()
    yield vocabulary
    Lexicon.objects.update_or_create(pk=row.pk if row else 1, defaults={"content": vocabulary.dumps()})
