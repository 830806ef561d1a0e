"""What waits for experts: sheets to score. Nothing here says whose work it is."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.models import User
from huomiao.innovations.models import Sheet
from huomiao.innovations.states import RoundState, SheetState, Stage
from huomiao.portal.waiting import windows
from huomiao.portal.waiting.task import Section, Task


def section(user: User, *, at: datetime) -> Section:
    """The rounds in which ``user`` has sheets to score, with how many are left."""
    rounds = list(
        Sheet.objects.filter(expert__user=user, entry__round__state=RoundState.SCORING)
        .exclude(state=SheetState.RECUSED)
        .values("entry__round__call", "entry__round__call__title", "entry__round__name")
        .annotate(total=Count("pk"), signed=Count("pk", filter=Q(state=SheetState.SIGNED)))
        .order_by("entry__round__call", "entry__round__name")
    )
    due = windows.ends((row["entry__round__call"] for row in rounds), Stage.REVIEW)
    tasks = [
        Task(
            title=row["entry__round__call__title"],
            url=reverse("innovations:sheets"),
            verb=_("继续评分"),
            count=row["total"] - row["signed"],
            note=row["entry__round__name"],
            due=due.get(row["entry__round__call"]),
            at=at,
            done=row["signed"],
            total=row["total"],
        )
        for row in rounds
        if row["signed"] < row["total"]
    ]
    return Section(_("专家评审"), "edit", tasks)
