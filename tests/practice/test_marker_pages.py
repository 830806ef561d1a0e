"""A marker's own pages: marking, what was typed wrong, locking, and the sheets of others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from huomiao.practice.models import MarkSheet
from huomiao.practice.states import ExamState, SheetState
from tests.factories.marking import begun, committing, exam_over, markers_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    """An exam under marking with every sheet open, and a marker with some of them."""
    made = exam_over(candidates=3, singles=1, shorts=1)
    markers_of(made, 3)
    begun(made)
    return made, MarkSheet.objects.select_related("marker__user", "script").order_by("marker", "script__number").first()


def test_a_marker_saves_and_goes_on_to_the_next(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)
    page = client.get(reverse("practice:mark-sheet", args=[sheet.pk])).content.decode()
    assert "断电" in page

    answer = client.post(
        reverse("practice:mark-sheet-save", args=[sheet.pk]),
        {"points": "7.5", "tick": ["0"], "comment": "要点全", "version": "0", "go": "next"},
    )

    following = MarkSheet.objects.filter(marker=sheet.marker, script__number__gt=sheet.script.number).order_by(
        "script__version", "script__number"
    )
    assert answer.url == reverse("practice:mark-sheet", args=[following.first().pk])
    sheet.refresh_from_db()
    assert (sheet.points, sheet.ticks, sheet.comment, sheet.state) == (Decimal("7.5"), [0], "要点全", SheetState.DRAFT)


def test_what_was_typed_wrong_stays_on_the_page(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)

    answer = client.post(
        reverse("practice:mark-sheet-save", args=[sheet.pk]),
        {"points": "77", "tick": ["0"], "comment": "写了很多", "version": "0"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="77"' in page
    assert "写了很多" in page
    assert "checked" in page


def test_a_script_is_told_the_new_version_or_why_not(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)
    save = reverse("practice:mark-sheet-save", args=[sheet.pk])
    accept = {"accept": "application/json"}

    good = client.post(save, {"points": "5", "version": "0"}, headers=accept)
    stale = client.post(save, {"points": "6", "version": "0"}, headers=accept)
    broken = client.post(save, {"points": "6", "version": "x"}, headers=accept)

    assert (good.status_code, good.json()) == (200, {"version": 1, "done": True})
    assert (stale.status_code, stale.json()["error"]) == (409, "stale")
    assert broken.status_code == 422


def test_a_marker_locks_what_is_marked(waiting, client):
    exam, sheet = waiting
    client.force_login(sheet.marker.user)
    client.post(reverse("practice:mark-sheet-save", args=[sheet.pk]), {"points": "5", "version": "0"})

    with committing(execute=True):
        client.post(reverse("practice:mark-sheets-lock", args=[exam.slug]))
        client.post(reverse("practice:mark-sheets-lock", args=[exam.slug]))

    assert list(MarkSheet.objects.filter(state=SheetState.LOCKED)) == [sheet]


def test_sheets_of_others_are_unknown_and_mine_go_when_the_marking_ends(waiting, client):
    exam, sheet = waiting
    other = MarkSheet.objects.exclude(marker=sheet.marker).first()
    client.force_login(sheet.marker.user)

    assert client.get(reverse("practice:mark-sheet", args=[other.pk])).status_code == 404
    assert client.post(reverse("practice:mark-sheet-save", args=[other.pk]), {"points": "1"}).status_code == 404
    type(exam).objects.filter(pk=exam.pk).update(state=ExamState.REVIEWED)
    assert client.get(reverse("practice:mark-sheet", args=[sheet.pk])).status_code == 404
    assert client.get(reverse("practice:mark-sheets", args=[exam.slug])).status_code == 404
    assert client.get(reverse("practice:mark-exams")).status_code == 200
