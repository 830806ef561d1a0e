from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from huomiao import cli
from huomiao.core.tables import Column, SheetOut, read_table, write_table
from huomiao.innovations.models import Declaration, Quota
from huomiao.innovations.queries.calls import unions
from huomiao.innovations.states import State
from huomiao.orgs.models import Organization, RosterEntry
from huomiao.orgs.roles import Role
from tests.factories.innovations import DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory

pytestmark = pytest.mark.django_db


def _table(tmp_path, titles, *rows):
    columns = [Column(str(place), title) for place, title in enumerate(titles)]
    path = tmp_path / "table.xlsx"
    path.write_bytes(
        write_table([SheetOut("表", columns, [{str(n): cell for n, cell in enumerate(row)} for row in rows])])
    )
    return path


def _run(command, *args, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_a_tree_comes_in_from_a_table(tmp_path):
    path = _table(
        tmp_path,
        ["组织代码", "名称", "类型", "上级代码"],
        ["1", "省总", "省总工会", ""],
        ["11", "市总", "设区市总工会", "1"],
    )

    out, _err = _run("import_table", "tree", path)

    assert out.strip() == "新增 2，更新 0，未变 0，跳过 0"
    assert Organization.objects.get(code="11").path.startswith(Organization.objects.get(code="1").path)


def test_a_tree_with_a_problem_changes_nothing_and_names_the_cell(tmp_path):
    path = _table(
        tmp_path,
        ["组织代码", "名称", "类型", "上级代码"],
        ["1", "省总", "省总工会", ""],
        ["11", "市总", "设区市总工会", "9"],
    )
    err = io.StringIO()

    with pytest.raises(CommandError):
        call_command("import_table", "tree", path, stdout=io.StringIO(), stderr=err)

    assert "D3" in err.getvalue()
    assert Organization.objects.count() == 0


def test_the_good_rows_come_in_when_asked_for(tmp_path):
    path = _table(
        tmp_path,
        ["组织代码", "名称", "类型", "上级代码"],
        ["1", "省总", "省总工会", ""],
        ["11", "市总", "设区市总工会", "9"],
    )

    out, _err = _run("import_table", "tree", path, good_rows=True)

    assert out.strip() == "新增 1，更新 0，未变 0，跳过 1"


def test_a_tree_that_went_out_comes_in_again_unchanged(tmp_path):
    city = OrganizationFactory(parent=OrganizationFactory(), kind="city")
    UnitFactory(parent=city)
    target = tmp_path / "tree.xlsx"
    _run("export_table", "tree", to=target)

    out, _err = _run("import_table", "tree", target)

    assert out.strip() == "新增 0，更新 0，未变 3，跳过 0"


def test_a_roster_comes_in_for_a_unit(tmp_path):
    unit = UnitFactory(parent=OrganizationFactory())
    path = _table(tmp_path, ["姓名", "工号"], ["林小禾", "0001"], ["周安平", "0002"])

    _run("import_table", "roster", path, org=unit.code)

    assert list(RosterEntry.objects.order_by("staff_number").values_list("name", flat=True)) == ["林小禾", "周安平"]


def test_declarations_come_in_for_a_union(tmp_path):
    call = call_with_rules(slug="w")
    city = unions(call)[0]
    unit = UnitFactory(parent=city)
    officer = MembershipFactory(organization=city, role=Role.OFFICER).user
    path = _table(
        tmp_path,
        ["成果名称", "类别", "完成人", "单位", "行业"],
        ["快装夹具", "小发明", "林小禾", unit.name, "通用设备制造业"],
    )

    out, _err = _run("import_table", "declarations", path, call="w", org=city.code, by=officer.username)

    assert out.strip() == "表中 1 行：导入 1，更新 0，跳过 0"
    assert list(Declaration.objects.values_list("title", "state")) == [("快装夹具", State.SUBMITTED)]


def test_quotas_come_in_from_the_table_that_went_out(tmp_path):
    call = call_with_rules(slug="w")
    organiser = MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user
    target = tmp_path / "quotas.xlsx"
    _run("export_table", "quotas", to=target, call="w")
    before = sorted(Quota.objects.values_list("union", "category", "maximum"), key=str)

    _run("import_table", "quotas", target, call="w", by=organiser.username)

    assert sorted(Quota.objects.values_list("union", "category", "maximum"), key=str) == before


def test_the_records_of_a_figure_go_out(tmp_path):
    call = call_with_rules(slug="w")
    first, second = call.categories.all()
    unit = UnitFactory(parent=unions(call)[0], division="39")
    for category in (first, first, second):
        DeclarationFactory(
            call=call, unit=unit, union=unions(call)[0], category=category, state=State.RECOMMENDED, division="39"
        )
    target = tmp_path / "records.xlsx"

    _run("export_table", "records", to=target, call="w", where=[f"category={first.code}"])

    table = read_table(target.read_bytes(), target.name, [Column("title", "成果名称"), Column("category", "类别")])
    assert [row.values["category"] for row in table.rows] == [first.name, first.name]


@pytest.mark.parametrize(
    ("command", "arguments", "options"),
    [
        ("import_table", ["tree", "/nowhere.xlsx"], {}),
        ("export_table", ["declarations"], {"to": "x.xlsx", "call": "nothing"}),
        ("export_table", ["roster"], {"to": "x.xlsx"}),
    ],
)
def test_what_is_missing_is_said(command, arguments, options):
    with pytest.raises(CommandError):
        call_command(command, *arguments, **options)


def test_huomiao_alone_lists_its_commands(capsys):
    cli.main([])

    out = capsys.readouterr().out
    assert all(name in out for name in cli.COMMANDS)


def test_an_unknown_command_lists_them_and_fails(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["nothing"])

    assert stopped.value.code == 2
    assert "huomiao" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name, (command, *_words) in cli.COMMANDS.items() if command])
def test_help_names_the_command_as_it_was_typed(name, capsys):
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])

    assert capsys.readouterr().out.startswith(f"usage: huomiao {name} [")
