"""A call's sections as readable text: what the history keeps before and after, and what tells two editors apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core.numbers import plain
from huomiao.innovations.models import Call
from huomiao.innovations.queries.calls import LIMIT_LABELS
from huomiao.innovations.states import Section


def snapshot(call: Call, section: Section) -> dict[str, str]:
    """The section as it stands in the database: a readable label of each part, and its value."""
    return _SNAPSHOTS[section](call)


def fingerprint(parts: dict[str, str]) -> str:
    """A short hash of a snapshot: a form carries it, so that a change made meanwhile by somebody else is noticed."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def differences(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """What changed, as the history wants it: label to before and after."""
    labels = [*before, *(label for label in after if label not in before)]
    return {
        label: [before.get(label, ""), after.get(label, "")]
        for label in labels
        if before.get(label, "") != after.get(label, "")
    }


FIELDS: dict[Section, tuple[str, ...]] = {
    Section.BASICS: ("title", "body", "contact", "number_prefix"),
    Section.PRIORITIES: ("priority_list",),
    Section.REVIEW: (
        "experts_per_entry",
        "load_cap",
        "aggregation",
        "basis",
        "is_blind",
        "avoids_same_union",
    ),
    Section.GRADES: ("award_wording", "notice_days"),
    Section.LIMITS: ("allows_worker_path", "needs_sealed_form"),
}


def _fields(section: Section) -> Callable[[Call], dict[str, str]]:
    def read(call: Call) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in FIELDS[section]:
            field = call._meta.get_field(name)
            choices = getattr(call, f"get_{name}_display", None)
            value: Any = choices() if choices else getattr(call, name)
            if isinstance(value, bool):
                value = _("是") if value else _("否")
            found[str(getattr(field, "verbose_name", name))] = "" if value is None else str(value)
        return found

    return read


def _limits(call: Call) -> dict[str, str]:
    return {
        **_fields(Section.LIMITS)(call),
        **{str(label): str(call.limit(name)) for name, label in LIMIT_LABELS.items()},
    }


def _categories(call: Call) -> dict[str, str]:
    return {
        row.name: f"{row.code}\n{row.definition}\n{'；'.join(row.hints)}\n{row.rubric or ''}".strip()
        for row in call.categories.select_related("rubric")
    }


def _quotas(call: Call) -> dict[str, str]:
    rows = call.quotas.select_related("union", "category").order_by("union__path", "category__position")
    quotas = {
        f"{row.union.label} · {row.category.name if row.category else _('合计')}": str(row.maximum) for row in rows
    }
    return {
        **quotas,
        **{row.get_measure_display(): f"≥ {row.minimum_percent}% {row.note}".strip() for row in call.mix_rules.all()},
    }


def _exclusions(call: Call) -> dict[str, str]:
    return {_("第 %(number)d 条") % {"number": n}: row.text for n, row in enumerate(call.exclusions.all(), 1)}


def _rubrics(call: Call) -> dict[str, str]:
    found: dict[str, str] = {}
    for rubric in call.rubrics.prefetch_related("criteria__bands"):
        for criterion in rubric.criteria.all():
            bands = "\n".join(
                f"{band.label} {plain(band.low)}–{plain(band.high)} {band.description}"
                for band in criterion.bands.all()
            )
            found[f"{rubric.name} · {criterion.name}"] = f"{criterion.points}\n{criterion.description}\n{bands}"
    return found


def _windows(call: Call) -> dict[str, str]:
    return {
        row.get_stage_display(): f"{timezone.localtime(row.opens_at):%Y-%m-%d %H:%M} – "
        f"{timezone.localtime(row.closes_at):%Y-%m-%d %H:%M}"
        for row in call.windows.all()
    }


def _grades(call: Call) -> dict[str, str]:
    return {**_fields(Section.GRADES)(call), **{row.name: str(row.number) for row in call.grades.all()}}


def _attachments(call: Call) -> dict[str, str]:
    return {_("附件 %(number)d") % {"number": n}: row.title for n, row in enumerate(call.attachments.all(), 1)}


_SNAPSHOTS: dict[Section, Callable[[Call], dict[str, str]]] = {
    Section.BASICS: _fields(Section.BASICS),
    Section.CATEGORIES: _categories,
    Section.PRIORITIES: _fields(Section.PRIORITIES),
    Section.QUOTAS: _quotas,
    Section.LIMITS: _limits,
    Section.EXCLUSIONS: _exclusions,
    Section.RUBRICS: _rubrics,
    Section.WINDOWS: _windows,
    Section.REVIEW: _fields(Section.REVIEW),
    Section.GRADES: _grades,
    Section.ATTACHMENTS: _attachments,
}
