"""The badges that practice earns: each is a figure of one's own practice that reached a mark.

Like points they are for coming back and for mastering things; none is for the number of sessions beyond the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Badge:
    """A badge: its name in the database, on the page, and the figure of ``Person`` that earns it at ``mark``."""

    name: str
    title: str | Promise
    text: str | Promise
    icon: str
    figure: str
    mark: int


BADGES: dict[str, Badge] = {
    badge.name: badge
    for badge in (
        Badge("first", _("初次点火"), _("完成第一次练习"), "flame", "sessions", 1),
        Badge("week", _("七日不辍"), _("连续练习 7 天"), "calendar", "longest_streak", 7),
        Badge("month", _("满月之功"), _("连续练习 30 天"), "moon", "longest_streak", 30),
        Badge("hundred_row", _("百日筑基"), _("连续练习 100 天"), "sun", "longest_streak", 100),
        Badge("days_30", _("三十个练习日"), _("累计练习 30 天"), "clock", "days", 30),
        Badge("days_200", _("常年练兵"), _("累计练习 200 天"), "history", "days", 200),
        Badge("mastered_50", _("小有所成"), _("掌握 50 题：隔一段时间再答仍然答对"), "check", "mastered", 50),
        Badge("mastered_300", _("熟能生巧"), _("掌握 300 题"), "book", "mastered", 300),
        Badge("mastered_1000", _("行家里手"), _("掌握 1000 题"), "star", "mastered", 1000),
        Badge("cleared_10", _("知错能改"), _("订正 10 道错题"), "edit", "cleared", 10),
        Badge("cleared_100", _("错题清零人"), _("订正 100 道错题"), "shield", "cleared", 100),
        Badge("perfect", _("全对"), _("一次练习 10 题以上全部答对"), "trophy", "perfect", 1),
        Badge("reviews_20", _("温故知新"), _("完成 20 次复习"), "eye", "reviews", 20),
        Badge("campaigns_3", _("活动常客"), _("参加 3 个练兵活动"), "flag", "campaigns", 3),
    )
}

_BY_FIGURE = tuple(
    (figure, tuple((badge.mark, badge.name) for badge in BADGES.values() if badge.figure == figure))
    for figure in dict.fromkeys(badge.figure for badge in BADGES.values())
)
FIGURES = tuple(figure for figure, _marks in _BY_FIGURE)


def reached(person: Any) -> frozenset[str]:
    """The names of the badges whose marks the figures of ``person`` have reached."""
    return frozenset(name for figure, marks in _BY_FIGURE for mark, name in marks if getattr(person, figure) >= mark)


def crossed(before: tuple[int, ...], after: tuple[int, ...]) -> Iterator[str]:
    """The badges that lie between two readings of ``FIGURES``."""
    if before == after:
        return
    for (_figure, marks), was, now in zip(_BY_FIGURE, before, after, strict=True):
        if now > was:
            for mark, name in marks:
                if was < mark <= now:
                    yield name
