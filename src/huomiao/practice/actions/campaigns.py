"""Everything that an officer does to a campaign: make it, copy it, publish it, end it, chase silent units."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.models import Organization
from huomiao.practice import periods
from huomiao.practice.models import Campaign, CampaignReminder
from huomiao.practice.queries import campaigns as queries
from huomiao.practice.rules import campaigns as rules
from huomiao.practice.states import CAMPAIGN_MOVES, CampaignState

if TYPE_CHECKING:
    from huomiao.accounts.models import User
    from huomiao.practice.models import Bank

# No letters or digits that are read for one another on a poster.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@transaction.atomic
def create(
    organiser: Organization,
    *,
    by: User | None,
    banks: Iterable[Bank],
    targets: Iterable[Organization] = (),
    **values: Any,
) -> Campaign:
    """A draft of a campaign.

    Raises:
        NotAllowed: ``by`` runs no campaigns there.
        Invalid: a unit lies outside the organiser's branch.
    """
    if by is not None and not rules.can_create_for(by, organiser):
        raise NotAllowed(_("只有在本级管理练兵的工会干部可以新建练兵活动。"))
    targets = list(targets)
    _need_branch(organiser, targets)
    campaign = Campaign.objects.create(organiser=organiser, slug=_free_slug(values["opens_at"]), **values)
    campaign.banks.set(banks)
    campaign.targets.set(targets)
    history.record(campaign, "campaign.created", by=by)
    return campaign


@transaction.atomic
def copy(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """A draft with the rules, banks and units of ``campaign``, a year later; nothing of its course.

    Raises:
        NotAllowed: ``by`` does not run campaigns there.
    """
    if not rules.can_create_for(by, campaign.organiser):
        raise NotAllowed(_("只有主办工会可以沿用这个活动。"))
    opens_at = _next_year(campaign.opens_at, at)
    new = Campaign.objects.create(
        organiser=campaign.organiser,
        slug=_free_slug(opens_at),
        title=campaign.title.replace(str(_year(campaign.opens_at)), str(_year(opens_at))),
        text=campaign.text,
        opens_at=opens_at,
        closes_at=opens_at + (campaign.closes_at - campaign.opens_at),
        copied_from=campaign,
        **{name: getattr(campaign, name) for name in rules.RULES},
    )
    new.banks.set(campaign.banks.filter(archived_at=None))
    new.targets.set(campaign.targets.filter(is_active=True))
    history.record(new, "campaign.copied", by=by, note=campaign.title)
    return new


@transaction.atomic
def edit(
    campaign: Campaign, *, by: User, banks: Iterable[Bank], targets: Iterable[Organization], at: datetime, **values: Any
) -> Campaign:
    """Change a campaign; once it is published, only what adds to it.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it is over, or a rule would change that people already play by.
        Invalid: a unit lies outside the branch, or it would end before now.
    """
    locked = _locked(campaign)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办工会可以修改练兵活动。"))
    if not rules.can_edit(by, locked):
        raise WrongState(_("活动已经结束或取消，不能再修改。"))
    banks, targets = list(banks), list(targets)
    _need_branch(locked.organiser, targets)
    if locked.state == CampaignState.PUBLISHED:
        if any(name in values and values[name] != getattr(locked, name) for name in rules.FIXED):
            raise WrongState(_("活动已发布，开始时间和答题规则不能再改。"))
        if values.get("closes_at", locked.closes_at) <= at:
            raise Invalid(_("结束时间要晚于现在。要马上结束，请用“提前结束”。"))
        if not banks:
            raise Invalid(_("请至少保留一个题库。"))
    changes = {
        name: [_plain(getattr(locked, name)), _plain(value)]
        for name, value in values.items()
        if getattr(locked, name) != value
    }
    for name, chosen, manager in (("banks", banks, locked.banks), ("targets", targets, locked.targets)):
        before = sorted(manager.values_list("code", flat=True))
        after = sorted(one.code for one in chosen)
        if before != after:
            changes[name] = [before, after]
            manager.set(chosen)  # type: ignore[arg-type]  # each manager gets what it is of
    if not changes:
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=[*values])
    history.record(locked, "campaign.changed", by=by, changes=changes, at=at)
    return locked


@transaction.atomic
def publish(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Show a campaign to everybody; it can be taken part in from its opening on.

    Raises:
        NotAllowed, WrongState: not by this person, or not in this state.
        Invalid: it has no bank to practise from, or is over before it begins.
    """
    locked = _moved(campaign, CampaignState.PUBLISHED, by=by)
    if not locked.banks.filter(archived_at=None, current__isnull=False).exists():
        raise Invalid(_("请先选一个已经发布的题库，再发布活动。"))
    if locked.closes_at <= at:
        raise Invalid(_("活动的结束时间已经过了，请先改时间再发布。"))
    locked.published_at = at
    locked.save(update_fields=["state", "published_at"])
    history.record(locked, "campaign.published", by=by, at=at)
    return locked


@transaction.atomic
def end(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """End a campaign before its time; what was handed in counts."""
    locked = _moved(campaign, CampaignState.ENDED, by=by)
    locked.stopped_at = at
    locked.save(update_fields=["state", "stopped_at"])
    history.record(locked, "campaign.ended", by=by, at=at)
    return locked


@transaction.atomic
def cancel(campaign: Campaign, *, by: User, at: datetime, note: str) -> Campaign:
    """Call a campaign off; its page says so and why."""
    if not note.strip():
        raise Invalid(_("请写明取消的原因，它会显示在活动页上。"))
    locked = _moved(campaign, CampaignState.CANCELLED, by=by)
    locked.stopped_at = at
    locked.save(update_fields=["state", "stopped_at"])
    history.record(locked, "campaign.cancelled", by=by, note=note.strip()[:300], at=at)
    return locked


@transaction.atomic
def remind(campaign: Campaign, units: Iterable[Organization], *, by: User, at: datetime) -> int:
    """Ask units in which nobody takes part yet to get on with it; their task pages show it. Returns how many were asked.

    A unit that was asked today already, or in which somebody takes part by now, is left alone.
    """
    locked = _locked(campaign)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办工会可以催办。"))
    if not locked.is_running(at):
        raise WrongState(_("活动不在进行中，不必催办。"))
    wanted = [unit.pk for unit in units]
    day = periods.day_of(at)
    asked = set(locked.reminders.filter(unit__in=wanted, day=day).values_list("unit", flat=True))
    silent = list(queries.silent_units(locked).filter(pk__in=wanted).exclude(pk__in=asked))
    CampaignReminder.objects.bulk_create(
        [CampaignReminder(campaign=locked, unit=unit, by=by, at=at, day=day) for unit in silent], ignore_conflicts=True
    )
    if silent:
        names = "、".join(unit.label for unit in silent[:20])
        note = names if len(silent) <= 20 else _("%(names)s等 %(count)d 家") % {"names": names, "count": len(silent)}
        history.record(locked, "campaign.reminded", by=by, note=note, at=at)
    return len(silent)


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=campaign.pk)


def _moved(campaign: Campaign, to: CampaignState, *, by: User) -> Campaign:
    locked = _locked(campaign)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办工会可以这样做。"))
    if to not in CAMPAIGN_MOVES[CampaignState(locked.state)]:
        raise WrongState(_("活动现在是“%(state)s”，不能这样做。") % {"state": locked.get_state_display()})
    locked.state = to
    return locked


def _need_branch(organiser: Organization, targets: Iterable[Organization]) -> None:
    for target in targets:
        if not target.path.startswith(organiser.path):
            raise Invalid(_("“%(unit)s”不在主办工会的范围内。") % {"unit": target.label})


def _free_slug(opens_at: datetime) -> str:
    while True:
        slug = f"{periods.day_of(opens_at):%Y%m}-" + "".join(secrets.choice(_ALPHABET) for _place in range(5))
        if not Campaign.objects.filter(slug=slug).exists():
            return slug


def _year(at: datetime) -> int:
    return periods.day_of(at).year


def _next_year(opens_at: datetime, at: datetime) -> datetime:
    """The same day of the first year in which it lies ahead; the 28th where February has no 29th."""
    local = opens_at.astimezone(periods.SHANGHAI)
    year = max(local.year + 1, _year(at))
    moved = _in_year(local, year)
    return moved if moved > at else _in_year(local, year + 1)


def _in_year(local: datetime, year: int) -> datetime:
    leap = local.month == 2 and local.day == 29
    return local.replace(year=year, day=28 if leap else local.day)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (datetime, date)) else value
