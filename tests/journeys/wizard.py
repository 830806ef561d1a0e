"""How a worker goes through the six steps: by labels and buttons, as they stand on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.files import samples
from tests.journeys.conftest import Window
from tests.journeys.province import STORY, photograph

Look = Callable[[str], None]


def _nothing(_step: str) -> None:
    """Where nobody wants to look at the steps."""


def begin(window: Window, slug: str, unit: str) -> None:
    """From the call's page to the first step of a new draft."""
    window.go(f"/calls/{slug}/")
    window.follow("我要申报")
    window.press(f"从“{unit}”申报")
    window.heading("基本信息")


def next_step(window: Window, heading: str) -> None:
    window.press("下一步")
    window.heading(heading)


def saved_by_itself(window: Window) -> None:
    """What was typed has arrived, without a button. (A page that was just opened says "09:30 已保存".)"""
    expect(window.page.locator("[data-save-state]")).to_have_text(re.compile(r"已保存 \d\d:\d\d:\d\d"))


def fill_basics(window: Window) -> None:
    page, today = window.page, timezone.localdate()
    page.get_by_label("成果名称").fill(STORY["成果名称"])
    page.get_by_role("radio", name="小革新").check()
    page.get_by_label("重点领域").select_option(label="产业链：装备制造产业链")
    page.get_by_label("成果来源").select_option(label="班组")
    page.get_by_label("完成日期").fill(str(today - timedelta(days=120)))
    page.get_by_label("投入使用日期").fill(str(today - timedelta(days=100)))
    page.get_by_label("联系电话").fill("19900001111")


def fill_author(window: Window) -> None:
    page = window.page
    page.get_by_label("职称/技能等级").fill("技师")
    page.get_by_label("贡献").fill("提出方案，设计滑轨和锁紧机构，完成样机和现场调试。")


def fill_content(window: Window) -> None:
    for label, text in STORY.items():
        if label != "成果名称":
            window.page.get_by_label(label).fill(text)


def fill_benefits(window: Window) -> None:
    page = window.page
    if not page.get_by_label("金额（万元）").count():
        window.press("添加一项效益")
    page.get_by_label("类型").first.select_option(label="年节约支出")
    page.get_by_label("金额（万元）").fill("36.5")
    page.get_by_label("测算期").fill("今年上半年")
    page.get_by_label("计算依据").fill("每月六次换辊，每次少停机七十二分钟，按每小时产值折算。")
    page.get_by_label("权利归属").fill("归单位所有，完成人享有署名权")


def add_picture(window: Window) -> None:
    """A photograph is chosen, sent at once, and stands in the list."""
    files = [{"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    window.page.locator("#id_picture").set_input_files(files)
    expect(window.page.get_by_role("link", name="现场照片")).to_be_visible()


def add_papers(window: Window) -> None:
    add_picture(window)
    add_sealed_papers(window)


def add_sealed_papers(window: Window) -> None:
    """What a worker's own declaration needs with the seal of the union."""
    for role, title in (("authorisation", "成果授权书"), ("pledge", "真实性承诺书")):
        card = window.page.get_by_role("region", name=title)
        card.locator("summary", has_text="上传").click()
        files = [{"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(pages=1)}]
        card.locator(f"#id_{role}").set_input_files(files)
        expect(window.page.get_by_role("link", name=title)).to_be_visible()


def pledge(window: Window) -> None:
    for box in window.page.get_by_role("checkbox").all():
        box.check()
    window.page.get_by_role("radio", name="可公开全文").check()


def through(window: Window, *, look: Look = _nothing) -> None:
    """All six steps up to the submission, from the first one."""
    for place, (fill, heading) in enumerate(
        [
            (fill_basics, "完成人"),
            (fill_author, "成果内容"),
            (fill_content, "效益与产权"),
            (fill_benefits, "附件"),
            (add_papers, "核对与提交"),
        ],
        1,
    ):
        fill(window)
        look(f"step-{place}")
        next_step(window, heading)
    pledge(window)
    saved_by_itself(window)
    look("step-6")
    window.press("提交申报")
