"""The site as an app on a phone: the service worker, the page without a network, handing the phone over, pictures."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huomiao.core.requests import UserRequest
from huomiao.files import links
from huomiao.practice import shell
from huomiao.practice.queries import media as queries
from huomiao.practice.views.home import page_context
from huomiao.practice.views.playing import PLAYER_ICONS, patterns
from huomiao.practice.words import WORDS


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker of all pages below ``/practice/``: what it keeps is named here, so a new release is a new worker."""
    context = {"version": shell.version(), "files": shell.addresses(), "offline": reverse("practice:offline")}
    return render(request, "practice/sw.js", context, content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that a phone keeps for when there is no network; the same for everybody."""
    context = {
        "leave": reverse("practice:home"),
        "by_hand": True,
        "words": WORDS,
        "icon_names": PLAYER_ICONS,
        **patterns(),
    }
    return render(request, "practice/offline.html", context)


@login_required
@never_cache
@require_safe
def handover(request: UserRequest) -> HttpResponse:
    return render(request, "practice/handover.html", page_context(request))


@login_required
@require_safe
def media(request: UserRequest, file_id: UUID) -> HttpResponse:
    """A picture, sound or film of a question, at a lasting address: papers are kept on devices for days."""
    # Several questions may show one file.
    use = queries.files_for(request.user).filter(file=file_id).select_related("file").first()
    if use is None:
        raise Http404
    return redirect(links.show(use.file, to=request.user, name=use.file.name))
