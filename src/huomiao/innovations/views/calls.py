"""The pages of calls: the list, the public page, and the organiser's editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.files import links
from huomiao.innovations import readiness, sections
from huomiao.innovations.actions import calls as actions
from huomiao.innovations.forms import calls as forms
from huomiao.innovations.models import Call
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import CallState, Section, Stage
from huomiao.innovations.timeline import timeline
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

PAGE = 20
HISTORY_SHOWN = 50


@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    rows = queries.visible_to(request.user).order_by("-year", "-pk")
    asked = request.GET.get("state", "")
    if asked == "current":
        rows = rows.exclude(state__in=[CallState.PUBLISHED, CallState.CANCELLED])
    elif asked == "past":
        rows = rows.filter(state__in=[CallState.PUBLISHED, CallState.CANCELLED])
    page = Paginator(rows.prefetch_related("windows"), PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    for call in page.object_list:
        declare = queries.window(call, Stage.DECLARE)
        call.declare_window = declare
        call.is_declaring = rules.is_open(call, Stage.DECLARE, now)
    context = {"page_obj": page, "asked": asked, "can_create": rules.can_create(request.user)}
    return render(request, "innovations/calls.html", context)


@require_GET
def call(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user).select_related("priority_list"), slug=slug)
    now = timezone.now()
    categories = list(queries.categories(found))
    unions = list(queries.unions(found))
    quotas = {(quota.union_id, quota.category_id): quota.maximum for quota in found.quotas.all()}
    context = {
        "call": found,
        "categories": categories,
        "rubrics": found.rubrics.prefetch_related("criteria__bands", "categories").order_by("pk"),
        "exclusions": found.exclusions.all(),
        "grades": found.grades.all(),
        "chains": _priority_groups(found),
        "timeline": timeline(found, at=now),
        "windows": found.windows.all(),
        "quota_lines": [
            (union, [quotas.get((union.pk, category.pk)) for category in categories], quotas.get((union.pk, None)))
            for union in unions
        ]
        if quotas
        else [],
        "mix_rules": found.mix_rules.order_by("pk"),
        "attachments": [
            (row, links.link(row.file, to=None, name=row.title))
            for row in found.attachments.select_related("file").all()
        ],
        "is_declaring": rules.is_open(found, Stage.DECLARE, now),
        "declare_window": queries.window(found, Stage.DECLARE),
        "can_edit": rules.can_edit(request.user, found),
        "cancel_note": _cancel_note(found),
        "now": now,
    }
    return render(request, "innovations/call.html", context)


def _priority_groups(call: Call) -> list[tuple[str, list[str]]]:
    if call.priority_list is None:
        return []
    groups: dict[str, list[str]] = {}
    for field in call.priority_list.fields.all():
        groups.setdefault(field.get_group_display(), []).append(field.name)
    return list(groups.items())


def _cancel_note(call: Call) -> str:
    if call.state != CallState.CANCELLED:
        return ""
    entry = history.of(call).filter(action=f"call.{CallState.CANCELLED}").first()
    return entry.note if entry else ""


@login_required
@require_http_methods(["GET", "POST"])
def call_new(request: UserRequest) -> HttpResponse:
    if not rules.can_create(request.user):
        raise NotAllowed(_("只有主办单位可以发起征集。"))
    mine = reach(request.user, Power.RUN_CALLS)
    organisers = Organization.objects.filter(within(mine), is_active=True, path__in=mine)
    sources = queries.editable_by(request.user).order_by("-year")
    now = timezone.localdate()
    initial = {"organiser": organisers.first(), "year": now.year, "source": sources.first()}
    form = forms.NewCallForm(request.POST or None, organisers=organisers, sources=sources, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if values["source"]:
                new = actions.copy(values["source"], year=values["year"], by=request.user)
            else:
                new = actions.create(values["organiser"], year=values["year"], by=request.user)
        except Invalid as refusal:
            form.add_error("year", refusal.message)
        else:
            messages.success(request, _("草稿已建好，请逐项检查后发布。"))
            return redirect("innovations:call-edit", new.slug)
    return render(request, "innovations/call_new.html", {"form": form}, status=422 if form.errors else 200)


# --- The editor -------------------------------------------------------------------------------------------------------


def for_organiser(request: UserRequest, slug: str) -> Call:
    """The call, for those who run it; 404 for those who may not know of it, 403 for the rest."""
    found = get_object_or_404(queries.visible_to(request.user).select_related("priority_list"), slug=slug)
    if not rules.can_edit(request.user, found):
        raise NotAllowed(_("只有主办单位可以修改征集。"))
    return found


@login_required
@require_GET
def call_edit(request: UserRequest, slug: str) -> HttpResponse:
    found = for_organiser(request, slug)
    now = timezone.now()
    moves = [
        _Move(to, _MOVE_LABELS[CallState(found.state), to], readiness.checklist(found, to, at=now))
        for before, to in sorted(actions.BY_HAND, key=lambda move: list(CallState).index(move[1]))
        if before == found.state and to != CallState.CANCELLED
    ]
    context = {
        "call": found,
        "sections": [(section, rules.is_section_open(found, section), _summary(found, section)) for section in Section],
        "moves": moves,
        "can_cancel": (found.state, CallState.CANCELLED) in actions.BY_HAND,
        "advance_form": forms.AdvanceForm(),
        "entries": history.of(found)[:HISTORY_SHOWN],
        "states": [state for state in CallState if state != CallState.CANCELLED],
        "state_index": list(CallState).index(CallState(found.state)),
    }
    return render(request, "innovations/call_edit.html", context)


@dataclass(frozen=True)
class _Move:
    to: CallState
    label: str
    checks: list[readiness.Check]

    @property
    def is_ready(self) -> bool:
        return readiness.is_ready(self.checks)


_MOVE_LABELS: dict[tuple[CallState, CallState], Any] = {
    (CallState.DRAFT, CallState.OPEN): gettext_lazy("发布征集"),
    (CallState.OPEN, CallState.CHECKING): gettext_lazy("截止申报，进入形式审查"),
    (CallState.CHECKING, CallState.OPEN): gettext_lazy("重新开放申报"),
}


def _summary(call: Call, section: Section) -> str:
    """One line on what the section holds."""
    parts = sections.snapshot(call, section)
    if section in {Section.CATEGORIES, Section.WINDOWS, Section.ATTACHMENTS}:
        return "、".join(parts if section != Section.ATTACHMENTS else parts.values()) or _("还没有")
    if section == Section.QUOTAS:
        return _("%(count)d 条名额") % {"count": call.quotas.count()}
    if section == Section.RUBRICS:
        return "、".join(call.rubrics.order_by("pk").values_list("name", flat=True)) or _("还没有")
    if section == Section.EXCLUSIONS:
        return _("%(count)d 条") % {"count": len(parts)}
    if section == Section.PRIORITIES:
        return str(call.priority_list or _("不设"))
    if section == Section.GRADES:
        return "、".join(f"{row.name} {row.number}" for row in call.grades.all()) or _("还没有")
    if section == Section.REVIEW:
        return _("每项 %(count)d 位专家，%(way)s") % {
            "count": call.experts_per_entry,
            "way": call.get_aggregation_display(),
        }
    if section == Section.LIMITS:
        return _("完成人最多 %(authors)d 人，图片最多 %(pictures)d 张") % {
            "authors": call.limit("authors"),
            "pictures": call.limit("pictures"),
        }
    return call.title


@login_required
@require_POST
def call_advance(request: UserRequest, slug: str, to: str) -> HttpResponse:
    found = for_organiser(request, slug)
    form = forms.AdvanceForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    if to not in CallState.values:
        raise Invalid(_("没有这个状态。"))
    actions.advance(found, CallState(to), by=request.user, note=note)
    messages.success(request, _("已进入“%(state)s”。") % {"state": CallState(to).label})
    return redirect("innovations:call-edit", found.slug)
