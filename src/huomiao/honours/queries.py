"""Reads over the register of honours."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from huomiao.honours import codes
from huomiao.honours.models import Holder, Honour, Status
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def published() -> QuerySet[Honour]:
    """What the public register shows: honours that stand, newest first."""
    return (
        Honour.objects.filter(status=Status.VALID)
        .prefetch_related("holders")
        .order_by("-year", "-awarded_on", "number")
    )


def search(honours: QuerySet[Honour], *, text: str = "", year: int | None = None, series: str = "") -> QuerySet[Honour]:
    """Those of ``honours`` whose work, unit, certificate number or holder reads like ``text``, of a year and series."""
    for word in text.split():
        held = Holder.objects.filter(name__icontains=word).values("honour")
        honours = honours.filter(
            Q(work__icontains=word) | Q(unit_name__icontains=word) | Q(number__icontains=word) | Q(pk__in=held)
        )
    if year:
        honours = honours.filter(year=year)
    return honours.filter(series=series) if series else honours


def years() -> list[int]:
    """The years in which something in the register was awarded, newest first."""
    return list(Honour.objects.filter(status=Status.VALID).order_by("-year").values_list("year", flat=True).distinct())


def found_by(typed: str) -> Honour | None:
    """The honour whose code was ``typed``, in any case, with gaps, with look-alike characters; revoked ones too."""
    readings = codes.readings(typed)
    return Honour.objects.filter(code__in=readings).prefetch_related("holders").first() if readings else None


def held_by(user: User) -> QuerySet[Honour]:
    """The honours of ``user``, revoked ones too."""
    mine = Holder.objects.filter(user=user).values("honour")
    return Honour.objects.filter(pk__in=mine).prefetch_related("holders").order_by("-awarded_on")


def certified_to(user: User | AnonymousUser) -> QuerySet[Honour]:
    """The honours that stand and whose certificate ``user`` may print: their own, and those of their branch's units."""
    if not user.is_authenticated:
        return Honour.objects.none()
    mine = Q(pk__in=Holder.objects.filter(user=user).values("honour"))
    of_branch = within(sorted({*reach(user, Power.RECOMMEND), *reach(user, Power.RUN_CALLS)}), "unit__path")
    return Honour.objects.filter(mine | of_branch, status=Status.VALID)


def to_hand_out(user: User | AnonymousUser) -> QuerySet[Honour]:
    """The honours whose certificates ``user`` may print all at once: those of the branches whose calls they run."""
    return (
        Honour.objects.filter(within(reach(user, Power.RUN_CALLS), "unit__path"), status=Status.VALID)
        .prefetch_related("holders")
        .order_by("number")
    )


def earlier(
    *, series: str, names: Collection[str] = (), unit: str = "", work: str = "", before: int | None = None
) -> QuerySet[Honour]:
    """Honours of ``series`` that stand and may exclude a new declaration: the same work, or one of the same people there.

    ``names`` count only together with ``unit``, since names repeat; ``before`` leaves out that year and later ones.
    """
    same_people = Q(pk__in=Holder.objects.filter(name__in=names).values("honour"), unit_name=unit)
    alike = Q(pk__in=[])
    if names and unit:
        alike |= same_people
    if work:
        alike |= Q(work__iexact=work.strip())
    honours = Honour.objects.filter(alike, series=series, status=Status.VALID)
    return (honours.filter(year__lt=before) if before else honours).order_by("-year")
