"""Changing a call section by section: refused once its stage has begun, never laid over somebody else's change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.innovations import readiness, scoring_bands, sections
from huomiao.innovations.actions.calls import copy_rubric
from huomiao.innovations.models import (
    Band,
    Call,
    CallAttachment,
    Category,
    Criterion,
    Declaration,
    Exclusion,
    Grade,
    MixRule,
    Quota,
    Rubric,
    Window,
)
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import AT_ORGANISER, Section, Stage
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from huomiao.accounts.models import User


@contextmanager
def _changing(call: Call, section: Section, *, by: User, seen: str = "") -> Iterator[Call]:
    """Lock the call, ask the rules, let the body change the section, and record what became different.

    ``seen`` is the fingerprint of what the person had before them: when somebody else changed the section meanwhile,
    and the result would differ from theirs, the change is refused rather than laid over it.
    """
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
        if not rules.can_edit(by, locked):
            raise NotAllowed(_("只有主办单位可以修改征集。"))
        if not rules.is_section_open(locked, section):
            raise WrongState(
                _("征集已进入“%(state)s”，“%(section)s”不能再修改。")
                % {"state": locked.get_state_display(), "section": section.label}
            )
        before = sections.snapshot(locked, section)
        yield locked
        after = sections.snapshot(Call.objects.get(pk=call.pk), section)
        changes = sections.differences(before, after)
        if not changes:
            return
        if seen and seen != sections.fingerprint(before):
            raise WrongState(
                _("您打开页面之后，别人修改了“%(section)s”。请刷新查看后再改。") % {"section": section.label}
            )
        history.record(locked, f"call.{section}.changed", by=by, changes=changes)


def save_fields(call: Call, section: Section, values: Mapping[str, Any], *, by: User, seen: str = "") -> None:
    """Set the section's fields of the call itself."""
    with _changing(call, section, by=by, seen=seen) as locked:
        _set_fields(locked, section, values)


def _set_fields(call: Call, section: Section, values: Mapping[str, Any]) -> None:
    names = sections.FIELDS[section]
    for name in names:
        setattr(call, name, values[name])
    call.save(update_fields=names)


def save_limits(call: Call, limits: Mapping[str, int], values: Mapping[str, Any], *, by: User, seen: str = "") -> None:
    """Set the form's limits and the ways in which one may declare."""
    if limits["min_pictures"] > limits["pictures"]:
        raise Invalid(_("图片最少张数不能多于最多张数。"))
    with _changing(call, Section.LIMITS, by=by, seen=seen) as locked:
        locked.limits = {**locked.limits, **limits}
        locked.save(update_fields=["limits"])
        _set_fields(locked, Section.LIMITS, values)


def save_categories(call: Call, rows: Sequence[Mapping[str, Any]], *, by: User, seen: str = "") -> None:
    """Set the categories to ``rows`` (pk or None, code, name, definition, hints, rubric), in that order.

    Raises:
        Invalid: two rows share a code or a name.
    """
    for key in ("code", "name"):
        _no_twins([row[key] for row in rows], _("类别的名称和代码不能重复：%(value)s。"))
    with _changing(call, Section.CATEGORIES, by=by, seen=seen) as locked:
        _replace(locked.categories.all(), Category, locked, rows)


def save_exclusions(call: Call, rows: Sequence[Mapping[str, Any]], *, by: User, seen: str = "") -> None:
    """Set the exclusions to ``rows`` (pk or None, text), in that order."""
    with _changing(call, Section.EXCLUSIONS, by=by, seen=seen) as locked:
        _replace(locked.exclusions.all(), Exclusion, locked, rows)


def save_grades(
    call: Call, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, by: User, seen: str = ""
) -> None:
    """Set the wording of the award, the days of notice, and the grades (pk or None, name, number), best first."""
    _no_twins([row["name"] for row in rows], _("等次名称不能重复：%(value)s。"))
    with _changing(call, Section.GRADES, by=by, seen=seen) as locked:
        _set_fields(locked, Section.GRADES, values)
        _replace(locked.grades.all(), Grade, locked, rows)


def save_quotas(
    call: Call,
    maxima: Mapping[tuple[int, int | None], int | None],
    mix_rows: Sequence[Mapping[str, Any]],
    *,
    by: User,
    seen: str = "",
) -> None:
    """Set the quotas by (union, category or None for all together); None takes one away.

    Raises:
        Invalid: a quota would fall below what its union has already recommended, or mix rules repeat.
    """
    _no_twins([row["measure"] for row in mix_rows], _("结构要求不能重复：%(value)s。"))
    with _changing(call, Section.QUOTAS, by=by, seen=seen) as locked:
        known_unions = set(queries.unions(locked).values_list("pk", flat=True))
        known_categories = {None, *locked.categories.values_list("pk", flat=True)}
        wanted = {key: maximum for key, maximum in maxima.items() if maximum is not None}
        if any(union not in known_unions or category not in known_categories for union, category in wanted):
            raise Invalid(_("名额表里有不属于本征集的工会或类别，请刷新页面后重填。"))
        _not_below_recommended(locked, wanted)
        locked.quotas.exclude(union_id__in=known_unions).delete()
        existing = {(quota.union_id, quota.category_id): quota for quota in locked.quotas.all()}
        Quota.objects.filter(pk__in=[quota.pk for key, quota in existing.items() if key not in wanted]).delete()
        changed = [quota for key, quota in existing.items() if wanted.get(key, quota.maximum) != quota.maximum]
        for quota in changed:
            quota.maximum = wanted[quota.union_id, quota.category_id]
        Quota.objects.bulk_update(changed, ["maximum"], batch_size=200)
        Quota.objects.bulk_create(
            Quota(call=locked, union_id=union, category_id=category, maximum=maximum)
            for (union, category), maximum in wanted.items()
            if (union, category) not in existing
        )
        _replace(locked.mix_rules.order_by("pk"), MixRule, locked, mix_rows)


def _not_below_recommended(call: Call, wanted: Mapping[tuple[int, int | None], int]) -> None:
    counts: dict[tuple[int, int | None], int] = {}
    rows = (
        Declaration.objects.filter(call=call, state__in=AT_ORGANISER, union__isnull=False)
        .values_list("union_id", "category_id")
        .annotate(count=models.Count("pk"))
    )
    for union, category, count in rows:
        counts[union, category] = counts.get((union, category), 0) + count
        counts[union, None] = counts.get((union, None), 0) + count
    for key, count in counts.items():
        if key in wanted and wanted[key] < count:
            union = Organization.objects.get(pk=key[0])
            category_name = Category.objects.get(pk=key[1]).name if key[1] else _("合计")
            raise Invalid(
                _("%(union)s的“%(category)s”已推荐 %(count)d 项，名额不能少于这个数。")
                % {"union": union.label, "category": category_name, "count": count}
            )


def save_windows(
    call: Call, windows: Mapping[Stage, tuple[datetime, datetime] | None], *, by: User, seen: str = ""
) -> None:
    """Set when each stage may be worked on; stages that are over keep their times whatever is given.

    Raises:
        Invalid: a window ends before it begins, or comes before that of an earlier stage.
    """
    with _changing(call, Section.WINDOWS, by=by, seen=seen) as locked:
        current = {Stage(row.stage): (row.opens_at, row.closes_at) for row in locked.windows.all()}
        merged = dict(current)
        for stage, times in windows.items():
            if not rules.is_window_open(locked, stage):
                continue
            if times is None:
                merged.pop(stage, None)
            else:
                merged[stage] = times
        problems = readiness.window_problems(merged)
        if problems:
            raise Invalid(" ".join(problems))
        locked.windows.exclude(stage__in=merged).delete()
        for stage, (opens_at, closes_at) in merged.items():
            if current.get(stage) != (opens_at, closes_at):
                Window.objects.update_or_create(
                    call=locked, stage=stage, defaults={"opens_at": opens_at, "closes_at": closes_at}
                )


@dataclass(frozen=True)
class CriterionRow:
    """A criterion as the editor gives it; ``pk`` is None for a new one."""

    pk: int | None
    name: str
    description: str
    points: int
    bands: tuple[BandRow, ...]


@dataclass(frozen=True)
class BandRow:
    label: str
    low: Decimal
    high: Decimal
    description: str


def add_rubric(call: Call, *, name: str, by: User, like: Rubric | None = None) -> Rubric:
    """A further rubric, copied from ``like`` when given."""
    with _changing(call, Section.RUBRICS, by=by) as locked:
        if locked.rubrics.filter(name=name).exists():
            raise Invalid(_("已经有名为“%(name)s”的评分标准。") % {"name": name})
        if like is None:
            rubric = Rubric.objects.create(call=locked, name=name)
        else:
            rubric = copy_rubric(like, locked)
            rubric.name = name
            rubric.save(update_fields=["name"])
    history.record(rubric, "rubric.added", by=by)
    return rubric


def remove_rubric(rubric: Rubric, *, by: User) -> None:
    """Take a rubric away that no category uses."""
    with _changing(rubric.call, Section.RUBRICS, by=by):
        if rubric.categories.exists():
            raise Invalid(_("还有类别在使用这个评分标准，不能删除。"))
        rubric.delete()


def save_rubric(rubric: Rubric, *, name: str, rows: Sequence[CriterionRow], by: User, seen: str = "") -> None:
    """Set a rubric's name, criteria and bands.

    Raises:
        Invalid: criteria do not add up to a hundred, or bands leave a gap or overlap.
    """
    problems = scoring_bands.problems(
        [(row.name, row.points, [(band.label, band.low, band.high) for band in row.bands]) for row in rows]
    )
    if problems:
        raise Invalid(" ".join(problems))
    _no_twins([row.name for row in rows], _("评分指标不能重复：%(value)s。"))
    with _changing(rubric.call, Section.RUBRICS, by=by, seen=seen):
        Rubric.objects.filter(pk=rubric.pk).update(name=name)
        kept = [row.pk for row in rows if row.pk]
        rubric.criteria.exclude(pk__in=kept).delete()
        known = {criterion.pk: criterion for criterion in rubric.criteria.all()}
        for position, row in enumerate(rows):
            criterion = known.get(row.pk or 0) or Criterion(rubric=rubric)
            criterion.name, criterion.description = row.name, row.description
            criterion.points, criterion.position = row.points, position
            criterion.save()
            criterion.bands.all().delete()
            Band.objects.bulk_create(
                Band(
                    criterion=criterion,
                    label=band.label,
                    low=band.low,
                    high=band.high,
                    description=band.description,
                )
                for band in row.bands
            )


def attach(call: Call, upload: UploadedFile, *, title: str, by: User) -> CallAttachment:
    """Hang a paper on the call's page: the notice itself, forms, examples."""
    with _changing(call, Section.ATTACHMENTS, by=by) as locked:
        stored = files.store(upload, by=by)
        last = locked.attachments.aggregate(last=models.Max("position"))["last"] or 0
        return CallAttachment.objects.create(
            call=locked, file=stored, title=title or stored.name[:120], position=last + 1
        )


def detach(attachment: CallAttachment, *, by: User) -> None:
    """Take a paper off the call's page."""
    with _changing(attachment.call, Section.ATTACHMENTS, by=by):
        attachment.delete()


def _no_twins(values: Sequence[str], message: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise Invalid(message % {"value": value})
        seen.add(value)


def _replace(existing: models.QuerySet[Any], model: type[Any], call: Call, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the call's rows of ``model`` be ``rows``: known ones changed, missing ones removed, new ones added."""
    known = {row.pk: row for row in existing}
    ordered = any(field.name == "position" for field in model._meta.concrete_fields)
    kept = {row.get("pk") for row in rows}
    for pk, gone in known.items():
        if pk not in kept:
            gone.delete()
    for position, row in enumerate(rows):
        values = {name: value for name, value in row.items() if name != "pk"}
        if ordered:
            values["position"] = position
        thing = known.get(row.get("pk")) or model(call=call)
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save()
