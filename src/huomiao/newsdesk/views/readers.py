"""What readers keep: their subscriptions, the lists of what is new in them, and the pages they watch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.addresses import absolute
from huomiao.core.errors import Invalid
from huomiao.core.requests import UserRequest
from huomiao.newsdesk import following, searching
from huomiao.newsdesk.actions import readers as actions
from huomiao.newsdesk.forms.readers import ChangeForm, SubscribeForm
from huomiao.newsdesk.models import Subscription
from huomiao.newsdesk.queries import articles
from huomiao.newsdesk.queries import readers as queries
from huomiao.newsdesk.search_troubles import sentence
from huomiao.newsdesk.tasks import digests

NEW_SHOWN = 5


@login_required
@require_GET
def subscriptions(request: UserRequest) -> HttpResponse:
    """One's subscriptions, each with what is new, and the watched pages that changed."""
    lines = [(one, following.new_in(one)) for one in queries.subscriptions_of(request.user)]
    watches = list(queries.watches_of(request.user))
    changed = following.changes(watches)
    context = {
        "lines": [(one, found[:NEW_SHOWN], len(found)) for one, found in lines],
        "watches": [(one, changed.get(one.pk)) for one in watches],
    }
    return render(request, "newsdesk/subscriptions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def subscribe(request: UserRequest) -> HttpResponse:
    asked = request.GET.get("q", "")[:300]
    form = SubscribeForm(
        request.POST if request.method == "POST" else None,
        initial={"query": asked, "name": asked[:60], "mail_to": request.user.email},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.subscribe(request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已订阅。新的文章会出现在“我的订阅”里。"))
            return redirect(made)
    context = {
        "form": form,
        "problems": [sentence(one) for one in searching.problems(str(form["query"].value() or ""))],
    }
    return render(request, "newsdesk/subscribe.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def subscription(request: UserRequest, pk: int) -> HttpResponse:
    """Everything that a subscription finds; opening it marks what is new as seen."""
    found = get_object_or_404(queries.subscriptions_of(request.user), pk=pk)
    seen_at = found.seen_at
    results = searching.find(found.query, order="newest", page=request.GET.get("page", ""))
    actions.mark_seen(found)
    feed = reverse("newsdesk:subscription-feed", args=[found.token, "atom"])
    context = {
        "subscription": found,
        "results": results,
        "seen_at": seen_at,
        "feed_address": absolute(request, feed),
        "letter": digests.letter(found, [hit.article for hit in results.hits[:NEW_SHOWN]], left=0, request=request),
    }
    return render(request, "newsdesk/subscription.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.subscriptions_of(request.user), pk=pk)
    form = ChangeForm(request.POST if request.method == "POST" else None, initial=_kept(found))
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "frequency", "mail_to")}
        try:
            actions.change(found, **values)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect(found)
    context = {"form": form, "subscription": found}
    return render(request, "newsdesk/subscription_change.html", context, status=422 if form.errors else 200)


def _kept(found: Subscription) -> dict[str, Any]:
    return {"query": found.query, "name": found.name, "frequency": found.frequency, "mail_to": found.mail_to}


@login_required
@require_POST
def remove(request: UserRequest, pk: int) -> HttpResponse:
    actions.unsubscribe(get_object_or_404(queries.subscriptions_of(request.user), pk=pk))
    messages.success(request, _("已取消订阅。"))
    return redirect("newsdesk:subscriptions")


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_mailbox(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever reads the mailbox says yes. A button, because mail programmes open links by themselves."""
    found = digests.confirmed(token)
    if found is None:
        return render(request, "newsdesk/confirm_mailbox.html", {"subscription": None}, status=404)
    if request.method == "POST":
        actions.confirm_mailbox(found, at=timezone.now())
        return render(request, "newsdesk/confirm_mailbox.html", {"subscription": found, "is_done": True})
    return render(request, "newsdesk/confirm_mailbox.html", {"subscription": found})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """One click in a mail programme (RFC 8058), or a link and a button. The token says who; there is no session to abuse."""
    found = digests.leaving(token)
    if found is None:
        return render(request, "newsdesk/digest_stop.html", {"subscription": None}, status=404)
    if request.method == "POST":
        actions.stop_digest(found)
    context = {"subscription": found, "is_done": request.method == "POST"}
    return render(request, "newsdesk/digest_stop.html", context)


@login_required
@require_POST
def watch(request: UserRequest, pk: int) -> HttpResponse:
    """Watch the article, or stop watching it."""
    article = get_object_or_404(articles.visible_to(request.user), pk=pk)
    if queries.watch_of(request.user, article):
        actions.unwatch(request.user, article)
        messages.success(request, _("不再关注这篇文章。"))
    else:
        actions.watch(request.user, article)
        messages.success(request, _("已关注。原文有变化时，“我的订阅”里会告诉您。"))
    return redirect(article)
