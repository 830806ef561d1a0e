"""The words for the acts in the history: one list, so that the same act reads the same everywhere."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "account.signed_in_by_scan": _("扫码登录"),
    "call.created": _("新建征集"),
    "call.copied": _("沿用往年征集"),
    "call.open": _("发布征集通知"),
    "call.checking": _("截止申报，进入形式审查"),
    "call.reviewing": _("进入专家评审"),
    "call.deciding": _("进入拟定结果"),
    "call.notice": _("进入公示"),
    "call.published": _("发布结果"),
    "call.cancelled": _("取消征集"),
    "call.basics.changed": _("修改基本信息与正文"),
    "call.categories.changed": _("修改成果类别"),
    "call.priorities.changed": _("修改重点领域"),
    "call.quotas.changed": _("修改推荐名额与结构要求"),
    "call.limits.changed": _("修改申报限制"),
    "call.exclusions.changed": _("修改不予受理情形"),
    "call.rubrics.changed": _("修改评分标准"),
    "call.windows.changed": _("修改时间安排"),
    "call.review.changed": _("修改评审规则"),
    "call.grades.changed": _("修改等次与公示"),
    "call.attachments.changed": _("修改附件"),
    "rubric.added": _("增加评分标准"),
    "notice.opened": _("开始公示"),
    "notice.extended": _("延长公示"),
    "notice.item_struck": _("公示名单取消一项"),
    "notice.item_added": _("公示名单递补一项"),
    "notice.item_changed": _("公示名单调整一项"),
    "notice.closed": _("公示结束"),
    "notice.cancelled": _("撤回公示"),
    "objection.made": _("提出异议"),
    "objection.accepted": _("受理异议"),
    "objection.kept_as_clue": _("作为线索留存"),
    "objection.ruled": _("答复异议"),
    "objection.revealed": _("查看提出人信息"),
    "declaration.promoted": _("递补"),
    "declaration.regraded": _("调整等次"),
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
