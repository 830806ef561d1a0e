"""Related items of an article: others on the same subject, an excerpt around the words in common, and their time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huomiao.core.likeness import marked
from huomiao.newsdesk.models import Article, Copy, Keyword
from huomiao.newsdesk.pipeline.relate import excerpts, related
from huomiao.newsdesk.pipeline.relate.related import Subject
from huomiao.newsdesk.pipeline.relate.words import Keyword as Word
from huomiao.newsdesk.queries.articles import shown
from huomiao.newsdesk.relating import keyword_postings

MOST = 10


@dataclass(frozen=True)
class Related:
    """Another article and the excerpt that says why: pieces of text, each with whether its words are shared."""

    article: Article
    pieces: list[tuple[str, bool]]


def to(article: Article) -> list[Related]:
    """The articles most akin to ``article``, best first; of the copies of one text only one, and none of its own copies."""
    subject = _subjects([article.pk]).get(article.pk)
    if subject is None:
        return []
    found = related.find(subject, among=keyword_postings(), load=_subjects, besides={article.pk}, most=MOST)
    articles = shown().select_related("current").in_bulk([one.item for one in found])
    return [_shown(articles[one.item], one.shared) for one in found if one.item in articles]


def _shown(article: Article, shared: Sequence[Word]) -> Related:
    text = article.current.text if article.current else article.summary
    excerpt = excerpts.around(text, shared)
    return Related(article, marked(excerpt.text, excerpt.spans))


def _subjects(items: Sequence[int]) -> Mapping[int, Subject]:
    """What articles are about, by their number."""
    words: dict[int, list[Word]] = defaultdict(list)
    kept = Keyword.objects.filter(article__in=items).order_by("article_id", "-weight", "word")
    for pk, word, weight in kept.values_list("article_id", "word", "weight"):
        words[pk].append(Word(word, weight))
    times = dict(Article.objects.filter(pk__in=words).values_list("pk", "published_at"))
    stories = dict(Copy.objects.filter(article__in=words).values_list("article_id", "chain_id"))
    return {pk: Subject(tuple(found), times.get(pk), stories.get(pk)) for pk, found in words.items()}
