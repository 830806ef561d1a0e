"""When results may go before the public, and be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huomiao.innovations.models import Call
from huomiao.innovations.queries import publication as queries
from huomiao.innovations.states import CallState, State
from huomiao.notices import queries as notice_queries
from huomiao.notices.states import NoticeState


@dataclass(frozen=True)
class Need:
    """Something that must hold before the results are published."""

    label: str
    is_met: bool
    hint: str = ""


def needs_for_notice(call: Call) -> list[Need]:
    """What must hold before a notice is opened."""
    review = queries.round_that_decides(call)
    graded = review is not None and review.results.exclude(grade="").exists()
    return [
        Need(_("征集处于“拟定结果”阶段"), call.state == CallState.DECIDING),
        Need(_("评审已经结束，结果已经算出"), review is not None),
        Need(_("已按等次数量拟定等次"), graded, _("在评审结果页拟定等次。")),
    ]


def needs_for_publishing(call: Call, *, at: datetime) -> list[Need]:
    """What must hold before the results are published."""
    notice = queries.notice(call)
    waiting = notice_queries.unanswered(notice) if notice else 0
    is_over = notice is not None and (notice.state == NoticeState.CLOSED or notice.closes_on < timezone.localdate(at))
    until = ""
    if notice and not is_over:
        until = _("公示到 %(day)s 为止，次日可以发布。") % {"day": notice.closes_on.isoformat()}
    hint = ngettext("还有 %(count)d 件异议没有答复。", "还有 %(count)d 件异议没有答复。", waiting) % {"count": waiting}
    return [
        Need(_("征集处于“公示”阶段"), call.state == CallState.NOTICE),
        Need(_("公示期已满"), is_over, until),
        Need(_("异议都已答复"), waiting == 0, hint if waiting else ""),
        Need(_("名单上有成果"), call.declarations.filter(state=State.LISTED).exists()),
    ]
