from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization


class Level(models.TextChoices):
    NATIONAL = "national", _("国家级")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")
    UNIT = "unit", _("单位级")


class Studio(models.Model):
    """A model-worker (craftsman) innovation studio: a named team in a unit, led by a decorated worker."""

    name = models.CharField(_("名称"), max_length=120)
    level = models.CharField(_("级别"), max_length=8, choices=Level)
    unit = models.ForeignKey(Organization, verbose_name=_("所在单位"), on_delete=models.PROTECT, related_name="studios")
    leader_name = models.CharField(_("领衔人"), max_length=50)
    named_on = models.DateField(_("命名日期"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "name"], name="studios_name_once_per_unit"),)

    def __str__(self) -> str:
        return self.name


class StudioMember(models.Model):
    """Somebody on a studio's team. Experts on the same team as an author do not score that author's work."""

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="studio_memberships"
    )
    name = models.CharField(_("姓名"), max_length=50)

    def __str__(self) -> str:
        return self.name
