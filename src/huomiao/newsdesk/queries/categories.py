"""Reads over categories: those in use, what each is called and was called, how much stands in it."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from huomiao.newsdesk.models import Category, FilingRule
from huomiao.newsdesk.states import ArticleState


def in_use() -> QuerySet[Category]:
    """The categories that readers see and articles are filed in, in the order of the page."""
    return Category.objects.filter(merged_into=None)


def retired() -> QuerySet[Category]:
    """Those that were merged into another, each with it."""
    return Category.objects.exclude(merged_into=None).select_related("merged_into")


def with_counts(rows: QuerySet[Category]) -> QuerySet[Category]:
    """``rows`` with ``article_count``: what the public reads in each."""
    shown = Q(articles__state=ArticleState.SHOWN)
    return rows.annotate(article_count=Count("articles", filter=shown))


def by_name() -> dict[str, Category]:
    """Every name that a category in use has, had, or took over from one that was merged into it."""
    found: dict[str, Category] = {}
    kept = list(Category.objects.select_related("merged_into"))
    for category in kept:
        for name in category.former_names:
            found[name] = category.merged_into or category
    # What is called so today goes before what was.
    for category in sorted(kept, key=lambda one: one.merged_into_id is None):
        found[category.name] = category.merged_into or category
    return found


def filing_rules() -> QuerySet[FilingRule]:
    """All rules by which articles are filed, the earlier before the later, as they are tried."""
    return FilingRule.objects.select_related("category").order_by("pk")
