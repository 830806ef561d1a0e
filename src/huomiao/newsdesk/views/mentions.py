"""The platform's names in articles: the way to the thing, and the editors' word on them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from huomiao.core.requests import UserRequest
from huomiao.newsdesk import subjects
from huomiao.newsdesk.actions import mentions as actions
from huomiao.newsdesk.models import Mention
from huomiao.newsdesk.queries import articles
from huomiao.newsdesk.queries import mentions as queries
from huomiao.newsdesk.states import MentionState

MENTIONS_A_PAGE = 50
WORDS_AROUND = 30


@require_safe
def subject(request: HttpRequest, pk: int) -> HttpResponse:
    """What the press wrote about the thing that is named, and the way to the thing's own page."""
    seen = articles.visible_to(request.user)
    mention = get_object_or_404(Mention.objects.exclude(state=MentionState.STRUCK), pk=pk, article__in=seen)
    context = {
        "mention": mention,
        "address": subjects.address(mention.subject_type, mention.subject_id),
        "articles": queries.coverage_of(mention.subject_type, mention.subject_id),
    }
    return render(request, "newsdesk/mentioned.html", context)


@login_required
@require_GET
def queue(request: UserRequest) -> HttpResponse:
    rows = queries.undecided_for(request.user).select_related("article__current")
    page = Paginator(rows, MENTIONS_A_PAGE).get_page(request.GET.get("page"))
    lines = [(mention, _around(mention)) for mention in page.object_list]
    return render(request, "newsdesk/mentions.html", {"page_obj": page, "lines": lines})


def _around(mention: Mention) -> tuple[str, str, str]:
    """The words before the name, the name as it stands, and the words after it."""
    text = mention.article.current.text if mention.article.current else ""
    start, end = mention.start, mention.end
    return text[max(start - WORDS_AROUND, 0) : start], text[start:end] or mention.name, text[end : end + WORDS_AROUND]


@login_required
@require_POST
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    mention = get_object_or_404(queries.decidable_by(request.user), pk=pk)
    actions.confirm(mention, by=request.user)
    messages.success(request, _("已确认，“%(name)s”的页面会显示这篇报道。") % {"name": mention.name})
    return _back(request, mention)


@login_required
@require_POST
def strike(request: UserRequest, pk: int) -> HttpResponse:
    mention = get_object_or_404(queries.decidable_by(request.user), pk=pk)
    actions.strike(mention, by=request.user)
    messages.success(request, _("已排除，这篇文章不再提示“%(name)s”。") % {"name": mention.name})
    return _back(request, mention)


def _back(request: UserRequest, mention: Mention) -> HttpResponse:
    """To the queue for somebody who works through it, else to the article."""
    return redirect("newsdesk:mentions") if "queue" in request.POST else redirect(mention.article)
