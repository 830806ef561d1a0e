"""The pages of campaigns: the list, the public page, its board, the officer's desk, poster and report."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huomiao.core import downloads, history, qr
from huomiao.core.addresses import absolute
from huomiao.core.errors import NotAllowed
from huomiao.core.requests import UserRequest, is_htmx
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import posts, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice import campaign_report, follower, periods, posters
from huomiao.practice.actions import campaigns as actions
from huomiao.practice.forms.campaigns import CampaignForm, CancelForm, OrganiserForm
from huomiao.practice.models import Campaign
from huomiao.practice.queries import board_people, boards, done
from huomiao.practice.queries import campaigns as queries
from huomiao.practice.rules import boards as board_rules
from huomiao.practice.rules import campaigns as rules
from huomiao.practice.states import CampaignState, Mode

PAGE = 20
BOARD_PAGE = 50
TOP = 5
HISTORY_SHOWN = 50
HARDEST_SHOWN = 10


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    rows = queries.visible_to(request.user)
    now = timezone.now()
    asked = request.GET.get("state", "")
    if asked == "past":
        rows = queries.over(rows, at=now)
    elif asked == "drafts":
        rows = rows.filter(state=CampaignState.DRAFT)
    else:
        asked = ""
        rows = queries.current(rows, at=now)
    page = Paginator(rows.order_by("-opens_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "asked": asked, "can_create": rules.can_create(request.user), "now": now}
    return render(request, "practice/campaigns.html", context)


@require_safe
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """The page a poster leads to: what it is, one button to begin, how it stands."""
    found = _visible(request, slug)
    now = timezone.now()
    takes_part = queries.takes_part(request.user, found)
    row = queries.own_row(request.user, found) if request.user.is_authenticated else None
    tries_used = 0
    if takes_part and request.user.is_authenticated:
        tries_used = done.tries(request.user, Mode.CHALLENGE, day=periods.day_of(now), campaign=found)
    runs = rules.can_run(request.user, found)
    context = {
        **_basics(request, found),
        "takes_part": takes_part,
        "row": row,
        "tries_left": max(0, found.tries_a_day - tries_used),
        "play_rules": posters.rules(found)[:2],
        "outcome": queries.outcome(found) if found.state != CampaignState.DRAFT else None,
        "lines": _lines(request, found, None)[:TOP],
        "banks": found.banks.select_related("current").order_by("name") if runs else [],
        "targets": found.targets.order_by("path"),
        "cancel_note": _cancel_note(found),
        "entries": history.of(found)[:HISTORY_SHOWN] if runs else [],
        "can_publish": rules.can_move(request.user, found, CampaignState.PUBLISHED),
        "can_end": found.is_running(now) and rules.can_move(request.user, found, CampaignState.ENDED),
        "can_cancel": not found.is_over(now) and rules.can_move(request.user, found, CampaignState.CANCELLED),
        "can_edit": rules.can_edit(request.user, found),
        "can_see_silent": runs and found.state != CampaignState.DRAFT,
    }
    return render(request, "practice/campaign.html", context)


@require_safe
def campaign_board(request: HttpRequest, slug: str) -> HttpResponse:
    """How units stand, renewed every half minute; for a screen on the wall too."""
    found = _visible(request, slug)
    if found.state == CampaignState.DRAFT:
        raise Http404
    by = request.GET.get("by", "")
    by = by if by in {"unions", "units", "people"} else "unions"
    home = boards.home_of(request.user) if request.user.is_authenticated else None
    context: dict[str, Any] = {
        **_basics(request, found),
        "by": by,
        "outcome": queries.outcome(found),
        "now": timezone.now(),
        "has_people": home is not None and queries.takes_part(request.user, found),
    }
    if by == "units":
        units = boards.campaign_units_in(found, queries.paths_of(found))
        page: Page[Any] = Paginator(units, BOARD_PAGE).get_page(request.GET.get("page"))
        lines = boards.unit_page(units, page.object_list, first=page.start_index(), own=home)
        own = None if any(line.is_own for line in lines) else boards.own_unit_line(units, home)
        context.update(lines=lines, page_obj=page, own_list=[own] if own else [])
    elif by == "people":
        if not context["has_people"] or home is None:
            raise Http404
        context.update(_people(request, found, home))
    else:
        organization = _organization(request, found)
        lines = _lines(request, found, organization)
        page = Paginator(lines, BOARD_PAGE).get_page(request.GET.get("page"))
        context.update(lines=page.object_list, page_obj=page, organization=organization)
    template = "practice/campaign_board.html#live" if is_htmx(request) else "practice/campaign_board.html"
    return render(request, template, context)


def _people(request: HttpRequest, campaign: Campaign, home: Organization) -> dict[str, Any]:
    user: Any = request.user
    people = board_people.campaign_people_in(campaign, home)
    page: Page[Any] = Paginator(people, BOARD_PAGE).get_page(request.GET.get("page"))
    lines, own = board_people.person_page(
        people,
        page.object_list,
        user=user,
        shows_names=board_rules.can_see_names(user, home),
        first=page.start_index(),
        today=periods.day_of(timezone.now()),
    )
    return {"people": lines, "own_person_list": [own] if own else [], "page_obj": page, "home": home}


def _organization(request: HttpRequest, campaign: Campaign) -> Organization | None:
    """The union whose part of the board was asked for; only one that takes part."""
    code = request.GET.get("org", "")
    return queries.units_of(campaign).filter(code=code).first() if code else None


def _lines(request: HttpRequest, campaign: Campaign, organization: Organization | None) -> list[boards.Line]:
    nodes = queries.board_nodes(campaign, organization)
    lines = boards.ranked(boards.branch_lines(queries.board_rows(campaign), boards.CAMPAIGN_FIGURES, nodes))
    home = boards.home_of(request.user) if request.user.is_authenticated else None
    for line in lines:
        line.is_own = (
            home is not None and line.organization is not None and home.path.startswith(line.organization.path)
        )
    return lines


# --- the officer -----------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def campaign_new(request: UserRequest) -> HttpResponse:
    if not rules.can_create(request.user):
        raise NotAllowed(_("只有管理练兵的工会干部可以新建活动。"))
    organisers = Organization.objects.filter(
        within(reach(request.user, Power.RUN_PRACTICE)), is_active=True, pk__in=[p.pk for p in _posts(request)]
    ).order_by("path")
    choosing = OrganiserForm(request.GET if "organiser" in request.GET else None, organisers=organisers)
    first = organisers.first()
    if first is None:
        raise NotAllowed(_("您没有可以主办活动的工会。"))
    organiser = choosing.cleaned_data["organiser"] if choosing.is_bound and choosing.is_valid() else first
    form = CampaignForm(request.POST or None, organiser=organiser)
    if request.method == "POST" and form.is_valid():
        new = actions.create(organiser, by=request.user, **form.changes())
        messages.success(request, _("草稿已存好。检查无误后发布，职工才看得到。"))
        return redirect(new)
    context = {"form": form, "organiser": organiser, "organisers": organisers if len(organisers) > 1 else []}
    return render(request, "practice/campaign_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_edit(request: UserRequest, slug: str) -> HttpResponse:
    found = _run_by(request, slug)
    form = CampaignForm(request.POST or None, instance=found, organiser=found.organiser)
    if request.method == "POST" and form.is_valid():
        actions.edit(found, by=request.user, at=timezone.now(), **form.changes())
        messages.success(request, _("已保存。"))
        return redirect(found)
    context = {"form": form, "campaign": found, "organiser": found.organiser}
    return render(request, "practice/campaign_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def campaign_publish(request: UserRequest, slug: str) -> HttpResponse:
    found = actions.publish(_run_by(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("活动已发布。可以下载海报张贴了。"))
    return redirect(found)


@login_required
@require_POST
def campaign_end(request: UserRequest, slug: str) -> HttpResponse:
    found = actions.end(_run_by(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("活动已结束，已完成的练习照常计入。"))
    return redirect(found)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_cancel(request: UserRequest, slug: str) -> HttpResponse:
    found = _run_by(request, slug)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.cancel(found, by=request.user, at=timezone.now(), note=form.cleaned_data["note"])
        messages.success(request, _("活动已取消。"))
        return redirect(found)
    context = {"form": form, "campaign": found}
    return render(request, "practice/campaign_cancel.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def campaign_copy(request: UserRequest, slug: str) -> HttpResponse:
    new = actions.copy(_run_by(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("已按这个活动建好一份草稿，请核对时间和题库。"))
    return redirect("practice:campaign-edit", new.slug)


@require_safe
def campaign_poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster as a page: for a screen, or to press the code on a phone."""
    found = _visible(request, slug)
    address = absolute(request, found.get_absolute_url())
    context = {**_basics(request, found), "play_rules": posters.rules(found), "address": address}
    context["code"] = qr.svg(address, label=_("“%(title)s”的二维码") % {"title": found.title})
    return render(request, "practice/campaign_poster.html", context)


@require_safe
def campaign_poster_file(request: HttpRequest, slug: str) -> HttpResponse:
    found = _visible(request, slug)
    content = posters.poster(found, absolute=partial(absolute, request))
    return downloads.download(content, _("%(title)s 海报.pdf") % {"title": found.title}, media_type=downloads.PDF)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_silent(request: UserRequest, slug: str) -> HttpResponse:
    """Units in which nobody takes part yet, to be reminded one by one or together."""
    found = _run_by(request, slug)
    if found.state == CampaignState.DRAFT:
        raise Http404
    if request.method == "POST":
        chosen = [int(key) for key in request.POST.getlist("unit") if key.isdecimal() and len(key) < 19]
        everybody = "all" in request.POST
        units = queries.silent_units(found) if everybody else Organization.objects.filter(pk__in=chosen)
        count = actions.remind(found, units, by=request.user, at=timezone.now())
        if count:
            messages.success(request, _("已催办 %(count)d 家单位，它们的待办页会显示。") % {"count": count})
        else:
            messages.info(request, _("没有需要催办的单位：今天已经催过，或者已有人参加。"))
        return redirect("practice:campaign-silent", found.slug)
    units = queries.with_last_reminder(queries.silent_units(found), found)
    page = Paginator(units, BOARD_PAGE).get_page(request.GET.get("page"))
    above = queries.parents_of(page.object_list)
    rows = [(unit, above.get(unit.path[: -unit.steplen])) for unit in page.object_list]
    context = {
        **_basics(request, found),
        "page_obj": page,
        "rows": rows,
        "is_running": found.is_running(timezone.now()),
    }
    return render(request, "practice/campaign_silent.html", context)


@login_required
@require_safe
def campaign_figures(request: UserRequest, slug: str) -> HttpResponse:
    """The report on a page: each figure with how it is counted, day by day, and what went wrong most often."""
    found = _run_by(request, slug)
    days = list(queries.days(found))
    most = max((day.sessions for day in days), default=0)
    context = {
        **_basics(request, found),
        "figures": campaign_report.figures(found),
        "days": [(day, round(100 * day.sessions / most) if most else 0) for day in days],
        "hardest": queries.hardest(found, most=HARDEST_SHOWN),
    }
    return render(request, "practice/campaign_figures.html", context)


@login_required
@require_safe
def campaign_report_file(request: UserRequest, slug: str) -> HttpResponse:
    found = _run_by(request, slug)
    now = timezone.now()
    content = campaign_report.workbook(found, at=now)
    history.record(found, "campaign.exported", by=request.user, at=now)
    name = f"{found.title} {timezone.localdate(now):%Y-%m-%d}.xlsx"
    return downloads.download(content, name)


def _posts(request: UserRequest) -> list[Organization]:
    return posts(request.user, Power.RUN_PRACTICE)


def _visible(request: HttpRequest, slug: str) -> Campaign:
    return get_object_or_404(queries.visible_to(request.user).prefetch_related("targets"), slug=slug)


def _run_by(request: UserRequest, slug: str) -> Campaign:
    """The campaign, for those who run it; 404 for those who may not know of it, 403 for the rest."""
    found = _visible(request, slug)
    if not rules.can_run(request.user, found):
        raise NotAllowed(_("只有主办工会可以打开这一页。"))
    return found


def _basics(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    now = timezone.now()
    return {
        "campaign": campaign,
        "is_running": campaign.is_running(now),
        "is_over": campaign.is_over(now),
        "can_run": rules.can_run(request.user, campaign),
        "is_rebuilding": follower.is_rebuilding(),
        "go": reverse("practice:campaign-go", args=[campaign.slug]),
    }


def _cancel_note(campaign: Campaign) -> str:
    if campaign.state != CampaignState.CANCELLED:
        return ""
    entry = history.of(campaign).filter(action="campaign.cancelled").first()
    return entry.note if entry else ""
