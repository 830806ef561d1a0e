"""What waits for editors of the news desk: requests for removal, sources in trouble, names to confirm."""

from __future__ import annotations

from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.newsdesk.queries import mentions, removals, sources
from huomiao.newsdesk.queries.sources import FAILURES_TO_MIND
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import SourceState
from huomiao.portal.waiting.task import Section, Task


def section(user: User, *, at: datetime) -> Section:
    """The desk's work that ``user`` may do."""
    if not rules.is_editor(user):
        return Section("", "globe")
    return Section(_("资讯编辑"), "globe", [*_removals(user, at), *_sources(user), *_names(user)])


def _removals(user: User, at: datetime) -> list[Task]:
    waiting = removals.waiting_for(user)
    first = waiting.first()
    if first is None:
        return []
    due = timezone.make_aware(datetime.combine(first.due_on, time.max))
    title = _("答复删除申请")
    return [Task(title, reverse("newsdesk:removals"), _("去答复"), count=waiting.count(), due=due, at=at)]


def _sources(user: User) -> list[Task]:
    failing = sources.visible_to(user).filter(state=SourceState.ACTIVE, failures__gte=FAILURES_TO_MIND).count()
    if not failing:
        return []
    return [Task(_("查看采集失败的来源"), reverse("newsdesk:sources"), _("去查看"), count=failing, tone="warn")]


def _names(user: User) -> list[Task]:
    waiting = mentions.undecided_for(user).count()
    if not waiting:
        return []
    return [Task(_("确认文章里的名称"), reverse("newsdesk:mentions"), _("去确认"), count=waiting)]
