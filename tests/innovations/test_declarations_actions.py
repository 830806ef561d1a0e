from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections
from django.utils import timezone
from docx import Document

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import numbering
from huomiao.innovations.actions import declarations as actions
from huomiao.innovations.actions import drafts
from huomiao.innovations.actions.moves import move
from huomiao.innovations.models import Author, Declaration, Opinion
from huomiao.innovations.states import AttachmentRole, CallState, Decision, Path, State, Step
from tests.factories.accounts import UserFactory
from tests.factories.innovations import CategoryFactory, DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.files import samples
from tests.innovations.declaring import complete, province

pytestmark = pytest.mark.django_db


def word(text: str) -> ContentFile:
    document = Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return ContentFile(out.getvalue(), name="说明.docx")


NOW = datetime(2026, 5, 6, 8, tzinfo=UTC)


def test_begin_fills_in_what_is_known_of_the_worker():
    place = province()

    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)

    assert (draft.state, draft.division, draft.contact_name) == (State.DRAFT, "34", "worker甲")
    assert list(draft.authors.values_list("place", "name", "user", "post")) == [
        (1, "worker甲", place.worker.pk, "钳工")
    ]
    assert [entry.action for entry in history.of(draft)] == ["declaration.begun"]


def test_begin_from_a_unit_one_does_not_belong_to_is_not_allowed():
    place = province()
    elsewhere = UnitFactory(parent=place.county)

    for path, by in ((Path.WORKER, place.worker), (Path.UNIT, place.secretary), (Path.UNIT, place.worker)):
        with pytest.raises(NotAllowed):
            drafts.begin(place.call, unit=elsewhere, path=path, by=by)
    assert Declaration.objects.count() == 0


def test_begin_after_the_window_is_refused():
    place = province()
    place.call.windows.filter(stage="declare").update(closes_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(WrongState):
        drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)


def test_save_counts_the_version_and_writes_no_history():
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)

    saved = drafts.save(draft, Step.BASICS, {"title": "甲"}, by=place.worker, version=0)
    same = drafts.save(draft, Step.BASICS, {"title": "甲"}, by=place.worker, version=1)

    assert (saved.version, same.version, same.step_versions) == (1, 1, {"basics": 1})
    assert history.of(draft).count() == 1


def test_save_of_an_overtaken_step_is_a_conflict_and_keeps_what_is_saved():
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    drafts.save(draft, Step.BASICS, {"title": "第一窗口"}, by=place.worker, version=0)

    with pytest.raises(drafts.Conflict):
        drafts.save(draft, Step.BASICS, {"title": "第二窗口"}, by=place.worker, version=0)

    draft.refresh_from_db()
    assert draft.title == "第一窗口"


def test_save_of_another_step_from_an_older_window_is_no_conflict():
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    drafts.save(draft, Step.BASICS, {"title": "甲"}, by=place.worker, version=0)

    saved = drafts.save(draft, Step.CONTENT, {"problem": "乙"}, by=place.worker, version=0)

    assert (saved.title, saved.problem, saved.version) == ("甲", "乙", 2)


def test_save_by_somebody_else_is_not_allowed():
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)

    for stranger in (place.mate, place.secretary, place.officer, place.organiser):
        with pytest.raises(NotAllowed):
            drafts.save(draft, Step.BASICS, {"title": "甲"}, by=stranger, version=0)


def test_save_authors_links_accounts_and_keeps_order_and_confirmation():
    place = province()
    draft = complete(place)
    first, second = draft.authors.all()
    actions.confirm_author(second, by=place.mate, at=NOW)

    rows = [
        {"id": second.pk, "name": second.name, "contribution": second.contribution},
        {"id": first.pk, "name": first.name, "contribution": first.contribution},
        {"name": "无账号", "contribution": "试用"},
    ]
    drafts.save_authors(draft, rows, by=place.worker, version=99)

    assert list(draft.authors.values_list("place", "pk", "user")) == [
        (1, second.pk, place.mate.pk),
        (2, first.pk, place.worker.pk),
        (3, Author.objects.get(name="无账号").pk, None),
    ]
    assert Author.objects.get(pk=second.pk).confirmed_at == NOW


@pytest.mark.parametrize("what", ["contribution", "title"])
def test_a_confirmation_is_void_when_what_was_signed_changes(what):
    place = province()
    draft = complete(place)
    mate = draft.authors.get(place=2)
    actions.confirm_author(mate, by=place.mate, at=NOW)

    if what == "title":
        drafts.save(draft, Step.BASICS, {"title": "另一名称"}, by=place.worker, version=99)
    else:
        first = draft.authors.get(place=1)
        rows = [
            {"id": first.pk, "name": first.name, "contribution": first.contribution},
            {"id": mate.pk, "name": mate.name, "contribution": "主要设计"},
        ]
        drafts.save_authors(draft, rows, by=place.worker, version=99)

    assert Author.objects.get(pk=mate.pk).confirmed_at is None


def test_an_author_of_another_declaration_is_not_taken_over_by_its_key():
    place = province()
    theirs = complete(place)
    foreign = theirs.authors.get(place=2)
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)

    drafts.save_authors(draft, [{"id": foreign.pk, "name": "冒名", "contribution": "无"}], by=place.worker, version=0)

    foreign.refresh_from_db()
    assert (foreign.name, foreign.declaration_id) == (place.mate.name, theirs.pk)
    assert list(draft.authors.values_list("name", flat=True)) == ["冒名"]


def test_move_author_swaps_and_stops_at_the_ends():
    place = province()
    draft = complete(place)

    drafts.move_author(draft, 1, by=place.worker, down=True)
    drafts.move_author(draft, 1, by=place.worker, down=False)
    drafts.move_author(draft, 2, by=place.worker, down=True)

    assert list(draft.authors.values_list("name", flat=True)) == [place.mate.name, place.worker.name]


def test_confirming_for_somebody_else_is_not_allowed():
    place = province()
    mate = complete(place).authors.get(place=2)

    for stranger in (place.worker, place.secretary, UserFactory()):
        with pytest.raises(NotAllowed):
            actions.confirm_author(mate, by=stranger, at=NOW)


def test_signature_on_paper_is_for_the_unit_and_for_who_has_no_account():
    place = province()
    draft = complete(place)
    drafts.save_authors(draft, [{"name": "无账号", "contribution": "试用"}], by=place.worker, version=99)
    author = draft.authors.get()

    with pytest.raises(NotAllowed):
        actions.confirm_on_paper(author, by=place.worker, at=NOW)
    actions.confirm_on_paper(author, by=place.secretary, at=NOW)

    author.refresh_from_db()
    assert (author.confirmed_at, author.confirmed_by) == (NOW, place.secretary)


def test_submit_by_a_worker_goes_to_the_unit_with_number_and_pledges():
    place = province()
    draft = complete(place)

    actions.submit(draft, by=place.worker, at=NOW)

    draft.refresh_from_db()
    assert (draft.state, draft.desk, draft.union) == (State.SUBMITTED, place.unit, place.city)
    assert draft.number == f"2026-赣-{place.city.label}-0001"
    assert draft.pledges["truth"]["by"] == "worker甲"
    assert list(draft.authors.values_list("confirmed_at", flat=True)) == [NOW, None]
    assert list(Opinion.objects.all()) == []
    assert [entry.action for entry in history.of(draft)] == ["declaration.submitted", "declaration.begun"]


def test_submit_by_the_unit_implies_its_opinion_and_goes_above():
    place = province()
    draft = complete(place, path=Path.UNIT)

    actions.submit(draft, by=place.secretary, at=NOW)

    draft.refresh_from_db()
    assert draft.desk == place.county
    assert list(Opinion.objects.values_list("organization", "decision", "by")) == [
        (place.unit.pk, Decision.FORWARD, place.secretary.pk)
    ]
    assert list(history.verify()) == []


def test_submit_of_an_incomplete_draft_names_every_gap():
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)

    with pytest.raises(actions.Incomplete) as refused:
        actions.submit(draft, by=place.worker, at=NOW)

    targets = {(gap.step, gap.target) for gap in refused.value.gaps}
    assert {(Step.BASICS, "id_title"), (Step.CONTENT, "id_problem"), (Step.PAPERS, "id_picture")} <= targets
    assert {(Step.SUBMIT, "id_consent"), (Step.AUTHORS, "id_authors-0-contribution")} <= targets
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (State.DRAFT, None)


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ({"title": "长" * 31}, "id_title"),
        ({"solution": "长" * 801}, "id_solution"),
        ({"abstract": "长" * 151}, "id_abstract"),
    ],
)
def test_submit_over_a_limit_is_refused_at_its_field(values, target):
    place = province()
    draft = complete(place, **values)
    if "abstract" in values:
        drafts.save(draft, Step.CONTENT, values, by=place.worker, version=99)

    with pytest.raises(actions.Incomplete) as refused:
        actions.submit(draft, by=place.worker, at=NOW)

    assert [gap.target for gap in refused.value.gaps] == [target]


def test_submit_with_a_category_of_another_call_is_refused():
    place = province()
    draft = complete(place)
    drafts.save(draft, Step.BASICS, {"category": CategoryFactory()}, by=place.worker, version=99)

    with pytest.raises(actions.Incomplete) as refused:
        actions.submit(draft, by=place.worker, at=NOW)

    assert [gap.target for gap in refused.value.gaps] == ["id_category"]


def test_submit_after_the_window_is_refused_but_a_correction_may_come():
    place = province()
    late, returned = complete(place), complete(place, title="另一装置")
    actions.submit(returned, by=place.worker, at=NOW)
    move(returned, State.RETURNED, by=place.secretary)
    place.call.windows.filter(stage="declare").update(closes_at=NOW - timedelta(hours=1))
    place.call.state = CallState.OPEN

    with pytest.raises(WrongState):
        actions.submit(late, by=place.worker, at=NOW)
    actions.submit(Declaration.objects.get(pk=returned.pk), by=place.worker, at=NOW)

    returned.refresh_from_db()
    late.refresh_from_db()
    assert (late.state, returned.state) == (State.DRAFT, State.SUBMITTED)


def test_submit_of_a_correction_keeps_the_number_goes_to_who_asked_and_marks_what_changed():
    place = province()
    draft = complete(place)
    actions.submit(draft, by=place.worker, at=NOW)
    number = draft.number
    Declaration.objects.filter(pk=draft.pk).update(desk=place.city)
    move(draft, State.RETURNED, by=place.officer, note="请补充数据")
    drafts.save(draft, Step.CONTENT, {"problem": "补充了数据。"}, by=place.worker, version=99)

    actions.submit(Declaration.objects.get(pk=draft.pk), by=place.worker, at=NOW)

    draft.refresh_from_db()
    assert (draft.number, draft.desk, draft.changed) == (number, place.city, ["problem"])


def test_submit_twice_is_refused_and_done_once():
    place = province()
    draft = complete(place)
    again = Declaration.objects.get(pk=draft.pk)
    actions.submit(draft, by=place.worker, at=NOW)

    with pytest.raises(WrongState):
        actions.submit(again, by=place.worker, at=NOW)

    assert history.of(draft).filter(action="declaration.submitted").count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a test's SQLite lives in one connection's memory")
@pytest.mark.django_db(transaction=True)
def test_submit_by_two_at_once_happens_once_and_numbers_stay_unique():
    place = province()
    draft, other = complete(place), complete(place, title="另一装置")
    outcomes: list[str] = []

    def hand_in(pk: int) -> None:
        try:
            actions.submit(Declaration.objects.get(pk=pk), by=place.worker, at=NOW)
            outcomes.append("done")
        except WrongState:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand_in, args=[pk]) for pk in (draft.pk, draft.pk, other.pk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "done", "refused"]
    numbers = sorted(Declaration.objects.values_list("number", flat=True))
    assert numbers == [f"2026-赣-{place.city.label}-000{n}" for n in (1, 2)]


def test_take_gives_a_block_of_numbers_to_an_import():
    call = call_with_rules(cities=1)
    city = call.organiser.__class__.objects.get(kind="city")
    city.short_name = "南昌"

    first, rest = numbering.take(call, city), numbering.take(call, city, 3)

    assert (first, rest) == (["2026-赣-南昌-0001"], [f"2026-赣-南昌-000{n}" for n in (2, 3, 4)])


def test_withdraw_reopen_and_hand_in_again_keeps_the_number():
    place = province()
    draft = complete(place)
    actions.submit(draft, by=place.worker, at=NOW)
    number = draft.number

    actions.withdraw(draft, by=place.worker, note="填错了")
    actions.reopen(draft, by=place.worker)
    draft.refresh_from_db()
    assert (draft.state, draft.submitted_at, draft.desk) == (State.DRAFT, None, None)
    actions.submit(draft, by=place.worker, at=NOW)

    draft.refresh_from_db()
    assert (draft.state, draft.number) == (State.SUBMITTED, number)


def test_withdraw_once_recommended_is_refused():
    place = province()
    declared = DeclarationFactory(call=place.call, unit=place.unit, declared_by=place.worker, state=State.RECOMMENDED)

    with pytest.raises(WrongState):
        actions.withdraw(declared, by=place.worker)
    with pytest.raises(NotAllowed):
        actions.withdraw(declared, by=place.mate)


def test_discard_takes_only_drafts_that_nobody_was_handed():
    place = province()
    draft, handed_in = complete(place), complete(place, title="另一装置")
    actions.submit(handed_in, by=place.worker, at=NOW)
    actions.withdraw(handed_in, by=place.worker)
    actions.reopen(handed_in, by=place.worker)

    drafts.discard(draft, by=place.worker)
    with pytest.raises(NotAllowed):
        drafts.discard(handed_in, by=place.worker)

    assert list(Declaration.objects.all()) == [handed_in]


def test_copy_begins_a_draft_with_texts_and_papers_unconfirmed():
    place = province()
    old = complete(place)
    actions.submit(old, by=place.worker, at=NOW)
    new_call = call_with_rules(organiser=place.call.organiser, year=2027, cities=0)

    draft = drafts.copy(old, to=new_call, by=place.worker)

    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.title, draft.problem) == (State.DRAFT, None, old.title, old.problem)
    assert (draft.category.call, draft.category.code) == (new_call, old.category.code)
    assert [(a.name, a.confirmed_at) for a in draft.authors.all()] == [("worker甲", None), ("mate甲", None)]
    assert [a.file_id for a in draft.attachments.all()] == [a.file_id for a in old.attachments.all()]
    assert (draft.pledges, draft.excluded_none) == ({}, [])


def test_attach_finds_names_in_what_experts_see():
    place = province()
    draft = complete(place)

    paper = drafts.attach(draft, word("洪都重型机械 worker甲 装置说明"), AttachmentRole.MATERIAL, by=place.worker)

    assert paper.names_found == ["worker甲", "洪都重型机械"]


def test_attach_of_the_wrong_kind_or_too_many_is_refused():
    place = province()
    draft = complete(place)
    place.call.limits["pictures"] = 1
    place.call.save()

    with pytest.raises(Invalid):
        drafts.attach(
            draft, samples.upload(b"MZ\x90\x00" + b"\0" * 200, "a.jpg"), AttachmentRole.USE_PROOF, by=place.worker
        )
    with pytest.raises(Invalid):
        drafts.attach(draft, samples.upload(samples.jpeg(), "b.jpg"), AttachmentRole.PICTURE, by=place.worker)

    assert draft.attachments.count() == 1


def test_clear_likeness_is_for_those_above_and_needs_a_reason():
    place = province()
    first, second = complete(place), complete(place)
    actions.submit(first, by=place.worker, at=NOW)
    actions.submit(second, by=place.worker, at=NOW)
    found = second.likenesses.get()
    found.declaration.refresh_from_db()

    for stranger in (place.worker, place.secretary):
        with pytest.raises(NotAllowed):
            actions.clear_likeness(found, by=stranger, note="不同")
    with pytest.raises(Invalid):
        actions.clear_likeness(found, by=place.officer, note=" ")
    actions.clear_likeness(found, by=place.officer, note="同一班组的两个不同装置")

    assert (found.cleared_by, found.cleared_note) == (place.officer, "同一班组的两个不同装置")


def test_two_secretaries_of_a_unit_write_the_same_declaration():
    place = province()
    colleague = UserFactory()
    MembershipFactory(user=colleague, organization=place.unit, role="secretary")
    draft = complete(place, path=Path.UNIT)

    saved = drafts.save(draft, Step.BASICS, {"title": "同事改过"}, by=colleague, version=99)

    assert saved.title == "同事改过"
