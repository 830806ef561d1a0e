from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huomiao.core.downloads import DOCX, download
from huomiao.core.errors import NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.innovations.models import Call, Declaration
from huomiao.stats import bulletin as bulletins
from huomiao.stats import figures, maps, queries, rules, tables
from huomiao.stats.figures import Slice

PAGE_SIZE = 50
SHOWN_AT_ONCE = 14


@login_required
@require_safe
def index(request: UserRequest) -> HttpResponse:
    _ask(request)
    return render(request, "stats/index.html", {"calls": queries.calls_with_figures(request.user)})


@login_required
@require_safe
def dashboard(request: UserRequest, slug: str) -> HttpResponse:
    call, base = _counted(request, slug)
    every = figures.within_reach(request.user, call, figures.handed_in(call))
    found = figures.figures(call, base)
    by_union = figures.breakdown(call, base, "union", with_empty=True)
    context = {
        "call": call,
        "figures": (by_key := bulletins.values(found)),
        "priority_share": f"{by_key['priority_share'].value}%",
        "links": {figure.key: figure.url(call) for figure in found},
        "category": Bars(_("按类别"), figures.breakdown(call, base, "category", with_empty=True)),
        "union": Bars(_("按推荐工会"), by_union),
        "map": _map(by_union),
        "map_size": (maps.WIDTH, maps.HEIGHT),
        "division": Bars(_("按行业"), figures.breakdown(call, base, "division")),
        "field": Bars(_("按重点领域"), figures.breakdown(call, base, "field", with_empty=True)),
        "nature": Bars(_("按单位性质"), figures.breakdown(call, base, "nature", with_empty=True)),
        "path": Bars(_("按申报方式"), figures.breakdown(call, base, "path")),
        "state": Bars(_("按阶段"), figures.breakdown(call, every, "state", scope="all")),
        "is_whole": figures.sees_whole(request.user, call),
        "as_of": timezone.now(),
    }
    return render(request, "stats/dashboard.html", context)


@login_required
@require_safe
def records(request: UserRequest, slug: str) -> HttpResponse:
    call, rows, chosen = _records(request, slug)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "stats/records.html", {"call": call, "page": page, "chosen": chosen})


@login_required
@require_safe
def records_table(request: UserRequest, slug: str) -> HttpResponse:
    call, rows, _chosen = _records(request, slug)
    return download(tables.records_workbook(call, rows), f"{call.slug}-records.xlsx")


@login_required
@require_safe
def bulletin(request: UserRequest, slug: str) -> HttpResponse:
    call, base = _counted(request, slug)
    with translation.override("zh-hans"):
        found = figures.figures(call, base)
        text = bulletins.paragraph(call, found)
    shown = [(figure, figure.url(call)) for figure in figures.figures(call, base)]
    return render(
        request, "stats/bulletin.html", {"call": call, "text": text, "figures": shown, "as_of": timezone.now()}
    )


@login_required
@require_safe
def bulletin_file(request: UserRequest, slug: str, form: str) -> HttpResponse:
    call, base = _counted(request, slug)
    now = timezone.now()
    with translation.override("zh-hans"):
        match form:
            case "json":
                return download(bulletins.as_json(call, base, at=now), f"{slug}.json", media_type="application/json")
            case "docx":
                return download(bulletins.as_docx(call, base, at=now), f"{slug}.docx", media_type=DOCX)
            case "txt":
                text = bulletins.paragraph(call, figures.figures(call, base))
                return download(text, f"{slug}.txt", media_type="text/plain; charset=utf-8")
    raise Http404


@dataclass(frozen=True)
class Bars:
    """Slices with the length of each bar in per cent of the longest, ready to draw."""

    caption: str
    slices: list[Slice]

    def _drawn(self) -> list[tuple[Slice, str]]:
        longest = max((part.count for part in self.slices), default=0) or 1
        return [(part, f"{part.count * 100 / longest:.1f}") for part in self.slices]

    @property
    def first(self) -> list[tuple[Slice, str]]:
        """What is shown at once."""
        return self._drawn()[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> list[tuple[Slice, str]]:
        """What waits behind a fold, so that a phone is not scrolled through for the last of thirty-five."""
        return self._drawn()[SHOWN_AT_ONCE:]


@dataclass(frozen=True)
class Region:
    """A city on the map: its cell, its slice, and how dark it is, in steps 0 to 5."""

    cell: maps.Cell
    part: Slice
    step: int


def _map(by_union: list[Slice]) -> list[Region]:
    """The cities of the picture with their numbers; empty when the unions are not those of the picture."""
    by_label = {part.label: part for part in by_union}
    if not set(maps.SEATS) & set(by_label):
        return []
    most = max((part.count for part in by_union), default=0)
    return [
        Region(cell, by_label[cell.name], -(-by_label[cell.name].count * 5 // most) if most else 0)
        for cell in maps.cells()
        if cell.name in by_label
    ]


def _ask(request: UserRequest) -> None:
    if not rules.can_see_figures(request.user):
        raise NotAllowed(_("统计数据只对工会工作人员开放。如需查看，请联系本单位工会。"))


def _counted(request: UserRequest, slug: str) -> tuple[Call, QuerySet[Declaration]]:
    _ask(request)
    call = get_object_or_404(queries.calls_with_figures(request.user), slug=slug)
    return call, figures.within_reach(request.user, call, figures.counted(call))


def _records(request: UserRequest, slug: str) -> tuple[Call, QuerySet[Declaration], list[dict[str, Any]]]:
    """The call, the records behind the figure that the address names, and what was chosen, in words."""
    call, base = _counted(request, slug)
    query = {name: str(request.GET[name]) for name in request.GET if name != "page"}
    if query.get("scope") == "all":
        base = figures.within_reach(request.user, call, figures.handed_in(call))
    rows = (
        figures.records(base, query)
        .select_related("category", "union", "unit", "field")
        .prefetch_related("authors")
        .order_by("union__path", "rank", "pk")
    )
    return call, rows, [_chosen(call, name, value) for name, value in query.items() if name != "scope"]


def _chosen(call: Call, name: str, value: str) -> dict[str, Any]:
    if name == "priority":
        return {"title": _("重点领域"), "label": _("是") if value == "yes" else _("否")}
    dimension = figures.DIMENSIONS[name]
    return {"title": dimension.title, "label": dimension.labels(call).get(value, value)}
