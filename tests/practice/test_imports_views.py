"""The pages of bringing questions and taking them away."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from huomiao.core import history
from huomiao.orgs.roles import Role
from huomiao.practice.models import BankImport, ImportMapping, Question
from huomiao.practice.states import ImportState
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import BankFactory, bank_with
from tests.practice.test_formats_tables import csv_file, workbook

pytestmark = pytest.mark.django_db

HEADER = ["编号", "题型", "题目", "A", "B", "答案"]


@pytest.fixture
def bank():
    return BankFactory(code="weld", name="焊工题库")


@pytest.fixture
def keeper(bank, client):
    user = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(user)
    return user


@pytest.fixture
def client(client, django_capture_on_commit_callbacks):
    """A client whose posts run the work in the background that they start."""
    post = client.post

    def posted(*args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return post(*args, **kwargs)

    client.post = posted
    return client


def rows(count: int) -> list[list[str]]:
    return [[f"Q{n}", "单选", f"第{n}题", "甲", "乙", "A"] for n in range(count)]


def bring(client, bank, content: bytes, name: str = "题.csv"):
    address = reverse("practice:import-new", args=[bank.code])
    response = client.post(address, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.context["form"].errors
    return BankImport.objects.latest("pk")


def test_upload_preview_confirm(client, bank, keeper):
    batch = bring(client, bank, csv_file(HEADER, *rows(2), ["Q9", "单选", "", "甲", "乙", "A"]))

    page = client.get(batch.get_absolute_url()).content.decode()
    assert "只导入没有问题的 2 道" in page
    assert "Sheet1!C4" in page
    client.post(reverse("practice:import-confirm", args=[batch.pk]), {"rows": "good", "use": "exam"})

    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
    assert list(Question.objects.order_by("code").values_list("code", "use")) == [("Q0", "exam"), ("Q1", "exam")]
    done = client.get(batch.get_absolute_url())
    assert "2 道题已写入题库" in done.content.decode()


def test_all_of_a_file_with_problems_is_refused_on_its_page(client, bank, keeper):
    batch = bring(client, bank, csv_file(HEADER, *rows(1), ["Q9", "单选", "", "甲", "乙", "A"]))

    response = client.post(reverse("practice:import-confirm", args=[batch.pk]), {"rows": "all"})

    assert response.status_code == 422
    assert "有 1 道题有问题，没有导入任何题" in response.content.decode()
    assert Question.objects.count() == 0


def test_nothing_chosen_and_nothing_pasted_is_said(client, bank, keeper):
    response = client.post(reverse("practice:import-new", args=[bank.code]), {"text": " "})

    assert response.status_code == 422
    assert response.context["form"].errors == {"file": ["请选择文件，或在下面粘贴题目。"]}


def test_pasted_text_is_read(client, bank, keeper):
    text = "1. 红灯表示（A）。\nA. 停\nB. 行\n"

    client.post(reverse("practice:import-new", args=[bank.code]), {"text": text})

    batch = BankImport.objects.get()
    assert (batch.format, batch.state, batch.rows.get().stem) == ("text", ImportState.PREVIEW, "红灯表示（  ）。")


def test_columns_are_assigned_on_their_page(client, bank, keeper):
    batch = bring(client, bank, csv_file(["甲列", "乙列", "丙列"], ["地球是圆的", "对", "x"]))
    address = reverse("practice:import-columns", args=[batch.pk])
    assert client.get(batch.get_absolute_url()).url == address
    page = client.get(address)
    assert [column.header for column in next(page.context["form"].sheets()).columns] == ["甲列", "乙列", "丙列"]

    wrong = client.post(address, {"s0-used": "on", "s0-header": 1, "s0-c1": "answer"})
    assert wrong.status_code == 422
    moved = client.post(address, {"s0-used": "on", "s0-header": 0, "s0-c0": "stem"})
    assert [column.header for column in next(moved.context["form"].sheets()).columns] == ["A 列", "B 列", "C 列"]
    client.post(address, {"s0-used": "on", "s0-header": 1, "s0-c0": "stem", "s0-c1": "answer"})

    batch.refresh_from_db()
    assert (batch.state, batch.counts["new"]) == (ImportState.PREVIEW, 1)
    assert ImportMapping.objects.get().columns == {"0": "stem", "1": "answer"}


def test_sheets_with_the_same_header_are_assigned_once(client, bank, keeper):
    rows_of = [["甲列", "乙列", "丙列"], ["地球是圆的", "对", "x"]]
    other = [["甲列", "乙列", "丙列"], ["地球是方的", "错", "x"]]
    batch = bring(client, bank, workbook(("一", rows_of), ("二", other)), "题.xlsx")
    address = reverse("practice:import-columns", args=[batch.pk])
    first, second = client.get(address).context["form"].sheets()
    assert (len(first.columns), first.same_as, second.columns, second.same_as) == (3, "", [], "一")

    client.post(
        address,
        {"s0-used": "on", "s0-header": 1, "s0-c0": "stem", "s0-c1": "answer", "s1-used": "on", "s1-header": 1},
    )

    batch.refresh_from_db()
    assert (batch.state, batch.counts["new"]) == (ImportState.PREVIEW, 2)


def test_the_marked_table_and_the_list_name_every_problem(client, bank, keeper):
    batch = bring(client, bank, workbook(("题", [HEADER, ["Q1", "单选", "问", "甲", "乙", "Z"]])), "题.xlsx")

    marked = load_workbook(io.BytesIO(client.get(reverse("practice:import-marked", args=[batch.pk])).content))
    listed = load_workbook(io.BytesIO(client.get(reverse("practice:import-report", args=[batch.pk])).content))

    assert marked["题"]["G2"].value.startswith("F2 答案：答案“Z”超出了选项")
    assert [cell.value for cell in listed.active[3]][:3] == ["有问题", "问题", "题!F2"]


def test_progress_asks_for_the_whole_page_when_the_work_is_over(client, bank, keeper):
    batch = bring(client, bank, csv_file(HEADER, *rows(1)))
    htmx = {"HTTP_HX_REQUEST": "true"}
    over = client.get(batch.get_absolute_url(), **htmx)
    BankImport.objects.update(state=ImportState.WRITING, done=5, total=20)

    working = client.get(batch.get_absolute_url(), **htmx)

    assert over.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in working.headers
    assert "5 / 20 · 25%" in working.content.decode()


def test_a_stranger_finds_nothing(client, bank, keeper):
    batch = bring(client, bank, csv_file(HEADER, *rows(1)))
    client.force_login(UserFactory())

    for name, args in [("import-new", [bank.code]), ("import", [batch.pk]), ("import-columns", [batch.pk]),
                       ("import-marked", [batch.pk]), ("import-report", [batch.pk]), ("export", [bank.code]),
                       ("import-template", [bank.code])]:  # fmt: skip
        assert client.get(reverse(f"practice:{name}", args=args)).status_code == 404, name
    for name in ("import-confirm", "import-drop", "import-resume"):
        assert client.post(reverse(f"practice:{name}", args=[batch.pk])).status_code == 404, name


def test_dropping_forgets_the_file(client, bank, keeper):
    batch = bring(client, bank, csv_file(HEADER, *rows(1)))

    client.post(reverse("practice:import-drop", args=[batch.pk]))

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content)) == (ImportState.DROPPED, b"")
    assert client.get(batch.get_absolute_url()).status_code == 200


def test_lists_take_as_many_queries_for_three_rows_as_for_one(client, bank, keeper, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    counts = []
    for number in (1, 3):
        batch = bring(client, bank, csv_file(HEADER, *rows(number)))
        counts.append((queries(batch.get_absolute_url()), queries(reverse("practice:import-new", args=[bank.code]))))
        bring(client, bank, csv_file(HEADER, *rows(number)))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["excel", "csv", "word"])
def test_a_bank_is_taken_away_and_that_is_kept_in_the_history(client, name):
    bank = bank_with(3, kind=("single", "true_false", "multiple"))
    user = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(user)
    address = reverse("practice:export", args=[bank.code])
    assert client.get(address).status_code == 200

    response = client.post(address, {"format": name, "state": "published"})

    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    entry = history.of(bank).get(action="bank.exported")
    assert (entry.actor_id, entry.changes) == (user.pk, {"questions": ["", 3]})


def test_the_template_comes(client, bank, keeper):
    response = client.get(reverse("practice:import-template", args=[bank.code]))

    book = load_workbook(io.BytesIO(response.content))
    assert [cell.value for cell in book["试题"][1]][:3] == ["编号", "题型", "题干*"]
