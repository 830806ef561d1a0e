from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.core.tables import SheetOut, Unreadable, write_table
from huomiao.innovations import summary_columns, summary_reading
from huomiao.innovations.actions import recommendations
from huomiao.innovations.actions import tables as actions
from huomiao.innovations.models import Author, Declaration, ImportBatch, Quota
from huomiao.innovations.queries import tables as queries
from huomiao.innovations.states import BatchState, BenefitKind, State
from huomiao.innovations.summary_columns import names_in
from huomiao.orgs.models import FormerName, Organization
from huomiao.orgs.roles import Role
from tests.factories import summary_tables
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.innovations.test_recommendations_climb import NOW, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


GOOD = {
    "title": "换辊小车",
    "category": "小发明",
    "authors": "王一、李二",
    "unit": "东县轴承厂",
    "phone": "13812345678",
}


def workbook(scene, *rows, **shared):
    columns = summary_columns.columns(scene.call)
    categories = {c.name: str(c.pk) for c in scene.call.categories.all()}
    lines = []
    for row in rows or [{}]:
        line = {**GOOD, **shared, **row}
        lines.append({**line, "category": categories.get(line["category"], line["category"])})
    return write_table([SheetOut("汇总表", columns, lines)])


def bring(scene, content, **values):
    values = {"call": scene.call, "organization": scene.city, "by": scene.city_officer, "at": NOW} | values
    return actions.import_declarations(content, "汇总表.xlsx", **values)


def cells(report):
    return [(problem.cell, problem.column) for problem in report.problems]


def test_good_table_becomes_declarations_on_the_unions_desk(scene):
    report = bring(
        scene, workbook(scene, {"solution": "滑轨快换", "saving": 12.5, "field": "装备制造", "division": "34"})
    )

    declaration = Declaration.objects.get()
    assert (report.imported, report.skipped, report.problems) == (1, 0, [])
    assert (declaration.state, declaration.desk, declaration.union, declaration.unit) == (
        State.SUBMITTED,
        scene.city,
        scene.city,
        scene.unit,
    )
    assert (declaration.title, declaration.solution, str(declaration.field)) == ("换辊小车", "滑轨快换", "装备制造")
    assert (declaration.section, declaration.division, declaration.contact_phone) == ("C", "34", "13812345678")
    assert [(a.place, a.name) for a in declaration.authors.all()] == [(1, "王一"), (2, "李二")]
    assert [(b.kind, float(b.amount)) for b in declaration.benefits.all()] == [(BenefitKind.SAVING, 12.5)]
    assert declaration.number == f"{scene.call.year}-{scene.call.number_prefix}-{scene.city.label}-0001"
    assert [entry.action for entry in history.of(declaration)] == ["declaration.imported"]


@pytest.mark.parametrize(("who", "desk"), [("secretary", "unit"), ("county_officer", "county"), ("organiser", "city")])
def test_imported_declarations_lie_with_who_brings_them(scene, who, desk):
    organization = scene.call.organiser if who == "organiser" else getattr(scene, desk)

    bring(scene, workbook(scene), organization=organization, by=getattr(scene, who))

    assert Declaration.objects.get().desk == getattr(scene, desk)


@pytest.mark.parametrize("who", ["secretary", "county_officer", "organiser"])
def test_nobody_brings_a_table_for_another_union(scene, who):
    with pytest.raises(NotAllowed):
        bring(scene, workbook(scene), by=getattr(scene, who))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("东县轴承厂", True),
        (" 东县 轴承厂 ", True),
        ("东轴", True),
        ("东县滚珠厂", True),
        ("dz-01", True),
        ("西县轴承厂", False),
    ],
)
def test_units_are_found_by_name_short_name_former_name_or_code(scene, name, found):
    Organization.objects.filter(pk=scene.unit.pk).update(short_name="东轴", code="DZ-01")
    FormerName.objects.create(organization=scene.unit, name="东县滚珠厂", until=datetime(2020, 1, 1, tzinfo=UTC))

    reading = summary_reading.read(workbook(scene, unit=name), "t.xlsx", call=scene.call, organization=scene.city)

    assert (reading.matches[0].unit == scene.unit) is found


def test_unknown_unit_is_a_problem_at_its_cell_with_the_nearest_name(scene):
    report = bring(scene, workbook(scene, {}, {"title": "另一项", "unit": "东县轴乘厂"}), mode="good")

    problem = report.problems[0]
    assert (problem.cell, problem.column, problem.value) == ("I3", "单位", "东县轴乘厂")
    assert "是不是“东县轴承厂”" in problem.message


def test_units_outside_the_importers_branch_are_not_known(scene):
    UnitFactory(parent=scene.other_city, name="外市机床厂")

    report = bring(scene, workbook(scene, {}, {"title": "另一项", "unit": "外市机床厂"}), mode="good")

    assert (report.imported, cells(report)) == (1, [("I3", "单位")])


def test_unit_that_was_merged_means_the_one_it_was_merged_into(scene):
    UnitFactory(parent=scene.county, name="东县齿轮厂", is_active=False, merged_into=scene.unit)

    bring(scene, workbook(scene, unit="东县齿轮厂"))

    assert Declaration.objects.get().unit == scene.unit


def test_two_units_of_one_name_ask_for_the_code(scene):
    UnitFactory(parent=scene.city, name="东县轴承厂", code="TWIN")

    report = bring(scene, workbook(scene, {}, {"title": "另一项", "unit_code": "TWIN"}), mode="good")

    assert cells(report) == [("I2", "单位")]
    assert Declaration.objects.get().unit.code == "TWIN"


def test_union_as_unit_and_wrong_union_are_problems(scene):
    report = bring(
        scene,
        workbook(scene, {"unit": "东县总工会"}, {"title": "另一项", "union": "第2市总工会"}, {"title": "好的"}),
        mode="good",
    )

    assert cells(report) == [("I2", "单位"), ("O3", "推荐工会")]


def test_whole_table_is_refused_when_one_row_is_wrong(scene):
    with pytest.raises(actions.HasProblems) as refusal:
        bring(scene, workbook(scene, {}, {"title": "另一项", "category": "小改革"}))

    assert Declaration.objects.count() == 0
    assert cells(refusal.value.report) == [("D3", "类别")]


def test_good_rows_only_leaves_none_out_in_silence(scene):
    content = workbook(scene, {}, {"title": "另一项", "phone": "123"}, {"title": "换辊小车"}, {"title": "第三项"})

    report = bring(scene, content, mode="good")

    assert (report.total, report.imported, report.skipped) == (4, 2, 2)
    assert [(row.number, row.fate) for row in report.rows] == [
        (2, "new"),
        (3, "problem"),
        (4, "problem"),
        (5, "new"),
    ]
    assert sum(sheet["rows"] for sheet in report.sheets) == sum(
        count for sheet in report.sheets for count in sheet["counts"].values()
    )


def test_phone_is_not_kept_whole_in_a_report(scene):
    report = bring(scene, workbook(scene, {}, {"title": "另一项", "phone": "138123456789"}), mode="good")

    assert "138123456789" not in str(report.as_json())


def test_same_table_twice_changes_nothing_the_second_time(scene):
    content = workbook(scene, {}, {"title": "另一项"})
    bring(scene, content)

    report = bring(scene, content)

    assert (report.imported, report.updated, report.skipped, Declaration.objects.count()) == (0, 0, 2, 2)
    assert [row.reason for row in report.rows] == ["已申报，内容相同。"] * 2


def test_row_that_says_more_updates_what_still_lies_with_the_union(scene):
    bring(scene, workbook(scene))

    report = bring(scene, workbook(scene, solution="补充了内容"))

    declaration = Declaration.objects.get()
    assert (report.imported, report.updated, declaration.solution) == (0, 1, "补充了内容")
    assert history.of(declaration).first().changes == {"solution": ["", "补充了内容"]}
    assert list(history.verify()) == []


def test_declaration_that_went_on_is_left_alone(scene):
    bring(scene, workbook(scene))
    Declaration.objects.update(state=State.RECOMMENDED, desk=None)

    report = bring(scene, workbook(scene, solution="补充了内容"))

    assert (report.updated, report.rows[0].fate) == (0, "duplicate")
    assert "已推荐" in report.rows[0].reason


def test_number_names_the_declaration_to_update(scene):
    bring(scene, workbook(scene))
    number = Declaration.objects.get().number

    report = bring(
        scene, workbook(scene, {"number": number, "title": "换辊小车改进型"}, {"number": "X-1"}), mode="good"
    )

    assert (report.updated, Declaration.objects.get().title) == (1, "换辊小车改进型")
    assert cells(report) == [("B3", "编号")]


def test_over_quota_is_a_warning(scene):
    Quota.objects.filter(union=scene.city, category=None).update(maximum=1)

    report = bring(scene, workbook(scene, {}, {"title": "另一项"}))

    assert report.imported == 2
    assert len(report.warnings) == 1
    assert "名额 1，导入后共 2" in report.warnings[0]


def test_import_as_recommended_ranks_in_the_order_of_the_table(scene):
    bring(scene, workbook(scene, {}, {"title": "另一项"}), as_state=State.RECOMMENDED)

    assert list(Declaration.objects.order_by("rank").values_list("title", "state", "rank")) == [
        ("换辊小车", State.RECOMMENDED, 1),
        ("另一项", State.RECOMMENDED, 2),
    ]


def test_nothing_comes_in_after_signing_off_or_in_time_no_more(scene):
    bring(scene, workbook(scene))
    item = Declaration.objects.get()
    recommendations.rank(scene.call, scene.city, [item.pk], by=scene.city_officer, at=NOW)
    recommendations.sign_off(scene.call, scene.city, by=scene.city_officer, at=NOW)

    with pytest.raises(WrongState):
        bring(scene, workbook(scene, title="另一项"))


def test_what_is_not_a_table_is_refused_with_a_sentence(scene):
    with pytest.raises(Unreadable):
        bring(scene, b"\x89PNG not a table")


# --- Preview and confirmation -------------------------------------------------------------------------------------


def preview(scene, content):
    return actions.preview(
        content, "汇总表.xlsx", call=scene.call, organization=scene.city, by=scene.city_officer, at=NOW
    )


def test_preview_changes_nothing_and_confirming_twice_imports_once(scene):
    batch = preview(scene, workbook(scene))
    assert Declaration.objects.count() == 0

    first = actions.confirm(batch, by=scene.city_officer, mode="all", at=NOW)
    second = actions.confirm(batch, by=scene.city_officer, mode="all", at=NOW)

    batch.refresh_from_db()
    assert (first, Declaration.objects.count(), batch.state) == (second, 1, BatchState.DONE)
    assert bytes(batch.content) == b""


def test_confirming_reads_again_what_changed_since(scene):
    batch = preview(scene, workbook(scene))
    bring(scene, workbook(scene))

    report = actions.confirm(batch, by=scene.city_officer, mode="all", at=NOW)

    assert (report.imported, report.skipped) == (0, 1)


def test_dropped_table_is_forgotten(scene):
    batch = preview(scene, workbook(scene))

    actions.drop(batch, by=scene.city_officer, at=NOW)

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content), batch.report) == (BatchState.DROPPED, b"", {})
    with pytest.raises(WrongState):
        actions.confirm(batch, by=scene.city_officer, mode="all", at=NOW)


def test_table_that_nobody_confirmed_is_forgotten_after_a_week(scene):
    batch = preview(scene, workbook(scene))
    ImportBatch.objects.update(created_at=datetime(2026, 5, 1, tzinfo=UTC))

    assert actions.forget_old(NOW) == 1
    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content)) == (BatchState.DROPPED, b"")


def test_only_who_brought_a_table_sees_and_confirms_it(scene):
    batch = preview(scene, workbook(scene))
    colleague = MembershipFactory(organization=scene.city, role=Role.OFFICER).user

    assert list(queries.visible_to(colleague)) == []
    with pytest.raises(NotAllowed):
        actions.confirm(batch, by=colleague, mode="all", at=NOW)


# --- Out and in again ---------------------------------------------------------------------------------------------


def test_exported_table_comes_in_again_unchanged(scene):
    bring(
        scene,
        workbook(
            scene,
            {
                "solution": "=1+1 不是公式",
                "saving": 12.5,
                "field": "装备制造",
                "finished_on": date(2025, 6, 1),
            },
            {
                "title": "另一项",
                "authors": "赵三",
                "is_frontline": False,
                "post": "钳工",
                "consent": "full",
                "source": "team",
            },
        ),
    )
    columns = summary_columns.columns(scene.call)
    exported = write_table([SheetOut("汇总表", columns, queries.out_rows(Declaration.objects.order_by("pk")))])
    before = list(queries.out_rows(Declaration.objects.order_by("pk")))

    report = bring(scene, exported)
    assert [row.reason for row in report.rows] == ["已申报，内容相同。"] * 2

    Declaration.objects.all().delete()
    without_numbers = [{**row, "number": ""} for row in before]
    bring(scene, write_table([SheetOut("汇总表", columns, without_numbers)]))
    again = [{**row, "number": ""} for row in queries.out_rows(Declaration.objects.order_by("pk"))]
    assert again == without_numbers


# --- Names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张三、李四", ["张三", "李四"]),
        ("张三，李四;王五", ["张三", "李四", "王五"]),
        ("张 三 李 四", ["张三", "李四"]),
        ("张三　李四", ["张三", "李四"]),
        ("张三（组长）、李四", ["张三", "李四"]),
        ("欧阳明\n李四/王五", ["欧阳明", "李四", "王五"]),
        ("阿依古丽·买买提", ["阿依古丽·买买提"]),
        ("  ", []),
    ],
)
def test_names_are_taken_apart(text, names):
    assert names_in(text) == names


# --- Planted defects ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [300, 5000])
def test_forty_planted_defects_are_reported_at_their_cells_and_nothing_is_lost(scene, rows):
    units = summary_tables.units_below(scene.city, 40)
    planted = summary_tables.planted(scene.city, units, rows=rows)

    report = bring(scene, planted.content, mode="good")

    assert len(planted.cells) == 40
    assert {(problem.sheet, problem.cell) for problem in report.problems} == planted.cells
    assert report.problem_count == 40
    assert (report.imported, report.skipped, Declaration.objects.count()) == (rows - 40, 40, rows - 40)
    assert Author.objects.filter(place=1).count() == rows - 40
