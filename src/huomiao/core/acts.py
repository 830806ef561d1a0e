"""The words for the acts in the history: one list, so that the same act reads the same everywhere."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "account.signed_in_by_scan": _("扫码登录"),
    "call.created": _("新建征集"),
    "call.copied": _("沿用往年征集"),
    "call.open": _("发布征集通知"),
    "declaration.begun": _("开始填写"),
    "declaration.discarded": _("删除草稿"),
    "declaration.forwarded": _("单位工会同意上报"),
    "declaration.author_confirmed": _("完成人本人确认"),
    "declaration.author_signed": _("登记完成人纸质签名"),
    "declaration.likeness_cleared": _("说明相似情况"),
    "declaration.draft": _("重新开始修改"),
    "declaration.submitted": _("提交申报"),
    "declaration.returned": _("退回修改"),
    "declaration.withdrawn": _("撤回申报"),
    "declaration.declined": _("不予推荐"),
    "declaration.recommended": _("推荐"),
    "declaration.refused": _("形审不通过"),
    "declaration.accepted": _("形审通过"),
    "declaration.listed": _("列入公示"),
    "declaration.unsuccessful": _("未入选"),
    "declaration.published": _("发布成果"),
    "declaration.revoked": _("取消资格"),
}


def words(action: str) -> str:
    """What ``action`` is called on a page; its own name where nobody gave it words yet."""
    return str(WORDS.get(action, action))
