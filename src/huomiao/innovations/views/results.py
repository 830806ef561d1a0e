"""Results: sealed until released; every one of them explained."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.downloads import download
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.innovations.actions import results as actions
from huomiao.innovations.forms.results import GradeForm, ResultFilterForm
from huomiao.innovations.forms.reviews import NoteForm
from huomiao.innovations.models import Result, Round, Unsealing
from huomiao.innovations.queries import calls, reviews
from huomiao.innovations.queries import results as queries
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import Basis, CallState, RoundState

PAGE = 50


def _round_of(request: UserRequest, slug: str) -> Round | None:
    """The newest round of a call whose scores ``request.user`` may see."""
    call = get_object_or_404(calls.editable_by(request.user), slug=slug)
    found = reviews.visible_to(request.user).filter(call=call).order_by("-pk").first()
    return found if found and rules.can_see_scores(request.user, found) else None


@require_GET
@login_required
def results(request: UserRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(calls.editable_by(request.user), slug=slug)
    review = _round_of(request, slug)
    if review is None:
        latest = call.rounds.order_by("-pk").first()
        return render(request, "innovations/results_sealed.html", {"call": call, "review": latest})
    filters = ResultFilterForm(request.GET or None, review=review)
    mine = queries.visible_to(request.user)
    everything = queries.of_round(review).filter(pk__in=mine.values("pk"))
    found = _narrowed(everything, filters)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    unsealed = queries.declarations_of(page)
    cuts = queries.cuts(review)
    rows: list[dict[str, Any]] = [
        {"result": row, "declaration": unsealed[row.entry_id].declaration, "is_cut": row.position in cuts}
        for row in page
    ]
    counts = dict(everything.order_by().values_list("grade").annotate(Count("pk")))
    first = everything.first()
    context = {
        "call": call,
        "review": review,
        "filters": filters,
        "page": page,
        "rows": rows,
        "by_calibrated": review.rules["basis"] == Basis.CALIBRATED,
        "by_category": queries.places_by_category(review),
        "grades": [(grade, counts.get(grade.name, 0)) for grade in review.call.grades.all()],
        "is_proposed": any(counts),
        "tied": everything.filter(detail__tied_at_cut=True).count(),
        "model": first.detail if first else {},
        "can_act": review.state == RoundState.LOCKED,
        "can_release": review.state == RoundState.LOCKED and call.state in {CallState.NOTICE, CallState.PUBLISHED},
        "note_form": NoteForm(),
    }
    return render(request, "innovations/results.html", context)


def _narrowed(found: QuerySet[Result], filters: ResultFilterForm) -> QuerySet[Result]:
    if not filters.is_valid():
        return found
    wanted = filters.cleaned_data
    if wanted["q"]:
        text = wanted["q"].strip()
        found = found.filter(
            Q(entry__number=text)
            | Q(entry__title__icontains=text)
            | Q(entry__in=Unsealing.objects.filter(declaration__title__icontains=text).values("entry"))
        )
    if wanted["category"]:
        found = found.filter(entry__category_name=wanted["category"])
    if wanted["grade"]:
        found = found.filter(grade="" if wanted["grade"] == "none" else wanted["grade"])
    return found


@require_GET
@login_required
def table(request: UserRequest, slug: str) -> HttpResponse:
    """All results as a workbook, unsealed: for those who run the round."""
    review = _round_of(request, slug)
    if review is None:
        raise Http404
    found = list(queries.of_round(review).filter(pk__in=queries.visible_to(request.user).values("pk")))
    unsealed = queries.declarations_of(found)
    columns = [
        Column("place", _("类别内名次") if queries.places_by_category(review) else _("总名次")),
        Column("category", _("类别")),
        Column("entry", _("评审编号")),
        Column("number", _("申报编号")),
        Column("title", _("成果名称")),
        Column("unit", _("申报单位")),
        Column("union", _("推荐工会")),
        Column("raw", _("原始分")),
        Column("calibrated", _("校准分")),
        Column("low", _("区间下限")),
        Column("high", _("区间上限")),
        Column("places", _("名次区间")),
        Column("sheets", _("评分份数")),
        Column("grade", _("拟定等次")),
    ]
    rows = []
    for row in found:
        declaration = unsealed[row.entry_id].declaration
        rows.append(
            {
                "place": row.place,
                "category": row.entry.category_name,
                "entry": row.entry.number,
                "number": declaration.number or "",
                "title": declaration.title,
                "unit": declaration.unit.name,
                "union": declaration.union.name if declaration.union else "",
                "raw": row.raw,
                "calibrated": row.calibrated,
                "low": row.low,
                "high": row.high,
                "places": f"{row.best_place}–{row.worst_place}",
                "sheets": row.sheets,
                "grade": row.grade,
            }
        )
    content = write_table([SheetOut(_("评审结果"), columns, rows, heading=f"{review.call} {review.name}")])
    return download(content, _("评审结果") + ".xlsx")


@require_http_methods(["GET", "POST"])
@login_required
def result(request: UserRequest, pk: int) -> HttpResponse:
    """Why a result is what it is; the organiser may change its grade here, with a reason."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    review = found.round
    can_regrade = review.state == RoundState.LOCKED and rules.can_run(request.user, review)
    form = GradeForm(request.POST or None, call=review.call, initial={"grade": found.grade})
    if request.method == "POST":
        if not can_regrade:
            raise Http404
        if form.is_valid():
            actions.set_grade(found, grade=form.cleaned_data["grade"], by=request.user, note=form.cleaned_data["note"])
            messages.success(request, _("等次已调整，原因已记入历史。"))
            return redirect("innovations:result", pk)
    rubric = review.rules["rubrics"][str(found.entry.rubric_id)]
    lines = queries.sheet_lines(found)
    unsealed = queries.declarations_of([found])[found.entry_id]
    deciding = getattr(found, queries.deciding_field(review))
    context = {
        "result": found,
        "review": review,
        "declaration": unsealed.declaration,
        "deciding": deciding,
        "by_calibrated": review.rules["basis"] == Basis.CALIBRATED,
        "criteria": rubric["criteria"],
        "means": list(found.detail["criteria"].values()),
        "lines": lines,
        "kept": [line for line in lines if not line.is_dropped],
        "dropped": [line for line in lines if line.is_dropped],
        "by_category": queries.places_by_category(review),
        "placed_with": queries.placed_with(found),
        "can_run": rules.can_run(request.user, review),
        "can_regrade": can_regrade,
        "form": form,
        "entries": history.of(found)[:30],
    }
    return render(request, "innovations/result.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def propose(request: UserRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(reviews.visible_to(request.user), pk=pk)
    tied = actions.propose(review, by=request.user)
    if tied:
        messages.warning(
            request,
            ngettext(
                "等次已拟定。有 %(number)d 项在分界处完全相同，未擅自取舍，请逐项核定。",
                "等次已拟定。有 %(number)d 项在分界处完全相同，未擅自取舍，请逐项核定。",
                len(tied),
            )
            % {"number": len(tied)},
        )
    else:
        messages.success(request, _("等次已拟定。"))
    return redirect("innovations:results", review.call.slug)


@require_POST
@login_required
def release(request: UserRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(reviews.visible_to(request.user), pk=pk)
    actions.release(review, by=request.user)
    messages.success(request, _("评分结果已公布，申报人可以看到自己的得分。"))
    return redirect("innovations:results", review.call.slug)
