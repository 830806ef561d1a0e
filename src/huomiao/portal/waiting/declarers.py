"""What waits for workers, and for those who write for them."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.innovations.models import Window
from huomiao.innovations.queries import declarations
from huomiao.innovations.states import CallState, Stage, State
from huomiao.orgs.queries import memberships, powers
from huomiao.orgs.roles import Power
from huomiao.portal.waiting import windows
from huomiao.portal.waiting.task import Section, Task

# The page shows so many of each; the rest is a press away on the page of one's own declarations.
MOST = 8


def asked(user: User) -> Section:
    """Declarations that name ``user`` as an author and wait for them to confirm it."""
    tasks = [
        Task(
            title=str(author.declaration),
            url=reverse("innovations:declaration", args=[author.declaration_id]),
            verb=_("核对并确认"),
            note=_("%(name)s把您列为第 %(place)s 完成人")
            % {"name": author.declaration.declared_by, "place": author.place},
        )
        for author in declarations.asked_of(user)[:MOST]
    ]
    return Section(_("请您确认"), "check", tasks)


def written(user: User, *, at: datetime) -> Section:
    """What ``user`` began and has not handed in, or got back."""
    found = list(
        declarations.written_by(user)
        .filter(state__in=(State.DRAFT, State.RETURNED), call__state__in=(CallState.OPEN, CallState.CHECKING))
        .prefetch_related(None)[:MOST]
    )
    due = windows.ends((declaration.call_id for declaration in found), Stage.DECLARE)
    tasks = [
        Task(
            title=str(declaration),
            url=reverse("innovations:declaration-edit", args=[declaration.pk]),
            verb=_("按意见修改") if declaration.state == State.RETURNED else _("继续填写"),
            note=declaration.call.title,
            badge=str(State(declaration.state).label),
            tone="warn" if declaration.state == State.RETURNED else "neutral",
            due=due.get(declaration.call_id),
            at=at,
        )
        for declaration in sorted(found, key=lambda one: one.state != State.RETURNED)
    ]
    return Section(_("我的申报"), "file", tasks)


def open_calls(user: User, *, at: datetime) -> Section:
    """The calls of ``user``'s own unions to which they may declare today."""
    if not powers(user) & {Power.DECLARE, Power.DECLARE_FOR_OTHERS}:
        return Section("", "flag", is_offer=True)
    homes = [membership.organization.path for membership in memberships(user)]
    running = Window.objects.filter(
        stage=Stage.DECLARE, opens_at__lte=at, closes_at__gt=at, call__state=CallState.OPEN
    ).select_related("call__organiser")
    tasks = [
        Task(
            title=window.call.title,
            url=reverse("innovations:call", args=[window.call.slug]),
            verb=_("了解并申报"),
            note=_("主办：%(organiser)s") % {"organiser": window.call.organiser},
            due=window.closes_at,
            at=at,
        )
        for window in running.order_by("closes_at")
        if any(home.startswith(window.call.organiser.path) for home in homes)
    ]
    return Section(_("可以申报的活动"), "flag", tasks, is_offer=True)
