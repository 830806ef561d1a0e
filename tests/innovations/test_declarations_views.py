from __future__ import annotations

import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.core import history
from huomiao.innovations.actions import declarations as actions
from huomiao.innovations.actions import drafts
from huomiao.innovations.models import Declaration, Likeness
from huomiao.innovations.states import AttachmentRole, CallState, Consent, Path, State, Step
from tests.factories.accounts import UserFactory
from tests.factories.honours import HonourFactory
from tests.factories.innovations import AuthorFactory, CallFactory, CategoryFactory, DeclarationFactory
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.files import samples
from tests.innovations.declaring import complete, province

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def step_url(draft: Declaration, step: Step) -> str:
    return reverse("innovations:declaration-step", args=[draft.pk, step])


def basics(draft: Declaration, **values) -> dict[str, str]:
    return {"version": str(draft.version), "title": "轧辊快换装置", "contact_name": "王联系", **values}


def author_rows(*names: str, **values) -> dict[str, str]:
    rows = {"authors-TOTAL_FORMS": str(len(names)), "authors-INITIAL_FORMS": "0"}
    for place, name in enumerate(names):
        rows |= {f"authors-{place}-name": name, f"authors-{place}-contribution": "装配"}
    return rows | values


def test_declare_begins_a_draft_from_the_chosen_unit(client):
    place = province()
    client.force_login(place.worker)
    url = reverse("innovations:declare", args=[place.call.slug])

    page = client.get(url)
    answer = client.post(url, {"path": "worker", "unit": place.unit.pk})

    draft = Declaration.objects.get()
    assert "从“洪都重型机械有限公司”申报" in page.content.decode()
    assert answer.url == step_url(draft, Step.BASICS)
    assert (draft.unit, draft.path, draft.declared_by) == (place.unit, Path.WORKER, place.worker)


def test_declare_offers_each_unit_of_a_worker_in_two(client):
    place = province()
    second = UnitFactory(parent=place.county, name="第二厂")
    MembershipFactory(user=place.worker, organization=second)
    client.force_login(place.worker)

    page = client.get(reverse("innovations:declare", args=[place.call.slug])).content.decode()

    assert [name in page for name in ("从“洪都重型机械有限公司”申报", "从“第二厂”申报")] == [True, True]


@pytest.mark.parametrize(("opens", "closes", "words"), [(1, 2, "申报还没有开始"), (-2, -1, "截止")])
def test_declare_outside_the_window_says_when(client, opens, closes, words):
    place = province()
    now = timezone.now()
    place.call.windows.filter(stage="declare").update(
        opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes)
    )
    client.force_login(place.worker)
    url = reverse("innovations:declare", args=[place.call.slug])

    page = client.get(url).content.decode()
    client.post(url, {"path": "worker", "unit": place.unit.pk})

    assert words in page
    assert Declaration.objects.count() == 0


@pytest.mark.parametrize("step", list(Step))
def test_every_step_shows_for_its_writer_and_is_unknown_to_others(client, step):
    place = province()
    draft = complete(place)

    shown = {}
    for name in ("worker", "secretary", "officer", "organiser"):
        client.force_login(getattr(place, name))
        shown[name] = client.get(step_url(draft, step)).status_code

    assert shown == {"worker": 200, "secretary": 404, "officer": 404, "organiser": 404}


def test_an_author_may_read_a_draft_but_not_write_it(client):
    place = province()
    draft = complete(place)
    client.force_login(place.mate)

    assert client.get(reverse("innovations:declaration", args=[draft.pk])).status_code == 200
    assert client.post(step_url(draft, Step.BASICS), basics(draft, title="夺"), headers=JSON).status_code == 403
    draft.refresh_from_db()
    assert draft.title == "轧辊滑轨式快换装置"


def test_autosave_answers_with_time_and_version(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)

    answer = client.post(step_url(draft, Step.BASICS), basics(draft), headers=JSON)

    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["version"], draft.title) == (200, 1, "轧辊快换装置")


def test_autosave_of_new_authors_answers_with_their_keys(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    own = draft.authors.get()
    client.force_login(place.worker)
    rows = author_rows("worker甲", "新人", **{"authors-0-id": str(own.pk)}, version="0")

    ids = client.post(step_url(draft, Step.AUTHORS), rows, headers=JSON).json()["ids"]

    new = draft.authors.get(name="新人")
    assert ids == {"authors-0-id": str(own.pk), "authors-1-id": str(new.pk)}


def test_autosave_keeps_what_was_understood_and_names_what_was_not(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)

    answer = client.post(step_url(draft, Step.BASICS), basics(draft, contact_phone="12"), headers=JSON)

    draft.refresh_from_db()
    assert (answer.status_code, list(answer.json()["fields"]), draft.title) == (422, ["contact_phone"], "轧辊快换装置")


def test_an_overtaken_window_gets_both_texts_and_changes_nothing(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)
    client.post(step_url(draft, Step.BASICS), basics(draft, title="第一窗口"), headers=JSON)

    told = client.post(step_url(draft, Step.BASICS), basics(draft, title="第二窗口"), headers=JSON)
    page = client.post(step_url(draft, Step.BASICS), basics(draft, title="第二窗口"))

    answer = told.json()
    titles = [(row["mine"], row["saved"]) for row in answer["fields"] if row["name"] == "title"]
    assert (told.status_code, answer["error"], answer["version"], titles) == (
        409,
        "conflict",
        1,
        [("第二窗口", "第一窗口")],
    )
    assert page.status_code == 409
    assert [text in page.content.decode() for text in ("第一窗口", 'value="第二窗口"', 'name="version" value="1"')] == [
        True
    ] * 3
    draft.refresh_from_db()
    assert draft.title == "第一窗口"


def test_a_session_that_ended_is_told_in_json(client):
    place = province()
    draft = complete(place)

    answer = client.post(step_url(draft, Step.CONTENT), {"problem": "甲"}, headers=JSON)

    assert (answer.status_code, answer.json()["error"], answer.json()["sign_in"]) == (
        401,
        "signed_out",
        reverse("account_login"),
    )


def test_saving_without_a_script_goes_on_to_the_next_step(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)

    answer = client.post(step_url(draft, Step.BASICS), basics(draft, act="next"))

    assert answer.url == step_url(draft, Step.AUTHORS)


def test_a_wrong_amount_shows_the_page_again_with_what_was_typed(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)
    rows = {"benefits-0-kind": "saving", "benefits-0-amount": "约二十万", "benefits-0-basis": "按停机折算"}
    for name, count in (("benefits", 1), ("properties", 0), ("awards", 0)):
        rows |= {f"{name}-TOTAL_FORMS": str(count), f"{name}-INITIAL_FORMS": "0"}

    page = client.post(step_url(draft, Step.BENEFITS), {**rows, "version": "0", "act": "next"})

    assert page.status_code == 422
    assert ["约二十万" in page.content.decode(), "请只写数字" in page.content.decode()] == [True, True]


def test_rows_are_removed_and_moved_without_a_script(client):
    place = province()
    draft = complete(place)
    first, second = draft.authors.all()
    client.force_login(place.worker)
    ids = {"authors-0-id": str(first.pk), "authors-1-id": str(second.pk)}

    client.post(step_url(draft, Step.AUTHORS), author_rows("甲", "乙", **ids, version="99", act="down-1"))
    moved = list(draft.authors.values_list("name", flat=True))
    ids = {"authors-0-id": str(second.pk), "authors-1-id": str(first.pk)}
    client.post(step_url(draft, Step.AUTHORS), author_rows("乙", "甲", **ids, version="99", act="remove-authors-0"))

    assert (moved, list(draft.authors.values_list("name", flat=True))) == (["乙", "甲"], ["甲"])


def test_a_category_of_another_call_is_not_taken(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)
    foreign = CategoryFactory()

    answer = client.post(step_url(draft, Step.BASICS), basics(draft, category=str(foreign.pk)), headers=JSON)

    draft.refresh_from_db()
    assert (list(answer.json()["fields"]), draft.category) == (["category"], None)


def test_papers_of_another_declaration_are_unknown(client):
    place = province()
    mine, theirs = complete(place), complete(place, path=Path.UNIT)
    foreign = theirs.attachments.get()
    client.force_login(place.worker)

    answers = [
        client.post(reverse(f"innovations:{name}", args=[mine.pk, foreign.pk]), {"role": "material"}).status_code
        for name in ("attachment", "attachment-remove")
    ]

    foreign.refresh_from_db()
    assert (answers, foreign.role) == ([404, 404], AttachmentRole.PICTURE)


def test_an_upload_is_kept_and_a_disguised_program_is_refused(client):
    place = province()
    draft = complete(place)
    client.force_login(place.worker)
    url = reverse("innovations:attachments", args=[draft.pk])
    program = samples.upload(b"MZ\x90\x00" + b"\0" * 500, "照片.jpg")

    kept = client.post(url, {"role": "picture", "file": samples.upload(samples.jpeg(), "二.jpg")}, headers=JSON)
    refused = client.post(url, {"role": "picture", "file": program}, headers=JSON)

    assert (kept.status_code, refused.status_code, draft.attachments.count()) == (201, 422, 2)


def test_the_last_step_hands_in_once_however_often_it_is_pressed(client):
    place = province()
    draft = complete(place)
    client.force_login(place.worker)
    ticks = {f"exclusion-{pk}": "on" for pk in draft.excluded_none}
    ticks |= {f"pledge-{key}": "on" for key in ("authorisation", "truth", "privacy")}
    post = {**ticks, "consent": "full", "version": "99", "act": "submit"}

    first = client.post(step_url(draft, Step.SUBMIT), post)
    second = client.post(step_url(draft, Step.SUBMIT), post)

    draft.refresh_from_db()
    assert (first.url, second.url) == (draft.get_absolute_url(), draft.get_absolute_url())
    assert (draft.state, draft.number) == (State.SUBMITTED, f"2026-赣-{place.city.label}-0001")


def test_the_last_step_links_every_gap_to_its_field(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)

    page = client.post(step_url(draft, Step.SUBMIT), {"version": "0", "act": "submit"})

    html = page.content.decode()
    assert page.status_code == 422
    assert [f'href="{step_url(draft, Step.BASICS)}#id_title"' in html, 'href="#id_consent"' in html] == [True, True]


def test_which_category_suggests_and_takes_it_over(client):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place.worker)
    client.force_login(place.worker)
    url = reverse("innovations:which-category", args=[place.call.slug])

    page = client.get(url, {"declaration": draft.pk, "done": "1", "yes": "c1-0"}).content.decode()
    client.post(reverse("innovations:choose-category", args=[draft.pk]), {"category": "c1"})

    draft.refresh_from_db()
    assert ("选用“小创造”" in page, draft.category.code) == (True, "c1")


def test_mine_lists_what_i_write_and_what_i_am_asked_to_confirm(client):
    place = province()
    draft = complete(place)

    client.force_login(place.mate)
    asked = client.get(reverse("innovations:mine")).content.decode()
    client.post(reverse("innovations:author-confirm", args=[draft.pk, draft.authors.get(place=2).pk]))
    after = client.get(reverse("innovations:mine")).content.decode()

    assert ("请您确认" in asked, "请您确认" in after, "我参与的成果" in after) == (True, False, True)
    assert draft.authors.get(place=2).confirmed_by == place.mate


@pytest.mark.parametrize("count", [1, 3])
def test_mine_needs_the_same_queries_for_one_as_for_many(client, count, django_assert_num_queries):
    place = province()
    for _number in range(count):
        DeclarationFactory(call=place.call, unit=place.unit, declared_by=place.worker, state=State.DRAFT)
    client.force_login(place.worker)
    client.get(reverse("innovations:mine"))

    with django_assert_num_queries(11):
        client.get(reverse("innovations:mine"))


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_the_same_queries_for_one_as_for_many(client, count, django_assert_num_queries):
    place = province()
    for _number in range(count):
        AuthorFactory(declaration=DeclarationFactory(call=place.call, unit=place.unit, union=place.city))
    client.force_login(place.officer)
    client.get(reverse("innovations:declarations"))

    with django_assert_num_queries(13):
        client.get(reverse("innovations:declarations"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["丙装置", "乙装置", "甲装置"]),
        ({"sort": "title"}, ["丙装置", "乙装置", "甲装置"]),
        ({"sort": "submitted_at"}, ["甲装置", "乙装置", "丙装置"]),
        ({"search": "乙"}, ["乙装置"]),
        ({"search": "张三"}, ["甲装置"]),
        ({"state": "recommended"}, ["丙装置"]),
        ({"category": "c1"}, ["乙装置"]),
        ({"field": "any"}, []),
        ({"field": "none", "state": "submitted"}, ["乙装置", "甲装置"]),
        ({"state": "nonsense", "union": "nowhere", "page": "x"}, ["丙装置", "乙装置", "甲装置"]),
    ],
)
def test_list_narrows_and_sorts_within_reach(client, query, expected):
    place = province()
    c0, c1 = place.call.categories.all()
    common = {"call": place.call, "unit": place.unit, "union": place.city}
    AuthorFactory(declaration=DeclarationFactory(title="甲装置", category=c0, **common), name="张三")
    DeclarationFactory(title="乙装置", category=c1, **common)
    DeclarationFactory(title="丙装置", category=c0, state=State.RECOMMENDED, **common)
    DeclarationFactory(title="丁装置", call=place.call)
    DeclarationFactory(title="草稿", state=State.DRAFT, submitted_at=None, **common)
    client.force_login(place.officer)

    page = client.get(reverse("innovations:declarations"), query)

    assert [str(row["declaration"]) for row in page.context["rows"]] == expected


def test_list_is_not_for_workers(client):
    place = province()
    client.force_login(place.worker)

    assert client.get(reverse("innovations:declarations")).status_code == 403


def test_export_holds_what_the_list_shows(client):
    place = province()
    declared = DeclarationFactory(title="=甲装置", call=place.call, unit=place.unit, union=place.city)
    AuthorFactory(declaration=declared, name="张三")
    client.force_login(place.officer)

    answer = client.get(reverse("innovations:declarations-table"))

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    cells = next(row for row in rows if row[0] == declared.number)
    assert (cells[1].lstrip("'"), cells[3], cells[4]) == ("=甲装置", "张三", place.unit.name)


def test_the_page_of_a_declaration_hides_phone_numbers_from_authors(client):
    place = province()
    draft = complete(place)
    actions.submit(draft, by=place.worker, at=timezone.now())
    url = reverse("innovations:declaration", args=[draft.pk])

    seen = {}
    for name in ("worker", "mate", "officer"):
        client.force_login(getattr(place, name))
        seen[name] = "13800005678" in client.get(url).content.decode()

    assert seen == {"worker": True, "mate": False, "officer": True}
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


def test_comparison_shows_another_branch_only_what_is_the_same(client):
    place = province()
    first, second = complete(place), complete(place, application="只在另一份里才有的秘密文字")
    for draft in (first, second):
        actions.submit(draft, by=place.worker, at=timezone.now())
    Declaration.objects.filter(pk=second.pk).update(unit=UnitFactory(), union=None, declared_by=UserFactory())
    found = first.likenesses.get()
    client.force_login(place.officer)

    page = client.get(reverse("innovations:declaration-likeness", args=[first.pk, found.pk])).content.decode()

    assert ("滑轨和液压锁紧机构" in page, "秘密文字" in page, "不在您的权限范围内" in page) == (True, False, True)


@pytest.mark.parametrize(
    ("consent", "expected"), [(Consent.FULL, True), (Consent.ABSTRACT, False), (Consent.NONE, False)]
)
@pytest.mark.parametrize("by_honour", [False, True])
def test_comparison_shows_of_a_published_result_what_its_declarer_agreed_to(client, consent, expected, by_honour):
    place = province()
    first = complete(place)
    actions.submit(first, by=place.worker, at=timezone.now())
    other = DeclarationFactory(
        call=CallFactory(state=CallState.PUBLISHED),
        state=State.PUBLISHED,
        consent=consent,
        solution=f"{first.solution}只在已发布的一份里才有的秘密文字",
    )
    honour = HonourFactory(
        work_text=other.text, source_type=history.subject_type(other), source_id=str(other.pk), unit=other.unit
    )
    like = Likeness.objects.create(
        declaration=first, other=None if by_honour else other, honour=honour if by_honour else None, share="0.9"
    )
    client.force_login(place.worker)

    page = client.get(reverse("innovations:declaration-likeness", args=[first.pk, like.pk])).content.decode()

    assert ("秘密文字" in page, "不在您的权限范围内" in page) == (expected, not expected)


def test_autosave_answer_is_json_all_the_way(client):
    place = province()
    draft = complete(place)
    actions.submit(draft, by=place.worker, at=timezone.now())
    client.force_login(place.worker)

    answer = client.post(step_url(draft, Step.BASICS), basics(draft), headers=JSON)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (409, "wrong_state")
