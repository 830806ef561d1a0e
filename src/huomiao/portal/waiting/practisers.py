"""What waits in practice: exams to sit, questions to ask again, and what the keepers of banks have to answer."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.portal.waiting.task import Section, Task
from huomiao.practice import periods
from huomiao.practice.models import Memory
from huomiao.practice.queries import asking, campaigns, exams, reports
from huomiao.practice.states import ReportState


def to_sit(user: User, *, at: datetime) -> Section:
    """Exams that ``user`` has to sit in the next days."""
    tasks = [
        Task(
            title=candidate.exam.title,
            url=candidate.exam.get_absolute_url(),
            verb=_("看考试安排") if at < candidate.exam.opens_at else _("去考试"),
            note=_("%(minutes)d 分钟") % {"minutes": candidate.exam.minutes},
            due=candidate.exam.opens_at if at < candidate.exam.opens_at else candidate.exam.closes_at,
            at=at,
        )
        for candidate in exams.due_for(user, at)
    ]
    return Section(_("考试"), "clock", tasks)


def to_answer(user: User, *, at: datetime) -> Section:
    """Campaigns to get going, and reports of questions that wait for who keeps the bank."""
    tasks = [
        Task(
            title=reminder.campaign.title,
            url=reminder.campaign.get_absolute_url(),
            verb=_("发动职工参加"),
            note=_("%(unit)s还没有人参加") % {"unit": reminder.unit.label},
            due=reminder.campaign.closes_at,
            at=at,
        )
        for reminder in campaigns.asked_of(user, at=at)
    ]
    reported = reports.visible_to(user).filter(state=ReportState.OPEN).order_by().count()
    if reported:
        tasks.append(Task(_("题目报错"), reverse("practice:reports"), _("去答复"), count=reported))
    return Section(_("练兵与考试工作"), "book", tasks)


def to_practise(user: User, *, at: datetime) -> Section:
    """What ``user`` may practise today: offered, not owed."""
    due = asking.remembered(user, Memory.objects.filter(due_on__lte=periods.day_of(at))).count()
    tasks = [
        Task(
            title=campaign.title,
            url=campaign.get_absolute_url(),
            verb=_("参加"),
            note=_("主办：%(organiser)s") % {"organiser": campaign.organiser},
            due=campaign.closes_at,
            at=at,
        )
        for campaign in campaigns.open_to(user, at=at)
    ]
    if due:
        tasks.append(Task(_("该复习的题"), reverse("practice:review"), _("现在复习"), count=due))
    return Section(_("练兵"), "flame", tasks, is_offer=True)
