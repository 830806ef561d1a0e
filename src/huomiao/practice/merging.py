"""What becomes of practice when a unit is merged into another: campaigns and figures follow, attempts stay as they were.

A unit that moves within the tree takes its figures along without any of this: sums over a branch are taken by path.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Model

from huomiao.orgs.models import Organization
from huomiao.practice import follower
from huomiao.practice.models import (
    Bank,
    Campaign,
    CampaignPerson,
    CampaignUnit,
    Candidate,
    Exam,
    MarkerUnit,
    Person,
    PersonTrade,
    QuickSession,
    RosterSize,
    TradePeriod,
    UnitPeriod,
)
from huomiao.practice.queries.boards import CAMPAIGN_FIGURES, FIGURES

_SUMS: tuple[tuple[type[Model], Sequence[str], Sequence[str]], ...] = (
    (
        UnitPeriod,
        ("period", "start"),
        (*FIGURES, "flagged"),
    ),
    (TradePeriod, ("period", "start", "trade_id"), ("people", "sessions", "answered", "right")),
    (CampaignUnit, ("campaign_id",), CAMPAIGN_FIGURES),
)


def follow(old: Organization, into: Organization) -> None:
    """Move what ``old`` organises, owns and has practised to ``into``. People are counted once, so figures add up."""
    Campaign.objects.filter(organiser=old).update(organiser=into)
    Bank.objects.filter(owner=old).update(owner=into)
    for campaign in Campaign.objects.filter(targets=old):
        campaign.targets.remove(old)
        campaign.targets.add(into)
    Exam.objects.filter(organiser=old).update(organiser=into)
    Candidate.objects.filter(unit=old).update(unit=into)
    # Who belonged to the unit that is gone must not mark answers of the one it became.
    MarkerUnit.objects.bulk_create(
        (MarkerUnit(marker_id=marker, unit=into) for marker in _markers_of(old)), ignore_conflicts=True
    )
    MarkerUnit.objects.filter(unit=old).delete()
    with follower.changing():
        for people in (Person, PersonTrade, CampaignPerson, QuickSession):
            people._default_manager.filter(unit=old).update(unit=into)
        for model, key, sums in _SUMS:
            _add_up(model, key, sums, old=old, into=into)
    RosterSize.objects.filter(pk=old.pk).delete()


def _markers_of(unit: Organization) -> list[int]:
    return list(MarkerUnit.objects.filter(unit=unit).values_list("marker_id", flat=True))


def _add_up(
    model: type[Model], key: Sequence[str], sums: Sequence[str], *, old: Organization, into: Organization
) -> None:
    theirs = model._default_manager.filter(organization=into)
    known = set(theirs.values_list(*key))
    for row in model._default_manager.filter(organization=old).values(*key, *sums):
        place = {name: row[name] for name in key}
        if tuple(place.values()) in known:
            theirs.filter(**place).update(**{name: F(name) + row[name] for name in sums})
            model._default_manager.filter(organization=old, **place).delete()
        else:
            model._default_manager.filter(organization=old, **place).update(organization=into)
