from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from huomiao.core.requests import UserRequest
from huomiao.orgs.roles import POWERS, Power, Role
from huomiao.portal import landing, waiting


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The programme to the public; to somebody signed in, what waits for them."""
    if request.user.is_authenticated:
        return redirect("portal:tasks")
    now = timezone.now()
    return render(
        request,
        "portal/home.html",
        {
            "calls": landing.open_calls(at=now),
            "results": landing.published(),
            "figures": landing.figures(),
            "notices": landing.notices(today=timezone.localdate(now)),
        },
    )


@require_safe
@login_required
def tasks(request: UserRequest) -> HttpResponse:
    sections = waiting.sections(request.user, at=timezone.now())
    return render(
        request,
        "portal/tasks.html",
        {
            "sections": sections,
            "open_count": sum(section.count for section in sections),
            "next_step": waiting.next_step(sections),
        },
    )


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """The table of roles and powers, as the code has it."""
    rows = [{"power": power, "held": [(role, power in POWERS[role]) for role in Role]} for power in Power]
    return render(request, "portal/help_roles.html", {"roles": list(Role), "rows": rows})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")
