"""What the scripts of an exam say, beside the words that all players share."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huomiao.practice.words import WORDS

_OWN: dict[str, str | Promise] = {
    "waiting": _("距开考还有 {time}"),
    "opening": _("正在发卷…"),
    "begin": _("开始考试"),
    "goOn": _("在这台设备上继续"),
    "askGoOn": _("您已经在考试。在这台设备上继续后，原来的设备不能再作答，已保存的答案都在。"),
    "startAway": _("连不上网络，正在重试。您的位置还在，时间从真正开始时算起。"),
    "place": _("第 {number} 题，共 {total} 题"),
    "saved": _("已保存"),
    "saving": _("正在保存…"),
    "unsent": _("{count} 条答案待上传"),
    "unsentMore": _("网络断开，{count} 条答案存在本机，恢复后自动上传。可以继续答题。"),
    "refusedOne": _("第 {number} 题没有保存：{detail}"),
    "flag": _("标记"),
    "unflag": _("取消标记"),
    "flagged": _("已标记"),
    "sheetOpen": _("第 {number} 题，未答"),
    "sheetDone": _("第 {number} 题，已保存"),
    "sheetUnsent": _("第 {number} 题，已答，待上传"),
    "openCount": _("还有 {count} 题没有答。"),
    "flagCount": _("有 {count} 题做了标记。"),
    "unsentCount": _("还有 {count} 条答案没有传到服务器，请先等网络恢复。时间到时以服务器已收到的答案为准。"),
    "askSubmit": _("交卷后不能再修改。确定交卷吗？"),
    "allDone": _("全部题目都已作答并保存。"),
    "handIn": _("交卷"),
    "handingIn": _("正在交卷…"),
    "submitAway": _("连不上网络，正在重试。答案已存在本机；即使一直连不上，时间到后系统也会按已收到的答案交卷。"),
    "timeOver": _("考试时间已到，正在确认答卷…"),
    "receipt": _("回执 {code}"),
    "receiptHand": _("您已交卷"),
    "receiptTime": _("时间到，系统已为您交卷"),
    "receiptOfficer": _("监考人员已收卷"),
    "receiptHeld": _("服务器收到 {answered} 题的答案，共 {total} 题。"),
    "receiptAt": _("交卷时间 {time}"),
    "receiptLost": _("本机有 {count} 条答案在截止前没有传到服务器。请把这一页给监考人员看。"),
    "receiptRow": _("第 {number} 题"),
    "receiptYes": _("已收到"),
    "receiptNo": _("未作答"),
    "takenOver": _("已在另一台设备上继续"),
    "takenOverMore": _("这台设备不能再作答。如果不是您本人操作，请立即告诉监考人员。"),
    "takeBack": _("改回在这台设备上继续"),
    "extended": _("考试时间已调整。"),
    "backOnline": _("网络已恢复，答案全部上传。"),
    "leftOnce": _("您离开过考试页面，系统已记录，由监考人员判断。请留在本页答题。"),
    "minutesLeft": _("还剩 {count} 分钟"),
    "secondsLeft": _("还剩 {count} 秒"),
    "earlyAt": _("{time} 以后才能交卷"),
    "signedOut": _("登录已过期。请在新窗口重新登录，再回到这一页；答案还在本机。"),
    "stopped": _("不能继续"),
    "openElsewhere": _("考试已在这台设备的另一个窗口打开。请在那个窗口作答，或先关掉它再刷新本页。"),
    "leaveExam": _("完成"),
    "reload": _("刷新页面"),
    "next": _("下一题"),
    "back": _("上一题"),
    "hours": _("{hours} 小时 {minutes} 分"),
}


def words() -> dict[str, str | Promise]:
    """All that the page's scripts may say."""
    return {**WORDS, **_OWN}
