"""Practising on a phone: from the poster to the review, through drop-outs and killed tabs, with somebody else's hands."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from huomiao.practice import follower
from huomiao.practice.models import Attempt, Campaign, Duel, Memory, QuestionVersion
from huomiao.practice.states import CampaignState, Feedback, Mode
from tests.factories.playing import handed_in, worker, works
from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.journey

FIRST_QUESTION_BYTES = 100_000
SECONDS_TO_FIRST_QUESTION = 10


@pytest.fixture
def practising(transactional_db):
    """A unit with a bank of single choices, and two of its workers."""
    unit, bank = works(60)
    return unit, bank, worker(unit, name="张小火"), worker(unit, name="李工友")


def right_label(page):
    """The right option of the question that is shown, found by its text."""
    stem = page.locator(".question-text").inner_text().strip()
    version = next(version for version in QuestionVersion.objects.all() if version.body["stem"] == stem)
    text = version.body["options"][version.key["right"][0]]["text"]
    return page.locator(".option", has_text=text)


def wrong_label(page):
    right = right_label(page).inner_text()
    return page.locator(".option").filter(has_not_text=right.split()[-1]).first


def go_on(page):
    page.locator(".player-next").click()


def answer_all(page, count, *, wrong=()):
    """Answer a paper that is explained at its end, some of it wrong."""
    for number in range(1, count + 1):
        expect(page.locator("[data-part=place]")).to_have_text(f"{number} / {count}")
        (wrong_label(page) if number in wrong else right_label(page)).click()
        go_on(page)


def test_from_the_poster_to_the_review(open_window, practising):
    _unit, bank, user, _mate = practising
    now = datetime.now(UTC)
    campaign = Campaign.objects.create(
        organiser=bank.owner,
        slug="safe",
        title="百日练兵",
        state=CampaignState.PUBLISHED,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
        feedback=Feedback.END,
    )
    campaign.banks.add(bank)
    phone = open_window(phone=True)
    page = phone.page
    fetched = []
    page.on("response", lambda response: fetched.append(response))  # noqa: PLW0108 -- Playwright marks what it is given

    # The address on the poster; a worker who is not signed in comes back to the first question, not to a start page.
    phone.go(campaign.get_absolute_url())
    phone.follow("登录并参加")
    page.get_by_label("账号或手机号").fill(user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    begun = datetime.now(UTC)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".question-stem")).to_be_visible()
    took = (datetime.now(UTC) - begun).total_seconds()
    page.wait_for_load_state("networkidle")
    size = sum(on_the_wire(response) for response in fetched if "/accounts/" not in response.url)
    assert took < SECONDS_TO_FIRST_QUESTION
    assert size < FIRST_QUESTION_BYTES
    phone.keep("practice-question")

    answer_all(page, 10, wrong=(2, 5))
    phone.told("没答对的 2 题")
    assert page.locator(".graded-list .verdict-text").first.inner_text().endswith("的解析。")
    phone.keep("practice-result")
    attempt = Attempt.objects.get()
    assert (attempt.user, attempt.campaign, attempt.right, attempt.total) == (user, campaign, 8, 10)

    counted()
    phone.follow("完成")
    phone.go("/practice/mistakes/")
    phone.heading("错题本")
    assert page.locator(".rows .row").count() == 2
    phone.keep("practice-mistakes")
    phone.follow("错题重练")
    for _ in range(2):
        right_label(page).click()
        go_on(page)
        phone.told("答对了")
        go_on(page)
    phone.told("全部答对！")
    assert Attempt.objects.get(mode=Mode.WRONG).right == 2

    counted()
    Memory.objects.filter(user=user).update(due_on=now.date() - timedelta(days=1))
    phone.go("/practice/")
    phone.keep("practice-home")
    phone.follow("现在复习 10 题")
    right_label(page).click()
    go_on(page)
    phone.told("答对了")
    expect(page.locator(".player-next")).to_have_text("下一题")


def counted():
    """Have the follower count; a browser answers quicker than anybody can read, which earns nothing."""
    Attempt.objects.update(started_at=F("finished_at") - timedelta(minutes=3))
    follower.follow(limit=100)


def on_the_wire(response):
    """What an answer weighs as a server that compresses sends it; the tests' own server does not."""
    try:
        body = response.body()
    except Exception:  # noqa: BLE001 -- a redirect has none
        return 0
    return len(body if response.url.endswith((".png", ".jpg")) else gzip.compress(body, 6))


def test_mock_exam_survives_a_dead_network_and_a_killed_tab(open_window, practising):
    _unit, bank, user, _mate = practising
    phone = open_window(user, phone=True)
    page, context = phone.page, phone.page.context
    phone.go("/practice/mocks/")
    phone.follow(bank.name, exact=False)
    expect(page.locator("[data-part=place]")).to_have_text("1 / 50")
    page.evaluate("navigator.serviceWorker.ready")
    wait_for_shell(page)
    for _ in range(20):
        right_label(page).click()
        go_on(page)
    expect(page.locator("[data-part=place]")).to_have_text("21 / 50")

    context.set_offline(True)
    for _ in range(5):
        right_label(page).click()
        go_on(page)
    expect(page.locator("[data-part=place]")).to_have_text("26 / 50")
    address = page.url
    page.close()
    # Without a network still: the page that the phone keeps goes on with the paper.
    again = open_window(beside=phone)
    again.page.goto(address)
    expect(again.page.locator("[data-part=place]")).to_have_text("26 / 50")
    for _ in range(25):
        right_label(again.page).click()
        go_on(again.page)
    again.told("已存在本机，等待网络")
    again.keep("practice-waiting")
    assert Attempt.objects.count() == 0

    context.set_offline(False)
    again.page.evaluate("window.dispatchEvent(new Event('online'))")
    again.told("全部答对！")
    attempt = Attempt.objects.get()
    assert (attempt.right, attempt.total, attempt.mode) == (50, 50, Mode.MOCK)
    again.follow("已交卷，查看回执")
    again.told("完全一致")
    again.keep("practice-receipt")
    phone.problems[:] = [one for one in phone.problems if "ERR_INTERNET_DISCONNECTED" not in one]
    again.problems[:] = [one for one in again.problems if "ERR_INTERNET_DISCONNECTED" not in one]


def wait_for_shell(page):
    """Until the worker has everything that a page without a network needs."""
    page.wait_for_function(
        """async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith('huomiao-shell-'));
          return names.length > 0 && Boolean(await caches.match('/practice/offline/')) && Boolean(navigator.serviceWorker.controller);
        }"""
    )


def test_phone_is_handed_over_and_nobody_sees_anothers_paper(open_window, practising):
    _unit, bank, user, mate = practising
    phone = open_window(user, phone=True)
    page, context = phone.page, phone.page.context
    phone.go(f"/practice/challenge/{bank.code}/")
    expect(page.locator("[data-part=place]")).to_have_text("1 / 10")
    context.route("**/p/submit", lambda route: route.abort())
    answer_all(page, 10)
    phone.told("已存在本机，等待网络")

    phone.go("/practice/handover/")
    phone.press("换人")
    phone.told("还有 1 份答卷没有交上去")
    phone.keep("practice-handover")
    phone.press("仍然换人")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("账号或手机号").fill(mate.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    phone.go("/practice/")
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert Attempt.objects.count() == 0

    context.unroute("**/p/submit")
    phone.go("/practice/handover/")
    phone.press("换人")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("账号或手机号").fill(user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    phone.go("/practice/")
    phone.told("已交卷 10/10")
    attempt = Attempt.objects.get()
    assert (attempt.user, attempt.right) == (user, 10)
    phone.problems[:] = [one for one in phone.problems if "ERR_FAILED" not in one]


def test_phone_that_was_signed_out_shows_nobodys_paper(open_window, practising):
    _unit, bank, user, _mate = practising
    phone = open_window(user, phone=True)
    page, context = phone.page, phone.page.context
    phone.go(f"/practice/challenge/{bank.code}/")
    right_label(page).click()
    go_on(page)
    page.evaluate("navigator.serviceWorker.ready")
    wait_for_shell(page)
    # Signed out from a page that knows nothing of practice.
    phone.go("/tasks/")
    page.locator("summary", has_text=user.name).click()
    phone.press("退出登录")
    context.set_offline(True)

    page.goto(f"{phone.address}/practice/challenge/{bank.code}/")

    phone.heading("现在连不上网络")
    expect(page.locator(".question")).to_have_count(0)
    assert "第" not in page.locator("main").inner_text()
    phone.problems[:] = [one for one in phone.problems if "ERR_INTERNET_DISCONNECTED" not in one]


def test_large_type_on_a_small_phone(open_window, practising):
    _unit, bank, user, _mate = practising
    phone = open_window(user, phone=True)
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.context.add_cookies([{"name": "type", "value": "x-large", "url": phone.address}])
    for address in (
        "/practice/",
        "/practice/drills/",
        "/practice/duels/",
        "/practice/mistakes/",
        "/practice/history/",
        "/practice/handover/",
        f"/practice/challenge/{bank.code}/",
        f"/practice/drills/go/?bank={bank.code}",
    ):
        phone.go(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    right_label(page).click()
    button = page.locator(".player-next").bounding_box()
    assert button["height"] >= 48
    assert button["y"] + button["height"] <= 640
    assert all(box["height"] >= 48 for box in (option.bounding_box() for option in page.locator(".option").all()))
    go_on(page)
    phone.told("答对了")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_keyboard_alone_answers_a_question(open_window, practising):
    _unit, bank, user, _mate = practising
    desk = open_window(user)
    desk.go(f"/practice/drills/go/?bank={bank.code}")
    expect(desk.page.locator(".option")).to_have_count(4)
    labels = desk.page.locator(".option")
    right = right_label(desk.page).inner_text()
    place = next(number for number in range(4) if labels.nth(number).inner_text() == right)
    desk.page.keyboard.press(str(place + 1))
    desk.page.keyboard.press("Enter")
    desk.told("答对了")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("[data-part=place]")).to_have_text("2 / 10")


def test_first_error_ends_sudden_death(open_window, practising):
    _unit, bank, user, _mate = practising
    phone = open_window(user, phone=True)
    page = phone.page
    phone.go(f"/practice/sudden/{bank.code}/")
    for _ in range(2):
        expect(page.locator(".player-next")).to_have_text("确定")
        right_label(page).click()
        go_on(page)
        phone.told("答对了")
        go_on(page)
    wrong_label(page).click()
    go_on(page)
    phone.told("答错了")
    phone.press("看结果")
    phone.told("连对 2 题")
    assert (Attempt.objects.get().right, page.locator(".graded-list > li").count()) == (2, 3)


def test_duel_of_two_windows(open_window, practising):
    _unit, _bank, user, mate = practising
    host, guest = open_window(user, phone=True), open_window(mate, phone=True)
    host.go("/practice/duels/")
    host.press("约工友")
    expect(host.page.locator(".qr")).to_be_visible()
    host.keep("practice-duel-lobby")
    guest.go(host.page.url)
    guest.told("张小火约您对战")
    guest.press("应战")
    answer_all(host.page, 5, wrong=(1,))
    host.told("等对手交卷")
    answer_all(guest.page, 5)

    guest.heading("您赢了！")
    host.heading("这次对手赢了")
    guest.keep("practice-duel-result")
    duel = Duel.objects.get()
    assert (duel.host_attempt.right, duel.guest_attempt.right) == (4, 5)
    assert [row[0] for row in duel.host_attempt.answers] == [row[0] for row in duel.guest_attempt.answers]


def test_duel_that_nobody_joins_is_played_against_a_recorded_run(open_window, practising):
    unit, bank, user, mate = practising
    old = Duel.objects.create(
        release=bank.current,
        host=mate,
        opened_at=datetime.now(UTC) - timedelta(days=1),
        begun_at=datetime.now(UTC) - timedelta(days=1),
        host_seen_at=datetime.now(UTC) - timedelta(days=1),
    )
    old.host_attempt = handed_in(mate, bank, right=3, wrong=2, mode=Mode.DUEL, tag=old.code, seconds=40)
    old.save()
    phone = open_window(user, phone=True)
    phone.go("/practice/duels/")
    phone.press("快速匹配")
    phone.press("不等了，和往日成绩比一比")
    answer_all(phone.page, 5)

    phone.heading("您赢了！")
    phone.told("往日成绩")
    assert Duel.objects.latest("pk").recorded == old.host_attempt
    assert unit.pk == Attempt.objects.latest("pk").unit_id


def test_without_scripts_a_paper_is_one_form(open_window, practising):
    _unit, bank, user, _mate = practising
    phone = open_window(user, phone=True, java_script_enabled=False)
    phone.go(f"/practice/challenge/{bank.code}/")
    phone.follow("开始答题")
    for question in phone.page.locator("fieldset.question").all():
        question.locator("input[type=radio]").first.check()
    phone.press("交卷")
    phone.heading("每日挑战")
    assert Attempt.objects.get().total == 10
    # A browser with its scripts off refuses to fetch them ahead as well.
    phone.problems[:] = [one for one in phone.problems if not one.startswith("csp GET")]
