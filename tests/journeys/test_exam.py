"""An exam on a phone: the network goes, the tab is killed, another window takes over, the time runs out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from huomiao.orgs.roles import Role
from huomiao.practice import sittings
from huomiao.practice.models import SavedAnswer, Signal, Sitting
from tests.factories.exams import exam_ready
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.journey


def saved(window):
    expect(window.page.locator("[data-part=saved]")).to_have_text("已保存")


def choose(window, place):
    window.page.locator(".option").nth(place).click()


def begin(open_window, exam, *, beside=None):
    candidate = exam.candidates.order_by("number")[0]
    window = open_window(candidate.user, phone=True) if beside is None else open_window(beside=beside)
    window.go(f"/exams/{exam.slug}/room/")
    return window


def test_the_network_goes_the_tab_is_killed_and_another_window_hands_in(open_window, transactional_db):
    exam = exam_ready(candidates=1)
    window = begin(open_window, exam)
    window.press("开始考试")
    window.told("第 1 题，共 5 题")
    window.keep("exam-question")
    choose(window, 0)
    saved(window)
    assert SavedAnswer.objects.count() == 1

    # The network goes: one answers on, and sees what waits on the phone.
    window.page.context.set_offline(True)
    window.press("下一题")
    choose(window, 1)
    window.press("下一题")
    choose(window, 2)
    expect(window.page.locator("[data-part=saved]")).to_have_text("2 条答案待上传", timeout=30_000)
    window.keep("exam-offline")
    assert SavedAnswer.objects.count() == 1

    # The tab is killed and opened again, with the network back: what had not been sent is sent.
    window.page.close()
    window.page.context.set_offline(False)
    again = begin(open_window, exam, beside=window)
    again.told("第 4 题，共 5 题")
    saved(again)
    held = sittings.held_answers([Sitting.objects.get().pk])
    assert len(held[Sitting.objects.get().pk]) == 3
    assert Sitting.objects.get().epoch == 1

    # Another device takes over, by its own word; the first is told at its next answer.
    other = begin(open_window, exam)
    other.told("您已经在考试")
    other.press("在这台设备上继续")
    other.told("第 4 题，共 5 题")
    with again.expecting(409):
        choose(again, 0)
        again.told("已在另一台设备上继续")
    choose(other, 3)
    saved(other)

    other.press("答题卡")
    other.told("还有 1 题没有答。")
    other.keep("exam-sheet")
    other.page.get_by_role("dialog").get_by_role("button", name="交卷", exact=True).click()
    other.press("确定交卷")
    other.told("服务器收到 4 题的答案，共 5 题。")
    other.keep("exam-receipt")
    sitting = Sitting.objects.get()
    assert (sitting.state, sitting.reason, sitting.epoch) == ("submitted", "hand", 2)
    assert set(Signal.objects.values_list("kind", flat=True)) >= {"resumed"}
    other.follow("完成")
    other.told("已交卷")
    window.problems[:] = [one for one in window.problems if "ERR_INTERNET_DISCONNECTED" not in one]


def test_one_device_answers_in_one_window(open_window, transactional_db):
    exam = exam_ready(candidates=1)
    window = begin(open_window, exam)
    window.press("开始考试")
    choose(window, 0)
    saved(window)

    second = begin(open_window, exam, beside=window)
    second.told("考试已在这台设备的另一个窗口打开")
    window.page.close()
    second.press("刷新页面")
    second.told("第 2 题，共 5 题")


def test_the_paper_is_handed_in_by_itself_when_the_time_is_over(open_window, transactional_db):
    exam = exam_ready(candidates=1)
    window = begin(open_window, exam)
    window.press("开始考试")
    choose(window, 0)
    saved(window)
    Sitting.objects.update(ends_at=timezone.now() + timedelta(seconds=4))
    # The next reply brings the new end of time.
    window.press("下一题")
    choose(window, 1)
    window.told("考试时间已调整。")

    window.told("服务器收到 2 题的答案，共 5 题。")
    sitting = Sitting.objects.get()
    assert (sitting.state, sitting.submitted_at) == ("submitted", sitting.ends_at)


def test_a_candidate_waits_and_the_paper_comes_by_itself(open_window, transactional_db):
    exam = exam_ready(candidates=1, opened=timedelta(seconds=12))
    window = begin(open_window, exam)
    expect(window.page.locator("[data-part=countdown]")).to_have_text(re.compile("距开考还有 00:"))
    assert window.page.locator(".question").count() == 0
    window.keep("exam-waiting")

    # A device a moment ahead of the server is told to wait, and asks again.
    with window.expecting(409):
        window.told("第 1 题，共 5 题")
    assert Sitting.objects.get().started_at >= exam.opens_at


def test_an_officer_sets_up_an_exam_and_watches_it(open_window, transactional_db):
    exam = exam_ready(candidates=2, opened=timedelta(days=1), state="draft")
    officer = MembershipFactory(organization=exam.organiser, role=Role.TRAINER).user
    window = open_window(officer)
    window.go(f"/exams/{exam.slug}/desk/")
    window.press("撤销组卷")
    window.agree()
    window.told("已撤销组卷")
    window.follow("试卷结构", exact=True)
    window.page.get_by_label("题数").first.fill("6")
    window.page.get_by_label("题数").first.blur()
    window.told("共 6 题，满分 12 分")
    window.told("题库里符合的有 10 题，够用。")
    window.keep("exam-blueprint")
    window.press("保存试卷结构")
    window.told("试卷结构已保存。")
    window.follow("概况")
    window.press("组卷")
    window.told("已组卷 1 套")
    window.press("发布考试")
    window.told("已发布，考生现在可以看到这场考试。")
    window.keep("exam-desk")
    window.follow("监考")
    window.told("更新于")
    window.keep("exam-watch")
