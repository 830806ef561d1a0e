"""How a bank's questions did in practice."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from huomiao.core.requests import UserRequest
from huomiao.practice.kinds import KINDS
from huomiao.practice.queries import banks, questions, statistics
from huomiao.practice.views.banks import frame

PAGE = 30


@login_required
@require_GET
def bank_statistics(request: UserRequest, code: str) -> HttpResponse:
    """The figures of every question that was asked, those to look at first."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    figures = statistics.of_bank(bank)
    flag = request.GET.get("flag", "")
    flag = flag if flag == "any" or flag in statistics.FLAGS else ""
    page = Paginator(figures.narrowed(flag), PAGE).get_page(request.GET.get("page"))
    found = questions.of_bank(bank).in_bulk(list(page.object_list))
    counts = figures.flag_counts()
    context = {
        **frame(request, bank),
        "figures": banks.figures([bank])[bank.pk],
        "bank_figures": figures,
        "page_obj": page,
        "rows": [
            (found[key], KINDS[found[key].kind].label, figures.items[key]) for key in page.object_list if key in found
        ],
        "flag": flag,
        "flags": [(name, words, counts[name]) for name, (words, _tone, _meaning) in statistics.FLAGS.items()],
        "flagged": sum(bool(one.flags) for one in figures.items.values()),
        "fewest": statistics.FEWEST,
    }
    return render(request, "practice/bank_statistics.html", context)
