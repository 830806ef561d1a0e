"""Figures over the declarations of a call: each with its definition and the very records that it counts.

A figure's value is always the size of a queryset (or of the set of a column's values in one), and the page behind it
lists that same queryset. So a figure can be checked by reading, and a list can never disagree with its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core.errors import Invalid
from huomiao.innovations.models import Call, Category, Declaration, PriorityField
from huomiao.innovations.states import AT_ORGANISER, Path, State
from huomiao.orgs import industries
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import below, has_power, reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BRANCH_KINDS, Nature

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from huomiao.accounts.models import User


@dataclass(frozen=True)
class Dimension:
    """One way to break a call's declarations down: the column that holds the key, and how to name each key."""

    name: str
    title: str | _StrPromise
    column: str
    labels: Callable[[Call], dict[str, str]]


@dataclass(frozen=True)
class Slice:
    """One value of a dimension: how many declarations have it, and where they are listed."""

    key: str
    label: str
    count: int
    share: Decimal
    url: str


@dataclass(frozen=True)
class Figure:
    """One number that may be read out: what it counts, in words, and where its records are."""

    key: str
    label: str
    value: int | Decimal
    unit: str
    definition: str
    query: dict[str, str]

    def url(self, call: Call) -> str:
        return records_url(call, **self.query)


def _categories(call: Call) -> dict[str, str]:
    return dict(Category.objects.filter(call=call).values_list("code", "name"))


def _unions(call: Call) -> dict[str, str]:
    found = Organization.objects.filter(below(call.organiser.path), kind__in=BRANCH_KINDS, is_active=True)
    return {union.code: union.label for union in found}


def _fields(call: Call) -> dict[str, str]:
    return dict(PriorityField.objects.filter(list=call.priority_list_id).values_list("code", "name"))


def _divisions(call: Call) -> dict[str, str]:
    return {code: f"{code} {name}" for code, name in industries.DIVISIONS.items()}


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("category", gettext_lazy("类别"), "category__code", _categories),
        Dimension("union", gettext_lazy("推荐工会"), "union__code", _unions),
        Dimension("division", gettext_lazy("行业"), "division", _divisions),
        Dimension("field", gettext_lazy("重点领域"), "field__code", _fields),
        Dimension(
            "nature", gettext_lazy("单位性质"), "unit__nature", lambda _call: {n.value: str(n.label) for n in Nature}
        ),
        Dimension("state", gettext_lazy("阶段"), "state", lambda _call: {s.value: str(s.label) for s in State}),
        Dimension("path", gettext_lazy("申报方式"), "path", lambda _call: {p.value: str(p.label) for p in Path}),
        Dimension("grade", gettext_lazy("等次"), "grade", lambda call: {g.name: g.name for g in call.grades.all()}),
    )
}


def counted(call: Call) -> QuerySet[Declaration]:
    """The declarations that figures of ``call`` count: those that reached the organiser."""
    return Declaration.objects.filter(call=call, state__in=AT_ORGANISER)


def handed_in(call: Call) -> QuerySet[Declaration]:
    """Every declaration of ``call`` that was ever handed in, wherever it now stands: what the stages count."""
    return Declaration.objects.filter(call=call, submitted_at__isnull=False)


def within_reach(user: User, call: Call, found: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """``found`` as far as ``user`` may see figures: all of it for the call's organiser, their own branches for others."""
    if sees_whole(user, call):
        return found
    return found.filter(within(reach(user, Power.SEE_FIGURES), "unit__path"))


def sees_whole(user: User, call: Call) -> bool:
    """Whether ``user`` sees the figures of the whole call, not of some branches of it."""
    return has_power(user, Power.SEE_FIGURES, call.organiser)


def records(base: QuerySet[Declaration], query: dict[str, str]) -> QuerySet[Declaration]:
    """The declarations of ``base`` behind a figure. ``scope`` says which base, and is the caller's business.

    Raises:
        Invalid: a key of ``query`` is no dimension.
    """
    found = base
    for name, value in query.items():
        if name == "scope":
            continue
        if name == "priority":
            found = found.filter(field__isnull=value != "yes")
        elif name in DIMENSIONS:
            found = found.filter(**{DIMENSIONS[name].column: value})
        else:
            raise Invalid(_("没有“%(name)s”这个统计口径。") % {"name": name})
    return found


def records_url(call: Call, **query: str) -> str:
    """Where the records behind a figure are listed."""
    address = reverse("stats:records", args=[call.slug])
    return f"{address}?{urlencode(query)}" if query else address


def breakdown(
    call: Call, base: QuerySet[Declaration], name: str, *, with_empty: bool = False, **query: str
) -> list[Slice]:
    """``base`` by one dimension, most first; one query for the counts and one for the names.

    ``query`` goes into each slice's address, for a base that is not the usual one.
    """
    dimension = DIMENSIONS[name]
    labels = dimension.labels(call)
    counts: dict[Any, int] = dict(base.order_by().values_list(dimension.column).annotate(Count("pk")))
    total = sum(counts.values())
    keys = [key for key in counts if key]
    if with_empty:
        keys += [key for key in labels if key not in counts]
    slices = [
        Slice(
            key,
            labels.get(key, key),
            counts.get(key, 0),
            share(counts.get(key, 0), total),
            records_url(call, **query, **{name: key}),
        )
        for key in keys
    ]
    if name in {"category", "grade", "nature", "state"}:
        place = {key: number for number, key in enumerate(labels)}
        return sorted(slices, key=lambda part: place.get(part.key, len(place)))
    return sorted(slices, key=lambda part: (-part.count, part.key))


def share(part: int, whole: int) -> Decimal:
    """``part`` of ``whole`` in per cent, one decimal, halves up; zero of nothing."""
    if not whole:
        return Decimal("0.0")
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def figures(call: Call, base: QuerySet[Declaration]) -> list[Figure]:
    """Every figure of the press bulletin, computed from ``base``."""
    total = base.count()
    priority = records(base, {"priority": "yes"}).count()
    published = records(base, {"state": State.PUBLISHED}).count()
    by_kind = dict(base.order_by().values_list("union__kind").annotate(Count("union", distinct=True)))
    return [
        Figure(
            "total",
            _("申报项目"),
            total,
            _("项"),
            _("各推荐工会已推荐到主办单位的申报项目数，含之后形审未通过、未入选和已取消的。"),
            {},
        ),
        *(
            Figure(
                f"category:{part.key}",
                part.label,
                part.count,
                _("项"),
                _("申报项目中类别为“%(name)s”的数量。") % {"name": part.label},
                {"category": part.key},
            )
            for part in breakdown(call, base, "category", with_empty=True)
        ),
        Figure(
            "priority",
            _("重点领域项目"),
            priority,
            _("项"),
            _("申报项目中选了重点产业链或产业集群的数量。"),
            {"priority": "yes"},
        ),
        Figure(
            "priority_share",
            _("重点领域占比"),
            share(priority, total),
            "%",
            _("重点领域项目数除以申报项目数，保留一位小数。"),
            {"priority": "yes"},
        ),
        Figure(
            "divisions",
            _("覆盖行业"),
            _distinct(base.exclude(division=""), "division"),
            _("个"),
            _("申报项目所属国民经济行业大类（GB/T 4754）的个数。"),
            {},
        ),
        Figure(
            "unions",
            _("推荐工会"),
            _distinct(base.exclude(union=None), "union"),
            _("个"),
            _("至少推荐了一个项目的设区市、新区、产业和直属工会个数。"),
            {},
        ),
        *(
            Figure(f"unions:{kind}", str(label), count, _("个"), _("其中：%(kind)s。") % {"kind": label}, {})
            for kind, label, count in _kinds(by_kind)
        ),
        Figure(
            "units", _("申报单位"), _distinct(base, "unit"), _("家"), _("有申报项目的单位个数，同一单位只计一次。"), {}
        ),
        Figure(
            "published",
            _("已发布成果"),
            published,
            _("项"),
            _("公示无异议后已发布的项目数。"),
            {"state": State.PUBLISHED},
        ),
    ]


def _kinds(by_kind: dict[str, int]) -> list[tuple[str, object, int]]:
    from_tree = dict(Organization._meta.get_field("kind").flatchoices)
    return [(kind, from_tree[kind], count) for kind, count in sorted(by_kind.items()) if kind]


def _distinct(found: QuerySet[Declaration], column: str) -> int:
    count: int = found.order_by().values(column).distinct().count()
    return count
