"""Exams on paper: printing, and keying answer sheets in twice."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huomiao.core.downloads import PDF, download
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice import printed, printing
from huomiao.practice.actions import keying as actions
from huomiao.practice.exam_papers import Layout
from huomiao.practice.forms.keying import SheetForm
from huomiao.practice.forms.marking import PeopleForm
from huomiao.practice.kinds import parts
from huomiao.practice.models import Exam, ExamPaper, Keyer, PaperSheet
from huomiao.practice.printed import BadEntries
from huomiao.practice.queries import keying as queries
from huomiao.practice.rules import keying as rules
from huomiao.practice.states import PaperSheetState
from huomiao.practice.views.marking import add_people, exam_of

PAGE = 50
NARROW = frozenset({"single", "true_false"})


# --- Printing ------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def printing_page(request: UserRequest, slug: str) -> HttpResponse:
    """What may be printed: each variant's paper and answer sheet, and the key for officers."""
    exam = exam_of(request, slug)
    page = Paginator(exam.papers.order_by("number"), PAGE).get_page(request.GET.get("page"))
    letters = printed.letters(exam)
    context = {
        "exam": exam,
        "tab": "print",
        "page": page,
        "rows": [(paper, letter, printing.name_of(exam, paper, letter)) for paper in page for letter in letters],
        "can_print": rules.can_print(request.user, exam),
        "is_single": page.paginator.count == 1,
    }
    return render(request, "practice/exam_print.html", context)


FILES = {
    "paper": (printing.paper_pdf, "exam.paper_printed"),
    "sheet": (printing.sheet_pdf, ""),
    "key": (printing.key_pdf, "exam.key_printed"),
}


@require_safe
@login_required
def printed_file(request: UserRequest, slug: str, number: int, letter: str, what: str) -> HttpResponse:
    exam = exam_of(request, slug)
    if not rules.can_print(request.user, exam) or what not in FILES or letter not in printed.letters(exam):
        raise Http404
    paper = get_object_or_404(exam.papers, number=number)
    make, act = FILES[what]
    content = make(exam, paper, letter, absolute=request.build_absolute_uri)
    name = printing.name_of(exam, paper, letter)
    if act:
        actions.note_printed(exam, act, name, by=request.user)
    titles = {"paper": _("试卷"), "sheet": _("答题卡"), "key": _("标准答案")}
    return download(content, f"{exam.title}-{name}-{titles[what]}.pdf", media_type=PDF)


# --- Keying --------------------------------------------------------------------------------------------------------


def _exam(request: UserRequest, slug: str) -> Exam:
    return get_object_or_404(queries.exams_of(request.user), slug=slug)


@require_safe
@login_required
def board(request: UserRequest, slug: str) -> HttpResponse:
    return _board(request, _exam(request, slug))


def _board(request: UserRequest, exam: Exam, *, form: PeopleForm | None = None, status: int = 200) -> HttpResponse:
    can_manage = rules.can_manage(request.user, exam)
    can_key = rules.can_key(request.user, exam)
    papers = list(exam.papers.order_by("number")[:PAGE])
    letters = printed.letters(exam)
    context: dict[str, Any] = {
        "exam": exam,
        "tab": "keying",
        "progress": queries.progress(exam),
        "can_manage": can_manage,
        "can_key": can_key,
        "variants": [
            (paper.number, letter, printing.name_of(exam, paper, letter)) for paper in papers for letter in letters
        ],
        "different": queries.different(exam)[:PAGE],
        "second": queries.waiting_for_second(exam, request.user) if can_key else 0,
        "own": queries.own(exam, request.user)[:10] if can_key else [],
        "keyers": queries.keyers(exam) if can_manage else [],
        "lacking": Paginator(queries.lacking(exam), PAGE).get_page(request.GET.get("page")) if can_manage else None,
        "form": form or PeopleForm(),
    }
    return render(request, "practice/exam_keying.html", context, status=status)


@require_POST
@login_required
def keyers_add(request: UserRequest, slug: str) -> HttpResponse:
    exam = exam_of(request, slug)
    form = PeopleForm(request.POST)
    added, status = add_people(form, partial(actions.add_keyers, exam, by=request.user, at=timezone.now()))
    if status != 200:
        return _board(request, exam, form=form, status=status)
    messages.success(
        request, ngettext("已添加 %(number)d 位录入员。", "已添加 %(number)d 位录入员。", added) % {"number": added}
    )
    return redirect("practice:exam-keying", slug)


@require_POST
@login_required
def keyer_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = exam_of(request, slug)
    keyer = get_object_or_404(Keyer.objects.select_related("exam__organiser", "user"), pk=pk, exam=exam)
    actions.remove_keyer(keyer, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s 不再录入。") % {"name": keyer.user})
    return redirect("practice:exam-keying", slug)


def _variant(exam: Exam, number: int, letter: str) -> tuple[ExamPaper, Layout]:
    paper = get_object_or_404(exam.papers, number=number)
    if letter not in printed.letters(exam):
        raise Http404
    return paper, printed.layout(exam, paper, letter)


def _cells(order: Layout, values: list[str], problems: dict[int, str]) -> list[dict[str, Any]]:
    """What the page needs for each printed number: how wide its field is and what may be typed."""
    found = []
    for place, position in enumerate(order.positions()):
        asked = order.paper.asked[position]
        kind, body = asked.kind.name, asked.body
        count = len(body.get("left", [])) or len(body.get("options", body.get("items", [])))
        found.append(
            {
                "place": place,
                "number": place + 1,
                "kind": kind,
                "label": asked.kind.label,
                "section": order.paper.sections[order.paper.section_of[position]],
                "is_narrow": kind in NARROW,
                "is_text": kind == "short",
                "letters": "TF" if kind == "true_false" else "".join(parts.letter(at) for at in range(asked.places)),
                "length": count,
                "value": values[place] if place < len(values) else "",
                "problem": problems.get(place, ""),
            }
        )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sheet(request: UserRequest, slug: str, number: int, letter: str) -> HttpResponse:
    """Type one sheet after another."""
    exam = _exam(request, slug)
    paper, order = _variant(exam, number, letter)
    if not rules.can_key(request.user, exam):
        raise Http404
    form = SheetForm(request.POST or None, count=len(order.paper.asked))
    status, problems = 200, {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kept = actions.key(
                    exam,
                    number=form.cleaned_data["number"],
                    paper=paper,
                    variant=letter,
                    entries=form.entries(),
                    by=request.user,
                    at=timezone.now(),
                )
            except BadEntries as refusal:
                problems = refusal.problems
                form.add_error(None, refusal.message)
            except DomainError as refusal:
                form.add_error("number", refusal.message)
                status = refusal.status
            else:
                _say(request, kept)
                return redirect("practice:exam-keying-sheet", slug, number, letter)
    context = {
        "exam": exam,
        "tab": "keying",
        "name": printing.name_of(exam, paper, letter),
        "paper_number": number,
        "letter": letter,
        "form": form,
        "sections": [
            (title, list(cells))
            for title, cells in groupby(
                _cells(order, form.entries() if request.method == "POST" else [], problems),
                key=lambda cell: cell["section"],
            )
        ],
        "own": queries.own(exam, request.user)[:5],
    }
    return render(request, "practice/exam_keying_sheet.html", context, status=status)


def _say(request: UserRequest, kept: PaperSheet) -> None:
    who = {"number": kept.candidate.number, "name": kept.candidate.user.name}
    if kept.state == PaperSheetState.DONE:
        messages.success(request, _("%(number)s %(name)s：两遍一致，已入库。") % who)
    elif kept.state == PaperSheetState.DIFFERENT:
        messages.warning(request, _("%(number)s %(name)s：两遍不一致，已列入待核对。") % who)
    else:
        messages.success(request, _("%(number)s %(name)s：已录第一遍，等另一人录第二遍。") % who)


@require_safe
@login_required
def who(request: UserRequest, slug: str) -> JsonResponse:
    """Whose number is being typed: a name to compare with the sheet."""
    exam = _exam(request, slug)
    if not rules.can_key(request.user, exam):
        raise Http404
    found = (
        exam.candidates.filter(number=request.GET.get("number", "").strip()[:20]).select_related("user", "unit").first()
    )
    if found is None:
        return JsonResponse({"name": "", "unit": ""})
    return JsonResponse({"name": found.user.name, "unit": found.unit.name if found.unit else ""})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settle(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """Two readings that differ, side by side, and what the sheet really says."""
    exam = _exam(request, slug)
    found = get_object_or_404(queries.different(exam), pk=pk)
    if not rules.can_settle(request.user, found):
        raise Http404
    first, second = found.keyings.select_related("by", "paper").order_by("pk")
    readings = {f"{one.paper.number}{one.variant}": (one.paper, one.variant) for one in (first, second)}
    chosen = request.POST.get("variant") or request.GET.get("variant") or next(iter(readings))
    if chosen not in readings:
        raise Http404
    paper, letter = readings[chosen]
    order = printed.layout(exam, paper, letter)
    differing = set(printed.differences(first.entries, second.entries, order))
    is_other_variant = len(readings) > 1
    form = SheetForm(request.POST or None, count=len(order.paper.asked), initial={"number": found.candidate.number})
    status, problems = 200, {}
    values = ["" if place in differing else entry for place, entry in enumerate(first.entries)]
    if request.method == "POST":
        values, status = form.entries(), 422
        if form.is_valid():
            try:
                actions.settle(found, paper=paper, variant=letter, entries=values, by=request.user, at=timezone.now())
            except BadEntries as refusal:
                problems = refusal.problems
                form.add_error(None, refusal.message)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("%(number)s 已核对入库。") % {"number": found.candidate.number})
                return redirect("practice:exam-keying", slug)
    cells = _cells(order, values, problems)
    for cell in cells:
        place = cell["place"]
        cell["first"] = first.entries[place] if place < len(first.entries) else ""
        cell["second"] = second.entries[place] if place < len(second.entries) else ""
        cell["differs"] = place in differing
    context = {
        "exam": exam,
        "tab": "keying",
        "sheet": found,
        "first": first,
        "second": second,
        "readings": [(name, printing.name_of(exam, *reading)) for name, reading in readings.items()],
        "chosen": chosen,
        "is_other_variant": is_other_variant,
        "form": form,
        "differing": [cell for cell in cells if cell["differs"]],
        "same": [cell for cell in cells if not cell["differs"]],
    }
    return render(request, "practice/exam_keying_settle.html", context, status=status)
