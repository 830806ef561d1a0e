"""The desk's front page and its shelves."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from huomiao.core.paging import KeyPaginator
from huomiao.newsdesk.models import Category
from huomiao.newsdesk.pipeline.search.queries import Name, narrowed
from huomiao.newsdesk.queries import articles as queries
from huomiao.newsdesk.queries import categories, chains
from huomiao.newsdesk.rules import articles as rules

NEWEST_SHOWN = 12
MOST_COPIED_SHOWN = 6
LATELY = timedelta(days=30)
ARTICLES_A_PAGE = 20


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    shelves = queries.shelves()
    context = {
        "newest": chains.counted(queries.newest(chains.without_copies(queries.shown()))[:NEWEST_SHOWN]),
        "categories": [shelf.category for shelf in shelves],
        "own": [shelf for shelf in shelves if shelf.category.is_own],
        "others": [shelf for shelf in shelves if not shelf.category.is_own],
        "most_copied": queries.most_copied(since=timezone.now() - LATELY, most=MOST_COPIED_SHOWN),
        "is_editor": rules.is_editor(request.user),
    }
    return render(request, "newsdesk/front.html", context)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Category.objects.select_related("merged_into"), slug=slug)
    if found.merged_into is not None:
        return redirect(found.merged_into)
    rows = queries.newest(queries.shown().filter(category=found))
    page = KeyPaginator(rows, ARTICLES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "category": found,
        "page_obj": page,
        "categories": categories.in_use(),
        "query": narrowed("", Name.CATEGORY, found.name),
    }
    return render(request, "newsdesk/category.html", context)
