from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.core.errors import Invalid
from huomiao.notices import actions
from huomiao.notices.models import Objection
from huomiao.notices.states import ItemState, NoticeState, ObjectionState
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory, NoticeItemFactory, ObjectionFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

NAMED = {
    "kind": "truth",
    "text": "所列效益与实际不符，请予核查。",
    "name": "李举报",
    "phone": "137 0000 9876",
    "unit": "邻近机械厂",
}


@pytest.fixture
def issuer():
    return OrganizationFactory(name="示例省总工会")


@pytest.fixture
def officer(issuer):
    return MembershipFactory(organization=issuer, role=Role.ORGANISER).user


@pytest.fixture
def item(issuer):
    return NoticeItemFactory(notice=NoticeFactory(issuer=issuer), cells=["轧辊快换装置", "一厂"])


def test_the_public_reads_list_and_notice(client, item):
    page = client.get(reverse("notices:list")).content.decode()
    assert item.notice.title in page

    page = client.get(reverse("notices:detail", args=[item.notice_id]))
    assert [one for one, _is_open in page.context["lines"]] == [item]
    assert page.context["lines"][0][1]


def test_a_name_is_found_in_a_notice(client, item):
    NoticeItemFactory(notice=item.notice, cells=["别的成果", "二厂"])

    page = client.get(reverse("notices:detail", args=[item.notice_id]), {"q": "快换 一厂"})

    assert [one for one, _is_open in page.context["lines"]] == [item]


def test_the_downloaded_list_gives_the_published_hash(client, issuer):
    notice = actions.open_notice(
        issuer,
        title="公示",
        issuer=issuer,
        columns=["名称"],
        items=[actions.ItemRow(issuer, ("“引号”与 emoji 🔥",))],
        working_days=5,
        by=None,
    )

    content = client.get(reverse("notices:list-text", args=[notice.pk])).content

    assert hashlib.sha256(content).hexdigest() == notice.list_hash


@time_machine.travel(datetime(2026, 12, 30, 3, tzinfo=UTC))
def test_a_notice_into_a_year_that_is_not_announced_warns(client, issuer):
    notice = actions.open_notice(
        issuer,
        title="公示",
        issuer=issuer,
        columns=["名称"],
        items=[actions.ItemRow(issuer, ("甲",))],
        working_days=5,
        by=None,
    )

    page = client.get(reverse("notices:detail", args=[notice.pk]))

    assert page.context["guessed_years"] == [2027]
    assert "2027 年的放假和调休安排尚未录入" in page.content.decode()


def test_an_objection_gives_a_receipt_and_its_status_shows_the_ruling(client, item, officer):
    response = client.post(reverse("notices:object", args=[item.pk]), NAMED, follow=True)
    made = Objection.objects.get()
    assert made.receipt in response.content.decode()
    assert (made.name, made.phone, made.unit) == ("李举报", "13700009876", "邻近机械厂")

    actions.accept(made, by=officer)
    actions.rule(made, finding="dismissed", outcome="keep", reasons="经核实数据无误。", by=officer)
    page = client.post(reverse("notices:status"), {"receipt": made.receipt, "phone_tail": "9876"})
    assert "经核实数据无误。" in page.content.decode()
    assert officer.name not in page.content.decode()

    wrong = client.post(reverse("notices:status"), {"receipt": made.receipt, "phone_tail": "1111"})
    assert wrong.status_code == 422
    assert "经核实数据无误。" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "12345"}, "phone"),
        ({"unit": ""}, "unit"),
        ({"text": "短"}, "text"),
        ({"kind": "nothing"}, "kind"),
    ],
)
def test_an_incomplete_objection_is_shown_again_with_what_was_typed(client, item, change, field):
    response = client.post(reverse("notices:object", args=[item.pk]), {**NAMED, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "邻近机械厂" in response.content.decode() or field == "unit"
    assert Objection.objects.count() == 0


def test_an_anonymous_objection_drops_what_was_typed_about_oneself(client, item):
    client.post(reverse("notices:object", args=[item.pk]), {**NAMED, "is_anonymous": "on"})

    made = Objection.objects.get()
    assert (made.state, made.name, made.phone, made.unit) == (ObjectionState.CLUE, "", "", "")


def test_six_files_are_refused_at_the_field(client, item):
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(6)]

    response = client.post(reverse("notices:object", args=[item.pk]), {**NAMED, "evidence": files})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["evidence"]


def test_a_program_as_evidence_is_refused_at_the_field(client, item):
    files = [SimpleUploadedFile("照片.jpg", b"MZ\x90\x00" * 50)]

    response = client.post(reverse("notices:object", args=[item.pk]), {**NAMED, "evidence": files})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["evidence"]
    assert Objection.objects.count() == 0


def test_evidence_is_kept_and_offered_to_officers(client, item, officer, picture):
    client.post(
        reverse("notices:object", args=[item.pk]),
        {**NAMED, "evidence": [SimpleUploadedFile("一.png", picture), SimpleUploadedFile("二.png", picture)]},
    )
    made = Objection.objects.get()
    assert made.evidence.count() == 2

    client.force_login(officer)
    page = client.get(reverse("notices:objection", args=[made.pk]))
    assert len(page.context["evidence"]) == 2
    assert "一.png" not in page.content.decode()


@pytest.fixture
def picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def test_the_eleventh_objection_of_an_hour_is_refused(client, item):
    address = reverse("notices:object", args=[item.pk])
    for number in range(10):
        client.post(address, {**NAMED, "text": f"第 {number} 次提出的事实与理由。"})

    response = client.post(address, NAMED)

    assert response.status_code == 429
    assert "邻近机械厂" in response.content.decode()
    assert Objection.objects.count() == 10


def test_receipts_cannot_be_tried_without_end(client):
    for _time in range(20):
        client.post(reverse("notices:status"), {"receipt": "AAAAAAAAAAAA"})

    assert client.post(reverse("notices:status"), {"receipt": "AAAAAAAAAAAA"}).status_code == 429


def test_a_struck_item_takes_no_objection(client, item):
    item.state = ItemState.STRUCK
    item.save()

    assert "现在不接受异议" in client.get(reverse("notices:object", args=[item.pk])).content.decode()
    assert client.post(reverse("notices:object", args=[item.pk]), NAMED).status_code == 409


def test_an_officer_accepts_and_rules_from_the_pages(client, item, officer):
    made = ObjectionFactory(item=item)
    client.force_login(officer)
    client.post(reverse("notices:accept", args=[made.pk]))

    wrong = client.post(
        reverse("notices:rule", args=[made.pk]), {"finding": "dismissed", "outcome": "strike", "reasons": "理由"}
    )
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["outcome"])

    client.post(reverse("notices:rule", args=[made.pk]), {"finding": "upheld", "outcome": "strike", "reasons": "属实"})
    item.refresh_from_db()
    assert item.state == ItemState.STRUCK


def test_contacts_are_masked_until_a_reason_is_given(client, item, officer):
    made = ObjectionFactory(item=item)
    client.force_login(officer)
    page = client.get(reverse("notices:objection", args=[made.pk])).content.decode()
    assert "137****9876" in page
    assert "13700009876" not in page
    assert "李举报" not in page

    shown = client.post(reverse("notices:reveal", args=[made.pk]), {"reason": "电话核实"})
    assert "李举报" in shown.content.decode()
    assert client.post(reverse("notices:reveal", args=[made.pk]), {"reason": ""}).status_code in {302, 422}


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.OFFICER])
def test_others_see_no_objection(client, item, issuer, role):
    made = ObjectionFactory(item=item)
    client.force_login(MembershipFactory(organization=issuer, role=role).user if role else UserFactory())

    assert client.get(reverse("notices:objection", args=[made.pk])).status_code == 404
    assert list(client.get(reverse("notices:objections")).context["page_obj"]) == []
    for act in ("accept", "keep", "reveal", "rule"):
        assert client.post(reverse(f"notices:{act}", args=[made.pk])).status_code == 404


def test_the_queue_shows_what_waits_first_and_what_is_late(client, item, officer):
    late = ObjectionFactory(item=item, made_at=datetime(2026, 6, 1, tzinfo=UTC))
    ObjectionFactory(item=item, state=ObjectionState.RULED)
    client.force_login(officer)

    page = client.get(reverse("notices:objections"))

    assert [(row, due.is_late) for row, due in page.context["lines"]] == [(late, True)]
    assert page.context["counts"] == {"waiting": 1, "everything": 2}


@pytest.mark.parametrize("name", ["list", "detail", "objections"])
def test_lists_ask_as_many_queries_for_three_rows_as_for_one(client, item, officer, issuer, name):
    client.force_login(officer)
    ObjectionFactory(item=item)
    address = reverse("notices:detail", args=[item.notice_id]) if name == "detail" else reverse(f"notices:{name}")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _time in range(2):
        other = NoticeItemFactory(notice=NoticeFactory(issuer=issuer))
        ObjectionFactory(item=other)
        NoticeItemFactory(notice=item.notice)
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)


def test_the_list_filters_by_state(client, item):
    closed = NoticeFactory(state=NoticeState.CLOSED)

    page = client.get(reverse("notices:list"), {"state": "closed"})

    assert [notice for notice, _left in page.context["lines"]] == [closed]


@time_machine.travel(datetime(2026, 6, 1, 2, tzinfo=UTC), tick=False)
def test_a_notice_that_has_not_begun_shows_nothing_to_the_public(client, item, issuer, officer):
    item.notice.opens_on = date(2026, 6, 2)
    item.notice.title = "明天才开始的公示"
    item.notice.save()
    stranger = MembershipFactory(organization=OrganizationFactory(), role=Role.ORGANISER).user

    for reader in (None, UserFactory(), stranger):
        if reader:
            client.force_login(reader)
        page = client.get(reverse("notices:list")).content.decode()
        assert "明天才开始的公示" not in page
        for name, key in (("detail", item.notice_id), ("list-text", item.notice_id), ("object", item.pk)):
            answer = client.get(reverse(f"notices:{name}", args=[key]))
            assert answer.status_code == 404, (reader, name)
            assert "轧辊快换装置" not in answer.content.decode()
    assert client.post(reverse("notices:object", args=[item.pk]), NAMED).status_code == 404
    assert not Objection.objects.exists()

    client.force_login(officer)
    assert "公众还看不到" in client.get(reverse("notices:list")).content.decode()
    assert "轧辊快换装置" in client.get(reverse("notices:detail", args=[item.notice_id])).content.decode()
    assert client.post(reverse("notices:object", args=[item.pk]), NAMED).status_code == 409


@time_machine.travel(datetime(2026, 6, 2, 2, tzinfo=UTC), tick=False)
def test_a_notice_is_public_from_its_first_day(client, item):
    item.notice.opens_on = date(2026, 6, 2)
    item.notice.save()

    page = client.get(reverse("notices:detail", args=[item.notice_id]))

    assert page.context["lines"] == [(item, True)]


def test_a_changed_cell_shows_what_it_was_and_what_it_is(client, item, officer):
    actions.amend(item, cells=["轧辊快换装置", "二厂"], note="单位更名", by=officer)

    page = client.get(reverse("notices:detail", args=[item.notice_id]), {"q": "二厂"}).content.decode()

    assert "一厂</del>" in page
    assert "二厂</ins>" in page
    assert page.count("轧辊快换装置") == 1


def test_a_line_is_not_amended_into_another_shape(item, officer):
    with pytest.raises(Invalid):
        actions.amend(item, cells=["轧辊快换装置"], note="少一列", by=officer)


def test_asking_too_often_with_an_empty_form_is_told_too(client, db):
    answers = [client.post(reverse("notices:status")).status_code for _time in range(21)]

    assert answers == [422] * 20 + [429]
