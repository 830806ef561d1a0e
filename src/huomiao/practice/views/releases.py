"""Publishing a bank: what would change, and what was published before."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huomiao.core.requests import UserRequest
from huomiao.practice.actions import releases as actions
from huomiao.practice.models import Question
from huomiao.practice.queries import banks, releases
from huomiao.practice.views.banks import frame

PAGE = 20
# So many questions of each group are named; the rest is a number.
NAMED = 30


@login_required
@require_GET
def bank_releases(request: UserRequest, code: str) -> HttpResponse:
    """What the next release would bring, and the releases so far."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    changes = releases.changes(bank)
    named = {
        question.pk: question
        for question in Question.objects.filter(
            pk__in=[*changes.added[:NAMED], *changes.changed[:NAMED], *changes.removed[:NAMED]]
        )
    }
    groups = [
        (_("新增"), "good", changes.added),
        (_("修改"), "info", changes.changed),
        (_("移出"), "warn", changes.removed),
    ]
    context = {
        **frame(request, bank),
        "changes": changes,
        "is_same": bank.current is not None and bank.current.digest == releases.digest(bank),
        "groups": [
            (label, tone, len(keys), [named[key] for key in keys[:NAMED] if key in named], max(len(keys) - NAMED, 0))
            for label, tone, keys in groups
            if keys
        ],
        "in_use": releases.in_use(bank).count(),
        "figures": banks.figures([bank])[bank.pk],
        "page_obj": Paginator(releases.releases(bank), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "practice/bank_releases.html", context)


@login_required
@require_POST
def bank_publish(request: UserRequest, code: str) -> HttpResponse:
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    release = actions.publish(bank, by=request.user, at=timezone.now())
    messages.success(
        request,
        _("已发布第 %(number)d 版，共 %(count)d 道题。新的练习从这一版抽题。")
        % {"number": release.number, "count": release.question_count},
    )
    return redirect("practice:bank-releases", bank.code)
