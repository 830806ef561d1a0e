"""Results as those who run the exam see them: distribution, units, signals, ranking, release; and the item analysis."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from huomiao.core import history
from huomiao.core.downloads import download
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.practice import analysing
from huomiao.practice.actions import results as actions
from huomiao.practice.forms.marking import NoteForm
from huomiao.practice.forms.results import JudgeForm, ReleaseForm, ResultFilterForm
from huomiao.practice.kinds import KINDS, parts
from huomiao.practice.models import Exam, QuestionVersion, Sitting
from huomiao.practice.queries import result_lines
from huomiao.practice.queries import results as queries
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import AppealState, ExamState, SittingState
from huomiao.practice.views.marking import exam_of

PAGE = 50
MOST_UNITS = 300


def scored(request: UserRequest, slug: str) -> Exam:
    """The exam at ``slug`` if its results may be seen; before the marking there are none."""
    exam = exam_of(request, slug)
    if not rules.can_see_scores(request.user, exam):
        raise Http404
    return exam


@require_safe
@login_required
def results(request: UserRequest, slug: str) -> HttpResponse:
    exam = exam_of(request, slug)
    if not rules.can_see_scores(request.user, exam):
        return render(request, "practice/exam_results_ahead.html", {"exam": exam, "tab": "results"})
    return _results(request, exam)


def _results(
    request: UserRequest, exam: Exam, *, release_form: ReleaseForm | None = None, status: int = 200
) -> HttpResponse:
    filters = ResultFilterForm(request.GET or None)
    page = Paginator(_narrowed(queries.all_sittings(exam), filters), PAGE).get_page(request.GET.get("page"))
    summary = queries.summary(exam)
    highest = max(summary.bars) or 1
    everywhere = queries.places(exam, [row.pk for row in page])
    context: dict[str, Any] = {
        "exam": exam,
        "tab": "results",
        "summary": summary,
        "bars": [
            {
                "label": f"{place * 10}–{place * 10 + 10}%",
                "count": count,
                "x": place * 10,
                "y": round(50 - count * 46 / highest, 2),
                "height": round(count * 46 / highest, 2),
                "text_y": round(50 - count * 46 / highest - 1, 2),
                "is_pass": (place + 1) * 10 > exam.pass_percent,
            }
            for place, count in enumerate(summary.bars)
        ],
        "units": list(queries.by_unit(exam)[:MOST_UNITS]),
        "filters": filters,
        "page": page,
        "rows": [(row, everywhere.get(row.pk)) for row in page],
        "run": queries.running(exam),
        "can_release": exam.state == ExamState.REVIEWED,
        "can_finish": exam.state == ExamState.MARKING and not summary.waiting,
        "can_reopen": exam.state in {ExamState.REVIEWED, ExamState.RELEASED},
        "release_form": release_form or ReleaseForm(),
        "note_form": NoteForm(),
        "corrections": exam.corrections.count(),
        "open_appeals": queries.appeals(exam).filter(state=AppealState.OPEN).count(),
    }
    return render(request, "practice/exam_results.html", context, status=status)


def _narrowed(found: QuerySet[Sitting], filters: ResultFilterForm) -> QuerySet[Sitting]:
    if not filters.is_valid():
        return found
    text, show = filters.cleaned_data["q"].strip(), filters.cleaned_data["show"]
    if text:
        found = found.filter(
            Q(candidate__number__istartswith=text)
            | Q(candidate__user__name__icontains=text)
            | Q(candidate__unit__name__icontains=text)
        )
    narrowed = {
        "passed": Q(is_passed=True, state=SittingState.SUBMITTED),
        "failed": Q(is_passed=False, state=SittingState.SUBMITTED),
        "waiting": Q(points=None, state=SittingState.SUBMITTED),
        "signals": Q(signal_count__gt=0),
        "unjudged": Q(signal_count__gt=0, judged_count=0),
        "void": Q(state=SittingState.VOID),
    }
    return found.filter(narrowed[show]) if show else found


@require_safe
@login_required
def table(request: UserRequest, slug: str) -> HttpResponse:
    """The ranking list as a workbook: equals share a place."""
    exam = scored(request, slug)
    columns = [
        Column("place", _("名次")),
        Column("number", _("准考证号")),
        Column("name", _("姓名")),
        Column("unit", _("单位")),
        Column("points", _("得分")),
        Column("total", _("满分")),
        Column("passed", _("是否合格")),
        Column("reason", _("交卷方式")),
        Column("note", _("备注")),
    ]
    rows: list[dict[str, Any]] = [
        {
            "place": row.place,  # type: ignore[attr-defined]  # annotated by the query
            **_row(row),
            "points": row.points,
            "total": row.paper.total_points,
            "passed": _("合格") if row.is_passed else _("不合格"),
        }
        for row in queries.ranked(exam)
    ]
    outside = (
        queries.all_sittings(exam).exclude(pk__in=queries.ranked(exam).values("pk")).exclude(state=SittingState.RUNNING)
    )
    rows += [
        {
            **_row(row),
            "note": _("作废：%(note)s") % {"note": row.note} if row.state == SittingState.VOID else _("未计入"),
        }
        for row in outside
    ]
    sat = exam.sittings.values("candidate")
    rows += [
        {
            "number": one.number,
            "name": one.user.name,
            "unit": one.unit.name if one.unit else "",
            "note": _("缺考"),
        }
        for one in exam.candidates.exclude(pk__in=sat).select_related("user", "unit").order_by("number")
    ]
    actions.note_export(exam, rows=len(rows), by=request.user)
    content = write_table([SheetOut(_("成绩"), columns, rows, heading=f"{exam.title} {_('成绩表')}")])
    return download(content, f"{exam.title}-{_('成绩表')}.xlsx")


def _row(sitting: Sitting) -> dict[str, Any]:
    candidate = sitting.candidate
    return {
        "number": candidate.number,
        "name": candidate.user.name,
        "unit": candidate.unit.name if candidate.unit else "",
        "reason": sitting.get_reason_display(),
    }


@require_safe
@login_required
def result(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    return _result(request, _sitting(request, slug, pk))


def _sitting(request: UserRequest, slug: str, pk: int) -> Sitting:
    exam = scored(request, slug)
    return get_object_or_404(
        queries.all_sittings(exam).select_related("paper").exclude(state=SittingState.RUNNING), pk=pk
    )


def _result(
    request: UserRequest, sitting: Sitting, *, form: JudgeForm | None = None, status: int = 200
) -> HttpResponse:
    exam = sitting.exam
    with_texts = rules.can_read_answers(request.user, exam)
    context = {
        "exam": exam,
        "tab": "results",
        "sitting": sitting,
        "candidate": sitting.candidate,
        "lines": result_lines.for_officer(sitting, with_texts=with_texts),
        "hides_texts": not with_texts,
        "signals": sitting.signals.order_by("at", "pk")[:200],
        "judgements": sitting.judgements.select_related("by").order_by("-at", "-pk"),
        "changes": sitting.changes.select_related("correction", "appeal").order_by("-at", "-pk"),
        "appeals": sitting.appeals.order_by("-at"),
        "certificates": sitting.certificates.select_related("honour").order_by("-given_at"),
        "can_judge": rules.can_judge(request.user, sitting),
        "is_own": rules.is_own(request.user, sitting),
        "form": form or JudgeForm(),
        "entries": history.of(sitting)[:30],
    }
    return render(request, "practice/exam_result.html", context, status=status)


@require_POST
@login_required
def judge(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    sitting = _sitting(request, slug, pk)
    form = JudgeForm(request.POST)
    if not form.is_valid():
        return _result(request, sitting, form=form, status=422)
    actions.judge(sitting, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("已认定，理由已记入历史。"))
    return redirect("practice:exam-result", slug, pk)


@require_POST
@login_required
def check(request: UserRequest, slug: str) -> HttpResponse:
    actions.check(scored(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("正在从考生答案重新计算全部成绩，有不一致会列出来。"))
    return redirect("practice:exam-results", slug)


@require_POST
@login_required
def release(request: UserRequest, slug: str) -> HttpResponse:
    exam = scored(request, slug)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _results(request, exam, release_form=form, status=422)
    actions.release(exam, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("成绩已公布，考生可以查看自己的成绩。"))
    return redirect("practice:exam-results", slug)


# --- Item analysis -------------------------------------------------------------------------------------------------

FLAGS = {
    "few": ("neutral", gettext_lazy("人数太少")),
    "negative": ("bad", gettext_lazy("高分者反而答错，请核对答案")),
    "attractive": ("warn", gettext_lazy("有干扰项吸引高分者")),
    "hard": ("warn", gettext_lazy("过难")),
    "easy": ("neutral", gettext_lazy("过易")),
    "weak": ("warn", gettext_lazy("区分度低")),
    "idle": ("neutral", gettext_lazy("有干扰项无人选")),
    "blank": ("warn", gettext_lazy("空答多")),
}


@require_safe
@login_required
def analysis(request: UserRequest, slug: str) -> HttpResponse:
    exam = scored(request, slug)
    kept = getattr(exam, "analysis", None) or analysing.refresh(exam, at=timezone.now())
    items = kept.data["items"]
    flagged = request.GET.get("show") == "flagged"
    if flagged:
        items = [one for one in items if set(one["flags"]) - {"few", "easy", "idle"}]
    page = Paginator(items, PAGE).get_page(request.GET.get("page"))
    versions = QuestionVersion.objects.select_related("question").in_bulk([one["version_id"] for one in page])
    context = {
        "exam": exam,
        "tab": "analysis",
        "kept": kept,
        "page": page,
        "flagged": flagged,
        "rows": [_item(one, versions[one["version_id"]]) for one in page if one["version_id"] in versions],
        "points": [
            {
                "x": round(6 + one["difficulty"] * 92, 1),
                "y": round(52 - max(-0.2, one["correlation"]) * 40, 1),
                "is_flagged": bool(set(one["flags"]) & {"negative", "weak", "hard", "attractive"}),
            }
            for one in kept.data["items"]
            if one["correlation"] is not None
        ],
    }
    return render(request, "practice/exam_analysis.html", context)


def _item(figures: dict[str, Any], version: QuestionVersion) -> dict[str, Any]:
    names = [parts.letter(place) for place in range(26)]
    texts = [option["text"] for option in version.body.get("options", [])]
    if version.kind == "true_false":
        names, texts = [_("正确"), _("错误")], ["", ""]
    return {
        **figures,
        "version": version,
        "kind": KINDS[version.kind].label,
        "flags": [FLAGS[flag] for flag in figures["flags"]],
        "percent": round(figures["difficulty"] * 100),
        "distractors": [
            {
                **one,
                "name": names[one["option"]],
                "text": texts[one["option"]] if one["option"] < len(texts) else "",
                "percent": round(one["chosen"] * 100),
                "best": round(one["by_best"] * 100),
                "worst": round(one["by_worst"] * 100),
            }
            for one in figures["distractors"]
        ],
    }


@require_POST
@login_required
def analysis_refresh(request: UserRequest, slug: str) -> HttpResponse:
    analysing.refresh(scored(request, slug), at=timezone.now())
    messages.success(request, _("已按最新成绩重新分析。"))
    return redirect("practice:exam-analysis", slug)
