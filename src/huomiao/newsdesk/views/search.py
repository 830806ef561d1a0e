"""Full text over everything that the desk keeps."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huomiao.newsdesk import narrowing, searching
from huomiao.newsdesk.forms.search import NarrowForm
from huomiao.newsdesk.models.sources import shelf_label
from huomiao.newsdesk.pipeline.search.interface import Facets, Order
from huomiao.newsdesk.pipeline.search.parsing import LONGEST
from huomiao.newsdesk.pipeline.search.queries import Name, narrowed
from huomiao.newsdesk.search_troubles import sentence

VALUES_SHOWN = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    order = request.GET.get("order", Order.RELEVANCE)
    narrow = NarrowForm(request.GET if "narrow" in request.GET else None)
    if narrow.is_bound and narrow.is_valid():
        return redirect(_page(_narrower(text, narrow), order, 1))
    if not text:
        return render(request, "newsdesk/search.html", {"q": "", "found": None, "narrow": narrow})
    found = searching.find(text, order=order, page=request.GET.get("page", ""))
    facets = searching.facets(text) if found.total else Facets()
    context = {
        "q": text,
        "found": found,
        "order": order,
        "narrow": narrow,
        "conditions": narrowing.conditions(text),
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


def _narrower(text: str, form: NarrowForm) -> str:
    given = form.cleaned_data
    category = given["category"].name if given["category"] else ""
    return narrowing.with_conditions(
        text, since=given["since"], until=given["until"], category=category, without=given["without"]
    )[:LONGEST]


def _narrowings(text: str, found: Facets) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """Each facet by its name: its values as they are shown, how many each has, and the query that narrows to them."""
    categories, sources, months = (
        found.categories[:VALUES_SHOWN],
        found.sources[:VALUES_SHOWN],
        found.months[:VALUES_SHOWN],
    )
    return [
        (
            _("类别"),
            [(shelf_label(one.value), one.count, narrowed(text, Name.CATEGORY, one.value)) for one in categories],
        ),
        (_("来源"), [(one.value, one.count, narrowed(text, Name.SOURCE, one.value)) for one in sources]),
        (_("月份"), [(one.value, one.count, f"{text} {one.value}") for one in months]),
    ]


def _page(text: str, order: str, number: int) -> str:
    return f"{reverse('newsdesk:search')}?" + urlencode({"q": text, "order": order, "page": number})
