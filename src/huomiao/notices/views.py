"""The public's pages of a notice, and the officers' queue of objections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.accounts import locking, throttling
from huomiao.core import history
from huomiao.core.downloads import download
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest, whole_number
from huomiao.files import links
from huomiao.notices import actions, forms, hashing, queries, rules, subjects
from huomiao.notices.calendar import Calendar
from huomiao.notices.models import Notice, NoticeItem, Objection, WorkdayException
from huomiao.notices.states import NoticeState, ObjectionState

NOTICES_A_PAGE = 20
ITEMS_A_PAGE = 100
OBJECTIONS_A_PAGE = 50
WORKDAYS_A_PAGE = 50
HOUR = timedelta(hours=1)


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = queries.visible_to(request.user).annotate(item_count=Count("items"))
    asked = request.GET.get("state", "")
    if asked in NoticeState.values:
        rows = rows.filter(state=asked)
    page = Paginator(rows, NOTICES_A_PAGE).get_page(request.GET.get("page"))
    calendar, today = Calendar(), timezone.localdate()
    lines = [
        (notice, calendar.working_days_left(today, notice.closes_on) if notice.state == NoticeState.OPEN else None)
        for notice in page.object_list
    ]
    context = {
        "page_obj": page,
        "lines": lines,
        "asked": asked,
        "states": NoticeState,
        "today": today,
        "keeps_calendar": rules.can_keep_calendar(request.user),
    }
    return render(request, "notices/list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(queries.visible_to(request.user), pk=pk)
    words = request.GET.get("q", "").split()
    now = timezone.now()
    # The cells are JSON, which the two databases search differently; a list has hundreds of rows, so Python does it.
    items = [
        item
        for item in notice.items.all()
        if all(
            word.casefold() in " ".join(map(str, (*item.cells, *item.amended.values()))).casefold() for word in words
        )
    ]
    for item in items:
        item.notice = notice
    size = max(len(items), 1) if "all" in request.GET else ITEMS_A_PAGE
    page = Paginator(items, size).get_page(request.GET.get("page"))
    calendar, today = Calendar(), timezone.localdate(now)
    context = {
        "notice": notice,
        "page_obj": page,
        "lines": [(item, queries.takes_objections(item, now)) for item in page.object_list],
        "q": request.GET.get("q", ""),
        "days_left": calendar.working_days_left(today, notice.closes_on),
        "today": today,
        "is_last_day": today == notice.closes_on,
        "is_unchanged": hashing.is_unchanged(notice),
        "guessed_years": calendar.guessed(notice.opens_on, notice.closes_on),
        "can_manage": rules.can_manage(request.user, notice),
        "cancel_note": _cancel_note(notice),
    }
    return render(request, "notices/detail.html", context)


def _cancel_note(notice: Notice) -> str:
    if notice.state != NoticeState.CANCELLED:
        return ""
    entry = history.of(notice).filter(action="notice.cancelled").first()
    return entry.note if entry else ""


@require_GET
def list_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The very text whose SHA-256 the notice shows, to be checked with any tool."""
    notice = get_object_or_404(queries.visible_to(request.user), pk=pk)
    return download(hashing.text_of(notice), f"notice-{notice.pk}.json", media_type="application/json; charset=utf-8")


@never_cache
@require_http_methods(["GET", "POST"])
def object_(request: HttpRequest, pk: int) -> HttpResponse:
    begun = NoticeItem.objects.filter(notice__in=queries.visible_to(request.user).order_by())
    item = get_object_or_404(begun.select_related("notice__issuer"), pk=pk)
    posted, uploads = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.ObjectionForm(posted, uploads)
    context: dict[str, Any] = {"item": item, "notice": item.notice, "form": form, "cells": item.titled}
    if not queries.takes_objections(item, timezone.now()):
        return render(request, "notices/object_closed.html", context, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return render(request, "notices/object.html", context)
    if not form.is_valid():
        return render(request, "notices/object.html", context, status=422)
    values = form.cleaned_data
    objector = actions.Objector(values["name"], values["phone"], values["unit"])
    try:
        throttling.take("objection", locking.client_address(request), most=10, within=HOUR)
        made = actions.make_objection(
            item, kind=values["kind"], text=values["text"], objector=objector, evidence=values["evidence"]
        )
    except (Invalid, throttling.TooMany) as refusal:
        form.add_error("evidence" if isinstance(refusal, Invalid) else None, refusal.message)
        return render(request, "notices/object.html", context, status=refusal.status)
    request.session["receipt"] = made.receipt
    return redirect("notices:receipt")


@never_cache
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt of the objection that this browser just made."""
    found = Objection.objects.filter(receipt=request.session.get("receipt", "")).select_related("notice").first()
    if found is None:
        return redirect("notices:status")
    return render(request, "notices/receipt.html", {"objection": found})


@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = forms.StatusForm(posted, initial={"receipt": request.session.get("receipt", "")})
    context: dict[str, Any] = {"form": form}
    if request.method != "POST":
        return render(request, "notices/status.html", context)
    try:
        throttling.take("objection-status", locking.client_address(request), most=20, within=HOUR)
    except throttling.TooMany as refusal:
        form.add_error(None, refusal.message)
        return render(request, "notices/status.html", context, status=refusal.status)
    if form.is_valid():
        found = queries.by_receipt(form.cleaned_data["receipt"], form.cleaned_data["phone_tail"])
        if found is not None:
            found.item.notice = found.notice
            shown = {"objection": found, "cells": found.item.titled, "ruling": getattr(found, "ruling", None)}
            return render(request, "notices/status.html", {**context, **shown})
        form.add_error(None, _("没有找到：请核对回执号和电话后四位。"))
    return render(request, "notices/status.html", context, status=422)


# --- Officers ---------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def objections(request: UserRequest) -> HttpResponse:
    rows = queries.objections_visible_to(request.user)
    asked = request.GET.get("state", "")
    if asked in ObjectionState.values:
        rows = rows.filter(state=asked)
    elif asked != "all":
        rows = rows.filter(state__in=queries.UNANSWERED)
    if (notice := whole_number(request.GET.get("notice", ""))) is not None:
        rows = rows.filter(notice_id=notice)
    counts = queries.objections_visible_to(request.user).aggregate(
        waiting=Count("pk", filter=Q(state__in=queries.UNANSWERED)), everything=Count("pk")
    )
    page = Paginator(rows.order_by("made_at", "pk"), OBJECTIONS_A_PAGE).get_page(request.GET.get("page"))
    calendar, today = Calendar(), timezone.localdate()
    lines = [(row, queries.deadline(row, calendar=calendar, today=today)) for row in page.object_list]
    context = {"page_obj": page, "lines": lines, "asked": asked, "states": ObjectionState, "counts": counts}
    return render(request, "notices/objections.html", context)


@never_cache
@login_required
@require_GET
def objection(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.objections_visible_to(request.user), pk=pk)
    return _show(request, found)


def _show(
    request: UserRequest,
    found: Objection,
    *,
    form: forms.RulingForm | None = None,
    clue: forms.ClueForm | None = None,
    is_revealed: bool = False,
    code: int = 200,
) -> HttpResponse:
    found.item.notice = found.notice
    handled = rules.is_barred(request.user, found)
    context = {
        "objection": found,
        "notice": found.notice,
        "cells": found.item.titled,
        "ruling": getattr(found, "ruling", None),
        "evidence": [
            (row.file, links.link(row.file, to=request.user, name=_("证据 %(number)d") % {"number": number}))
            for number, row in enumerate(found.evidence.select_related("file").order_by("pk"), 1)
        ],
        "is_barred": handled,
        "can_accept": not handled and found.state in {ObjectionState.RECEIVED, ObjectionState.CLUE},
        "can_keep": not handled and found.state == ObjectionState.RECEIVED,
        "can_rule": not handled and found.state == ObjectionState.ACCEPTED,
        "deadline": queries.deadline(found, calendar=Calendar(), today=timezone.localdate()),
        "form": form or forms.RulingForm(outcomes=subjects.of(found.notice).outcomes(found.item)),
        "clue_form": clue or forms.ClueForm(),
        "reveal_form": forms.RevealForm(),
        "is_revealed": is_revealed,
        "entries": history.of(found)[:50],
    }
    return render(request, "notices/objection.html", context, status=code)


@login_required
@require_POST
def accept(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.objections_visible_to(request.user), pk=pk)
    actions.accept(found, by=request.user)
    messages.success(request, _("已受理，请在期限内核查答复。"))
    return redirect("notices:objection", pk)


@login_required
@require_POST
def keep(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.objections_visible_to(request.user), pk=pk)
    form = forms.ClueForm(request.POST)
    if not form.is_valid():
        return _show(request, found, clue=form, code=422)
    actions.keep_as_clue(found, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, _("已作为线索留存。"))
    return redirect("notices:objection", pk)


@never_cache
@login_required
@require_POST
def reveal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.objections_visible_to(request.user), pk=pk)
    form = forms.RevealForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.reveal(found, reason=reason, by=request.user)
    return _show(request, found, is_revealed=True)


@login_required
@require_POST
def rule(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.objections_visible_to(request.user), pk=pk)
    found.item.notice = found.notice
    form = forms.RulingForm(request.POST, outcomes=subjects.of(found.notice).outcomes(found.item))
    if not form.is_valid():
        return _show(request, found, form=form, code=422)
    try:
        actions.rule(found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error(None, refusal.message)
        return _show(request, found, form=form, code=422)
    messages.success(request, _("已答复。提出人可凭回执号查看。"))
    return redirect("notices:objection", pk)


@login_required
@require_http_methods(["GET", "POST"])
def workdays(request: UserRequest) -> HttpResponse:
    """The days on which the published calendar is overruled."""
    if not rules.can_keep_calendar(request.user):
        raise NotAllowed(_("只有主办单位可以维护工作日历。"))
    form = forms.WorkdayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.set_workday(given["day"], is_workday=given["is_workday"], note=given["note"], by=request.user)
        messages.success(request, _("已记入工作日历。之后开始的公示按新的日历计算。"))
        return redirect("notices:workdays")
    rows = WorkdayException.objects.order_by("-day")
    page = Paginator(rows, WORKDAYS_A_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    guessed = Calendar().guessed(today, today + timedelta(days=365))
    context = {"form": form, "page_obj": page, "guessed": guessed}
    return render(request, "notices/workdays.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def workday_remove(request: UserRequest, pk: int) -> HttpResponse:
    actions.forget_workday(get_object_or_404(WorkdayException, pk=pk), by=request.user)
    messages.success(request, _("已删除，这一天按公布的日历计算。"))
    return redirect("notices:workdays")
