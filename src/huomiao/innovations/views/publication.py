"""The public pages of published results, and the organiser's page of notice and publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid
from huomiao.core.paging import KeyPaginator
from huomiao.core.requests import UserRequest
from huomiao.files import links
from huomiao.innovations.actions import publication as actions
from huomiao.innovations.forms import publication as forms
from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.queries import publication as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import publication as rules
from huomiao.innovations.states import CallState, Consent, State
from huomiao.innovations.views.calls import for_organiser
from huomiao.notices import queries as notice_queries
from huomiao.orgs import industries
from huomiao.orgs.models import Organization

PAGE = 24
FACET_SHOWN = 40
MOST_WORDS = 6

FACET_NAMES = {
    "category": gettext_lazy("类别"),
    "grade": gettext_lazy("等次"),
    "field": gettext_lazy("重点领域"),
    "division": gettext_lazy("行业"),
    "union": gettext_lazy("推荐工会"),
    "call": gettext_lazy("活动"),
}
SORT_NAMES = {"": gettext_lazy("最新"), "number": gettext_lazy("编号"), "title": gettext_lazy("名称")}


@dataclass(frozen=True)
class FacetValue:
    """A value that the list can be narrowed to, how many it would leave, and the address that does it."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    label: Any
    chosen: str
    chosen_label: str
    without: str
    values: list[FacetValue]


@dataclass(frozen=True)
class Card:
    """A result as the list shows it: what everybody may see, and its first picture if it may be seen."""

    declaration: Declaration
    picture: str

    @property
    def key(self) -> str:
        return self.declaration.number or str(self.declaration.pk)

    @property
    def abstract(self) -> str:
        return self.declaration.abstract if self.declaration.consent in queries.SHOWS_ABSTRACT else ""


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "")[:80].replace("\x00", "") for name in queries.FACETS}
    q = request.GET.get("q", "")[:100].replace("\x00", "")
    words = q.split()[:MOST_WORDS]
    sort = request.GET.get("sort", "")
    rows = queries.sorted_by(queries.found(chosen, words), sort)
    tally = queries.tally(chosen, words)
    shown = rows.select_related("call", "category", "field", "unit", "union")
    page = KeyPaginator(shown, PAGE, count=tally.total).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "cards": cards(page.object_list),
        "facets": _facets(request, tally),
        "chosen": {name: value for name, value in chosen.items() if value},
        "q": q,
        "sort": sort,
        "sorts": SORT_NAMES.items(),
    }
    return render(request, "innovations/published.html", context)


def cards(declarations: Any) -> list[Card]:
    """The results as cards, with one query for the pictures of all."""
    found = list(declarations)
    pictures = queries.pictures(found)
    return [Card(one, links.preview(pictures[one.pk][0].file, to=None) if one.pk in pictures else "") for one in found]


def _facets(request: HttpRequest, tally: queries.Tally) -> list[Facet]:
    chosen = tally.chosen
    unions = Organization.objects.filter(pk__in=queries.published().values("union")).only("code", "name", "short_name")
    calls = Call.objects.filter(state=CallState.PUBLISHED).only("slug", "title")
    labels = {
        "union": {union.code: union.label for union in unions},
        "call": {call.slug: call.title for call in calls},
    }

    def label(name: str, value: str) -> str:
        if name == "division":
            return industries.label(value) or value
        return labels.get(name, {}).get(value, value)

    def address(name: str, value: str) -> str:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop(name, None)
        if value:
            query[name] = value
        return f"?{query.urlencode()}"

    return [
        Facet(
            label=FACET_NAMES[name],
            chosen=chosen[name],
            chosen_label=label(name, chosen[name]) if chosen[name] else "",
            without=address(name, ""),
            values=[
                FacetValue(label(name, value), count, address(name, value), value == chosen[name])
                for value, count in tally.counts(name)[:FACET_SHOWN]
            ],
        )
        for name in FACET_NAMES
    ]


@require_GET
def published_detail(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.by_key(key)
    if found is None:
        raise Http404
    pictures = queries.pictures([found]).get(found.pk, [])
    context = {
        "declaration": found,
        "authors": list(found.authors.values_list("name", flat=True)),
        "shows_abstract": found.consent in queries.SHOWS_ABSTRACT,
        "shows_all": found.consent == Consent.FULL,
        "pictures": [
            (
                links.show(row.file, to=None, name=row.caption or _("成果图片")),
                links.preview(row.file, to=None),
                row.caption,
            )
            for row in pictures
        ],
        "benefits": found.benefits.order_by("pk") if found.consent == Consent.FULL else [],
        "industry": industries.label(found.division) if found.division else "",
        "honour": queries.honour(found),
        "related": cards(queries.related(found)),
        "can_revoke": call_rules.can_edit(request.user, found.call),
        "revoke_form": forms.ReasonForm(),
    }
    return render(request, "innovations/published_detail.html", context)


# --- The organiser ----------------------------------------------------------------------------------------------------


@login_required
@require_GET
def publication(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    return _show(request, call, _notice_form(call))


def _notice_form(call: Call, data: Any = None) -> forms.NoticeForm:
    initial = {
        "title": _("%(title)s拟入选成果公示") % {"title": call.title},
        "body": actions.default_body(call),
        "opens_on": timezone.localdate(),
    }
    return forms.NoticeForm(data, initial=initial)


def _show(request: UserRequest, call: Call, form: forms.NoticeForm, *, status: int = 200) -> HttpResponse:
    notice = queries.notice(call)
    context = {
        "call": call,
        "form": form,
        "notice": notice,
        "unanswered": notice_queries.unanswered(notice) if notice else 0,
        "objection_count": notice.objections.count() if notice else 0,
        "needs_for_notice": rules.needs_for_notice(call),
        "needs_for_publishing": rules.needs_for_publishing(call, at=timezone.now()),
        "grades": queries.graded(call),
        "withdraw_form": forms.ReasonForm(),
        "entries": history.of(notice)[:30] if notice else [],
        "published_count": call.declarations.filter(state=State.PUBLISHED).count(),
    }
    context["can_open"] = all(need.is_met for need in rules.needs_for_notice(call))
    context["can_publish"] = all(need.is_met for need in rules.needs_for_publishing(call, at=timezone.now()))
    return render(request, "innovations/publication.html", context, status=status)


@login_required
@require_POST
def publication_open(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    form = _notice_form(call, request.POST)
    if not form.is_valid():
        return _show(request, call, form, status=422)
    notice = actions.open_notice(call, by=request.user, **form.cleaned_data)
    messages.success(request, _("公示已经开始。"))
    return redirect(notice)


@login_required
@require_POST
def publication_withdraw(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    actions.withdraw_notice(call, by=request.user, note=_reason(request))
    messages.success(request, _("公示已撤回，请重新拟定结果。"))
    return redirect("innovations:publication", slug)


@login_required
@require_POST
def publish(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    count = actions.publish(call, by=request.user)
    messages.success(request, _("已发布 %(count)d 项成果，证书可以领取。") % {"count": count})
    return redirect("innovations:publication", slug)


@login_required
@require_POST
def published_revoke(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.published().select_related("call__organiser"), pk=pk)
    actions.revoke(found, by=request.user, reason=_reason(request))
    messages.success(request, _("已取消，证书同时失效。"))
    return redirect("innovations:published")


def _reason(request: UserRequest) -> str:
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请写明原因（200 字以内）。"))
    reason: str = form.cleaned_data["reason"]
    return reason
