"""Everything that an organiser does to a call: make it, copy it, move it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import readiness
from huomiao.innovations.defaults import categories as default_categories
from huomiao.innovations.defaults import priorities as default_priorities
from huomiao.innovations.defaults import rubrics as default_rubrics
from huomiao.innovations.defaults import rules as default_rules
from huomiao.innovations.models import (
    Band,
    Call,
    CallAttachment,
    Category,
    Criterion,
    Exclusion,
    Grade,
    MixRule,
    PriorityField,
    PriorityList,
    Quota,
    Rubric,
    Window,
)
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import CALL_MOVES, CallState
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# The moves that the call's own page makes; the others belong to the review, the notice and the publication.
BY_HAND = frozenset(
    {
        (CallState.DRAFT, CallState.OPEN),
        (CallState.OPEN, CallState.CHECKING),
        (CallState.CHECKING, CallState.OPEN),
        *((state, CallState.CANCELLED) for state, moves in CALL_MOVES.items() if CallState.CANCELLED in moves),
    }
)


# --- Making ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create(organiser: Organization, *, year: int, by: User | None, series: str = default_rules.SERIES) -> Call:
    """A complete draft from what ships with the product: nothing is missing but the organiser's own choices.

    Raises:
        NotAllowed: ``by`` runs no calls there.
        Invalid: the organiser already has a call of this series and year.
    """
    _may_make(organiser, by=by)
    call = _new_call(
        organiser,
        series=series,
        year=year,
        title=default_rules.TITLE.format(year=year),
        body=default_rules.BODY,
        award_wording=default_rules.AWARD_WORDING,
        notice_days=default_rules.NOTICE_DAYS,
        priority_list=ensure_priority_list(organiser, year=year),
    )
    _fill_from_defaults(call)
    history.record(call, "call.created", by=by)
    return call


@transaction.atomic
def copy(call: Call, *, year: int, by: User | None) -> Call:
    """A draft for ``year`` with every rule of ``call``, its dates moved by the years between; nothing of its course.

    Raises:
        NotAllowed: ``by`` runs no calls there.
        Invalid: the organiser already has a call of this series and year.
    """
    _may_make(call.organiser, by=by)
    years = year - call.year
    same = {
        name: getattr(call, name)
        for name in (
            "body",
            "contact",
            "number_prefix",
            "limits",
            "allows_worker_path",
            "needs_sealed_form",
            "experts_per_entry",
            "load_cap",
            "aggregation",
            "basis",
            "is_blind",
            "avoids_same_union",
            "award_wording",
            "notice_days",
        )
    }
    new = _new_call(
        call.organiser,
        series=call.series,
        year=year,
        title=call.title.replace(str(call.year), str(year)),
        priority_list=_priority_list_for(call, year=year),
        copied_from=call,
        **same,
    )
    rubric_of = {rubric.pk: copy_rubric(rubric, new) for rubric in call.rubrics.order_by("pk")}
    category_of: dict[int, Category] = {}
    for category in call.categories.all():
        category_of[category.pk] = Category.objects.create(
            call=new,
            code=category.code,
            name=category.name,
            definition=category.definition,
            hints=category.hints,
            rubric=rubric_of.get(category.rubric_id or 0),
            position=category.position,
        )
    Quota.objects.bulk_create(
        Quota(
            call=new,
            union_id=quota.union_id,
            category=category_of[quota.category_id] if quota.category_id else None,
            maximum=quota.maximum,
        )
        for quota in call.quotas.filter(union__is_active=True).order_by("pk")
    )
    for model in (MixRule, Exclusion, Grade):
        _copy_rows(model, call, new)
    _copy_rows(CallAttachment, call, new)
    Window.objects.bulk_create(
        Window(
            call=new,
            stage=window.stage,
            opens_at=_years_later(window.opens_at, years),
            closes_at=_years_later(window.closes_at, years),
        )
        for window in call.windows.all()
    )
    history.record(new, "call.copied", by=by, note=str(call))
    return new


def ensure_priority_list(organiser: Organization, *, year: int) -> PriorityList | None:
    """The priority list in force for ``organiser``; the shipped one is laid down when it covers the year and none is there."""
    found = queries.priority_lists(organiser, year=year).first()
    shipped = default_priorities.PLAN_1269
    if found or not shipped.first_year <= year <= shipped.last_year:
        return found
    new, _created = PriorityList.objects.get_or_create(
        name=shipped.name,
        region=organiser,
        first_year=shipped.first_year,
        defaults={"last_year": shipped.last_year, "description": shipped.description},
    )
    PriorityField.objects.bulk_create(
        PriorityField(list=new, code=code, name=name, group=group, position=position)
        for position, (code, name, group) in enumerate(shipped.fields, 1)
    )
    return new


def _may_make(organiser: Organization, *, by: User | None) -> None:
    if by is not None and not has_power(by, Power.RUN_CALLS, organiser):
        raise NotAllowed(_("只有主办单位可以发起征集。"))


def _new_call(organiser: Organization, *, series: str, year: int, **values: Any) -> Call:
    slug = _free_slug(series, year, organiser)
    try:
        with transaction.atomic():
            return Call.objects.create(
                organiser=organiser, series=series, year=year, slug=slug, state=CallState.DRAFT, **values
            )
    except IntegrityError as problem:
        raise Invalid(_("%(year)d 年的征集已经有了，请直接编辑它。") % {"year": year}) from problem


def _free_slug(series: str, year: int, organiser: Organization) -> str:
    plain = f"{series}-{year}"[:40]
    if not Call.objects.filter(slug=plain).exists():
        return plain
    return f"{series}-{year}-{organiser.pk}"[:40]


def _fill_from_defaults(call: Call) -> None:
    rubrics: dict[str, Rubric] = {}
    for rubric in default_rubrics.RUBRICS:
        made = rubrics[rubric.name] = Rubric.objects.create(call=call, name=rubric.name)
        for position, criterion in enumerate(rubric.criteria):
            row = Criterion.objects.create(
                rubric=made,
                name=criterion.name,
                description=criterion.description,
                points=criterion.points,
                position=position,
            )
            Band.objects.bulk_create(
                Band(
                    criterion=row,
                    label=band.label,
                    low=Decimal(band.low),
                    high=Decimal(band.high),
                    description=band.description,
                )
                for band in criterion.bands
            )
    categories = [
        Category.objects.create(
            call=call,
            code=category.code,
            name=category.name,
            definition=category.definition,
            hints=list(category.hints),
            rubric=rubrics[category.rubric],
            position=position,
        )
        for position, category in enumerate(default_categories.CATEGORIES)
    ]
    Quota.objects.bulk_create(
        Quota(call=call, union=union, category=category, maximum=maximum)
        for union in queries.unions(call)
        for category, maximum in [
            *((category, default_rules.QUOTA_PER_CATEGORY) for category in categories),
            (None, default_rules.QUOTA_IN_ALL),
        ]
    )
    Exclusion.objects.bulk_create(
        Exclusion(call=call, text=text, position=position) for position, text in enumerate(default_rules.EXCLUSIONS)
    )
    MixRule.objects.bulk_create(
        MixRule(call=call, measure=measure, minimum_percent=percent, note=note)
        for measure, percent, note in default_rules.MIX_RULES
    )
    Grade.objects.bulk_create(
        Grade(call=call, name=name, number=number, position=position)
        for position, (name, number) in enumerate(default_rules.GRADES)
    )
    Window.objects.bulk_create(
        Window(
            call=call,
            stage=stage,
            opens_at=_midnight(call.year, *first),
            closes_at=_midnight(call.year, *last) + timedelta(days=1),
        )
        for stage, (first, last) in default_rules.WINDOWS.items()
    )


def _midnight(year: int, month: int, day: int) -> datetime:
    return timezone.make_aware(datetime(year, month, day))  # noqa: DTZ001 made aware here, in the site's zone


def _years_later(moment: datetime, years: int) -> datetime:
    """The same day and hour ``years`` later; the last of February where there is no 29th."""
    local = timezone.localtime(moment)
    try:
        return local.replace(year=local.year + years)
    except ValueError:
        return local.replace(year=local.year + years, day=28)


def _priority_list_for(call: Call, *, year: int) -> PriorityList | None:
    """The list that ``call`` used if it is still in force, else the one that is."""
    current = call.priority_list
    if current and current.first_year <= year <= current.last_year:
        return current
    return ensure_priority_list(call.organiser, year=year)


def copy_rubric(rubric: Rubric, call: Call) -> Rubric:
    """The same criteria and bands, for ``call``."""
    new = Rubric.objects.create(call=call, name=rubric.name)
    for criterion in rubric.criteria.prefetch_related("bands"):
        row = Criterion.objects.create(
            rubric=new,
            name=criterion.name,
            description=criterion.description,
            points=criterion.points,
            position=criterion.position,
        )
        Band.objects.bulk_create(
            Band(criterion=row, label=band.label, low=band.low, high=band.high, description=band.description)
            for band in criterion.bands.all()
        )
    return new


def _copy_rows(model: type[models.Model], old: Call, new: Call) -> None:
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key and field.name != "call"]
    rows = model._base_manager.filter(call=old).order_by("pk").values(*names)
    model._base_manager.bulk_create(model(call=new, **row) for row in rows)


# --- Moving on ------------------------------------------------------------------------------------------------------


@transaction.atomic
def move(call: Call, to: CallState, *, by: User | None, note: str = "", at: datetime | None = None) -> Call:
    """Move ``call`` to ``to`` and record it. The one way in which a call changes its state; it asks no checklist.

    Raises:
        NotAllowed: ``by`` does not run the calls of its organiser.
        WrongState: the move is not in ``CALL_MOVES`` (any more).
    """
    moment = at or timezone.now()
    locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
    if by is not None and not rules.can_edit(by, locked):
        raise NotAllowed(_("只有主办单位可以推进征集。"))
    before = CallState(locked.state)
    if to not in CALL_MOVES[before]:
        raise WrongState(
            _("征集目前是“%(state)s”，不能改为“%(to)s”。请刷新页面查看最新状态。")
            % {"state": before.label, "to": to.label}
        )
    locked.state = call.state = to
    if to == CallState.OPEN and locked.announced_at is None:
        locked.announced_at = call.announced_at = moment
    if to == CallState.PUBLISHED:
        locked.published_at = call.published_at = moment
    locked.save(update_fields=["state", "announced_at", "published_at"])
    history.record(locked, f"call.{to}", by=by, note=note, changes={"state": [before, to]}, at=moment)
    return locked


@transaction.atomic
def advance(call: Call, to: CallState, *, by: User, note: str = "", at: datetime | None = None) -> Call:
    """Move ``call`` on from its own page, once everything on its checklist holds.

    Raises:
        NotAllowed, WrongState: as ``move``.
        Invalid: something on the checklist does not hold, or a cancellation gives no reason.
    """
    moment = at or timezone.now()
    locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
    if not rules.can_edit(by, locked):
        raise NotAllowed(_("只有主办单位可以推进征集。"))
    before = CallState(locked.state)
    if (before, to) not in BY_HAND:
        raise WrongState(_("征集目前是“%(state)s”，不能在这里改为“%(to)s”。") % {"state": before.label, "to": to.label})
    if to == CallState.CANCELLED and not note.strip():
        raise Invalid(_("请写明取消的原因，原因会在征集页面上公开。"))
    unmet = [check for check in readiness.checklist(locked, to, at=moment) if check.blocks and not check.is_met]
    if unmet:
        raise Invalid(
            _("还不能进入“%(to)s”：%(missing)s。")
            % {"to": to.label, "missing": "；".join(check.label for check in unmet)}
        )
    return move(call, to, by=by, note=note, at=moment)
