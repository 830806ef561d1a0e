from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeState(models.TextChoices):
    OPEN = "open", _("公示中")
    CLOSED = "closed", _("公示结束")
    CANCELLED = "cancelled", _("已撤回")


class ItemState(models.TextChoices):
    LISTED = "listed", _("在列")
    STRUCK = "struck", _("取消")
    PROMOTED = "promoted", _("递补")


class ObjectionKind(models.TextChoices):
    TRUTH = "truth", _("真实性")
    OWNERSHIP = "ownership", _("权属")
    REPEATED = "repeated", _("重复获奖")
    PROCEDURE = "procedure", _("程序")
    OTHER = "other", _("其他")


class ObjectionState(models.TextChoices):
    RECEIVED = "received", _("待受理")
    ACCEPTED = "accepted", _("核查中")
    RULED = "ruled", _("已答复")
    CLUE = "clue", _("作为线索")


class Finding(models.TextChoices):
    UPHELD = "upheld", _("异议成立")
    PARTLY = "partly", _("部分成立")
    DISMISSED = "dismissed", _("异议不成立")


class Outcome(models.TextChoices):
    KEEP = "keep", _("维持")
    STRIKE = "strike", _("取消")
    DOWNGRADE = "downgrade", _("降等")


MOVES: dict[ObjectionState, frozenset[ObjectionState]] = {
    ObjectionState.RECEIVED: frozenset({ObjectionState.ACCEPTED, ObjectionState.CLUE}),
    ObjectionState.CLUE: frozenset({ObjectionState.ACCEPTED}),
    ObjectionState.ACCEPTED: frozenset({ObjectionState.RULED}),
    ObjectionState.RULED: frozenset(),
}
