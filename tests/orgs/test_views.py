"""The pages of the tree: addresses, permissions, what they show, and how many queries they take."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.core import history
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.orgs import queries
from huomiao.orgs.importing import rosters, trees
from huomiao.orgs.models import ImportBatch, Organization, RosterEntry
from huomiao.orgs.roles import Role
from huomiao.orgs.states import BatchState, Kind
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return OrganizationFactory(code="P", name="省总工会")


@pytest.fixture
def city(province):
    return OrganizationFactory(code="N", name="南市总工会", parent=province, kind=Kind.CITY)


@pytest.fixture
def works(city):
    return UnitFactory(code="W", name="机械厂", parent=city, head_count=120)


@pytest.fixture
def organiser(province, client):
    user = MembershipFactory(organization=province, role=Role.ORGANISER).user
    client.force_login(user)
    return user


@pytest.fixture
def secretary(works, client):
    user = MembershipFactory(organization=works, role=Role.SECRETARY).user
    client.force_login(user)
    return user


def _queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def _names(response) -> list[str]:
    return re.findall(r'class="tree-name"[^>]*>([^<]+)<', response.content.decode())


def _error(response) -> str:
    return str(next(iter(response.context["form"].errors.values())))


@pytest.mark.parametrize(
    "url",
    [
        reverse("orgs:tree"),
        reverse("orgs:suggest"),
        reverse("orgs:tree-import"),
        reverse("orgs:rosters-import"),
        *(
            reverse(f"orgs:{name}", args=["W"])
            for name in ("detail", "children", "create", "edit", "rename", "move", "merge", "close", "people", "roster",
                         "roster-add", "roster-import", "roster-template")
        ),
    ],
)  # fmt: skip
def test_strangers_are_sent_to_sign_in(client, works, url):
    assert client.get(url).headers["Location"].startswith(reverse("account_login"))


def test_the_tree_opens_where_the_reader_belongs(client, province, works, secretary):
    OrganizationFactory(code="B", name="北市总工会", parent=province, kind=Kind.CITY)
    OrganizationFactory(code="X", name="西县总工会", parent=Organization.objects.get(code="B"), kind=Kind.COUNTY)

    assert _names(client.get(reverse("orgs:tree"))) == ["省总工会", "南市总工会", "机械厂", "北市总工会"]
    assert _names(client.get(reverse("orgs:tree"), {"open": "B"})) == [
        "省总工会",
        "南市总工会",
        "北市总工会",
        "西县总工会",
    ]


def test_opening_a_node_gives_its_children_only(client, city, works, organiser):
    UnitFactory(code="D", name="已停用厂", parent=city, is_active=False)

    response = client.get(reverse("orgs:children", args=["N"]), headers={"HX-Request": "true"})

    assert _names(response) == ["机械厂"]
    assert "<html" not in response.content.decode()


def test_the_tree_is_searched_by_name_former_name_and_code(client, works, organiser):
    works.former_names.create(name="农机站", until="2020-01-01")

    found = [
        [o.code for o, _trail in client.get(reverse("orgs:tree"), {"q": q}).context["rows"]]
        for q in ("机械", "农机", "w", "没有")
    ]

    assert found == [["W"], ["W"], ["W"], []]


def test_a_detail_page_shows_facts_and_only_what_the_reader_may_do(client, works, secretary):
    page = client.get(works.get_absolute_url()).content.decode()

    assert "通用设备制造业" in page
    assert reverse("orgs:roster", args=["W"]) in page
    assert reverse("orgs:edit", args=["W"]) not in page
    assert reverse("orgs:rename", args=["W"]) not in page


def test_people_of_other_unions_are_not_shown(client, province, works, secretary):
    other = UnitFactory(code="O", parent=province)
    MembershipFactory(organization=other, role=Role.SECRETARY, user=UserFactory(name="别人家的书记"))

    assert "别人家的书记" not in client.get(other.get_absolute_url()).content.decode()


def test_a_new_organization_comes_from_the_form(client, city, organiser):
    values = {"code": "W9", "name": "电机厂", "kind": "enterprise", "nature": "state_owned", "industry": "C38",
              "head_count": 10, "member_count": 9}  # fmt: skip

    response = client.post(reverse("orgs:create", args=["N"]), values)

    made = Organization.objects.get(code="W9")
    assert response.headers["Location"] == made.get_absolute_url()
    assert (queries.parent(made).code, made.section, made.division) == ("N", "C", "38")


def test_a_wrong_form_comes_back_with_what_was_typed(client, city, works, organiser):
    values = {"code": "W", "name": "电机厂", "kind": "enterprise", "head_count": 1, "member_count": 1}

    response = client.post(reverse("orgs:create", args=["N"]), values)

    assert (response.status_code, response.context["form"]["name"].value()) == (422, "电机厂")
    assert "已被使用" in _error(response)


def test_facts_are_edited(client, works, organiser):
    values = {"kind": "enterprise", "industry": "C36", "territory": "南市", "head_count": 5, "member_count": 0}

    client.post(reverse("orgs:edit", args=["W"]), values)

    works.refresh_from_db()
    assert (works.industry, works.territory.code, works.head_count, works.nature) == ("C36", "N", 5, "")


def test_an_organization_is_moved_by_name_and_impossible_moves_say_why(client, province, city, works, organiser):
    OrganizationFactory(code="B", name="北市总工会", parent=province, kind=Kind.CITY)

    refused = client.post(reverse("orgs:move", args=["N"]), {"to": "W"})
    unclear = client.post(reverse("orgs:move", args=["W"]), {"to": "总工会"})
    moved = client.post(reverse("orgs:move", args=["W"]), {"to": "北市"})

    assert (refused.status_code, unclear.status_code, moved.status_code) == (422, 422, 302)
    assert "不能把" in _error(refused)
    assert "多个组织符合" in _error(unclear)
    assert queries.parent(Organization.objects.get(code="W")).code == "B"


def test_names_renamed_merged_and_closed_by_forms(client, province, city, works, organiser):
    other = UnitFactory(code="W2", name="电机厂", parent=city)

    client.post(reverse("orgs:rename", args=["W"]), {"name": "精工厂", "short_name": "精工"})
    client.post(reverse("orgs:merge", args=["W2"]), {"into": "W"})
    refused = client.post(reverse("orgs:close", args=["N"]), {"note": "撤销"})
    client.post(reverse("orgs:close", args=["W"]), {"note": "撤销"})

    works.refresh_from_db()
    other.refresh_from_db()
    assert (works.name, works.is_active, other.merged_into_id) == ("精工厂", False, works.pk)
    assert refused.status_code == 422
    client.post(reverse("orgs:reopen", args=["W"]))
    works.refresh_from_db()
    assert works.is_active


@pytest.mark.parametrize("name", ["create", "edit", "rename", "move", "merge", "close", "people"])
def test_pages_of_change_are_refused_to_who_may_not(client, works, secretary, name):
    assert client.get(reverse(f"orgs:{name}", args=["N"])).status_code == 403


def test_a_person_is_found_and_given_a_role(client, works, organiser):
    person = RosterEntryFactory(organization=works, user=UserFactory(name="李小妹")).user
    UserFactory(name="李无关")

    page = client.get(reverse("orgs:people", args=["W"]), {"q": "李"})
    client.post(reverse("orgs:grant", args=["W"]), {"user": person.pk, "role": "secretary"})

    assert page.context["persons"] == [person]
    (membership,) = queries.people(works)
    assert (membership.user, membership.role) == (person, "secretary")
    client.post(reverse("orgs:membership-end", args=["W", membership.pk]))
    assert list(queries.people(works)) == []


def test_a_role_above_ones_own_is_refused_at_the_address_too(client, city, works):
    officer = MembershipFactory(organization=city, role=Role.OFFICER).user
    client.force_login(officer)

    response = client.post(reverse("orgs:grant", args=["W"]), {"user": UserFactory().pk, "role": "organiser"})

    assert response.status_code == 403
    assert list(queries.people(works)) == []


def test_the_roster_is_filtered_and_masks_phones(client, works, secretary):
    for name, frontline in (("张三", True), ("李四", False)):
        entry = RosterEntryFactory(organization=works, name=name, is_frontline=frontline)
        entry.set_phone("13812345678")
        entry.save()
    RosterEntryFactory(organization=works, name="走了", left_on="2023-01-01")
    url = reverse("orgs:roster", args=["W"])

    def names(**query):
        return [entry.name for entry in client.get(url, query).context["page"]]

    assert (names(), names(frontline="no"), names(q="张"), names(left="on"), names(activated="yes")) == (
        ["张三", "李四"],
        ["李四"],
        ["张三"],
        ["走了"],
        [],
    )
    page = client.get(url).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page


def test_a_phone_is_shown_for_a_reason_that_is_on_record(client, works, secretary):
    entry = RosterEntryFactory(organization=works)
    entry.set_phone("13812345678")
    entry.save()
    url = reverse("orgs:roster-phone", args=["W", entry.pk])

    without = client.post(url, {"reason": " "})
    page = client.post(url, {"reason": "联系参赛"})

    assert without.status_code == 302
    assert "13812345678" in page.content.decode()
    assert [(e.action, e.note, e.actor_id) for e in history.of(entry)] == [
        ("roster.phone_revealed", "联系参赛", secretary.pk)
    ]


def test_somebody_is_added_corrected_leaves_and_returns(client, works, secretary):
    values = {"name": "张三", "staff_number": "001", "phone": "138 1234 5678", "is_frontline": "on"}
    client.post(reverse("orgs:roster-add", args=["W"]), values)
    entry = RosterEntry.objects.get()
    client.post(reverse("orgs:roster-entry", args=["W", entry.pk]), {**values, "phone": "", "name": "张三丰"})
    double = client.post(reverse("orgs:roster-add", args=["W"]), values)
    wrong = client.post(reverse("orgs:roster-add", args=["W"]), {"name": "李四", "phone": "123"})

    entry.refresh_from_db()
    assert (entry.name, entry.phone) == ("张三丰", "13812345678")
    assert (double.status_code, wrong.status_code) == (422, 422)
    client.post(reverse("orgs:roster-leave", args=["W", entry.pk]), {"on": "2024-05-01"})
    assert str(RosterEntry.objects.get().left_on) == "2024-05-01"
    client.post(reverse("orgs:roster-return", args=["W", entry.pk]))
    assert [e.action for e in history.of(entry)] == ["roster.returned", "roster.left", "roster.edited", "roster.added"]
    assert "13812345678" not in str([e.changes for e in history.of(entry)])


def test_rosters_out_of_reach_cannot_be_opened(client, province, works, secretary):
    other = UnitFactory(code="O", parent=province)
    entry = RosterEntryFactory(organization=other)

    assert client.get(reverse("orgs:roster", args=["O"])).status_code == 403
    assert client.get(reverse("orgs:roster-entry", args=["O", entry.pk])).status_code == 404
    assert client.get(reverse("orgs:roster-entry", args=["W", entry.pk])).status_code == 404
    assert client.post(reverse("orgs:roster-phone", args=["O", entry.pk]), {"reason": "x"}).status_code == 404


def test_an_export_needs_a_reason_and_can_be_brought_back(client, works, secretary):
    RosterEntryFactory(organization=works, name="张三", staff_number="001")
    url = reverse("orgs:roster-export", args=["W"])

    assert client.post(url).status_code == 302
    response = client.post(url, {"export-reason": "年度统计"})

    page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [cell.value for cell in page[3]][:2] == ["张三", "001"]
    assert [(e.action, e.note) for e in history.of(works)] == [("roster.exported", "年度统计")]


def _roster_file(*rows) -> io.BytesIO:
    columns = [Column(column.key, column.title) for column in rosters.COLUMNS]
    keys = ("name", "staff_number", "phone")
    content = write_table([SheetOut("名册", columns, [dict(zip(keys, row, strict=False)) for row in rows], "名册")])
    file = io.BytesIO(content)
    file.name = "名册.xlsx"
    return file


def test_a_roster_is_looked_at_and_then_taken(client, works, secretary):
    response = client.post(
        reverse("orgs:roster-import", args=["W"]),
        {"file": _roster_file(("张三", "1", "13812345678"), ("李四", "2", "12"))},
    )
    batch = ImportBatch.objects.get()

    assert response.headers["Location"] == batch.get_absolute_url()
    page = client.get(batch.get_absolute_url())
    assert [(row["number"], row["fate"]) for row in page.context["page"]] == [(4, "problem")]
    assert '<strong class="tabular">C4</strong>' in page.content.decode()
    marked = client.get(reverse("orgs:import-marked", args=[batch.pk]))
    assert b"".join(marked.streaming_content)[:2] == b"PK"
    refused = client.post(reverse("orgs:import-apply", args=[batch.pk]), headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (422, "import_refused")
    client.post(reverse("orgs:import-apply", args=[batch.pk]), {"rows": "good"})
    again = client.post(reverse("orgs:import-apply", args=[batch.pk]), {"rows": "good"})
    assert again.status_code == 409
    assert list(RosterEntry.objects.values_list("name", flat=True)) == ["张三"]
    assert client.get(batch.get_absolute_url()).status_code == 200


def test_a_batch_can_be_given_up_and_is_nobody_elses(client, works, secretary):
    client.post(reverse("orgs:roster-import", args=["W"]), {"file": _roster_file(("张三", "1"))})
    batch = ImportBatch.objects.get()
    other = MembershipFactory(organization=works, role=Role.SECRETARY).user

    client.force_login(other)
    assert client.get(batch.get_absolute_url()).status_code == 404
    assert client.post(reverse("orgs:import-apply", args=[batch.pk])).status_code == 404
    client.force_login(secretary)
    client.post(reverse("orgs:import-drop", args=[batch.pk]))

    batch.refresh_from_db()
    assert (batch.state, RosterEntry.objects.count()) == (BatchState.DROPPED, 0)


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "空的"), (b"MZ" + bytes(100), "程序文件"), ("名字\n甲".encode(), "没有找到表头")]
)
def test_what_is_no_table_is_told_at_the_field(client, works, secretary, content, says):
    file = io.BytesIO(content)
    file.name = "名册.xlsx"

    response = client.post(reverse("orgs:roster-import", args=["W"]), {"file": file})

    assert response.status_code == 422
    assert says in _error(response)


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("tree-template", [], [column.title for column in trees.COLUMNS]),
        ("rosters-template", [], [column.title for column in (rosters.UNIT, *rosters.COLUMNS)]),
        ("roster-template", ["W"], [column.title for column in rosters.COLUMNS]),
    ],
)
def test_a_template_has_the_columns(client, works, organiser, name, args, expected):
    content = b"".join(client.get(reverse(f"orgs:{name}", args=args)).streaming_content)

    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [str(cell.value).rstrip("*") for cell in page[2]] == [str(title) for title in expected]


@pytest.mark.parametrize("name", ["tree-import", "rosters-import"])
def test_imports_are_for_those_who_keep_the_tree(client, city, name):
    client.force_login(MembershipFactory(organization=city, role=Role.MEMBER).user)

    assert client.get(reverse(f"orgs:{name}")).status_code == 403


def test_suggestions_name_organizations(client, works, organiser):
    page = client.get(reverse("orgs:suggest"), {"to": "机械"}).content.decode()

    assert re.findall(r'value="([^"]+)"', page) == ["W"]


@pytest.mark.parametrize("name", ["tree", "search", "detail", "children", "roster", "people"])
def test_lists_take_the_same_queries_however_long(client, city, works, organiser, name):
    urls = {
        "tree": reverse("orgs:tree") + "?open=N",
        "search": reverse("orgs:tree") + "?q=厂",
        "detail": reverse("orgs:detail", args=["N"]),
        "children": reverse("orgs:children", args=["N"]),
        "roster": reverse("orgs:roster", args=["W"]),
        "people": reverse("orgs:people", args=["W"]) + "?q=员",
    }

    def grow():
        UnitFactory(parent=city, name="某厂")
        person = UserFactory(name="某员")
        RosterEntryFactory(organization=works, user=person)
        MembershipFactory(organization=works, user=person, role=Role.SECRETARY)

    grow()
    _queries(client, urls[name])
    few = _queries(client, urls[name])
    grow()
    grow()

    assert _queries(client, urls[name]) == few
