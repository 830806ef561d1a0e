from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from huomiao.innovations.actions import drafts
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import Path, Step
from tests.journeys import wizard
from tests.journeys.conftest import PASSWORD
from tests.journeys.province import UNIT, province

pytestmark = pytest.mark.journey


def begun(place) -> Declaration:
    return drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place["worker"])


def step(draft: Declaration, step: Step) -> str:
    return f"/declarations/{draft.pk}/edit/{step}/"


def test_session_ends_in_the_middle_of_the_wizard(open_window):
    place = province()
    draft = begun(place)
    window = open_window(place["worker"])
    window.go(step(draft, Step.CONTENT))
    Session.objects.all().delete()
    text = "更换一次轧辊要四人配合九十分钟。"
    with window.expecting(401):
        window.page.get_by_label("问题与背景").fill(text)
        window.told("登录已过期。内容已存在本机")
        window.keep("session-ended")
        expect(window.page.get_by_label("问题与背景")).to_have_value(text)
        assert Declaration.objects.get().problem == ""
        with window.page.context.expect_page() as opened:
            window.follow("去登录（新窗口）")
        again = opened.value
        again.get_by_label("账号或手机号").fill(place["worker"].username)
        again.get_by_label("密码", exact=True).fill(PASSWORD)
        again.get_by_role("button", name="登录", exact=True).click()
        expect(again).not_to_have_url(re.compile("/accounts/login/"))
        again.close()
        window.page.bring_to_front()
        wizard.saved_by_itself(window)
    assert Declaration.objects.get().problem == text


def test_a_form_sent_after_the_session_ended_waits_behind_the_sign_in(open_window):
    place = province()
    draft = begun(place)
    window = open_window(place["worker"], java_script_enabled=False)
    window.go(step(draft, Step.CONTENT))
    window.page.get_by_label("问题与背景").fill("每月停机六次。")
    Session.objects.all().delete()
    window.page.get_by_role("button", name="保存", exact=True).last.click()
    window.page.get_by_label("账号或手机号").fill(place["worker"].username)
    window.page.get_by_label("密码", exact=True).fill(PASSWORD)
    window.press("登录")
    window.heading("继续刚才的提交")
    window.told("每月停机六次。")
    window.keep("unsent")
    window.press("继续提交")
    window.heading("成果内容")
    assert Declaration.objects.get().problem == "每月停机六次。"


def test_two_windows_edit_one_draft(open_window):
    place = province()
    draft = begun(place)
    first = open_window(place["worker"])
    first.go(step(draft, Step.CONTENT))
    second = open_window(beside=first)
    second.go(step(draft, Step.CONTENT))

    first.page.get_by_label("问题与背景").fill("第一个窗口写的。")
    wizard.saved_by_itself(first)
    expect(first.page.locator("[name=version]")).not_to_have_value(str(draft.version))
    with second.expecting(409):
        second.page.get_by_label("问题与背景").fill("第二个窗口写的。")
        second.told("第一个窗口写的。")
    second.keep("conflict")
    box = second.page.get_by_role("alert")
    expect(box).to_contain_text("第一个窗口写的。")
    expect(box).to_contain_text("第二个窗口写的。")
    assert Declaration.objects.get().problem == "第一个窗口写的。"

    second.press("用我填写的")
    wizard.saved_by_itself(second)
    assert Declaration.objects.get().problem == "第二个窗口写的。"


def test_without_javascript(open_window):
    place = province()
    window = open_window(place["worker"], java_script_enabled=False)
    wizard.begin(window, place.call.slug, UNIT)
    window.page.get_by_label("成果名称").fill("轧辊滑轨式快换装置")
    window.page.get_by_role("button", name="保存", exact=True).last.click()
    expect(window.page.get_by_label("成果名称")).to_have_value("轧辊滑轨式快换装置")
    assert Declaration.objects.get().title == "轧辊滑轨式快换装置"
    window.keep("no-script")
    window.page.locator("summary", has_text="林小禾").click()
    window.press("退出登录")
    expect(window.page.get_by_role("link", name="登录", exact=True).first).to_be_visible()
    window.go(f"/declarations/{Declaration.objects.get().pk}/")
    expect(window.page).to_have_url(re.compile("/accounts/login/"))
