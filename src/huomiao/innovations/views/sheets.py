"""The expert's pages. Nothing here may lead to who made a work: see ``queries.sheets``."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest, wants_json
from huomiao.files import links
from huomiao.innovations.actions import sheets as actions
from huomiao.innovations.forms.reviews import RecuseForm, SheetForm, SignForm
from huomiao.innovations.models import Round, Sheet
from huomiao.innovations.queries import calls
from huomiao.innovations.queries import sheets as queries
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import RoundState, SheetState, Stage
from huomiao.orgs import industries

FILTERS = ("open", "ready", "signed")


@require_GET
@login_required
def mine(request: UserRequest) -> HttpResponse:
    """My sheets, round by round, those of the running one first."""
    me = queries.expert_of(request.user)
    if me is None:
        raise Http404
    wanted = request.GET.get("show", "")
    rounds: dict[int, dict[str, Any]] = {}
    for sheet in queries.visible_to(request.user).prefetch_related("entry__round__call__windows"):
        block = rounds.setdefault(
            sheet.entry.round_id, {"round": sheet.entry.round, "rows": [], "given": 0, "signed": 0, "ready": 0}
        )
        if sheet.state != SheetState.RECUSED:
            block["given"] += 1
        is_ready = sheet.state == SheetState.DRAFT and sheet.total is not None
        block["signed"] += sheet.state == SheetState.SIGNED
        block["ready"] += is_ready
        kind = "signed" if sheet.state == SheetState.SIGNED else "ready" if is_ready else "open"
        if wanted not in FILTERS or kind == wanted:
            block["rows"].append(sheet)
    for block in rounds.values():
        review: Round = block["round"]
        block["is_open"] = review.state == RoundState.SCORING
        block["window"] = calls.window(review.call, Stage.REVIEW)
        block["next"] = next((sheet for sheet in block["rows"] if sheet.state in rules.UNSIGNED), None)
        block["reminded_at"] = review.assignment_report.get("reminders", {}).get(str(me.pk), "")[:10]
        block["left"] = block["given"] - block["signed"]
    context = {"blocks": list(rounds.values()), "show": wanted, "relation_count": me.relations.count()}
    return render(request, "innovations/sheets.html", context)


def _sheet(request: UserRequest, pk: int) -> Sheet:
    return get_object_or_404(queries.visible_to(request.user).select_related("entry__round__call__organiser"), pk=pk)


@require_GET
@login_required
def sheet(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _sheet(request, pk))


def _page(
    request: UserRequest,
    found: Sheet,
    *,
    typed: SheetForm | None = None,
    problem: str = "",
    recuse_form: RecuseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    entry = found.entry
    marks = typed.marks() if typed else found.marks
    rubric = entry.round.rules["rubrics"][str(entry.rubric_id)]
    own = list(
        queries.visible_to(request.user)
        .filter(entry__round=entry.round_id)
        .exclude(state=SheetState.RECUSED)
        .order_by("entry__number")
        .values_list("pk", flat=True)
    )
    at = own.index(found.pk) if found.pk in own else -1
    context = {
        "sheet": found,
        "entry": entry,
        "review": entry.round,
        "industry": industries.label(entry.division),
        "criteria": [{**criterion, "mark": marks.get(criterion["id"], "")} for criterion in rubric["criteria"]],
        "out_of": sum(criterion["points"] for criterion in rubric["criteria"]),
        "comment": typed.data.get("comment", "") if typed else found.comment,
        "version": typed.data.get("version", found.version) if typed else found.version,
        "files": [_file(request, one) for one in entry.files.select_related("file")],
        "can_score": rules.can_score(request.user, found, timezone.now()),
        "problem": problem,
        "recuse_form": recuse_form or RecuseForm(),
        "position": at + 1,
        "count": len(own),
        "previous": own[at - 1] if at > 0 else None,
        "next": own[at + 1] if 0 <= at < len(own) - 1 else None,
    }
    return render(request, "innovations/sheet.html", context, status=status)


def _file(request: UserRequest, shown: Any) -> dict[str, str]:
    return {
        "label": shown.label,
        "kind": shown.file.kind,
        "preview": links.preview(shown.file, to=request.user),
        "show": links.show(shown.file, to=request.user, name=shown.label),
        "link": links.link(shown.file, to=request.user, name=shown.label),
        "look": links.look(shown.file, to=request.user, name=shown.label),
    }


@require_POST
@login_required
def save(request: UserRequest, pk: int) -> HttpResponse:
    """Keep a draft; a script gets the new version and total, a form goes on to the next sheet."""
    found = _sheet(request, pk)
    form = SheetForm(request.POST)
    problem, status = "", 422
    if form.is_valid():
        try:
            saved = actions.save(
                found,
                marks=form.marks(),
                comment=form.cleaned_data["comment"],
                version=form.cleaned_data["version"],
                by=request.user,
            )
        except DomainError as refusal:
            if wants_json(request):
                raise
            problem, status = refusal.message, refusal.status
        else:
            if wants_json(request):
                return JsonResponse(
                    {"version": saved.version, "total": None if saved.total is None else str(saved.total)}
                )
            messages.success(request, _("已保存 %(number)s 号的评分。") % {"number": found.entry.number})
            return redirect("innovations:sheet", pk)
    elif wants_json(request):
        return JsonResponse({"error": "invalid", "detail": _("评分没有保存：内容不完整。")}, status=422)
    return _page(request, found, typed=form, problem=problem or _("评分没有保存：内容不完整。"), status=status)


@require_POST
@login_required
def recuse(request: UserRequest, pk: int) -> HttpResponse:
    found = _sheet(request, pk)
    form = RecuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, recuse_form=form, status=422)
    actions.recuse(found, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, _("已回避 %(number)s 号，主办方会另请专家评审。") % {"number": found.entry.number})
    return redirect("innovations:sheets")


@require_http_methods(["GET", "POST"])
@login_required
def sign(request: UserRequest) -> HttpResponse:
    """What is complete, to be looked over once more and signed."""
    if queries.expert_of(request.user) is None:
        raise Http404
    ready = list(
        queries.visible_to(request.user).filter(
            state=SheetState.DRAFT, total__isnull=False, entry__round__state=RoundState.SCORING
        )
    )
    asked = {
        key for key in (request.POST if request.method == "POST" else request.GET).getlist("sheet") if key.isdigit()
    }
    chosen = [one for one in ready if str(one.pk) in asked] if asked else ready if request.method == "GET" else []
    needs_password = request.user.has_usable_password()
    form = SignForm(request.POST or None)
    form.fields["password"].required = needs_password
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if needs_password and not request.user.check_password(form.cleaned_data["password"]):
                form.add_error("password", _("密码不正确。"))
            elif not chosen:
                form.add_error(None, _("请至少选择一份评分表。"))
            else:
                signed = actions.sign(chosen, by=request.user)
                messages.success(
                    request,
                    ngettext("已签署 %(number)d 份评分表。", "已签署 %(number)d 份评分表。", signed)
                    % {"number": signed},
                )
                return redirect("innovations:sheets")
    context = {"ready": ready, "chosen": {one.pk for one in chosen}, "form": form, "needs_password": needs_password}
    return render(request, "innovations/sheet_sign.html", context, status=status)
