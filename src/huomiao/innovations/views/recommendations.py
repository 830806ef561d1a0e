"""The desks, a union's ranked list, and the board on which the organiser sees how far every union is."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.errors import DomainError
from huomiao.core.paging import KeyPaginator
from huomiao.core.requests import UserRequest, whole_number
from huomiao.innovations import checking
from huomiao.innovations.actions import recommendations as actions
from huomiao.innovations.forms.recommendations import (
    BulkDecideForm,
    DecideForm,
    FilterForm,
    ReasonForm,
    RemindForm,
    ScanForm,
    SignForm,
    VouchForm,
)
from huomiao.innovations.models import Call, Declaration, Opinion, SummaryTable
from huomiao.innovations.queries import calls, declarations, recommendations
from huomiao.innovations.rules import recommendations as rules
from huomiao.innovations.states import Decision, State
from huomiao.innovations.views import deciding
from huomiao.orgs.models import Organization

PAGE = 50
DESK_TABS = ("waiting", "below", "decided")


# --- The desk -----------------------------------------------------------------------------------------------------


@require_GET
@login_required
def desk(request: UserRequest, slug: str) -> HttpResponse:
    return _desk_page(request, _call_with_desk(request, slug))


def _desk_page(
    request: UserRequest, call: Call, *, bulk: BulkDecideForm | None = None, status: int = 200
) -> HttpResponse:
    tab = request.GET.get("tab", "waiting")
    if tab not in DESK_TABS:
        raise Http404
    desks = recommendations.my_desks(call, request.user)
    filters = FilterForm(request.GET or None, call=call)
    context: dict[str, Any] = {
        "call": call,
        "desks": desks,
        "lists": [union for union in desks if rules.can_rank(request.user, call, union) and _recommends(call, union)],
        "tab": tab,
        "filters": filters,
        "waiting_count": recommendations.waiting(call, request.user).count(),
        "bulk": bulk or VouchForm(call=call),
        "bulk_text": bulk.data.get("text", "") if bulk else "",
        "bulk_errors": bulk,
        "reminders": recommendations.reminders(request.user).filter(call=call),
    }
    if tab == "decided":
        opinions = Paginator(recommendations.decided(call, request.user), PAGE).get_page(request.GET.get("page"))
        return render(request, "innovations/desk_decided.html", context | {"page": opinions}, status=status)
    source = recommendations.waiting if tab == "waiting" else recommendations.below_my_desks
    found = recommendations.for_rows(narrowed(source(call, request.user), filters))
    page = KeyPaginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(declaration, checking.hints(declaration, call)) for declaration in page]
    return render(request, "innovations/desk.html", context | {"page": page, "rows": rows}, status=status)


def narrowed(found: QuerySet[Declaration], filters: FilterForm) -> QuerySet[Declaration]:
    """The list as the filter narrows it; a filter that cannot be read narrows nothing."""
    if not filters.is_valid():
        return found
    if words := filters.cleaned_data["q"].strip():
        found = found.filter(Q(title__icontains=words) | Q(number__icontains=words) | Q(unit__name__icontains=words))
    if category := filters.cleaned_data["category"]:
        found = found.filter(category=category)
    return found


@require_POST
@login_required
def desk_decide(request: UserRequest, slug: str) -> HttpResponse:
    """One decision on everything that was ticked."""
    call = _call_with_desk(request, slug)
    among = declarations.visible_to(request.user).filter(call=call).select_related("call__organiser", "unit", "desk")
    form = BulkDecideForm(request.POST, call=call, among=among)
    if not form.is_valid():
        return _desk_page(request, call, bulk=form, status=422)
    values, now = form.cleaned_data, timezone.now()
    if values["decision"] == Decision.FORWARD:
        outcome = actions.forward_many(
            values["declarations"], by=request.user, at=now, text=values["text"], confirmed=_confirmed(values)
        )
        done = ngettext("已同意 %(count)s 项。", "已同意 %(count)s 项。", len(outcome.done))
    else:
        outcome = actions.decline_many(values["declarations"], by=request.user, at=now, text=values["text"])
        done = ngettext("已记为不予推荐 %(count)s 项。", "已记为不予推荐 %(count)s 项。", len(outcome.done))
    tell(request, outcome, done)
    return redirect("innovations:desk", call.slug)


def tell(request: HttpRequest, outcome: actions.Outcome, done: str) -> None:
    """Say what a bulk act did, and name what it did not do with the reason."""
    if outcome.done:
        messages.success(request, done % {"count": len(outcome.done)})
    for declaration, reason in outcome.refused[:10]:
        messages.warning(request, _("“%(title)s”没有处理：%(reason)s") % {"title": declaration, "reason": reason})
    if len(outcome.refused) > 10:
        messages.warning(request, _("另有 %(count)s 项没有处理。") % {"count": len(outcome.refused) - 10})


@require_http_methods(["GET", "POST"])
@login_required
def decide(request: UserRequest, pk: int) -> HttpResponse:
    """One declaration with everything to look at, and the decision on it."""
    declaration = deciding.declaration_of(request, pk)
    if not rules.has_desk(request.user, declaration.call):
        raise Http404
    form = DecideForm(
        request.POST or None, call=declaration.call, needs_vouching=actions.needs_confirmation(declaration)
    )
    answer = deciding.decided(request, form, partial(_decided, request, declaration))
    if isinstance(answer, HttpResponse):
        return answer
    context = {
        **deciding.beside(declaration, form),
        "may_decide": declaration.state == State.SUBMITTED and rules.can_decide(request.user, declaration),
        "after": recommendations.desk_after(declaration) if declaration.desk else None,
    }
    return render(request, "innovations/desk_decide.html", context, status=answer)


def _decided(request: UserRequest, declaration: Declaration, form: DecideForm) -> HttpResponse:
    values, now = form.cleaned_data, timezone.now()
    if values["decision"] == Decision.FORWARD:
        actions.forward(declaration, by=request.user, at=now, text=values["text"], confirmed=_confirmed(values))
        messages.success(request, _("已同意上报“%(title)s”。") % {"title": declaration})
    elif values["decision"] == Decision.RETURN:
        actions.send_back(declaration, by=request.user, at=now, text=values["text"], fields=values["fields_to_correct"])
        messages.success(request, _("已退回“%(title)s”，申报人会看到理由。") % {"title": declaration})
    else:
        actions.decline(declaration, by=request.user, at=now, text=values["text"])
        messages.success(request, _("已记为不予推荐：“%(title)s”。") % {"title": declaration})
    return redirect("innovations:desk", declaration.call.slug)


def _confirmed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in ("authorship", "authorisation", "exclusions") if values.get(name)}


@require_POST
@login_required
def opinion_undo(request: UserRequest, pk: int) -> HttpResponse:
    """Take back a decision that was just made."""
    visible = declarations.visible_to(request.user)
    found = Opinion.objects.filter(declaration__in=visible).select_related(
        "declaration__call__organiser", "organization"
    )
    opinion = get_object_or_404(found, pk=pk)
    declaration = actions.undo(opinion, by=request.user, at=timezone.now())
    messages.success(request, _("已撤销对“%(title)s”的处理，它回到了您的待办。") % {"title": declaration})
    return redirect("innovations:desk", declaration.call.slug)


# --- A union's list -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def recommend(request: UserRequest, slug: str, code: str) -> HttpResponse:
    """The union's list in order; saving it."""
    call, union = _call_and_union(request, slug, code)
    if request.method == "GET":
        return _recommend_page(request, call, union)
    try:
        chosen = actions.rank(
            call,
            union,
            _order(request.POST),
            by=request.user,
            at=timezone.now(),
            seen=request.POST.get("seen") or None,
        )
    except (actions.OverQuota, actions.ListChanged) as refusal:
        return _recommend_page(request, call, union, refusal=refusal, typed=request.POST)
    messages.success(
        request,
        ngettext("名单已保存，共 %(count)s 项。", "名单已保存，共 %(count)s 项。", len(chosen))
        % {"count": len(chosen)},
    )
    # Back to the page of candidates from which it was saved.
    return redirect(request.get_full_path())


def _order(typed: QueryDict) -> list[int]:
    """The keys in the order of the numbers typed beside them; ``move`` takes one up or down, in or out."""
    numbered: list[tuple[int, int, int]] = []
    for position, (name, value) in enumerate(typed.items()):
        head, _sep, text = name.partition("rank-")
        key, number = whole_number(text), whole_number(str(value).strip())
        if not head and key is not None and number:
            numbered.append((number, position, key))
    order = [pk for _number, _position, pk in sorted(numbered)]
    verb, _sep, text = typed.get("move", "").partition("-")
    moved = whole_number(text)
    return order if moved is None else _moved(order, verb, moved)


def _moved(order: list[int], verb: str, pk: int) -> list[int]:
    if verb == "in":
        return [*(other for other in order if other != pk), pk]
    if pk not in order:
        return order
    place = order.index(pk)
    rest = [other for other in order if other != pk]
    if verb == "out":
        return rest
    target = max(place - 1, 0) if verb == "up" else place + 1
    return [*rest[:target], pk, *rest[target:]]


def _recommend_page(
    request: UserRequest,
    call: Call,
    union: Organization,
    *,
    refusal: DomainError | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    now = timezone.now()
    table = recommendations.table_in_force(call, union)
    chosen = list(recommendations.for_ranking(recommendations.ranked(call, union)))
    filters = FilterForm(request.GET or None, call=call)
    for bound in filters:
        # The candidates stand inside the form of the list; their filter is a form of its own, tied by name.
        bound.field.widget.attrs["form"] = "narrow"
    everything = recommendations.for_ranking(recommendations.unranked(call, union))
    page = KeyPaginator(narrowed(everything, filters), PAGE).get_page(request.GET.get("page"))
    candidates = [] if table else [*_typed_elsewhere(everything, page, typed), *page]
    recommendations.fetch_papers([*chosen, *candidates])
    traits = recommendations.measures([*chosen, *candidates])
    may_rank = rules.can_rank(request.user, call, union) and table is None and rules.is_desk_open(call, union, now)
    context = {
        "call": call,
        "union": union,
        "table": table,
        "sent_back": _last_sent_back(call, union) if table is None else None,
        "chosen": [_line(found, call, traits, typed) for found in chosen],
        "candidates": [_line(found, call, traits, typed) for found in candidates],
        "page": page,
        "filters": filters,
        "is_narrowed": bool(request.GET.get("q") or request.GET.get("category")),
        "quotas": recommendations.quota_use(call, union, chosen),
        "shares": recommendations.mix_shares(call, chosen),
        "seen": recommendations.fingerprint(chosen),
        "refusal": refusal,
        "may_rank": may_rank,
        "may_sign": may_rank and rules.can_sign_off_now(call, union, now),
        "is_mine": rules.can_rank(request.user, call, union),
        "may_oversee": rules.can_oversee(request.user, call),
        "may_reopen": table is not None and rules.can_oversee(request.user, call) and call.state in rules.REOPENABLE,
        "sign_form": SignForm(initial={"seen": recommendations.fingerprint(chosen), "rest": "stay"}),
        "scan_form": ScanForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "innovations/recommend.html", context, status=refusal.status if refusal else 200)


def _typed_elsewhere(
    everything: QuerySet[Declaration], page: Page[Declaration], typed: QueryDict | None
) -> list[Declaration]:
    """The candidates that a number was typed for and that the page no longer holds: nothing typed is lost."""
    if not typed:
        return []
    shown = {found.pk for found in page}
    return list(everything.filter(pk__in=[pk for pk in _order(typed) if pk not in shown]))


def _line(declaration: Declaration, call: Call, traits: dict[int, Any], typed: Any) -> dict[str, Any]:
    rank = declaration.rank or ""
    return {
        "declaration": declaration,
        "hints": checking.hints(declaration, call),
        "traits": " ".join(sorted(traits[declaration.pk])),
        "rank": typed.get(f"rank-{declaration.pk}", rank) if typed else rank,
    }


def _last_sent_back(call: Call, union: Organization) -> SummaryTable | None:
    return (
        SummaryTable.objects.filter(call=call, union=union).exclude(reopened_at=None).order_by("-reopened_at").first()
    )


@require_POST
@login_required
def sign(request: UserRequest, slug: str, code: str) -> HttpResponse:
    call, union = _call_and_union(request, slug, code)
    form = SignForm(request.POST)
    declines_rest = form.is_valid() and form.cleaned_data["rest"] == "decline"
    table = actions.sign_off(
        call,
        union,
        by=request.user,
        at=timezone.now(),
        seen=request.POST.get("seen") or None,
        declines_rest=declines_rest,
    )
    count = len(table.rows)
    messages.success(request, _("汇总表已签发，共推荐 %(count)s 项。请下载打印盖章，再上传扫描件。") % {"count": count})
    return redirect("innovations:recommend", call.slug, union.code)


@require_POST
@login_required
def scan(request: UserRequest, slug: str, code: str) -> HttpResponse:
    call, union = _call_and_union(request, slug, code)
    table = recommendations.table_in_force(call, union)
    if table is None:
        raise Http404
    form = ScanForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择盖章扫描件。"))
    else:
        actions.attach_scan(table, form.cleaned_data["scan"], by=request.user)
        messages.success(request, _("盖章扫描件已保存。"))
    return redirect("innovations:recommend", call.slug, union.code)


@require_POST
@login_required
def reopen(request: UserRequest, slug: str, code: str) -> HttpResponse:
    call, union = _call_and_union(request, slug, code)
    table = recommendations.table_in_force(call, union)
    if table is None:
        raise Http404
    form = ReasonForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actions.reopen(table, by=request.user, at=timezone.now(), note=note)
    messages.success(request, _("已退回%(union)s的汇总表，其推荐项目回到该工会。") % {"union": union.label})
    return redirect("innovations:recommend", call.slug, union.code)


# --- The board ----------------------------------------------------------------------------------------------------


@require_GET
@login_required
def progress(request: UserRequest, slug: str) -> HttpResponse:
    """How far every recommending union is."""
    call = _overseen(request, slug)
    now = timezone.now()
    board = recommendations.progress(call, at=now)
    return render(
        request,
        "innovations/recommend_progress.html",
        {
            "call": call,
            "board": board,
            "totals": {
                name: board.total(name)
                for name in ("declared", "at_units", "between", "at_union", "returned", "declined", "recommended")
            },
            "signed": sum(row.table is not None for row in board.rows),
            "remind_form": RemindForm(),
            "may_remind": rules.can_oversee(request.user, call) and call.state == "open",
        },
    )


@require_POST
@login_required
def remind(request: UserRequest, slug: str, code: str) -> HttpResponse:
    call = _overseen(request, slug)
    union = get_object_or_404(calls.unions(call), code=code)
    form = RemindForm(request.POST)
    actions.remind(
        call, union, by=request.user, at=timezone.now(), note=form.cleaned_data["note"] if form.is_valid() else ""
    )
    messages.success(request, _("已催办%(union)s，对方的待办页会看到。") % {"union": union.label})
    return redirect("innovations:progress", call.slug)


# --- What a page stands on ----------------------------------------------------------------------------------------


def _call_with_desk(request: UserRequest, slug: str) -> Call:
    call = get_object_or_404(calls.visible_to(request.user), slug=slug)
    if not rules.has_desk(request.user, call):
        raise Http404
    return call


def _overseen(request: UserRequest, slug: str) -> Call:
    return get_object_or_404(calls.editable_by(request.user), slug=slug)


def _call_and_union(request: UserRequest, slug: str, code: str) -> tuple[Call, Organization]:
    call = get_object_or_404(calls.visible_to(request.user), slug=slug)
    union = get_object_or_404(calls.unions(call), code=code)
    if not rules.can_see_list(request.user, call, union):
        raise Http404
    return call, union


def _recommends(call: Call, union: Organization) -> bool:
    return union.depth == call.organiser.depth + 1
