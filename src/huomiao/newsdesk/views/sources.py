"""The sources: the health board, adding one by its address alone, and one source's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from huomiao.accounts import throttling
from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.newsdesk import fetch_troubles, looking, push_words
from huomiao.newsdesk.actions import sources as actions
from huomiao.newsdesk.forms.editing import NoteForm
from huomiao.newsdesk.forms.sources import ChooseForm, LookForm, NamesForm, SourceForm, sealed
from huomiao.newsdesk.models import HubSubscription, Source
from huomiao.newsdesk.pipeline.discover.recognising import Findings, Way
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed
from huomiao.newsdesk.queries import articles, removals
from huomiao.newsdesk.queries import mentions as mentions_queries
from huomiao.newsdesk.queries import sources as queries
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.rules import categories as categories_rules
from huomiao.newsdesk.states import SourceKind, SourceState

SOURCES_A_PAGE = 50
ARTICLES_SHOWN = 20
TROUBLED_SHOWN = 20
HOUR = timedelta(hours=1)


def _ask_editor(request: UserRequest) -> None:
    if not rules.is_editor(request.user):
        raise NotAllowed(_("只有资讯编辑可以管理来源。"))


@require_safe
def crawler(request: HttpRequest) -> HttpResponse:
    """Who our crawler is and how to reach or stop it: the page that its name points to."""
    return render(request, "newsdesk/crawler.html", {"agent": looking.identity()})


@login_required
@require_GET
def board(request: UserRequest) -> HttpResponse:
    """How every source is doing, and what waits for the desk."""
    _ask_editor(request)
    now = timezone.now()
    visible = queries.visible_to(request.user)
    is_past = "retired" in request.GET
    wanted = visible.filter(state=SourceState.RETIRED) if is_past else visible.exclude(state=SourceState.RETIRED)
    rows = queries.with_yield(wanted, at=now).order_by("name", "pk")
    page = Paginator(rows, SOURCES_A_PAGE).get_page(request.GET.get("page"))
    lines = [
        (source, queries.health(source, at=now), fetch_troubles.sentence(source.last_error))
        for source in page.object_list
    ]
    context = {
        "page_obj": page,
        "lines": lines,
        "is_past": is_past,
        "retired_count": visible.filter(state=SourceState.RETIRED).count(),
        "removals_waiting": removals.waiting_for(request.user).count(),
        "can_arrange": categories_rules.can_arrange(request.user),
        "mentions_waiting": mentions_queries.undecided_for(request.user).count(),
    }
    return render(request, "newsdesk/sources.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: UserRequest) -> HttpResponse:
    """First the address, then what was found there, then the choice."""
    _ask_editor(request)
    if request.method == "POST" and "way" in request.POST:
        return _choose(request)
    form = LookForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if request.method != "POST":
        return render(request, "newsdesk/source_add.html", context)
    if not form.is_valid():
        return render(request, "newsdesk/source_add.html", context, status=422)
    try:
        throttling.take("news-look", str(request.user.pk), most=60, within=HOUR)
        findings = looking.look(form.cleaned_data["address"])
    except FetchFailed as failure:
        form.add_error("address", fetch_troubles.sentence(failure.reason))
        return render(request, "newsdesk/source_add.html", context, status=422)
    return _preview(request, form, findings)


def _preview(request: UserRequest, form: LookForm, findings: Findings) -> HttpResponse:
    if not findings.ways:
        form.add_error("address", _("在这个网址上没有找到文章列表、订阅源或站点地图。请换成具体的栏目页试试。"))
        return render(request, "newsdesk/source_add.html", {"form": form}, status=422)
    ways = [(_sealed(way), way) for way in findings.ways]
    choose = ChooseForm(
        keepers=queries.keepers_for(request.user),
        ways=[(token, way.address) for token, way in ways],
        initial={"name": findings.title[:80] or findings.ways[0].title[:80], "way": ways[0][0]},
    )
    context = {"form": form, "choose": choose, "ways": ways, "kinds": dict(SourceKind.choices)}
    return render(request, "newsdesk/source_add.html", context)


def _sealed(way: Way) -> str:
    patterns = [one.expression for one in way.patterns if one.is_good]
    return sealed(way.address, way.kind.value, patterns)


def _choose(request: UserRequest) -> HttpResponse:
    choose = ChooseForm(request.POST, keepers=queries.keepers_for(request.user))
    context = {"form": LookForm(), "choose": choose}
    if not choose.is_valid():
        return render(request, "newsdesk/source_add.html", context, status=422)
    values = choose.cleaned_data
    way = values["way"]
    try:
        made = actions.add(
            actions.Way(way["address"], SourceKind(way["kind"]), tuple(way["patterns"])),
            name=values["name"],
            keeper=values["keeper"],
            category=values["category"],
            by=request.user,
        )
    except Invalid as refusal:
        choose.add_error("way", refusal.message)
        return render(request, "newsdesk/source_add.html", context, status=422)
    messages.success(request, _("已添加。采集程序下一轮就会来取，新文章会陆续出现在这里。"))
    return redirect(made)


@login_required
@require_GET
def source(request: UserRequest, pk: int) -> HttpResponse:
    return _show(request, _source(request, pk))


def _source(request: UserRequest, pk: int) -> Source:
    rows = queries.with_yield(queries.visible_to(request.user), at=timezone.now())
    return get_object_or_404(rows, pk=pk)


def _show(request: UserRequest, found: Source, *, code: int = 200, **forms: Any) -> HttpResponse:
    newest = articles.visible_to(request.user).filter(source=found).order_by("-first_seen_at", "-pk")
    push = HubSubscription.objects.filter(source=found).first()
    troubled = found.addresses.exclude(trouble="").order_by("-visited_at")[:TROUBLED_SHOWN]
    context = {
        "source": found,
        "health": queries.health(found, at=timezone.now()),
        "trouble": fetch_troubles.sentence(found.last_error),
        "push": push_words.sentence(push, at=timezone.now()),
        "pushed": push,
        "quality": queries.quality(found),
        "articles": newest[:ARTICLES_SHOWN],
        "troubled": [(one, fetch_troubles.sentence(one.trouble)) for one in troubled],
        "waiting_count": found.addresses.filter(due_at__isnull=False, visited_at=None).count(),
        "corrections": found.corrections.filter(is_in_force=True).exclude(rule={}),
        "own_credits": queries.own_credits(found),
        "names_form": NamesForm(initial={"names": "\n".join(found.also_called)}),
        "patterns": queries.patterns_of(found),
        "form": SourceForm(initial={"name": found.name, "category": found.category_id}),
        "note_form": NoteForm(),
        "entries": history.of(found)[:20],
        "crawler": settings.NEWS_AGENT,
        **forms,
    }
    return render(request, "newsdesk/source.html", context, status=code)


@login_required
@require_POST
def change(request: UserRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form, code=422)
    actions.change(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("已保存。"))
    return redirect(found)


@login_required
@require_POST
def names(request: UserRequest, pk: int) -> HttpResponse:
    """By which other names the source is called: all of them, or one more that its articles use (``add``)."""
    found = _source(request, pk)
    one_more = request.POST.get("add")
    written = "\n".join([*found.also_called, one_more]) if one_more else request.POST.get("names", "")
    form = NamesForm({"names": written})
    if not form.is_valid():
        return _show(request, found, code=422, names_form=form)
    actions.name_also(found, form.cleaned_data["names"], by=request.user)
    messages.success(request, _("已保存，转载关系会随即重新梳理。"))
    return redirect(found)


@login_required
@require_POST
def pause(request: UserRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    actions.pause(found, by=request.user)
    messages.success(request, _("已暂停采集，收录过的文章不受影响。"))
    return redirect(found)


@login_required
@require_POST
def look(request: UserRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    actions.look_now(found, by=request.user)
    messages.success(request, _("已排到最前，采集程序下一轮就去看；没有取到的网页也再试一次。"))
    return redirect(found)


@login_required
@require_POST
def retire(request: UserRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, found, code=422, note_form=form)
    actions.retire(found, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, _("已停用，收录过的文章不受影响。"))
    return redirect("newsdesk:sources")


@login_required
@require_POST
def resume(request: UserRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    actions.resume(found, by=request.user)
    messages.success(request, _("已恢复采集。"))
    return redirect(found)
