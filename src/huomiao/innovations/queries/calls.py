"""Which calls somebody may know of, and when each stage of one may be worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huomiao.innovations.models import Call, Category, PriorityList, Window
from huomiao.innovations.states import CallState, Stage
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import below, reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BRANCH_KINDS

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What each of a call's limits is called; the keys are those of ``DEFAULT_LIMITS``.
LIMIT_LABELS = {
    "title": _("成果名称（字）"),
    "problem": _("问题与背景（字）"),
    "solution": _("主要内容与创新点（字）"),
    "application": _("应用情况（字）"),
    "basis": _("效益计算依据（字）"),
    "social_benefit": _("社会效益（字）"),
    "outlook": _("推广前景（字）"),
    "abstract": _("公开摘要（字）"),
    "contribution": _("完成人贡献（字）"),
    "authors": _("完成人最多（人）"),
    "pictures": _("图片最多（张）"),
    "min_pictures": _("图片最少（张）"),
    "video_mb": _("视频最大（MB）"),
    "attachment_mb": _("单个附件最大（MB）"),
    "attachments": _("附件最多（个）"),
}

# What the public may know of: everything announced, even when it was cancelled afterwards.
HIDDEN = frozenset({CallState.DRAFT})


def visible_to(user: User | AnonymousUser) -> QuerySet[Call]:
    """Every announced call; drafts only for those who run calls of their organiser."""
    announced = Q(announced_at__isnull=False) & ~Q(state__in=HIDDEN)
    ours = within(reach(user, Power.RUN_CALLS), "organiser__path")
    return Call.objects.filter(announced | ours).select_related("organiser")


def editable_by(user: User | AnonymousUser) -> QuerySet[Call]:
    """The calls that ``user`` runs, in any state."""
    return Call.objects.filter(within(reach(user, Power.RUN_CALLS), "organiser__path")).select_related("organiser")


def window(call: Call, stage: Stage) -> Window | None:
    """When ``stage`` of ``call`` may be worked on; None when the call sets no time for it."""
    return next((found for found in call.windows.all() if found.stage == stage), None)


def unions(call: Call) -> QuerySet[Organization]:
    """The unions that recommend to ``call``, in the order of the tree."""
    organiser = call.organiser
    return (
        Organization.objects.filter(below(organiser.path), depth=organiser.depth + 1, kind__in=BRANCH_KINDS)
        .filter(is_active=True)
        .order_by("path")
    )


def categories(call: Call) -> QuerySet[Category]:
    """The categories of ``call`` in their order, with rubric, criteria and bands."""
    return call.categories.select_related("rubric").prefetch_related("rubric__criteria__bands")


def priority_lists(organiser: Organization, *, year: int) -> QuerySet[PriorityList]:
    """The priority lists in force in ``year`` for ``organiser``: its own and those of whoever stands above or below it."""
    above = [organiser.path[:end] for end in range(organiser.steplen, len(organiser.path), organiser.steplen)]
    return PriorityList.objects.filter(
        Q(region__path__in=above) | below(organiser.path, "region__path"), first_year__lte=year, last_year__gte=year
    ).order_by("region__path", "name")


def latest_of_series(organiser: Organization, series: str) -> Call | None:
    """The call of the series that ``organiser`` held last."""
    return Call.objects.filter(organiser=organiser, series=series).order_by(F("year").desc()).first()
