"""What is found on a page, field by field, and what is left out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huomiao.newsdesk.pipeline.article import Image
from huomiao.newsdesk.pipeline.extract import extract
from tests.newsdesk.extract.pages import PARAGRAPHS, english, newspaper

URL = "https://news.example.test/gn/2024/0105/123456.html"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_newspapers_page_gives_every_field_and_nothing_around_the_article():
    article = extract(newspaper(), URL)

    assert article.title == "示范市举办职工创新成果发布会"
    assert (article.published_at, article.published_to) == (datetime(2024, 1, 5, 18, 41, tzinfo=SHANGHAI), "minute")
    assert (article.source, article.category, article.language) == ("示例日报", "国内", "zh")
    assert (article.authors, article.editors) == (("甲乙", "丙丁"), ("戊己",))
    assert article.text.split("\n") == list(PARAGRAPHS)
    assert [block.kind for block in article.body] == ["paragraph"] * 4
    assert set(article.evidence) == {"title", "published_at", "source", "authors", "editors", "category", "body"}
    assert all(0 < confidence <= 1 for confidence in article.confidence.values())


def test_an_english_page_is_read_by_its_json_ld():
    article = extract(english(), "https://post.example.test/story")

    assert article.title == "Workers' small inventions pay off"
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-01-05T09:30:00-05:00"
    assert (article.authors, article.category, article.language) == (("Alex Example",), "Industry", "en")
    assert len(article.text.split("\n")) == 3
    assert "Sign up" not in article.text


@pytest.mark.parametrize(
    ("byline", "at", "to"),
    [
        ("发布时间：2024年1月5日 18:41", "2024-01-05T18:41:00+08:00", "minute"),
        ("2024年01月05日 下午6:41 来源：示例日报", "2024-01-05T18:41:00+08:00", "minute"),
        ("时间：2024/1/5 8:05:09", "2024-01-05T08:05:09+08:00", "minute"),
        ("2024.01.05　来源：示例日报", "2024-01-05T00:00:00+08:00", "day"),
        ("2024-01-05T10:41:00Z", "2024-01-05T18:41:00+08:00", "minute"),
        ("更新时间：2024-01-05 18:41", "2024-01-05T18:41:00+08:00", "minute"),
        ("发布：2024-01-05 18:41 更新：2024-01-06 07:00", "2024-01-05T18:41:00+08:00", "minute"),
    ],
)
def test_times_are_read_as_they_are_written(byline, at, to):
    article = extract(newspaper(byline=f"<span>{byline}</span>"), URL)

    assert article.published_at is not None
    assert (article.published_at.isoformat(), article.published_to) == (at, to)


def test_an_update_is_told_from_the_publication():
    article = extract(newspaper(byline="发布时间：2024-01-05 18:41 更新时间：2024-01-06 07:00"), URL)

    assert article.updated_at == datetime(2024, 1, 6, 7, 0, tzinfo=SHANGHAI)


def test_a_stated_minute_refines_a_day_that_is_shown_and_an_address_is_the_last_resort():
    head = '<meta property="article:published_time" content="2024-01-05T18:41:09+08:00">'

    stated = extract(newspaper(byline="2024-01-05", head=head), URL)
    by_address = extract(newspaper(byline="示例日报"), "https://news.example.test/2024-01/04/content_1.htm")

    assert (stated.published_at, stated.published_to) == (datetime(2024, 1, 5, 18, 41, 9, tzinfo=SHANGHAI), "minute")
    assert (by_address.published_at, by_address.published_to) == (datetime(2024, 1, 4, tzinfo=SHANGHAI), "day")
    assert by_address.evidence["published_at"].cue == "address"


@pytest.mark.parametrize(
    ("byline", "source"),
    [
        ("来源：<a>示例晚报</a> 作者：甲乙", "示例晚报"),
        ("<span>来源：</span><span>示例晚报</span><span>浏览：123</span>", "示例晚报"),
        ("2024-01-05 18:41 <i>示例晚报</i>", "示例晚报"),
        ("稿源：示例晚报", "示例晚报"),
        ("2024-01-05 信息来源：示范市总工会 浏览次数：12", "示范市总工会"),
        ('2024-01-05 <a class="media-name" href="/m">示例号</a>', "示例号"),
        ("2024-01-05 18:41", ""),
    ],
)
def test_the_source_is_what_the_page_says_and_nothing_else(byline, source):
    assert extract(newspaper(byline=byline), URL).source == source


@pytest.mark.parametrize(
    ("line", "repost"),
    [
        ("本文转自：示例通讯社", "示例通讯社"),
        ("转自：示例通讯社", "示例通讯社"),
        ("（来源：示例通讯社）", "示例通讯社"),
        ("原载于《示例周刊》", "示例周刊"),
    ],
)
def test_the_text_says_whom_it_was_taken_from(line, repost):
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)

    article = extract(newspaper(body=f"{paragraphs}<p>{line}</p>"), URL)

    assert article.reposted_from == repost


def test_headings_lists_quotes_and_tables_stay_in_their_places():
    body = (
        f"<p>{PARAGRAPHS[0]}</p><h2>评审过程</h2><p>{PARAGRAPHS[1]}</p>"
        "<blockquote><p>好的改进都来自每天使用机器的人，这一点没有例外。</p></blockquote>"
        "<ol><li>第一步，收集项目；</li><li>第二步，公开评审。</li></ol>"
        "<table><tr><th>类别</th><th>项目</th></tr><tr><td>小发明</td><td>40</td></tr></table>"
        f"<p><strong>下一步打算</strong></p><p>{PARAGRAPHS[2]}</p><p>{PARAGRAPHS[3]}</p>"
    )

    blocks = extract(newspaper(body=body), URL).body

    assert [block.kind for block in blocks] == [
        "paragraph", "heading", "paragraph", "quote", "list", "table", "heading", "paragraph", "paragraph",
    ]  # fmt: skip
    assert (blocks[1].text, blocks[1].level) == ("评审过程", 2)
    assert (blocks[4].items, blocks[4].ordered) == (("第一步，收集项目；", "第二步，公开评审。"), True)
    assert blocks[5].rows == (("类别", "项目"), ("小发明", "40"))


def test_pictures_come_with_caption_and_credit_and_ornaments_do_not_come():
    body = (
        f'<p>{PARAGRAPHS[0]}</p><p><img src="/static/blank.gif" data-original="../img/hall.jpg"></p>'
        "<p>图为发布会现场。甲乙 摄</p>"
        f'<p>{PARAGRAPHS[1]}<img src="/emoji/smile.png" width="20"></p><img src="/images/qrcode.png"><p>{PARAGRAPHS[2]}</p>'
        '<figure><img src="https://img.example.test/a.jpg"><figcaption>改造后的夹具。示范机械厂供图</figcaption></figure>'
        f"<p>{PARAGRAPHS[3]}</p>"
    )

    article = extract(newspaper(body=body), URL)

    assert article.images == (
        Image("https://news.example.test/gn/2024/img/hall.jpg", "图为发布会现场。甲乙 摄", "甲乙"),
        Image("https://img.example.test/a.jpg", "改造后的夹具。示范机械厂供图", "示范机械厂"),
    )
    assert [block.kind for block in article.body] == [
        "paragraph",
        "picture",
        "paragraph",
        "paragraph",
        "picture",
        "paragraph",
    ]
    assert "图为发布会现场" in article.text
    assert "改造后的夹具" not in article.text


def test_the_further_pages_of_an_article_are_found_and_other_links_are_not():
    after = (
        '<div><a href="123456_2.html">2</a> <a href="123456_3.html">3</a> <a href="123456_2.html">下一页</a> '
        '<a href="999999.html">下一页</a></div>'
    )

    article = extract(newspaper(after=after), URL)

    assert article.pages == (
        "https://news.example.test/gn/2024/0105/123456_2.html",
        "https://news.example.test/gn/2024/0105/123456_3.html",
    )


def test_lines_broken_by_br_are_paragraphs():
    body = "<div>" + "<br><br>".join(PARAGRAPHS) + "</div>"

    assert extract(newspaper(body=body), URL).text.split("\n") == list(PARAGRAPHS)


def test_an_article_that_only_a_script_holds_is_read_from_it():
    inside = "".join(f"<p>{text}</p>" for text in PARAGRAPHS).replace('"', '\\"').replace("/", "\\/")
    page = (
        "<html><head><title>示范市举办职工创新成果发布会_示例网</title></head><body><div id='app'></div><script>window.state = "
        f'{{"title":"示范市举办职工创新成果发布会","publishTime":"2024-01-05 18:41:00","mediaName":"示例日报","content":"{inside}"}};'
        "</script></body></html>"
    )

    article = extract(page.encode(), URL)

    assert article.text.split("\n") == list(PARAGRAPHS)
    assert article.source == "示例日报"
    assert article.published_at == datetime(2024, 1, 5, 18, 41, tzinfo=SHANGHAI)


def test_a_page_without_an_article_gives_an_empty_one():
    assert extract(b"", URL).text == ""
    assert extract(b"<html><body></body></html>", "not an address [").title == ""


def test_dangerous_addresses_of_pictures_are_left_out():
    body = (
        f"<p>{PARAGRAPHS[0]}</p><img src='javascript:alert(1)'><img src='data:image/svg+xml;base64,AAAA'>"
        f"<img src='http://[bad/a.jpg'><img src='file:///etc/passwd.jpg'><p>{PARAGRAPHS[1]}</p>"
    )

    assert extract(newspaper(body=body), URL).images == ()


def test_teasers_above_the_title_and_a_byline_between_title_and_text_are_no_part_of_the_text():
    teasers = "".join(f"<li>{text}</li>" for text in PARAGRAPHS[1:3])
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    page = (
        f"<html><head><title>职工创新成果今日发布-示例网</title></head><body><div class=main><ul>{teasers}</ul>"
        "<h2>职工创新成果今日发布</h2><div>2024-01-05 18:41 来源：示例日报 作者：甲乙 浏览：100</div>"
        f"{body}<p>（责任编辑：戊己）</p><p>更多内容请下载客户端，随时随地看新闻。</p></div></body></html>"
    )

    article = extract(page.encode(), URL)

    assert article.text.split("\n") == list(PARAGRAPHS)
    assert (article.title, article.source, article.authors) == ("职工创新成果今日发布", "示例日报", ("甲乙",))


def test_a_long_sidebar_or_many_comments_do_not_win_over_a_short_article():
    comments = "".join(f"<p>{text}</p>" for text in PARAGRAPHS * 4)
    body = f"<p>{PARAGRAPHS[0]}</p>"
    after = f'<div class="comment-list">{comments}</div><div class="sidebar">{comments}</div>'

    assert extract(newspaper(body=body, after=after), URL).text == PARAGRAPHS[0]


def test_an_article_inside_an_element_with_a_misleading_name_is_found():
    page = newspaper().replace(b'class="wrap"', b'class="wrap has-sidebar main-nav-open"')

    assert extract(page, URL).text.split("\n") == list(PARAGRAPHS)


def test_a_page_of_pictures_alone_still_has_its_title_and_time():
    page = (
        "<html><head><title>图集：职工技能比武现场_示例网</title></head><body><h1>图集：职工技能比武现场</h1>"
        "<div class=info>2024-01-05 18:41 来源：示例日报</div><div><img src=/a.jpg><img src=/b.jpg></div></body></html>"
    )

    article = extract(page.encode(), URL)

    assert (article.title, article.source) == ("图集：职工技能比武现场", "示例日报")
    assert article.published_at == datetime(2024, 1, 5, 18, 41, tzinfo=SHANGHAI)


def test_the_author_and_the_source_can_be_one_line_with_a_slash():
    article = extract(newspaper(byline="甲乙/示例青年报</div><div>2024-01-05 18:41"), URL)

    assert (article.source, article.authors) == ("示例青年报", ("甲乙",))


def test_a_headless_title_is_the_heading_above_the_text():
    page = newspaper().replace(
        "<title>示范市举办职工创新成果发布会_要闻_示例网</title>".encode(), "<title>要闻</title>".encode()
    )

    assert extract(page, URL).title == "示范市举办职工创新成果发布会"


def test_a_long_menu_is_passed_by_but_an_article_inside_one_is_not():
    links = "".join(f'<a href="/{number}">栏目{number}</a>' for number in range(20))
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    page = f"<html><head><title>一条示例新闻_示例</title></head><body><div class='nav'>{links}{{}}</div><div>{links}</div></body></html>"

    inside = extract(page.format(f"<h1>一条示例新闻</h1>{body}").encode(), URL)
    hidden_away = extract(page.format(body).encode(), URL)

    assert inside.text.split("\n") == list(PARAGRAPHS)
    assert PARAGRAPHS[1] in hidden_away.text
