"""Bringing questions into a bank: the file, its columns, what it would do, and how far the work is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huomiao.core.downloads import download
from huomiao.core.errors import DomainError, NotAllowed
from huomiao.core.requests import UserRequest, is_htmx
from huomiao.practice import import_reports
from huomiao.practice.actions import imports as actions
from huomiao.practice.formats import registry, sheets, table_out, words
from huomiao.practice.formats.columns import COLUMNS
from huomiao.practice.formats.draft import DraftQuestion
from huomiao.practice.forms.imports import AssignForm, BringForm, ConfirmForm
from huomiao.practice.import_batches import HasErrors, findings_of
from huomiao.practice.kinds import KINDS, parts
from huomiao.practice.models import Bank, BankImport, ImportRow
from huomiao.practice.queries import banks
from huomiao.practice.queries import imports as queries
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import ImportState, Level, RowFate

PAGE = 50
EARLIER = 20
TONES = {
    RowFate.NEW: "good", RowFate.CHANGED: "info", RowFate.SAME: "neutral", RowFate.DOUBLE: "neutral", RowFate.ERROR: "bad",
}  # fmt: skip
STATE_TONES = {
    ImportState.READING: "info", ImportState.MAPPING: "warn", ImportState.PREVIEW: "warn", ImportState.WRITING: "info",
    ImportState.DONE: "good", ImportState.FAILED: "bad", ImportState.DROPPED: "neutral",
}  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def import_new(request: UserRequest, code: str) -> HttpResponse:
    """Choose a file or paste text; below, what was brought earlier."""
    bank = _bank(request, code)
    form = BringForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            content, name = form.brought()
            try:
                return redirect(actions.bring(bank, content, name, by=request.user, at=timezone.now()))
            except DomainError as refusal:
                form.add_error("file", refusal.message)
                status = refusal.status
    earlier = Paginator(queries.visible_to(request.user).filter(bank=bank).order_by("-pk"), EARLIER)
    page = earlier.get_page(request.GET.get("page"))
    context = {
        "bank": bank,
        "form": form,
        "columns": [column for column in COLUMNS if not column.key.startswith("option.")],
        "page_obj": page,
        "rows": [(batch, STATE_TONES[ImportState(batch.state)], _good(batch)) for batch in page],
    }
    return render(request, "practice/import_new.html", context, status=status)


@login_required
@require_safe
def import_template(request: UserRequest, code: str) -> HttpResponse:
    """A workbook with an example of each kind and notes."""
    _bank(request, code)
    return download(table_out.template(), _("题库导入模板.xlsx"))


@login_required
@require_safe
def import_page(request: UserRequest, pk: int) -> HttpResponse:
    """Where a file stands: how far the work is, what it would do, or what it did."""
    batch = _batch(request, pk)
    if is_htmx(request):
        # The page asks for its progress; once the work is over the whole page is wanted.
        response = render(request, "practice/import.html#progress", _progress(batch))
        if not batch.is_working:
            response["HX-Refresh"] = "true"
        return response
    if batch.state == ImportState.MAPPING:
        return redirect("practice:import-columns", batch.pk)
    return _page(
        request, batch, ConfirmForm(initial={"shuffle": batch.options.get("has_pattern"), "then_submit": True})
    )


def _page(
    request: UserRequest, batch: BankImport, form: ConfirmForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    fate = request.GET.get("fate", "")
    if fate not in RowFate.values and fate != "all":
        fate = RowFate.ERROR if batch.counts.get(RowFate.ERROR) else "all"
    rows = batch.rows.order_by("number")
    if fate != "all":
        rows = rows.filter(fate=fate)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        **_progress(batch),
        "form": form,
        "refusal": refusal or batch.refusal,
        "is_mine": batch.by_id == request.user.pk,
        "is_preview": batch.state == ImportState.PREVIEW,
        "is_done": batch.state == ImportState.DONE,
        "findings": findings_of(batch.findings),
        "has_fatal": any(finding["is_error"] for finding in batch.findings),
        "fate": fate,
        "fates": [(value, label, batch.counts.get(value, 0)) for value, label in RowFate.choices],
        "kinds": [
            (KINDS[kind].label, batch.counts["kinds"][kind]) for kind in KINDS if kind in batch.counts.get("kinds", {})
        ],
        "pictures": batch.counts.get("pictures", 0),
        "total": sum(batch.counts.get(value, 0) for value in RowFate.values),
        "errors": batch.counts.get(RowFate.ERROR, 0),
        "good": _good(batch),
        "page_obj": page,
        "rows": [_shown(row) for row in page],
        "is_table": batch.format == registry.TABLE,
        "reader": registry.READERS[batch.format].label if batch.format in registry.READERS else "",
    }
    return render(request, "practice/import.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def import_columns(request: UserRequest, pk: int) -> HttpResponse:
    """What every column of every sheet is."""
    batch = _batch(request, pk)
    if batch.state not in {ImportState.MAPPING, ImportState.PREVIEW} or not batch.sheets:
        return redirect(batch)
    plans = [sheets.SheetPlan.from_json(values) for values in batch.sheets]
    form = AssignForm(request.POST or None, plans=plans)
    status = 200
    if request.method == "POST":
        status = 422
        is_valid = form.is_valid()
        moved = form.moved_headers()
        if moved:
            form = AssignForm(plans=_moved(batch, plans, moved))
            status = 200
        elif is_valid:
            actions.assign(batch, form.assigned(), by=request.user, at=timezone.now())
            return redirect(batch)
    context = {"batch": batch, "bank": batch.bank, "form": form, "is_first": batch.state == ImportState.MAPPING}
    return render(request, "practice/import_columns.html", context, status=status)


def _moved(batch: BankImport, plans: list[sheets.SheetPlan], moved: list[tuple[int, int]]) -> list[sheets.SheetPlan]:
    """The plans with their headers where somebody says they stand, looked at anew."""
    book = sheets.open_tables(bytes(BankImport.objects.values_list("content", flat=True).get(pk=batch.pk)))
    grids = {grid.name: grid for grid in book.grids}
    for number, row in moved:
        sheets.place_header(plans[number], grids[plans[number].name], row)
        plans[number].columns = {}
    return plans


@login_required
@require_POST
def import_confirm(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, batch, form, status=422)
    asked = form.cleaned_data
    try:
        actions.confirm(
            batch,
            by=request.user,
            at=timezone.now(),
            only_good=asked["rows"] == "good",
            shuffle=asked["shuffle"],
            use=asked["use"],
            then_submit=asked["then_submit"],
        )
    except HasErrors as refusal:
        return _page(request, batch, form, refusal=refusal.message, status=refusal.status)
    return redirect(batch)


@login_required
@require_POST
def import_drop(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    actions.drop(batch, by=request.user, at=timezone.now())
    messages.info(request, _("已放弃“%(file)s”，没有导入任何题，文件已删除。") % {"file": batch.file_name})
    return redirect("practice:import-new", batch.bank.code)


@login_required
@require_POST
def import_resume(request: UserRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    actions.resume(batch, by=request.user, at=timezone.now())
    return redirect(batch)


@login_required
@require_safe
def import_marked(request: UserRequest, pk: int) -> HttpResponse:
    """The table as it was brought, wrong cells coloured and each row's problems beside it."""
    batch = _batch(request, pk)
    content = bytes(BankImport.objects.values_list("content", flat=True).get(pk=batch.pk))
    if batch.format != registry.TABLE or batch.state != ImportState.PREVIEW or not import_reports.can_mark(content):
        raise Http404
    return download(import_reports.marked(batch, content), _("%(file)s（标出问题）.xlsx") % {"file": _stem(batch)})


@login_required
@require_safe
def import_report(request: UserRequest, pk: int) -> HttpResponse:
    """What did not come in and what was inferred, as a list."""
    batch = _batch(request, pk)
    return download(import_reports.listed(batch), _("%(file)s（问题清单）.xlsx") % {"file": _stem(batch)})


def _stem(batch: BankImport) -> str:
    return batch.file_name.rpartition(".")[0] or batch.file_name


def _bank(request: UserRequest, code: str) -> Bank:
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    if not rules.can_edit(request.user, bank):
        raise NotAllowed(_("题库已归档，请先恢复使用再导入。"))
    return bank


def _batch(request: UserRequest, pk: int) -> BankImport:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _good(batch: BankImport) -> int:
    return int(batch.counts.get(RowFate.NEW, 0)) + int(batch.counts.get(RowFate.CHANGED, 0))


def _progress(batch: BankImport) -> dict[str, Any]:
    return {
        "batch": batch,
        "bank": batch.bank,
        "is_working": batch.is_working,
        "is_reading": batch.state == ImportState.READING,
        "is_stuck": actions.is_stuck(batch, at=timezone.now()),
    }


def _shown(row: ImportRow) -> dict[str, Any]:
    """A row for the page: what was understood, with what is right marked, and what there is to say about it."""
    draft = DraftQuestion.from_json(row.draft)
    return {
        "row": row,
        "tone": TONES[RowFate(row.fate)],
        "label": RowFate(row.fate).label,
        "kind": words.KIND_TITLES.get(draft.kind, ""),
        "stem": draft.stem,
        "options": _options(draft),
        "answer": _answer(draft),
        "facts": _told(draft),
        "explanation": draft.explanation,
        "pictures": [name.rpartition("/")[2] for names in draft.media.values() for name in names],
        "errors": draft.errors,
        "notes": [finding for finding in draft.findings if not finding.is_error],
    }


def _options(draft: DraftQuestion) -> list[tuple[str, str, bool]]:
    """Letter, text, and whether it is right."""
    right = draft.key.get("right")
    places = set(right) if isinstance(right, list) else set()
    shown = draft.body.get("options") or draft.body.get("items") or ()
    return [
        (parts.letter(index), option["text"], index in places) for index, option in enumerate(shown[: parts.MOST_PARTS])
    ]


def _told(draft: DraftQuestion) -> str:
    """Where the question belongs and how hard it is, in one line."""
    facts = [
        " › ".join(draft.topic),
        _("难度 %(difficulty)s") % {"difficulty": draft.difficulty} if draft.difficulty else "",
        Level(draft.level).label if draft.level else "",
        "、".join(draft.labels),
        draft.source,
    ]
    return " · ".join(str(fact) for fact in facts if fact)


def _answer(draft: DraftQuestion) -> str:
    if not draft.key or draft.kind not in KINDS:
        return ""
    if "left" in draft.body:
        right = draft.body["right"]
        pairs = zip(draft.body["left"], draft.key["pairs"], strict=True)
        return "；".join(f"{left['text']} → {right[place]['text']}" for left, place in pairs)
    return KINDS[draft.kind].key_in_words(draft.body, draft.key)
