"""Full text over everything that the desk keeps."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huomiao.newsdesk import searching
from huomiao.newsdesk.pipeline.search.interface import Count, Facets, Order
from huomiao.newsdesk.pipeline.search.parsing import LONGEST
from huomiao.newsdesk.pipeline.search.queries import Name, narrowed
from huomiao.newsdesk.search_troubles import sentence

VALUES_SHOWN = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    order = request.GET.get("order", Order.RELEVANCE)
    if not text:
        return render(request, "newsdesk/search.html", {"q": "", "found": None})
    found = searching.find(text, order=order, page=request.GET.get("page", ""))
    facets = searching.facets(text) if found.total else Facets()
    context = {
        "q": text,
        "found": found,
        "order": order,
        "orders": [
            (Order.RELEVANCE, _("最相关")),
            (Order.NEWEST, _("最新")),
            (Order.OLDEST, _("最早")),
        ],
        "facets": _narrowings(text, facets),
        "are_estimates": not facets.exact,
        "problems": [sentence(one) for one in found.problems],
        "previous": _page(text, order, found.page - 1) if found.page > 1 else "",
        "next": _page(text, order, found.page + 1) if found.has_next else "",
    }
    return render(request, "newsdesk/search.html", context)


def _narrowings(text: str, found: Facets) -> list[tuple[str, list[tuple[Count, str]]]]:
    """Each facet by its name, its values with the query that narrows to them."""
    return [
        (_("类别"), [(one, narrowed(text, Name.CATEGORY, one.value)) for one in found.categories[:VALUES_SHOWN]]),
        (_("来源"), [(one, narrowed(text, Name.SOURCE, one.value)) for one in found.sources[:VALUES_SHOWN]]),
        (_("月份"), [(one, f"{text} {one.value}") for one in found.months[:VALUES_SHOWN]]),
    ]


def _page(text: str, order: str, number: int) -> str:
    return "?" + urlencode({"q": text, "order": order, "page": number})
