"""How a source's push is doing, as a sentence for an editor."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.newsdesk import fetch_troubles, websub
from huomiao.newsdesk.models import HubSubscription
from huomiao.newsdesk.states import PushState


def sentence(row: HubSubscription | None, *, at: datetime) -> str:
    """What to tell an editor about ``row``, the source's subscription at its hub (None: it offers none)."""
    if row is None:
        return _("原站没有提供推送，按时查看。")
    if row.state == PushState.ENDED:
        return _("已退订。")
    if not websub.has_public_address():
        return _("原站提供推送，但本站没有设公网地址（HUOMIAO_PUBLIC_URL），用不上；照常按时查看。")
    words = {"hub": urlsplit(row.hub).netloc, "trouble": fetch_troubles.sentence(row.trouble), "why": row.refusal}
    if row.state == PushState.DENIED:
        return (_("推送站 %(hub)s 拒绝了订阅：%(why)s。") if row.refusal else _("推送站 %(hub)s 拒绝了订阅。")) % words
    if row.state == PushState.ENDING:
        return _("正在向推送站 %(hub)s 退订。") % words
    if row.state == PushState.ACTIVE:
        return _active(row, words, at=at)
    if row.trouble:
        return _("向推送站 %(hub)s 订阅没有成功：%(trouble)s") % words
    if row.state == PushState.ASKED:
        return _("已向推送站 %(hub)s 订阅，等它回访确认。") % words
    return _("即将向推送站 %(hub)s 订阅。") % words


def _active(row: HubSubscription, words: dict[str, str], *, at: datetime) -> str:
    if row.ends_at is None or row.ends_at <= at:
        return _("推送站 %(hub)s 的订阅已到期，正在重新订阅；照常按时查看。") % words
    until = f"{timezone.localtime(row.ends_at):%Y-%m-%d %H:%M}"
    return _("推送站 %(hub)s 一有新文章就会告知；有效至 %(until)s，到期前自动续订。") % {**words, "until": until}
