"""Tables of organizations and rosters come in whole, or good rows only, or not at all."""

from __future__ import annotations

import pytest

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.core.tables import Column, SheetOut, write_csv, write_table
from huomiao.orgs import queries
from huomiao.orgs.actions import imports
from huomiao.orgs.actions.imports import ImportRefused
from huomiao.orgs.importing import rosters, trees
from huomiao.orgs.models import ImportBatch, Organization, RosterEntry, phone_tail_index
from huomiao.orgs.roles import Role
from huomiao.orgs.states import BatchKind, BatchState, Kind
from tests.factories.orgs import MembershipFactory, RosterEntryFactory, UnitFactory

pytestmark = pytest.mark.django_db

TREE = [Column(column.key, column.title) for column in trees.COLUMNS]
ROSTER = [Column(column.key, column.title) for column in (rosters.UNIT, *rosters.COLUMNS)]


def tree_file(*rows, **kwargs) -> bytes:
    keys = ("code", "name", "kind", "parent", "industry", "territory", "head_count")
    return write_csv(SheetOut("t", TREE, [dict(zip(keys, row, strict=False)) for row in rows]))


def roster_file(*rows, unit: bool = False) -> bytes:
    keys = ("name", "staff_number", "phone", "post", "is_frontline", "unit")
    columns = ROSTER if unit else ROSTER[1:]
    return write_csv(SheetOut("t", columns, [dict(zip(keys, row, strict=False)) for row in rows]))


def _problems(refusal) -> list[tuple[str, str]]:
    return [(problem.cell, problem.message) for problem in refusal.value.problems]


def test_a_tree_in_any_order_comes_in_with_sound_paths():
    content = tree_file(
        ("W", "机械厂", "企事业单位工会", "C", "通用设备制造业", "B", 300),
        ("C", "东县总工会", "县", "N"),
        ("P", "省总工会", "省总工会", ""),
        ("N", "南市总工会", "设区市总工会", "P"),
        ("B", "北市总工会", "设区市总工会", "P"),
    )

    outcome = imports.import_tree(content, "组织.csv")

    assert (outcome.new, outcome.changed, outcome.unchanged, outcome.skipped) == (5, 0, 0, 0)
    assert list(Organization.objects.order_by("path").values_list("code", "depth", "numchild")) == [
        ("P", 1, 2),
        ("N", 2, 1),
        ("C", 3, 1),
        ("W", 4, 0),
        ("B", 2, 0),
    ]
    works = Organization.objects.get(code="W")
    assert (works.kind, works.industry, works.territory.code, works.head_count) == (Kind.ENTERPRISE, "C34", "B", 300)
    assert Organization.objects.find_problems() == ([], [], [], [], [])
    assert [entry.changes["created"] for entry in history.of(Organization.objects.get(code="N"))] == [["", 1]]


def test_a_second_import_adds_changes_and_leaves_alone():
    imports.import_tree(
        tree_file(("P", "省总", "省总工会"), ("N", "南市", "市", "P"), ("B", "北市", "市", "P")), "1.csv"
    )

    outcome = imports.import_tree(
        tree_file(("N", "南市总工会", "市", "P"), ("B", "北市", "市", "P"), ("D", "东市", "市", "P")), "2.csv"
    )

    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 1, 1)
    assert [node.code for node in queries.children(Organization.objects.get(code="P"))] == ["N", "B", "D"]
    assert [node.code for node in queries.search("南市")] == ["N"]
    assert [f.name for f in Organization.objects.get(code="N").former_names.all()] == ["南市"]
    assert Organization.objects.find_problems() == ([], [], [], [], [])


def test_a_new_branch_does_not_take_the_place_of_one_that_moved_away():
    imports.import_tree(
        tree_file(("P", "省总", "省总工会"), ("N", "南市", "市", "P"), ("B", "北市", "市", "P")), "1.csv"
    )
    Organization.objects.get(code="N").delete()

    imports.import_tree(tree_file(("D", "东市", "市", "P")), "2.csv")

    assert list(Organization.objects.order_by("path").values_list("code", "path")) == [
        ("P", "0001"),
        ("B", "00010002"),
        ("D", "00010003"),
    ]


def test_every_problem_of_a_tree_is_told_at_its_cell_and_nothing_comes_in():
    content = tree_file(
        ("P", "省总工会", "省总工会", ""),
        ("A", "甲", "市", "B"),
        ("B", "乙", "市", "A"),
        ("C", "丙", "市", "没有"),
        ("D", "丁", "", "P"),
        ("P2/", "戊", "市", "P"),
        ("D", "己", "市", "P"),
        ("E", "庚", "县", "C", "航天业", "无此地"),
        ("F", "辛", "县", "B"),
    )

    with pytest.raises(ImportRefused) as refusal:
        imports.import_tree(content, "组织.csv")

    assert sorted(_problems(refusal)) == [
        ("A7", "代码应为 1 至 40 位字母、数字、点、横线或下划线。"),
        ("A8", "与 A6 的代码重复。"),
        ("D6", "新增的组织必须填写类型。"),
        ("E10", "上级（第 4 行）有问题，无法导入。"),
        ("E3", "上级关系成环：A → B → A。"),
        ("E4", "上级关系成环：A → B → A。"),
        ("E5", "没有代码为“没有”的组织，表中也没有。"),
        ("G9", "应为国民经济行业（GB/T 4754—2017）的门类或大类，例如 C34 或“通用设备制造业”。"),
        ("H9", "没有代码为“无此地”的组织，表中也没有。"),
    ]
    assert Organization.objects.count() == 0


def test_good_rows_only_leaves_out_the_bad_and_what_hangs_below_them():
    content = tree_file(
        ("P", "省总工会", "省总工会", ""),
        ("N", "南市", "火星", "P"),
        ("C", "东县", "县", "N"),
        ("B", "北市", "市", "P"),
    )

    outcome = imports.import_tree(content, "组织.csv", only_good=True)

    assert (outcome.new, outcome.skipped, len(outcome.problems)) == (2, 2, 2)
    assert list(Organization.objects.order_by("path").values_list("code", flat=True)) == ["P", "B"]


def test_an_import_does_not_move_what_stands_elsewhere():
    imports.import_tree(
        tree_file(("P", "省总", "省总工会"), ("N", "南市", "市", "P"), ("B", "北市", "市", "P")), "1.csv"
    )

    with pytest.raises(ImportRefused, match="请在组织页面办理移动"):
        imports.import_tree(tree_file(("B", "北市", "市", "N")), "2.csv")


def test_an_officer_brings_in_organizations_of_their_own_branch_only():
    imports.import_tree(
        tree_file(("P", "省总", "省总工会"), ("N", "南市", "市", "P"), ("B", "北市", "市", "P")), "1.csv"
    )
    officer = MembershipFactory(organization=Organization.objects.get(code="N"), role=Role.OFFICER).user
    content = tree_file(
        ("C", "东县", "县", "N"), ("D", "西县", "县", "B"), ("B", "改名", "市", "P"), ("X", "新省", "省", "")
    )

    with pytest.raises(ImportRefused) as refusal:
        imports.import_tree(content, "组织.csv", officer)

    assert _problems(refusal) == [
        ("E3", "“北市”不在您管理的范围内。"),
        ("A4", "“北市”不在您管理的范围内。"),
        ("E4", "“省总”不在您管理的范围内。"),
        ("E5", "新增的组织必须填写上级代码。"),
    ]


def test_a_roster_comes_in_with_its_phones_encrypted():
    unit = UnitFactory()

    outcome = imports.import_roster(
        roster_file(("张三", "001", "13800001234", "车工", "是"), ("李四", "", "", "", "否")), "名册.csv", unit
    )

    assert (outcome.new, outcome.changed, outcome.unchanged, outcome.skipped) == (2, 0, 0, 0)
    entry = RosterEntry.objects.get(name="张三")
    assert (entry.staff_number, entry.phone, entry.post, entry.is_frontline) == ("001", "13800001234", "车工", True)
    assert entry.phone_tail_key == phone_tail_index("1234")
    assert "13800001234" not in str(list(RosterEntry.objects.extra(select={"raw": "phone"}).values_list("raw")))
    assert "13800001234" not in str([e.changes for e in history.of(unit)])


def test_a_second_roster_updates_by_number_or_name_and_blanks_change_nothing():
    unit = UnitFactory()
    RosterEntryFactory(organization=unit, name="张三", staff_number="001", post="车工")
    RosterEntryFactory(organization=unit, name="李四", staff_number="")
    RosterEntryFactory(organization=unit, name="王五", staff_number="003", post="钳工")

    outcome = imports.import_roster(
        roster_file(("张三丰", "001", "", ""), ("李四", "002", "13900000000"), ("王五", "003"), ("赵六", "004")),
        "名册.csv",
        unit,
    )

    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 2, 1)
    assert list(RosterEntry.objects.order_by("staff_number").values_list("name", "staff_number", "post")) == [
        ("张三丰", "001", "车工"),
        ("李四", "002", ""),
        ("王五", "003", "钳工"),
        ("赵六", "004", ""),
    ]


def test_namesakes_and_doubles_in_a_roster_are_asked_about():
    unit = UnitFactory()
    RosterEntryFactory(organization=unit, name="王伟", staff_number="1")
    RosterEntryFactory(organization=unit, name="王伟", staff_number="2")

    with pytest.raises(ImportRefused) as refusal:
        imports.import_roster(
            roster_file(("王伟", ""), ("李四", "9"), ("李五", "9"), ("赵六",), ("赵六",)), "名册.csv", unit
        )

    assert _problems(refusal) == [
        ("A2", "名册中有 2 位同名职工，请填写工号或手机号加以区分。"),
        ("B4", "与第 3 行重复。同名的人请填写工号或手机号加以区分。"),
        ("A6", "与第 5 行重复。同名的人请填写工号或手机号加以区分。"),
    ]


def test_two_rows_for_one_person_are_not_both_taken():
    unit = UnitFactory()
    RosterEntryFactory(organization=unit, name="王伟", staff_number="1")

    with pytest.raises(ImportRefused, match="同一个人"):
        imports.import_roster(roster_file(("王伟", "1"), ("王伟", "")), "名册.csv", unit)


def test_a_roster_of_many_units_finds_each_by_its_code():
    one, two = UnitFactory(code="U1"), UnitFactory(code="U2")

    imports.import_roster(
        roster_file(("甲", "1", "", "", "", "U1"), ("乙", "1", "", "", "", "U2"), unit=True), "名册.csv"
    )

    assert list(RosterEntry.objects.order_by("pk").values_list("name", "organization")) == [
        ("甲", one.pk),
        ("乙", two.pk),
    ]


def test_a_unit_out_of_reach_or_unknown_is_told_at_its_cell():
    mine, other = UnitFactory(code="U1"), UnitFactory(code="U2")
    secretary = MembershipFactory(organization=mine, role=Role.SECRETARY).user

    with pytest.raises(ImportRefused) as refusal:
        imports.import_roster(
            roster_file(("甲", "1", "", "", "", "U2"), ("乙", "1", "", "", "", "U9"), unit=True),
            "名册.csv",
            by=secretary,
        )

    assert _problems(refusal) == [("A2", f"您不能维护“{other}”的名册。"), ("A3", "没有代码为“U9”的在用组织。")]


def test_only_who_keeps_the_roster_may_bring_one():
    with pytest.raises(NotAllowed):
        imports.import_roster(
            roster_file(("甲", "1")), "名册.csv", UnitFactory(), MembershipFactory(role=Role.MEMBER).user
        )


def _batch(unit, *rows):
    secretary = MembershipFactory(organization=unit, role=Role.SECRETARY).user
    content = write_table(
        [SheetOut("名册", ROSTER[1:], [dict(zip(("name", "staff_number", "phone"), r, strict=False)) for r in rows])]
    )
    return imports.preview(content, "名册.xlsx", kind=BatchKind.ROSTER, by=secretary, organization=unit)


def test_a_preview_tells_each_rows_fate_and_keeps_nothing_in_plain():
    unit = UnitFactory()
    RosterEntryFactory(organization=unit, name="张三", staff_number="1", phone="")

    batch = _batch(unit, ("张三", "1", "13800001234"), ("李四", "2", "13900000000"), ("王五", "3", "12"))

    batch.refresh_from_db()
    assert [(row["number"], row["label"], row["fate"], row["fields"]) for row in batch.report["rows"]] == [
        (2, "张三", "changed", ["手机号"]),
        (3, "李四", "new", []),
        (4, "王五", "problem", []),
    ]
    assert batch.counts == {"new": 1, "changed": 1, "same": 0, "problem": 1}
    raw = ImportBatch.objects.extra(select={"raw": "sealed_report"}).values_list("raw", "sealed_content")[0]
    assert b"PK" not in bytes(raw[1])[:2]
    assert "张三" not in raw[0]
    assert RosterEntry.objects.count() == 1


def test_an_applied_batch_is_done_once_and_forgets_its_workbook():
    batch = _batch(UnitFactory(), ("张三", "1", "13800001234"), ("王五", "3", "12"))

    with pytest.raises(ImportRefused):
        imports.apply(batch, by=batch.by, only_good=False)
    outcome = imports.apply(batch, by=batch.by, only_good=True)

    batch.refresh_from_db()
    assert (outcome.new, outcome.skipped, batch.state, batch.counts["new"]) == (1, 1, BatchState.DONE, 1)
    assert (bytes(batch.sealed_content), batch.sealed_report) == (b"", "")
    with pytest.raises(WrongState, match="已经处理过"):
        imports.apply(batch, by=batch.by, only_good=True)
    assert RosterEntry.objects.count() == 1


def test_a_new_preview_drops_the_one_before():
    unit = UnitFactory()
    first = _batch(unit, ("张三", "1"))
    imports.preview(first.content, "名册.xlsx", kind=BatchKind.ROSTER, by=first.by, organization=unit)

    first.refresh_from_db()
    assert (first.state, bytes(first.sealed_content)) == (BatchState.DROPPED, b"")


def test_the_marked_workbook_names_the_problem_beside_its_row():
    batch = _batch(UnitFactory(), ("张三", "1", "12"))
    import io

    import openpyxl

    page = openpyxl.load_workbook(io.BytesIO(imports.marked(batch)))["名册"]

    assert page["I2"].value == "C2 手机号：应为 11 位手机号，或带区号的固定电话。"
