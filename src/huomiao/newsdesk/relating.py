"""Finds what an article has to do with others: copies and their chain, keywords for related items, names of the platform."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import models, transaction
from django.db.models import Count

from huomiao.newsdesk import naming
from huomiao.newsdesk.lexicon import counting
from huomiao.newsdesk.models import Anchor, Article, Chain, Copy, Keyword, Version
from huomiao.newsdesk.pipeline.relate import chains, copies, stories, words
from huomiao.newsdesk.pipeline.relate.postings import COMMONEST, COMMONEST_WORD, Sharing
from huomiao.newsdesk.pipeline.relate.prints import Print
from huomiao.newsdesk.pipeline.relate.words import Vocabulary
from huomiao.newsdesk.states import ArticleState
from huomiao.newsdesk.versions import read_of

logger = logging.getLogger(__name__)

BATCH = 100
# A text that more print has its chain drawn from the earliest of them.
MOST_TRACED = 80


class TablePostings:
    """``pipeline.relate.postings.Postings`` on a table of (article, key)."""

    def __init__(self, model: type[Anchor | Keyword], *, commonest: int) -> None:
        self._rows: models.Manager[Anchor | Keyword] = model._default_manager
        self._make: Callable[..., Anchor | Keyword] = model
        self._commonest = commonest

    def add(self, item: int, keys: Iterable[int]) -> None:
        self._rows.bulk_create([self._make(article_id=item, key=key) for key in set(keys)])

    def drop(self, item: int) -> None:
        self._rows.filter(article_id=item).delete()

    def sharing(self, keys: Sequence[int], *, at_least: int, most: int) -> list[Sharing]:
        wanted = self._rows.filter(key__in=set(keys))
        counted = dict(wanted.order_by().values_list("key").annotate(held=Count("pk")))
        telling = [key for key, held in counted.items() if held <= self._commonest]
        if len(telling) < at_least:
            telling = list(counted)
        found = (
            self._rows.filter(key__in=telling, article__state=ArticleState.SHOWN)
            .order_by()
            .values_list("article_id")
            .annotate(held=Count("pk"))
            .filter(held__gte=at_least)
            .order_by("-held", "article_id")[:most]
        )
        return [Sharing(item, held) for item, held in found]


def anchors() -> TablePostings:
    return TablePostings(Anchor, commonest=COMMONEST)


def keyword_postings() -> TablePostings:
    return TablePostings(Keyword, commonest=COMMONEST_WORD)


def relate_pending() -> int:
    """Relate every article whose text changed; returns how many. Safe to run twice and to be killed in between."""
    done = 0
    while batch := list(_pending()[:BATCH]):
        with counting() as vocabulary:
            for article in batch:
                try:
                    relate(article, vocabulary)
                except Exception:
                    # One odd text must not hold up the others; it is looked at again when it changes.
                    logger.exception("Article %s could not be related", article.pk)
                Article.objects.filter(pk=article.pk, revision=article.revision).update(is_related=True)
        done += len(batch)
    return done


def _pending() -> models.QuerySet[Article]:
    waiting = Article.objects.filter(is_related=False, current__isnull=False).order_by("pk")
    return waiting.select_related("current", "source", "category")


@transaction.atomic
def relate(article: Article, vocabulary: Vocabulary) -> None:
    """Find the copies of ``article`` (with ``current`` and ``source``), its keywords and the names in it."""
    version = article.current
    if version is None:
        return
    text = copies.read(version.text)
    postings = anchors()
    postings.drop(article.pk)
    matches = copies.find(text, among=postings, load=_prints)
    postings.add(article.pk, text.keys)
    _chain(article, [match.item for match in matches])
    _keep_keywords(article, version, vocabulary)
    naming.suggest(article)


def _prints(items: Sequence[int]) -> Mapping[int, Print]:
    rows = Version.objects.filter(article__current=models.F("pk"), article__in=items, article__state=ArticleState.SHOWN)
    return {pk: copies.read(text) for pk, text in rows.values_list("article_id", "text")}


def _chain(article: Article, matches: Sequence[int]) -> None:
    """Draw the chains of ``article`` and its copies anew; those of one story become one."""
    joined = list(Copy.objects.filter(article__in=[article.pk, *matches]).values_list("chain_id", flat=True).distinct())
    before = Copy.objects.filter(chain__in=joined).exclude(article=article).values_list("article_id", flat=True)
    keys = {*matches, *(before if matches else ())}
    Copy.objects.filter(article=article).delete()
    if not keys:
        return
    members = Article.objects.filter(pk__in={article.pk, *keys}, current__isnull=False)
    held = list(members.select_related("current", "source").order_by("dated_at", "pk")[:MOST_TRACED])
    known = {one.pk: one for one in held}
    found = stories.chains_of([_copy(one) for one in held])
    Copy.objects.filter(chain__in=joined).delete()
    Chain.objects.filter(pk__in=joined).delete()
    for story in found:
        # A roundup prints several stories and joins none of them.
        if len(story.links) > 1:
            _keep_chain(story, known)


def _keep_chain(story: chains.Chain, known: Mapping[int, Article]) -> None:
    chain = Chain.objects.create()
    Copy.objects.bulk_create(
        Copy(
            chain=chain,
            article=known[link.key],
            taken_from=known.get(link.parent) if link.parent is not None else None,
            reason=link.reason.value,
            sureness=link.confidence,
            named=link.named[:80],
            kind=link.kind.value if link.kind else "",
        )
        for link in story.links
    )


def _copy(article: Article) -> chains.Copy:
    if article.current is None:
        raise AssertionError("only articles that were read are in a chain")
    article.current.article = article
    return chains.copy_of(
        read_of(article.current),
        article.pk,
        outlet=article.source.name,
        also=tuple(article.source.also_called),
        seen_at=article.first_seen_at,
    )


def _keep_keywords(article: Article, version: Version, vocabulary: Vocabulary) -> None:
    if not article.keywords.exists():
        vocabulary.add(words.words_of(f"{article.title}\n{version.text}"))
    article.keywords.all().delete()
    found = words.keywords(article.title, version.text, vocabulary)
    Keyword.objects.bulk_create(
        Keyword(article=article, key=words.key_of(one.word), word=one.word[:60], weight=one.weight) for one in found
    )
