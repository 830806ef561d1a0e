"""A question bank from an empty page to a worker's phone: template, workbook with a mistake, editor, review, release."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.orgs.roles import Role
from huomiao.practice.formats import sheets
from huomiao.practice.models import Attempt, Bank, Question, QuestionVersion
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.playing import worker
from tests.files import samples
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BANK = "起重工安全题库"
PICTURED = "图中的手势表示什么？"


def single(stem: str, *options: str, answer: str) -> dict[str, str]:
    letters = {f"选项{letter}": option for letter, option in zip("ABCD", options, strict=True)}
    return {"题型": "单选题", "题干": stem, "答案": answer, **letters}


ROWS = [
    single("吊装前应先做什么？", "试吊", "直接起吊", "斜拉", "超载", answer="A"),
    single("钢丝绳断丝超限时应怎样？", "继续使用", "报废", "涂油", "打结", answer="B"),
    # There is no option F.
    single("六级以上大风应怎样？", "加快作业", "减员作业", "停止作业", "照常作业", answer="F"),
    single(PICTURED, "下降", "停止", "起升", "旋转", answer="C"),
    {"题型": "判断题", "题干": "吊物下方可以站人。", "答案": "错误"},
    {"题型": "判断题", "题干": "信号不明时不得起吊。", "答案": "正确"},
]
GOOD = len(ROWS) - 1


def filled_in(template: bytes) -> bytes:
    """The workbook with the headers of ``template`` and the officer's questions below them."""
    # Columns that are needed carry an asterisk.
    headers = [header.strip("* ") for header in sheets.plan(sheets.open_tables(template), {})[0].headers]
    assert {name for row in ROWS for name in row} <= set(headers)
    return write_table([SheetOut("试题", [Column(header, header) for header in headers], ROWS)])


def make_bank(window: Window) -> Bank:
    window.go("/banks/")
    window.follow("新建题库")
    window.page.get_by_label("名称").fill(BANK)
    window.page.get_by_label("代码").fill("lifting")
    window.press("建立题库")
    window.heading(BANK)
    return Bank.objects.get()


def import_good_rows(window: Window) -> None:
    page = window.page
    window.follow("导入试题")
    with page.expect_download() as download:
        window.follow("下载模板")
    content = filled_in(Path(download.value.path()).read_bytes())
    page.locator("input[type=file]").set_input_files([{"name": "起重工.xlsx", "mimeType": XLSX, "buffer": content}])
    window.press("上传并预览")
    window.heading("导入预览")
    # Only what is wrong is listed at first: where, and what should stand there.
    line = page.locator(".import-rows tbody tr")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("六级以上大风应怎样？")
    expect(line).to_contain_text(wrong_cell(content))
    expect(line).to_contain_text("答案“F”超出了选项，选项只到 D。应写选项字母（A–D），多个答案连写，如 AC。")
    window.keep("bank-import-preview")
    page.get_by_label("导入后直接提交审核").uncheck()
    window.press(f"只导入没有问题的 {GOOD} 道")
    window.heading("导入完成")
    window.told(f"{GOOD} 道题已写入题库")
    assert Question.objects.count() == GOOD
    window.keep("bank-imported")


def wrong_cell(content: bytes) -> str:
    """The name of the cell that holds the answer F."""
    grid = sheets.open_tables(content).grids[0]
    return next(
        f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column]}{row}"
        for row, cells in enumerate(grid.rows, 1)
        for column, cell in enumerate(cells)
        if cell == "F"
    )


def add_a_picture(window: Window) -> None:
    page = window.page
    window.follow("打开题库")
    page.get_by_role("navigation", name="题库").get_by_role("link", name="试题").click()
    window.follow(PICTURED)
    window.follow("修改")
    page.locator("input[name=stem-file]").set_input_files(
        [{"name": "手势.jpg", "mimeType": "image/jpeg", "buffer": samples.jpeg()}]
    )
    page.get_by_label("素材说明").first.fill("指挥人员右臂上举，手心向前")
    page.get_by_label("解析").fill("单臂上举是起升信号。")
    expect(page.locator("#preview")).to_contain_text("单臂上举是起升信号。")
    window.keep("bank-editor")
    page.locator(".editor-bar").get_by_role("button", name="保存", exact=True).click()
    window.heading("试题")
    expect(page.get_by_label("试题内容").get_by_role("img", name="指挥人员右臂上举，手心向前")).to_be_visible()


def hand_on_for_review(window: Window, bank: Bank) -> None:
    window.go(f"/banks/{bank.code}/questions/")
    window.page.get_by_label("选择本页全部").check()
    window.press("提交审核")
    window.told(f"{GOOD} 道题")


def agree(window: Window, bank: Bank) -> None:
    window.go(f"/banks/{bank.code}/review/")
    expect(window.page.locator(".review-card")).to_have_count(GOOD)
    window.keep("bank-review")
    window.page.get_by_label("选择本页全部").check()
    window.press("同意所选试题")
    window.told("没有待审核的试题")


def publish(window: Window, bank: Bank) -> None:
    window.go(f"/banks/{bank.code}/")
    window.follow("查看变动并发布")
    window.press("发布")
    window.told("第 1 版")
    window.keep("bank-released")


def practise(window: Window) -> None:
    """Answer all questions right, and see the picture on the way."""
    page, seen = window.page, 0
    for number in range(1, GOOD + 1):
        expect(page.locator("[data-part=place]")).to_have_text(f"{number} / {GOOD}")
        stem = page.locator(".question-text").inner_text().strip()
        if stem == PICTURED:
            expect(page.locator(".question").get_by_role("img")).to_be_visible()
            window.keep("bank-practised")
            seen += 1
        version = QuestionVersion.objects.filter(body__stem=stem).latest("number")
        right = version.key["right"]
        text = (
            ("正确" if right else "错误") if version.kind == "true_false" else version.body["options"][right[0]]["text"]
        )
        page.locator(".option", has_text=re.compile(text)).click()
        page.locator(".player-next").click()
        expect(page.locator(".question .verdict-title")).to_have_text("答对了")
        page.locator(".player-next").click()
    assert seen == 1
    window.told("全部答对！")


def test_from_an_empty_bank_to_a_workers_phone(open_window):
    union = OrganizationFactory(name="青山县总工会")
    unit = UnitFactory(parent=OrganizationFactory(parent=union))
    first, second = (
        MembershipFactory(organization=union, role=Role.TRAINER, user__name=name).user for name in ("甲干事", "乙干事")
    )
    officer = open_window(first)
    bank = make_bank(officer)
    import_good_rows(officer)
    add_a_picture(officer)
    hand_on_for_review(officer, bank)
    # Nobody agrees to what they brought themselves.
    officer.go(f"/banks/{bank.code}/review/")
    expect(officer.page.get_by_text("您编写的，由他人审核")).to_have_count(GOOD)
    agree(open_window(second), bank)
    publish(officer, bank)

    phone = open_window(worker(unit), phone=True)
    phone.go("/practice/drills/")
    phone.press("开始练习")
    practise(phone)
    attempt = Attempt.objects.get()
    assert (attempt.right, attempt.total, attempt.release.number) == (GOOD, GOOD, 1)
