from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an organization is in the union tree."""

    PROVINCE = "province", _("省总工会")
    CITY = "city", _("设区市总工会")
    NEW_AREA = "new_area", _("新区工会联合会")
    INDUSTRY = "industry", _("产业工会")
    DIRECT = "direct", _("直属基层工会")
    COUNTY = "county", _("县（市、区）总工会")
    PARK = "park", _("园区工会")
    ENTERPRISE = "enterprise", _("企事业单位工会")
    BASIC = "basic", _("基层工会")


# The kinds that sit directly below the province and recommend to it.
BRANCH_KINDS = frozenset({Kind.CITY, Kind.NEW_AREA, Kind.INDUSTRY, Kind.DIRECT})
# The kinds whose members work there, as against unions of unions.
UNIT_KINDS = frozenset({Kind.DIRECT, Kind.ENTERPRISE, Kind.BASIC})


class Nature(models.TextChoices):
    """Of what nature a unit is."""

    STATE_OWNED = "state_owned", _("国有及国有控股企业")
    NON_PUBLIC = "non_public", _("非公有制企业")
    AGENCY = "agency", _("机关")
    INSTITUTION = "institution", _("事业单位")


class BatchKind(models.TextChoices):
    """What a table that was brought holds."""

    TREE = "tree", _("组织")
    ROSTER = "roster", _("名册")


class BatchState(models.TextChoices):
    """Where the import of a table stands."""

    PREVIEW = "preview", _("待确认")
    DONE = "done", _("已导入")
    DROPPED = "dropped", _("已放弃")


class Fate(models.TextChoices):
    """What an import does with a row."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("更新")
    UNCHANGED = "same", _("无变化")
    PROBLEM = "problem", _("有问题")
