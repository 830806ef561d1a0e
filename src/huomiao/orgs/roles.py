"""What each role may do. This table is the whole of it; a help page shows it as it stands here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is to an organization. A role reaches down the whole branch below it."""

    MEMBER = "member", _("职工")
    SECRETARY = "secretary", _("基层工会干部")
    OFFICER = "officer", _("工会经办人")
    ORGANISER = "organiser", _("主办方")
    TRAINER = "trainer", _("培训管理员")
    EDITOR = "editor", _("资讯编辑")
    ADMINISTRATOR = "administrator", _("系统管理员")


class Power(models.TextChoices):
    """Something that a role allows, in its branch."""

    DECLARE = "declare", _("申报成果")
    DECLARE_FOR_OTHERS = "declare_for_others", _("为本单位职工申报")
    MANAGE_ROSTER = "manage_roster", _("维护职工名册")
    RECOMMEND = "recommend", _("审核、排序与推荐")
    MANAGE_ORGS = "manage_orgs", _("维护下级组织")
    MANAGE_PEOPLE = "manage_people", _("授予角色")
    RUN_CALLS = "run_calls", _("发布征集、组织评审、公示与发布")
    RUN_PRACTICE = "run_practice", _("管理题库、练兵活动、课程与考试")
    SEE_FIGURES = "see_figures", _("查看统计")
    EDIT_NEWS = "edit_news", _("编辑资讯")
    SEE_HISTORY = "see_history", _("查看操作历史")


POWERS: dict[Role, frozenset[Power]] = {
    Role.MEMBER: frozenset({Power.DECLARE}),
    Role.SECRETARY: frozenset(
        {
            Power.DECLARE,
            Power.DECLARE_FOR_OTHERS,
            Power.MANAGE_ROSTER,
            Power.RECOMMEND,
            Power.RUN_PRACTICE,
            Power.SEE_FIGURES,
        }
    ),
    Role.OFFICER: frozenset(
        {
            Power.MANAGE_ROSTER,
            Power.RECOMMEND,
            Power.MANAGE_ORGS,
            Power.MANAGE_PEOPLE,
            Power.RUN_PRACTICE,
            Power.SEE_FIGURES,
            Power.SEE_HISTORY,
        }
    ),
    Role.ORGANISER: frozenset(
        {
            Power.MANAGE_ROSTER,
            Power.RECOMMEND,
            Power.MANAGE_ORGS,
            Power.MANAGE_PEOPLE,
            Power.RUN_CALLS,
            Power.RUN_PRACTICE,
            Power.SEE_FIGURES,
            Power.SEE_HISTORY,
        }
    ),
    Role.TRAINER: frozenset({Power.RUN_PRACTICE, Power.SEE_FIGURES}),
    Role.EDITOR: frozenset({Power.EDIT_NEWS}),
    Role.ADMINISTRATOR: frozenset({Power.MANAGE_ORGS, Power.MANAGE_PEOPLE, Power.MANAGE_ROSTER, Power.SEE_HISTORY}),
}

# Which roles the holder of a role may grant or end, at the organizations in their reach: never one above their own.
GRANTS: dict[Role, frozenset[Role]] = {
    Role.MEMBER: frozenset(),
    Role.SECRETARY: frozenset(),
    Role.OFFICER: frozenset({Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.TRAINER}),
    Role.ORGANISER: frozenset({Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.ORGANISER, Role.TRAINER, Role.EDITOR}),
    Role.TRAINER: frozenset(),
    Role.EDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(Role),
}

# Roles whose holders act for others: they are asked for a second factor when the setting demands it.
OFFICIAL_ROLES = frozenset(
    {Role.SECRETARY, Role.OFFICER, Role.ORGANISER, Role.TRAINER, Role.EDITOR, Role.ADMINISTRATOR}
)


def roles_with(power: Power) -> list[Role]:
    """The roles that hold ``power``."""
    return [role for role, powers in POWERS.items() if power in powers]
