"""What waits after an exam: answers to mark, sheets to key in, appeals to rule on, results that changed. No candidate is named."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.portal.waiting.task import Section, Task
from huomiao.practice.queries import keying, results, sheets


def to_mark(user: User, *, at: datetime) -> Section:
    """The exams in which ``user`` has answers to mark, with how many are left."""
    tasks = [
        Task(
            title=row["script__exam__title"],
            url=reverse("practice:mark-sheets", args=[row["script__exam__slug"]]),
            verb=_("继续阅卷"),
            count=row["total"] - row["locked"],
            at=at,
            done=row["locked"],
            total=row["total"],
        )
        for row in sheets.progress(user)
        if row["locked"] < row["total"]
    ]
    return Section(_("阅卷"), "edit", tasks)


def to_key(user: User, *, at: datetime) -> Section:
    """The exams whose answer sheets ``user`` keys in, with how many wait for a second reading."""
    tasks = [
        Task(
            title=row["exam__title"],
            url=reverse("practice:exam-keying", args=[row["exam__slug"]]),
            verb=_("录入答题卡"),
            count=row["count"],
            note=_("已录一遍，等您录第二遍"),
            at=at,
        )
        for row in keying.second_readings(user)
    ]
    return Section(_("录入答题卡"), "edit", tasks)


def to_rule(user: User, *, at: datetime) -> Section:
    """The exams with appeals that wait for those who run them, as ``user`` does."""
    rows = (
        results.open_appeals(user, at)
        .order_by()
        .values("sitting__exam__slug", "sitting__exam__title")
        .annotate(count=Count("pk"))
        .order_by("sitting__exam__title")
    )
    tasks = [
        Task(
            title=row["sitting__exam__title"],
            url=reverse("practice:exam-appeals", args=[row["sitting__exam__slug"]]),
            verb=_("处理复核申请"),
            count=row["count"],
            at=at,
        )
        for row in rows
    ]
    return Section(_("成绩复核"), "flag", tasks)


def to_read(user: User, *, at: datetime) -> Section:
    """The results of ``user`` that changed since they last looked."""
    found = {change.sitting_id: change.sitting for change in results.unseen_changes(user)}
    tasks = [
        Task(
            title=sitting.exam.title,
            url=reverse("practice:my-result", args=[pk]),
            verb=_("查看成绩"),
            note=_("成绩有更新"),
            tone="info",
            at=at,
        )
        for pk, sitting in found.items()
    ]
    return Section(_("成绩更新"), "bell", tasks)
