"""Two stories of what happens after an exam: a wrong key is put right for everybody, and two markers disagree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from huomiao.practice.models import MarkSheet, QuestionVersion, Script
from huomiao.practice.states import SheetState
from tests.factories.marking import begun, exam_over, markers_of, officer_of, released, sittings_of

pytestmark = pytest.mark.journey


def test_a_wrong_key_is_corrected_and_everybody_marked_again_and_told(open_window):
    exam = exam_over(candidates=3, singles=2, right={0: 2, 1: 1, 2: 1}, pass_percent=100, award="安全知识合格证")
    officer = officer_of(exam)
    released(exam)
    second = sittings_of(exam)[1]
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[1][0])
    right = "ABCD"[(version.key["right"][0] + 1) % 4]
    worker = open_window(second.candidate.user, phone=True)
    worker.go("/exam-results/")
    worker.follow(exam.title, exact=False)
    worker.told("不合格")
    expect(worker.page.locator(".marking-total strong")).to_have_text("2")

    window = open_window(officer)
    window.go(f"/exams/{exam.slug}/corrections/")
    window.page.get_by_role("row").filter(has_text=version.body["stem"]).get_by_role("link", name="更正").click()
    window.page.get_by_role("radio", name="更正答案").check()
    window.page.get_by_role("radio", name=f"{right}.", exact=False).check()
    window.page.get_by_label("原因").fill("依据新规程，原答案有误。")
    window.press("看看影响多少人")
    window.told("3 人的成绩会变")
    window.keep("correction-preview")
    window.press("确认更正，重新评分")
    window.agree()
    window.told("3 人成绩有变化")
    window.keep("correction-applied")

    assert [one.points for one in sittings_of(exam)] == [Decimal(2), Decimal(4), Decimal(4)]
    worker.go("/exam-results/")
    worker.told("成绩有更新")
    worker.follow(exam.title, exact=False)
    worker.told("有一道题的答案更正了，您的成绩由 2 分改为 4 分。")
    worker.told("现在合格了。")
    worker.keep("result-changed")
    worker.follow("查看证书")
    worker.told("安全知识合格证")


def test_two_blind_markers_disagree_and_a_third_decides(open_window):
    exam = exam_over(candidates=1, singles=1, shorts=1)
    markers_of(exam, 3)
    begun(exam)
    candidate = sittings_of(exam)[0].candidate
    for place, points in ((1, "2"), (2, "9")):
        sheet = MarkSheet.objects.select_related("marker__user").get(place=place)
        window = open_window(sheet.marker.user, phone=place == 2)
        window.go("/mark-sheets/")
        window.follow(exam.title)
        window.follow("接着评", exact=False)
        expect(window.page.locator("body")).not_to_contain_text(candidate.user.name)
        expect(window.page.locator("body")).not_to_contain_text(candidate.unit.name)
        window.page.get_by_label("得分 ", exact=False).first.fill(points)
        expect(window.page.locator("[data-status]")).to_have_text("已保存")
        window.keep(f"mark-sheet-{place}")
        window.follow("去锁定")
        window.press("锁定评完的", exact=False)
        window.agree()
        window.told("全部评完并锁定")

    third = MarkSheet.objects.select_related("marker__user").get(place=3)
    window = open_window(third.marker.user)
    window.go("/mark-sheets/")
    window.follow(exam.title)
    window.follow("接着评", exact=False)
    # By keyboard: the only point of the reference is ticked, and the full mark given.
    window.page.locator("h1").click()
    window.page.keyboard.press("1")
    expect(window.page.locator("[data-points]")).to_have_value("10")
    window.page.keyboard.press("ArrowDown")
    expect(window.page.locator("[data-status]")).to_have_text("已保存")
    window.follow("去锁定")
    window.press("锁定评完的", exact=False)
    window.agree()
    window.told("全部评完并锁定")

    script = Script.objects.get()
    assert MarkSheet.objects.filter(state=SheetState.LOCKED).count() == 3
    # 9.5 of the third and the nearer 9, halved.
    assert (script.is_disputed, script.points) == (True, Decimal("9.25"))
    board = open_window(officer_of(exam))
    board.go(f"/exams/{exam.slug}/marking/disputed/")
    board.told("定分")
    board.go(f"/exams/{exam.slug}/marking/")
    board.press("结束阅卷")
    board.agree()
    board.told("阅卷已结束")
    assert sittings_of(exam)[0].points == Decimal("11.25")
