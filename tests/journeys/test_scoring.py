from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from huomiao.innovations.models import Sheet
from huomiao.innovations.states import SheetState
from tests.factories.reviews import review_ready, round_started
from tests.journeys.conftest import PASSWORD, Window

pytestmark = pytest.mark.journey
MOST_PRESSES = 120
FOCUSED = """() => {
  const one = document.activeElement;
  return (one.getAttribute("aria-label") || one.innerText || one.labels?.[0]?.innerText || "").trim();
}"""


def tab_to(window: Window, name: str) -> None:
    """Press Tab until what has the focus is called ``name``."""
    for _press in range(MOST_PRESSES):
        window.page.keyboard.press("Tab")
        if window.page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"The Tab key never came to {name}.")


def test_keyboard_only_sign_in_and_score(open_window):
    review = review_ready(entries=2, experts=3)
    round_started(review)
    expert = review.experts[0]
    window = open_window()
    keyboard = window.go("/accounts/login/").keyboard
    tab_to(window, "账号或手机号")
    keyboard.type(expert.user.username)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(window.page).not_to_have_url(re.compile("/accounts/login/"))

    window.go("/sheets/")
    tab_to(window, "接着评")
    keyboard.press("Enter")
    expect(window.page).to_have_url(re.compile(r"/sheets/\d+/$"))
    sheet = Sheet.objects.get(pk=int(window.page.url.rstrip("/").rsplit("/", 1)[1]))
    # The first criterion by a digit on one of its bands and half a point up, the second by typing.
    tab_to(window, "优\n")
    keyboard.press("1")
    keyboard.press("ArrowUp")
    expect(window.page.get_by_label("创新性得分")).to_have_value("45.5")
    tab_to(window, "实用性得分")
    keyboard.type("31")
    expect(window.page.locator("[data-total]")).to_have_text("76.5")
    expect(window.page.locator("[data-status]")).to_have_text("已保存")
    window.keep("keyboard-sheet")
    tab_to(window, "签署")
    keyboard.press("Enter")
    window.heading("签署评分")
    tab_to(window, "我独立完成了以上评分")
    keyboard.press("Space")
    if window.page.get_by_label("登录密码").count():
        tab_to(window, "登录密码")
        keyboard.type(PASSWORD)
    tab_to(window, "签署")
    keyboard.press("Enter")
    window.told("1 / 2")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.total) == (SheetState.SIGNED, Decimal("76.5"))
