"""The organiser's pages of a round: prepare, look, assign, watch, lock."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.files import links
from huomiao.innovations.actions import assignments, blind_material
from huomiao.innovations.actions import reviews as actions
from huomiao.innovations.forms.reviews import (
    CopyForm,
    EntryFilterForm,
    GiveForm,
    NoteForm,
    PrepareForm,
    RedactForm,
    RemindForm,
    SeedForm,
    WishForm,
)
from huomiao.innovations.models import Entry, EntryFile, Expert, Redaction, Round, Sheet, Withheld
from huomiao.innovations.queries import calls
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import CallState, ConflictKind, RoundState, SheetState, Stage
from huomiao.orgs import industries

PAGE = 50


def _round(request: UserRequest, pk: int) -> Round:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _note(request: UserRequest) -> str:
    """The reason that was written beside a step; the action says when there has to be one."""
    form = NoteForm(request.POST)
    return str(form.cleaned_data["note"]) if form.is_valid() else ""


def _entry(request: UserRequest, pk: int, number: str) -> Entry:
    review = _round(request, pk)
    return get_object_or_404(review.entries.select_related("round__call__organiser", "rubric"), number=number)


@require_http_methods(["GET", "POST"])
@login_required
def rounds(request: UserRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(calls.editable_by(request.user), slug=slug)
    form = PrepareForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                review = actions.prepare(call, by=request.user, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("评审轮次已建立，申报文本已隐去单位和人员信息。"))
                return redirect("innovations:round", review.pk)
    context = {
        "call": call,
        "form": form,
        "rounds": call.rounds.annotate(entry_count=Count("entries")).order_by("-pk"),
        "accepted": queries.ready_for_review(call.pk).count(),
        "waiting": queries.waiting_for_check(call.pk),
        "can_prepare": call.state == CallState.CHECKING and queries.open_round(call.pk) is None,
    }
    return render(request, "innovations/rounds.html", context, status=status)


@require_GET
@login_required
def round_page(request: UserRequest, pk: int) -> HttpResponse:
    """How far the round is. No score is read here."""
    review = _round(request, pk)
    now = timezone.now()
    window = calls.window(review.call, Stage.REVIEW)
    closes_at = window.closes_at if window else None
    sheets = Sheet.objects.filter(entry__round=review)
    counted = sheets.aggregate(
        given=Count("pk", filter=~Q(state=SheetState.RECUSED)),
        signed=Count("pk", filter=Q(state=SheetState.SIGNED)),
        begun=Count("pk", filter=Q(state=SheetState.DRAFT)),
        recused=Count("pk", filter=Q(state=SheetState.RECUSED)),
    )
    entry_count = review.entries.count()
    reminders = review.assignment_report.get("reminders", {})
    context = {
        "review": review,
        "tab": "overview",
        "window": window,
        "counts": counted,
        "entry_count": entry_count,
        "wanted": entry_count * int(review.rules["experts_per_entry"]),
        "done_entries": queries.entries(review).filter(signed_count__gte=review.rules["experts_per_entry"]).count(),
        "withheld": Withheld.objects.filter(entry__round=review, settled_at=None).count(),
        "new_officers": queries.new_officers(review) if review.state == RoundState.SCORING else [],
        "lacking": len(queries.unassigned(review)) if rules.can_prepare(request.user, review) else 0,
        "board": [
            {"row": row, "reminded": reminders.get(str(row.expert.pk), "")[:10]}
            for row in queries.board(review, closes_at=closes_at, at=now)
        ],
        "is_late": bool(closes_at and now >= closes_at),
        "entries": history.of(review)[:30],
        "note_form": NoteForm(),
    }
    return render(request, "innovations/round.html", context)


@require_GET
@login_required
def entries(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    filters = EntryFilterForm(request.GET or None, review=review)
    found = queries.entries(review).annotate(
        file_count=Count("files", distinct=True),
    )
    waiting = dict(
        Withheld.objects.filter(entry__round=review, settled_at=None)
        .values("entry")
        .annotate(number=Count("pk"))
        .values_list("entry", "number")
    )
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["q"]:
            found = found.filter(Q(number=wanted["q"].strip()) | Q(title__icontains=wanted["q"].strip()))
        if wanted["category"]:
            found = found.filter(category_name=wanted["category"])
        if wanted["show"] == "withheld":
            found = found.filter(pk__in=list(waiting))
        elif wanted["show"] == "lacking":
            found = found.filter(sheet_count__lt=review.rules["experts_per_entry"])
        elif wanted["show"] == "open":
            found = found.filter(signed_count__lt=F("sheet_count"))
    page = Paginator(found.order_by("number"), PAGE).get_page(request.GET.get("page"))
    rows = [{"entry": one, "withheld": waiting.get(one.pk, 0)} for one in page]
    context = {"review": review, "tab": "entries", "page": page, "rows": rows, "filters": filters}
    return render(request, "innovations/round_entries.html", context)


@require_GET
@login_required
def entry(request: UserRequest, pk: int, number: str) -> HttpResponse:
    return _entry_page(request, _entry(request, pk, number))


def _entry_page(
    request: UserRequest,
    found: Entry,
    *,
    redact_form: RedactForm | None = None,
    copy_form: CopyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    review = found.round
    sheets = found.sheets.select_related("expert__user", "expert__unit").order_by("pk")
    withheld = Withheld.objects.filter(entry=found).select_related("attachment__file")
    can_change = rules.can_prepare(request.user, review)
    context = {
        "review": review,
        "tab": "entries",
        "entry": found,
        "industry": industries.label(found.division),
        "files": [
            {
                "pk": one.pk,
                "label": one.label,
                "kind": one.file.kind,
                "preview": links.preview(one.file, to=request.user),
                "show": links.show(one.file, to=request.user, name=one.label),
                "look": links.look(one.file, to=request.user, name=one.label),
            }
            for one in found.files.select_related("file")
        ],
        "withheld": [
            {
                "row": one,
                "link": links.show(one.attachment.file, to=request.user, name=one.attachment.file.name),
            }
            for one in withheld
        ],
        "redactions": Redaction.objects.filter(entry=found).select_related("by").order_by("made_at"),
        "sheets": sheets,
        "candidates": queries.candidates(review, found)[:30] if can_change else [],
        "has_room": sum(one.state != SheetState.RECUSED for one in sheets) < review.rules["experts_per_entry"],
        "redact_form": redact_form or RedactForm(),
        "copy_form": copy_form or CopyForm(),
        "can_change": can_change,
        "can_reopen": review.state == RoundState.SCORING,
        "entries": history.of(found)[:20],
    }
    return render(request, "innovations/round_entry.html", context, status=status)


@require_POST
@login_required
def redact(request: UserRequest, pk: int, number: str) -> HttpResponse:
    found = _entry(request, pk, number)
    form = RedactForm(request.POST)
    if form.is_valid():
        try:
            places = blind_material.redact(found, words=form.cleaned_data["words"], by=request.user)
        except DomainError as refusal:
            form.add_error("words", refusal.message)
        else:
            messages.success(
                request,
                ngettext("已隐去 %(number)d 处。", "已隐去 %(number)d 处。", places) % {"number": places},
            )
            return redirect("innovations:round-entry", pk, number)
    return _entry_page(request, found, redact_form=form, status=422)


@require_POST
@login_required
def withhold(request: UserRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(
        EntryFile.objects.select_related("entry__round__call__organiser", "file").filter(
            entry__round__in=queries.visible_to(request.user)
        ),
        pk=pk,
    )
    blind_material.withhold(shown, by=request.user, note=_note(request))
    messages.success(request, _("已对专家隐藏“%(label)s”。") % {"label": shown.label})
    return redirect("innovations:round-entry", shown.entry.round_id, shown.entry.number)


def _withheld(request: UserRequest, pk: int) -> Withheld:
    return get_object_or_404(
        Withheld.objects.select_related("entry__round__call__organiser", "attachment__file").filter(
            entry__round__in=queries.visible_to(request.user)
        ),
        pk=pk,
    )


@require_POST
@login_required
def let_through(request: UserRequest, pk: int) -> HttpResponse:
    found = _withheld(request, pk)
    blind_material.let_through(found, by=request.user, note=_note(request))
    messages.success(request, _("已放行，专家可以看到。"))
    return redirect("innovations:round-entry", found.entry.round_id, found.entry.number)


@require_POST
@login_required
def supply_copy(request: UserRequest, pk: int) -> HttpResponse:
    found = _withheld(request, pk)
    form = CopyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            blind_material.supply_copy(found, form.cleaned_data["copy"], by=request.user)
        except DomainError as refusal:
            form.add_error("copy", refusal.message)
        else:
            messages.success(request, _("已换成处理过的文件。"))
            return redirect("innovations:round-entry", found.entry.round_id, found.entry.number)
    return _entry_page(request, found.entry, copy_form=form, status=422)


# --- Assignment ---------------------------------------------------------------------------------------------------


@require_GET
@login_required
def assignment(request: UserRequest, pk: int) -> HttpResponse:
    return _assignment_page(request, _round(request, pk))


def _assignment_page(
    request: UserRequest, review: Round, *, wish_form: WishForm | None = None, status: int = 200
) -> HttpResponse:
    found = queries.conflicts(review)
    by_kind = review.conflicts.values("kind").annotate(number=Count("pk")).order_by("kind")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    wishes = assignments.wishes_of(review)
    keys = {key for pairs in wishes.values() for pair in pairs for key in pair}
    entry_of = {one.pk: one for one in review.entries.filter(pk__in=keys)}
    expert_of = {one.pk: one for one in Expert.objects.filter(pk__in=keys).select_related("user")}
    labels = dict(ConflictKind.choices)
    form = wish_form or WishForm()
    experts = Expert.objects.filter(is_active=True).select_related("user").order_by("user__name")
    form.fields["expert"].widget.choices = [(one.pk, f"{one} {one.unit_name}".strip()) for one in experts]
    report = review.assignment_report
    context = {
        "review": review,
        "tab": "assignment",
        "report": report,
        "shortages": [
            {**one, "reasons": [(labels.get(kind, _("手工排除")), number) for kind, number in one["barred"].items()]}
            for one in report.get("shortages", [])[:100]
        ],
        "conflict_page": page,
        "conflict_counts": [(labels[row["kind"]], row["number"]) for row in by_kind],
        "wishes": [
            {"kind": kind, "entry": entry_of[entry_pk], "expert": expert_of[expert_pk]}
            for kind, pairs in wishes.items()
            for entry_pk, expert_pk in pairs
            if entry_pk in entry_of and expert_pk in expert_of
        ],
        "wish_form": form,
        "seed_form": SeedForm(),
        "can_assign": review.state == RoundState.PREPARING,
        "expert_count": experts.count(),
        "entry_count": review.entries.count(),
        "sheet_count": Sheet.objects.filter(entry__round=review).count(),
    }
    return render(request, "innovations/round_assignment.html", context, status=status)


@require_POST
@login_required
def assign(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    form = SeedForm(request.POST)
    seed = form.cleaned_data["seed"] if form.is_valid() else None
    outcome = assignments.assign(review, by=request.user, seed=seed)
    if outcome.is_complete:
        messages.success(request, _("分配完成。"))
    else:
        messages.error(request, _("按现在的条件无法分配，原因和办法见下。"))
    return redirect("innovations:round-assignment", pk)


@require_POST
@login_required
def wish(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    form = WishForm(request.POST)
    if form.is_valid():
        found = review.entries.filter(number=form.cleaned_data["number"].strip()).first()
        expert = Expert.objects.filter(pk=form.cleaned_data["expert"]).select_related("user").first()
        if found is None:
            form.add_error("number", _("本轮没有这个编号。"))
        elif expert is None:
            form.add_error("expert", _("请选择专家。"))
        else:
            try:
                assignments.wish(
                    review,
                    entry=found,
                    expert=expert,
                    kind=form.cleaned_data["kind"],
                    by=request.user,
                    note=form.cleaned_data["note"],
                )
            except DomainError as refusal:
                form.add_error("expert", refusal.message)
            else:
                messages.success(request, _("已记下，重新分配后生效。"))
                return redirect("innovations:round-assignment", pk)
    return _assignment_page(request, review, wish_form=form, status=422)


@require_POST
@login_required
def give(request: UserRequest, pk: int, number: str) -> HttpResponse:
    found = _entry(request, pk, number)
    form = GiveForm(request.POST)
    expert = Expert.objects.filter(pk=form.cleaned_data["expert"]).first() if form.is_valid() else None
    if expert is None:
        raise Http404
    assignments.give(found, to=expert, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("已分给 %(expert)s。") % {"expert": expert})
    return redirect("innovations:round-entry", pk, number)


def _given(request: UserRequest, pk: int) -> Sheet:
    return get_object_or_404(
        Sheet.objects.select_related("entry__round__call__organiser", "expert__user").filter(
            entry__round__in=queries.visible_to(request.user)
        ),
        pk=pk,
    )


@require_POST
@login_required
def swap(request: UserRequest, pk: int) -> HttpResponse:
    found = _given(request, pk)
    form = GiveForm(request.POST)
    expert = Expert.objects.filter(pk=form.cleaned_data["expert"]).first() if form.is_valid() else None
    if expert is None:
        raise Http404
    assignments.swap(found, to=expert, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, _("已改派给 %(expert)s。") % {"expert": expert})
    return redirect("innovations:round-entry", found.entry.round_id, found.entry.number)


@require_POST
@login_required
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    found = _given(request, pk)
    actions.reopen(found, by=request.user, note=_note(request))
    messages.success(request, _("已退回专家重评。"))
    return redirect("innovations:round-entry", found.entry.round_id, found.entry.number)


# --- The round's course -------------------------------------------------------------------------------------------


@require_POST
@login_required
def start(request: UserRequest, pk: int) -> HttpResponse:
    actions.start(_round(request, pk), by=request.user)
    messages.success(request, _("评分已开始，专家可以看到各自的任务。"))
    return redirect("innovations:round", pk)


@require_POST
@login_required
def recheck(request: UserRequest, pk: int) -> HttpResponse:
    """Look for conflicts again, because somebody took an office while scoring."""
    taken = assignments.recheck(_round(request, pk), by=request.user)
    if taken:
        names = "、".join(f"{sheet.entry.number} {sheet.expert}" for sheet in taken[:10])
        messages.warning(
            request,
            ngettext(
                "%(number)d 份评分表须回避，已收回：%(names)s。请补派专家。",
                "%(number)d 份评分表须回避，已收回：%(names)s。请补派专家。",
                len(taken),
            )
            % {"number": len(taken), "names": names},
        )
    else:
        messages.success(request, _("已重新核对，没有须回避的情形。"))
    return redirect("innovations:round", pk)


@require_POST
@login_required
def remind(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    form = RemindForm(request.POST, review=review)
    keys = form.cleaned_data["expert"] if form.is_valid() else []
    reminded = actions.remind(review, experts=list(Expert.objects.filter(pk__in=keys)), by=request.user)
    messages.success(
        request,
        ngettext("已提醒 %(number)d 位专家。", "已提醒 %(number)d 位专家。", reminded) % {"number": reminded},
    )
    return redirect("innovations:round", pk)


@require_POST
@login_required
def lock(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    actions.lock(review, by=request.user, note=_note(request))
    messages.success(request, _("评分已结束，结果已算出，仅主办方可见。"))
    return redirect("innovations:results", review.call.slug)


@require_POST
@login_required
def unlock(request: UserRequest, pk: int) -> HttpResponse:
    review = _round(request, pk)
    actions.unlock(review, by=request.user, note=_note(request))
    messages.success(request, _("评分已重新开放，原结果作废。"))
    return redirect("innovations:round", pk)
