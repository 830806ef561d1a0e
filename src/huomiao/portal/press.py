"""The names of the platform that the news desk looks for, from the apps that the desk does not know."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from huomiao.innovations.models import Call
from huomiao.innovations.queries import publication
from huomiao.newsdesk import subjects
from huomiao.newsdesk.states import MentionKind
from huomiao.newsdesk.subjects import Named, Subjects
from huomiao.orgs.models import Organization
from huomiao.orgs.states import UNIT_KINDS
from huomiao.studios.models import Studio

# A title of fewer characters is a word that any article may use.
SHORTEST_TITLE = 6


def register() -> None:
    """Tell the desk of everything that has a page or may have press."""
    subjects.register(Subjects("orgs.organization", _organizations, _organization))
    subjects.register(Subjects("innovations.call", _calls, _call))
    subjects.register(Subjects("innovations.declaration", _innovations, _innovation))
    subjects.register(Subjects("studios.studio", _studios, lambda _key: ""))


def _organizations() -> Iterator[Named]:
    """Unions and units with their short and former names; what stands above a union tells which of two is meant."""
    rows = list(Organization.objects.filter(is_active=True).prefetch_related("former_names").order_by("path"))
    names = {one.path: one.name for one in rows}
    for one in rows:
        others = [one.short_name, *(former.name for former in one.former_names.all())]
        steps = range(Organization.steplen, len(one.path), Organization.steplen)
        above = [names[one.path[:end]] for end in steps if one.path[:end] in names]
        kind = MentionKind.UNIT if one.kind in UNIT_KINDS else MentionKind.UNION
        yield Named(kind, str(one.pk), one.name, tuple(name for name in others if name), tuple(above))


def _organization(key: str) -> str:
    found = Organization.objects.filter(pk=key, is_active=True).first()
    return found.get_absolute_url() if found else ""


def _calls() -> Iterator[Named]:
    for call in Call.objects.filter(announced_at__isnull=False):
        yield Named(MentionKind.COMPETITION, str(call.pk), call.title, within=(str(call.year),))


def _call(key: str) -> str:
    found = Call.objects.filter(pk=key, announced_at__isnull=False).first()
    return found.get_absolute_url() if found else ""


def _innovations() -> Iterator[Named]:
    for one in publication.published().select_related("unit").only("title", "unit__name"):
        if len(one.title) >= SHORTEST_TITLE:
            yield Named(MentionKind.INNOVATION, str(one.pk), one.title, within=(one.unit.name,))


def _innovation(key: str) -> str:
    found = publication.published().filter(pk=key).first()
    return reverse("innovations:published-detail", args=[found.number or found.pk]) if found else ""


def _studios() -> Iterator[Named]:
    for studio in Studio.objects.select_related("unit"):
        yield Named(MentionKind.STUDIO, str(studio.pk), studio.name, within=(studio.unit.name,))
