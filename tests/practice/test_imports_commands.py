"""``huomiao import bank`` and ``huomiao export bank``."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from huomiao.orgs.roles import Role
from huomiao.practice.models import Question
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import BankFactory, bank_with
from tests.practice.test_formats_tables import REAL_BANK, csv_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return BankFactory(code="radio", name="操作能力题库")


@pytest.fixture
def keeper(bank):
    return MembershipFactory(organization=bank.owner, role=Role.TRAINER).user


def test_the_real_bank_comes_in_as_a_folder(bank, keeper):
    if not REAL_BANK.is_dir():
        pytest.skip("the real question bank (../shared/data/question_bank) is not here")
    out, err = io.StringIO(), io.StringIO()

    call_command(
        "import_table", "bank", REAL_BANK, bank="radio", by=keeper.username, stdout=out, stderr=err,
        map=["J=alias", "P=topic", "I=code", "Q=stem", "T=answer"], label=["class_a=A类", "class_b=B类", "class_c=C类"],
    )  # fmt: skip

    assert out.getvalue().strip() == "新增 1375，更新 0，无变化 0，重复 1733，有问题 0；图片 53"
    assert Question.objects.filter(bank=bank, label_rows__name="A类").count() == 683


def test_unknown_columns_are_named(bank, keeper, tmp_path):
    path = tmp_path / "题.csv"
    path.write_bytes(csv_file(["甲列", "乙列", "丙列"], ["地球是圆的", "对", "x"]))

    with pytest.raises(CommandError, match="Sheet1：甲列、乙列、丙列"):
        call_command("import_table", "bank", path, bank="radio", by=keeper.username)
    with pytest.raises(CommandError, match="没有这样的列"):
        call_command("import_table", "bank", path, bank="radio", by=keeper.username, map=["甲列=题目"])


def test_problems_are_named_at_their_cells_and_nothing_comes_in(bank, keeper, tmp_path):
    path = tmp_path / "题.csv"
    path.write_bytes(csv_file(["题目", "A", "B", "答案"], ["甲", "一", "二", "A"], ["乙", "一", "二", "C"]))
    err = io.StringIO()

    with pytest.raises(CommandError, match="有 1 道题有问题"):
        call_command("import_table", "bank", path, bank="radio", by=keeper.username, stderr=err)

    assert err.getvalue().startswith("Sheet1!D3 答案：答案“C”超出了选项，选项只到 B。")
    assert Question.objects.count() == 0


def test_a_bank_goes_out_in_a_named_format(tmp_path):
    bank = bank_with(2)
    user = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    path = tmp_path / "out.xlsx"

    call_command("export_table", "bank", to=path, bank=bank.code, by=user.username, stdout=io.StringIO())

    assert [row[0].value for row in load_workbook(path)["试题"].iter_rows(min_row=3)] == ["single-1", "single-2"]
    with pytest.raises(CommandError, match="--as"):
        call_command("export_table", "bank", to=path, bank=bank.code)
