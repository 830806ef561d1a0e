"""How many people the branches of the tree have to take part in practice, and where the number comes from.

The measure is the people on the rosters of the branch; where a unit has none, the number of employees that it gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Substr

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import PATH_LENGTH, within


class Basis(Enum):
    """What participation is measured against."""

    ROSTER = "roster"
    HEADS = "heads"
    MIXED = "mixed"
    NONE = "none"


@dataclass(frozen=True)
class Size:
    """How many people a branch has to take part, and where the number comes from."""

    people: int = 0
    basis: Basis = Basis.NONE


def sizes(nodes: Iterable[Organization]) -> dict[str, Size]:
    """The people of the branch of each of ``nodes``, which do not lie inside each other, by path; in one query."""
    found: dict[str, Size] = {}
    for length, paths in by_length(nodes).items():
        for row in _size_rows(paths, length):
            found[row["top"]] = measured(row["on_rosters"], row["by_heads"])
    return found


def size_of(paths: Iterable[str]) -> Size:
    """The people of several branches together."""
    rows = sized(Organization.objects.filter(within(paths), is_active=True)).aggregate(
        on_rosters=Coalesce(Sum("present"), 0), by_heads=Coalesce(Sum("heads"), 0)
    )
    return measured(rows["on_rosters"], rows["by_heads"])


def sized(organizations: QuerySet[Organization]) -> QuerySet[Organization]:
    """``organizations`` with the people ``present`` on their roster, or the ``heads`` they give when they have none."""
    present = Coalesce(F("roster_size__people"), 0)
    heads = Case(When(present__gt=0, then=Value(0)), default=F("head_count"), output_field=IntegerField())
    return organizations.annotate(present=present).annotate(heads=heads)


def measured(on_rosters: int, by_heads: int) -> Size:
    """The size of those on rosters and those that units without one give."""
    if on_rosters and by_heads:
        basis = Basis.MIXED
    elif on_rosters:
        basis = Basis.ROSTER
    else:
        basis = Basis.HEADS if by_heads else Basis.NONE
    return Size(on_rosters + by_heads, basis)


def _size_rows(paths: list[str], length: int) -> QuerySet[Any, dict[str, Any]]:
    return (
        sized(Organization.objects.filter(between(paths, "path"), is_active=True))
        .annotate(top=Substr("path", 1, length))
        .order_by()
        .values("top")
        .annotate(on_rosters=Sum("present"), by_heads=Sum("heads"))
    )


def by_length(nodes: Iterable[Organization]) -> dict[int, list[str]]:
    """The paths of ``nodes``, those of one length together: a prefix of it groups their branches."""
    found: dict[int, list[str]] = {}
    for node in nodes:
        found.setdefault(len(node.path), []).append(node.path)
    return found


def between(paths: list[str], column: str) -> Q:
    """The condition that ``column`` lies in one of the branches, or between them: siblings are asked for as one range."""
    first, last = min(paths), max(paths)
    return Q(**{f"{column}__gte": first, f"{column}__lte": last + "Z" * (PATH_LENGTH - len(last))})
