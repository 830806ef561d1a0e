from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from huomiao.accounts.models import ScanLogin
from tests.factories.accounts import UserFactory
from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.journey


def test_scan_sign_in(open_window):
    user = UserFactory(username="xiaohe", name="林小禾")
    desk = open_window()
    desk.go("/accounts/login/")
    word = desk.page.locator("[data-scan-word]").inner_text()
    expect(desk.page.locator("[data-scan-code] svg")).to_be_visible()
    desk.keep("scan-desk")
    code = ScanLogin.objects.latest("pk").code

    phone = open_window(user, phone=True)
    phone.go(f"/scan/{code}/")
    phone.told(word)
    phone.told("Chrome")
    phone.keep("scan-phone")
    phone.press("确认登录")
    begun = time.monotonic()
    phone.heading("已确认")
    expect(desk.page).not_to_have_url(re.compile("/accounts/login/"))
    took = time.monotonic() - begun
    # Shown with `pytest -s`.
    print(f"Signed in on the desk {took:.2f} s after the phone confirmed.")  # noqa: T201  # a figure that people ask for
    assert took < 20
    desk.go("/me/")
    desk.heading("我的账号")

    with phone.expecting(410):
        phone.go(f"/scan/{code}/")
        phone.heading("二维码已失效")
    assert phone.page.get_by_role("button", name="确认登录").count() == 0


def test_a_code_that_the_phone_refuses_lets_nobody_in(open_window):
    desk = open_window()
    desk.go("/accounts/login/")
    expect(desk.page.locator("[data-scan-code] svg")).to_be_visible()
    code = ScanLogin.objects.latest("pk").code
    phone = open_window(UserFactory(), phone=True)
    phone.go(f"/scan/{code}/")
    phone.press("不是我，拒绝")
    phone.heading("已拒绝")
    desk.told("手机上拒绝了这次登录。")
    desk.go("/me/")
    expect(desk.page).to_have_url(re.compile("/accounts/login/"))


def test_the_keyboard_alone_signs_in_and_out(open_window):
    user = UserFactory(username="xiaohe", name="林小禾")
    window = open_window()
    keyboard = window.go("/accounts/login/").keyboard
    window.page.get_by_label("账号或手机号").focus()
    keyboard.type(user.username)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(window.page).not_to_have_url(re.compile("/accounts/login/"))
    window.page.locator("summary", has_text="林小禾").focus()
    keyboard.press("Enter")
    window.page.get_by_role("button", name="退出登录").focus()
    keyboard.press("Enter")
    expect(window.page.get_by_role("link", name="登录").first).to_be_visible()
