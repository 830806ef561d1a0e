"""The pages of questions: the list of a bank with its bulk acts, one question, its versions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid
from huomiao.core.requests import UserRequest, whole_number
from huomiao.practice import differences, showing
from huomiao.practice.actions import reviewing, sorting
from huomiao.practice.actions.reviewing import Moved
from huomiao.practice.forms import questions as forms
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Bank, Question
from huomiao.practice.queries import banks, near, questions, reports, statistics, topics
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import QuestionState
from huomiao.practice.views.banks import frame

PAGE = 50
HISTORY_SHOWN = 30
REPORTS_SHOWN = 20


@login_required
@require_GET
def bank_questions(request: UserRequest, code: str) -> HttpResponse:
    """The questions of a bank, narrowed and sorted as asked."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    filter_form = forms.QuestionFilterForm(request.GET or None)
    asked = filter_form.cleaned_data if filter_form.is_valid() else {}
    order = request.GET.get("order", "")
    rows = questions.narrowed(questions.of_bank(bank), **asked)
    rows = rows.order_by(*questions.ORDERS.get(order, questions.ORDERS["code"]))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    trails = topics.trails(question.topic for question in page.object_list)
    context = {
        **frame(request, bank),
        "page_obj": page,
        "rows": [
            (question, KINDS[question.kind].label, trails.get(question.topic_id or 0, ""))
            for question in page.object_list
        ],
        "filter": filter_form,
        "order": order,
        "is_narrowed": any(value not in ("", None, False) for value in asked.values()),
        "asked": request.GET.urlencode(),
        "sort_form": forms.SortForm(prefix="set"),
    }
    return render(request, "practice/questions.html", context)


@login_required
@require_POST
def bank_act(request: UserRequest, code: str) -> HttpResponse:
    """One act on the chosen questions, or on everything that the filter finds."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    asked = request.POST.get("asked", "").replace("\x00", "")[:1000]
    chosen = _chosen(request, bank, asked)
    if not chosen:
        raise Invalid(_("请先勾选试题。"))
    act = request.POST.get("act", "")
    if act == "sort":
        form = forms.SortForm(request.POST, prefix="set")
        if not form.is_valid() or not form.values():
            raise Invalid(_("请先选择要调整成什么。"))
        count = sorting.sort(bank, chosen, by=request.user, at=timezone.now(), **form.values())
        messages.success(
            request, ngettext("调整了 %(count)d 道题。", "调整了 %(count)d 道题。", count) % {"count": count}
        )
    else:
        _tell(request, _act(bank, act, chosen, request))
    if request.POST.get("from") == "review":
        return redirect("practice:bank-review", bank.code)
    return redirect(f"{reverse('practice:questions', args=[bank.code])}?{asked}")


def _chosen(request: UserRequest, bank: Bank, asked: str) -> list[int]:
    if request.POST.get("everything") == "on":
        form = forms.QuestionFilterForm(QueryDict(asked))
        rows = questions.narrowed(questions.of_bank(bank), **(form.cleaned_data if form.is_valid() else {}))
        return list(rows.order_by("pk").values_list("pk", flat=True))
    return [key for text in request.POST.getlist("chosen") if (key := whole_number(text)) is not None]


def _act(bank: Bank, act: str, chosen: list[int], request: UserRequest) -> Moved:
    now, note = timezone.now(), request.POST.get("note", "")
    if act == "submit":
        return reviewing.submit(bank, chosen, by=request.user, at=now)
    if act == "agree":
        return reviewing.agree(bank, chosen, by=request.user, at=now)
    if act == "return":
        return reviewing.give_back(bank, chosen, by=request.user, at=now, note=note)
    if act == "retire":
        return reviewing.retire(bank, chosen, by=request.user, at=now, note=note)
    if act == "bring-back":
        return reviewing.bring_back(bank, chosen, by=request.user, at=now)
    raise Invalid(_("请选择要做什么。"))


def _tell(request: UserRequest, moved: Moved) -> None:
    done = ngettext("处理了 %(count)d 道题。", "处理了 %(count)d 道题。", moved.moved) % {"count": moved.moved}
    if moved.left:
        left = ngettext(
            "另有 %(count)d 道没有变：状态不对，或者是您自己编写、要由别人审核。",
            "另有 %(count)d 道没有变：状态不对，或者是您自己编写、要由别人审核。",
            moved.left,
        )
        messages.warning(request, f"{done}{left % {'count': moved.left}}")
    else:
        messages.success(request, done)


@login_required
@require_GET
def question(request: UserRequest, pk: int) -> HttpResponse:
    """One question with its key: as it is in use, as it is worked on, and what has become of it."""
    found = get_object_or_404(questions.visible_to(request.user), pk=pk)
    versions = [version for version in (found.latest, found.published) if version is not None]
    faces = showing.faces(versions, to=request.user)
    is_changed = found.published is not None and found.published_id != found.latest_id
    before, after = questions.neighbours(found)
    context = {
        **frame(request, found.bank),
        "question": found,
        "face": faces[found.latest_id] if found.latest_id else None,
        "in_use": faces[found.published_id] if is_changed and found.published_id else None,
        "is_changed": is_changed,
        "trail": topics.trails([found.topic]).get(found.topic_id or 0, ""),
        "figures": statistics.of_question(found),
        "reports": reports.of_question(found)[:REPORTS_SHOWN],
        "near": near.like(request.user, stem=found.stem, body=found.latest.body, besides=found.pk)
        if found.latest
        else [],
        "returned": _returned(found),
        "entries": history.of(found)[:HISTORY_SHOWN],
        "before": before,
        "after": after,
        "may_agree": rules.can_agree(request.user, found),
        "note_form": forms.NoteForm(),
        "version_count": found.versions.count(),
    }
    return render(request, "practice/question.html", context)


def _returned(question: Question) -> str:
    """Why the question came back from its review, while that is what has to be mended."""
    if question.state != QuestionState.DRAFT:
        return ""
    last = history.of(question).exclude(action="question.sorted").first()
    return last.note if last is not None and last.action == "question.returned" else ""


@login_required
@require_POST
def question_act(request: UserRequest, pk: int) -> HttpResponse:
    """A move of one question."""
    found = get_object_or_404(questions.visible_to(request.user), pk=pk)
    act = request.POST.get("act", "")
    if act == "discard":
        reviewing.discard(found, by=request.user, at=timezone.now())
        messages.success(request, _("已放弃修改，恢复为使用中的内容。"))
    else:
        _tell(request, _act(found.bank, act, [found.pk], request))
    return redirect(found)


@login_required
@require_GET
def question_versions(request: UserRequest, pk: int) -> HttpResponse:
    """Every version with what it changed in the one before."""
    found = get_object_or_404(questions.visible_to(request.user), pk=pk)
    page = Paginator(questions.versions(found), 20).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    older = questions.versions(found).filter(number__lt=shown[-1].number).first() if shown else None
    pairs = zip(shown, [*shown[1:], older], strict=True)
    faces = showing.faces(shown[-1:], to=request.user)
    context = {
        **frame(request, found.bank),
        "question": found,
        "page_obj": page,
        "rows": [(version, differences.between(before, version) if before else None) for version, before in pairs],
        "first": faces.get(shown[-1].pk) if shown and older is None else None,
    }
    return render(request, "practice/question_versions.html", context)


@login_required
@require_GET
def bank_alike(request: UserRequest, code: str) -> HttpResponse:
    """Questions of the bank that may be one, among themselves or with other banks."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    across = request.GET.get("across") == "on"
    pairs = near.pairs(request.user, bank, across=across)
    page = Paginator(pairs, 20).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    versions = [one.latest for pair in shown for one in (pair.one, pair.other) if one.latest is not None]
    faces = showing.faces(versions, to=request.user)
    context = {
        **frame(request, bank),
        "page_obj": page,
        "rows": [(pair, [(one, faces.get(one.latest_id or 0)) for one in (pair.one, pair.other)]) for pair in shown],
        "across": across,
        "is_cut": len(pairs) == near.MOST_PAIRS,
    }
    return render(request, "practice/bank_alike.html", context)


@login_required
@require_GET
def bank_review(request: UserRequest, code: str) -> HttpResponse:
    """The questions that wait for a second person, each as it would be asked."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    page = Paginator(questions.waiting(bank), 20).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    faces = showing.faces([one.latest for one in shown if one.latest is not None], to=request.user)
    context = {
        **frame(request, bank),
        "page_obj": page,
        "rows": [
            (
                one,
                faces.get(one.latest_id or 0),
                rules.can_agree(request.user, one),
                differences.between(one.published, one.latest) if one.published and one.latest else None,
            )
            for one in shown
        ],
        "figures": banks.figures([bank])[bank.pk],
    }
    return render(request, "practice/bank_review.html", context)
