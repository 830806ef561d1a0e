from __future__ import annotations

import pytest
from django.db import connection

from huomiao.core import history
from huomiao.core.models import Entry
from huomiao.innovations.models import Call
from tests.factories.orgs import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(monkeypatch):
    monkeypatch.setitem(
        history.GUARDS, Call, history.Guard(("title", "state"), when=lambda values: values["state"] != "draft")
    )


def _call(**kwargs) -> Call:
    return Call.objects.create(slug="w", year=2023, title="征集", organiser=OrganizationFactory(), **kwargs)


def test_an_untouched_history_verifies(guarded):
    call = _call(state="open")
    history.record(call, "call.opened", by=None, changes={"state": ["draft", "open"]})
    history.record(call, "call.noted", by=None, note="好")

    assert list(history.verify()) == []
    assert history.root()[0] == 2


def test_an_edited_entry_is_named(guarded):
    call = _call(state="open")
    history.record(call, "call.opened", by=None)
    history.record(call, "call.noted", by=None)
    history.seal()
    Entry.objects.filter(number=1).update(note="另一说法")

    assert [problem.where for problem in history.verify()] == ["core.entry 1"]


def test_a_removed_entry_is_named(guarded):
    call = _call(state="open")
    for _time in range(3):
        history.record(call, "call.opened", by=None)
    history.seal()
    Entry.objects.filter(number=2).delete()

    assert "core.entry 2" in [problem.where for problem in history.verify()]


def test_a_removed_tail_is_named(guarded):
    call = _call(state="open")
    for _time in range(3):
        history.record(call, "call.opened", by=None)
    history.seal()
    Entry.objects.filter(number=3).delete()

    assert "core.entry 3" in [problem.where for problem in history.verify()]


def test_a_row_changed_by_sql_is_named(guarded):
    call = _call(state="open")
    history.record(call, "call.opened", by=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE innovations_call SET title = %s WHERE id = %s", ["偷改", call.pk])

    assert [(p.where, p.what) for p in history.verify()] == [
        (f"innovations.call {call.pk}", "changed behind the history's back")
    ]


def test_a_row_without_history_and_a_removed_row_are_named(guarded):
    kept = _call(state="open")
    gone = Call.objects.create(slug="x", year=2022, title="去年", organiser=kept.organiser, state="open")
    history.record(gone, "call.opened", by=None)
    gone_pk = gone.pk
    Call.objects.filter(pk=gone_pk).delete()

    assert sorted((p.where, p.what) for p in history.verify()) == sorted(
        [
            (f"innovations.call {gone_pk}", "removed behind the history's back"),
            (f"innovations.call {kept.pk}", "not in the history"),
        ]
    )


def test_a_draft_is_not_guarded(guarded):
    _call(state="draft")

    assert list(history.verify()) == []


def test_sealing_twice_changes_nothing(guarded):
    call = _call(state="open")
    history.record(call, "call.opened", by=None)
    history.seal()
    before = history.root()

    assert history.seal() == 0
    assert history.root() == before


def test_entries_are_sealed_after_commit(guarded, django_capture_on_commit_callbacks):
    call = _call(state="open")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        history.record(call, "call.opened", by=None)
        history.record(call, "call.noted", by=None)

    assert len(callbacks) == 1
    assert list(Entry.objects.values_list("number", flat=True)) == [1, 2]
