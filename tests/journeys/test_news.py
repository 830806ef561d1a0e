"""The news desk in a browser: a source that fills, a story followed to where it began, a digest, a page taken down and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from huomiao.demo.press.server import NAMES, Press
from huomiao.newsdesk import crawling, following
from huomiao.newsdesk.actions import sources
from huomiao.newsdesk.models import Article, Subscription
from huomiao.newsdesk.states import Filing, Frequency, SourceKind
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import ArticleFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.journeys.province import photograph

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]


@pytest.fixture
def press(settings) -> Iterator[Press]:
    """The demo's press, on ports of its own; the crawler may ask this machine."""
    settings.NEWS_NETWORKS = ["127.0.0.1/32"]
    settings.NEWS_ASKS_THE_WEB = True
    found = Press({"gongren": 0, "zaixian": 0, "kandian": 0}, timezone.now(), timezone.now)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def editor(transactional_db):
    return MembershipFactory(organization=OrganizationFactory(), role=Role.EDITOR)


def crawled() -> None:
    """Everything that is due is fetched and taken in, as the process beside the server does it."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_crawl).result()


def _crawl() -> None:
    try:
        crawling.crawl(forever=False, delay_seconds=0)
    finally:
        connections.close_all()


def watched(press: Press, name: str, path: str, *, by) -> None:
    way = sources.Way(f"http://127.0.0.1:{press.ports[name]}{path}", SourceKind.FEED)
    sources.add(way, name=NAMES[name], keeper=by.organization, category=None, by=by.user)


def test_an_editor_adds_a_site_by_its_address_and_watches_it_fill(open_window, press, editor):
    window = open_window(editor.user)
    window.go("/news/sources/")
    window.follow("添加来源")
    window.page.get_by_label("网址").fill(f"127.0.0.1:{press.ports['gongren']}")
    window.press("看看能怎样采集")
    window.told("找到的采集方式")
    window.told("一把扳手转了七度")
    window.keep("news-source-found")
    window.page.get_by_label("来源名称").fill("江岸工人报")
    window.press("添加")
    crawled()
    window.go("/news/sources/")
    expect(window.page.get_by_role("row").filter(has_text="江岸工人报")).to_contain_text("正常")
    window.keep("news-sources")
    window.go("/news/")
    window.follow("一把扳手转了七度", exact=False)
    window.told("在南昌润立电子有限公司的装配线上")
    expect(window.page.locator(".news-body img")).to_be_visible()
    # Two pages of one article are one article.
    window.go("/news/search/?q=“手背试了试柜门” “午饭后是第二场”")
    window.told("找到 1 篇")


def test_a_reader_searches_follows_the_chain_and_gets_the_digest(open_window, press, editor):
    watched(press, "zaixian", "/rss.xml", by=editor)
    watched(press, "kandian", "/feed.atom", by=editor)
    crawled()
    window = open_window(editor.user, phone=True)
    window.go("/news/")
    window.page.get_by_role("searchbox").last.fill("听漏工")
    window.press("检索")
    window.told("找到 2 篇")
    expect(window.page.locator("mark").first).to_have_text("听漏工")
    window.keep("news-search")
    copy = Article.objects.get(title="听漏三十年 耳朵写进了程序", source_name="每日看点")
    window.go(copy.get_absolute_url())
    window.told("本文转自：赣鄱在线")
    window.told("注明转自 赣鄱在线")
    window.told("快照生成时间")
    # On a phone it is read first where the story was first.
    chain, body = (window.page.locator(place).bounding_box() for place in (".news-chain", ".news-body"))
    assert chain["y"] + chain["height"] <= body["y"]
    window.keep("news-article")
    window.page.locator(".timeline").get_by_role("link", name="赣鄱在线").click()
    window.told("半夜一点")
    expect(window.page.locator("dl.news-meta")).to_contain_text("赣鄱在线")

    window.go("/news/search/?q=铜箔")
    window.follow("订阅这个检索")
    window.page.get_by_role("radio", name="每天").check()
    window.page.get_by_label("电子邮箱").fill("reader@example.org")
    window.press("订阅")
    window.told("铜箔")
    confirm = re.search(r"https?://\S+", mail.outbox[-1].body)[0]
    window.go(confirm)
    window.press("愿意接收")
    window.told("已确认")
    # What comes after the subscription is what a digest tells of.
    Article.objects.filter(title__contains="铜箔").update(first_seen_at=timezone.now() + timedelta(minutes=1))
    with ThreadPoolExecutor(1) as beside:
        assert beside.submit(_digests).result() == 1
    assert mail.outbox[-1].to == ["reader@example.org"]
    assert "一卷铜箔少废三米" in mail.outbox[-1].body
    window.sign_out()
    window.go(re.search(r"https?://\S+/stop/\S+", mail.outbox[-1].body)[0])
    window.press("停止寄送")
    window.told("已停止")
    assert Subscription.objects.get().frequency == Frequency.NEVER


def _digests() -> int:
    try:
        return following.make_due(timezone.now() + timedelta(days=1, minutes=5))
    finally:
        connections.close_all()


def test_an_editor_arranges_the_categories_and_a_reader_finds_the_new_one(open_window, editor):
    article = ArticleFactory(title="焊花里的年轻人", filed_by=Filing.CLASSIFIER)
    desk = open_window(editor.user)
    desk.go("/news/sources/")
    desk.follow("类别")
    desk.page.get_by_label("名称", exact=True).fill("青年")
    desk.press("添加")
    desk.page.get_by_label("有这些字").fill("年轻人")
    desk.press("添加规则")
    desk.told("1 篇已有的文章归入这里")
    desk.keep("news-category")
    reader = open_window(phone=True)
    reader.go("/news/")
    reader.follow("青年")
    reader.told(article.title)


def test_a_page_is_taken_down_on_request_and_brought_back(open_window, press, editor):
    watched(press, "kandian", "/feed.atom", by=editor)
    crawled()
    article = Article.objects.get(title="夜班车间的一碗面")
    public = open_window(phone=True)
    public.go(article.get_absolute_url())
    public.follow("申请删除")
    public.page.get_by_role("radio", name="侵犯著作权").check()
    public.page.get_by_label("说明").fill("文章由本人撰写，未经许可刊发，请予删除。")
    public.page.get_by_label("证明材料").set_input_files(
        [{"name": "证明.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    )
    public.page.get_by_label("姓名或单位").fill("某撰稿人")
    public.page.get_by_label("联系电话").fill("13900000000")
    public.press("提交申请")
    public.told("请记下回执号")

    desk = open_window(editor.user)
    desk.go("/news/removals/")
    desk.keep("news-removals")
    desk.page.get_by_role("row").filter(has_text="夜班车间的一碗面").get_by_role("link").first.click()
    desk.page.get_by_label("答复").fill("已核实，予以下架。")
    desk.page.locator("[formaction$='/grant/']").click()
    desk.agree()
    desk.told("已核实，予以下架。")
    with public.expecting(404, 410, 451):
        public.go(article.get_absolute_url())
        public.told("这篇快照已下架")
        expect(public.page.locator("body")).not_to_contain_text("零点四十分")
    public.go("/news/search/?q=零点四十分")
    public.told("没有找到")

    desk.page.get_by_label("答复").fill("申请人撤回。")
    desk.press("恢复公开")
    public.go(article.get_absolute_url())
    public.told("零点四十分")
