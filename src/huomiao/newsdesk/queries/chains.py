"""Reads over repost chains, as a reader asks of one article: where was it first, who took it from whom, who else has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from huomiao.newsdesk.models import Article, Copy
from huomiao.newsdesk.states import ArticleState


@dataclass(frozen=True)
class Story:
    """The chain of one article: ``path`` leads from where it was first to the article, ``others`` are the further copies."""

    path: list[Copy]
    others: list[Copy]

    @property
    def first(self) -> Copy:
        return self.path[0]

    @property
    def count(self) -> int:
        return len(self.path) + len(self.others)


def story_of(article: Article) -> Story | None:
    """The chain that ``article`` stands in, without what is taken down; None where it is alone."""
    place = Copy.objects.filter(article=article).values("chain")
    shown = Q(article__state=ArticleState.SHOWN) | Q(article=article)
    rows = Copy.objects.filter(shown, chain__in=place).select_related("article", "taken_from")
    copies = list(rows.order_by("article__dated_at", "article_id"))
    if len(copies) < 2:
        return None
    path = _path(copies, article.pk)
    on_it = {one.pk for one in path}
    return Story(path, [one for one in copies if one.pk not in on_it])


def _path(copies: Sequence[Copy], pk: int) -> list[Copy]:
    """From the copy that was taken from none of the others to that of article ``pk``."""
    by_article = {one.article_id: one for one in copies}
    path = [by_article[pk]]
    while (source := by_article.get(path[0].taken_from_id or 0)) is not None and source not in path:
        path.insert(0, source)
    return path


def without_copies(rows: QuerySet[Article]) -> QuerySet[Article]:
    """``rows`` with each story once: what was taken from another article that the public reads is left out."""
    return rows.exclude(copy__taken_from__state=ArticleState.SHOWN)


def counted(articles: Iterable[Article]) -> list[Article]:
    """``articles``, those of which there are copies with ``copy_count``: how many have the story, they themselves included."""
    found = list(articles)
    chains = dict(Copy.objects.filter(article__in=found).values_list("article_id", "chain_id"))
    held: dict[int, int] = {}
    shown = Copy.objects.filter(chain__in=set(chains.values()), article__state=ArticleState.SHOWN)
    for chain in shown.values_list("chain_id", flat=True):
        held[chain] = held.get(chain, 0) + 1
    for article in found:
        if (count := held.get(chains.get(article.pk, 0), 0)) > 1:
            article.copy_count = count  # type: ignore[attr-defined]  # as ``most_copied`` has it
    return found
