"""The poster of a campaign: what it is, until when, and a code that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from huomiao.core import pdf, qr
from huomiao.practice.models import Campaign


def poster(campaign: Campaign, *, absolute: Callable[[str], str]) -> bytes:
    """The poster as PDF; ``absolute`` makes a path of this site into a full address."""
    address = absolute(campaign.get_absolute_url())
    # It hangs on a wall, whatever language its maker reads the site in.
    with override("zh-hans"):
        data: dict[str, Any] = {
            "title": campaign.title,
            "organiser": campaign.organiser.name,
            "dates": _("%(opens)s 至 %(closes)s")
            % {"opens": day(campaign.opens_at), "closes": day(campaign.closes_at)},
            "scan": _("扫码参加"),
            "rules": rules(campaign),
            "address": address,
            "qr": qr.svg_image(address),
        }
    return pdf.render("practice/poster.typ", data)


def rules(campaign: Campaign) -> list[str]:
    """How it is played, in short lines."""
    values = {
        "questions": campaign.questions,
        "minutes": campaign.minutes,
        "tries": campaign.tries_a_day,
        "points": campaign.points_a_day,
    }
    each = _("每次 %(questions)d 题，限时 %(minutes)d 分钟") if campaign.minutes else _("每次 %(questions)d 题，不限时")
    return [
        each % values,
        _("每天可参加 %(tries)d 次，答对一题得 1 分，每天最多 %(points)d 分") % values,
        _("用单位发放的账号登录，手机上就能答"),
    ]


def day(at: datetime) -> str:
    local = timezone.localtime(at)
    return _("%(month)d 月 %(day)d 日") % {"month": local.month, "day": local.day}
