"""Builds of pages that are common among Chinese sites, each with the difficulty that it has."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huomiao.newsdesk.pipeline.extract import extract
from tests.newsdesk.extract.pages import PARAGRAPHS

URL = "https://build.example.test/n1/2024/0105/c1-40.html"
SHANGHAI = ZoneInfo("Asia/Shanghai")
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def test_an_account_article_that_a_script_shows_and_dates():
    page = f"""<html><head><title></title><meta property="og:title" content="班组的小改革见成效"></head><body>
<h1 class="media_title">班组的小改革见成效</h1><div class="meta_list"><span class="meta_text">甲乙</span>
<span class="nickname" id="profileBt"><a id="js_name">示例工会</a></span><em id="publish_time"></em></div>
<div class="media_content" style="visibility: hidden;"><section>{BODY}</section>
<p><img data-src="https://img.example.test/a/640?fmt=png" src="data:image/gif;base64,xx"></p><p>来源：示例通讯社</p></div>
<script>var msg_title = '班组的小改革见成效'.html(false); var unused = "{"x" * 400}"; var ct = "1704450060";</script></body></html>"""

    article = extract(page.encode(), URL)

    assert (article.title, article.source, article.reposted_from) == ("班组的小改革见成效", "示例工会", "示例通讯社")
    assert article.published_at == datetime(2024, 1, 5, 18, 21, tzinfo=SHANGHAI)
    assert [image.address for image in article.images] == ["https://img.example.test/a/640?fmt=png"]


def test_a_printed_newspapers_page_whose_head_names_the_paper_only():
    page = f"""<html><head><title>示例日报-第3版</title></head><body><table><tr><td><a href=1>第1版</a></td><td><table>
<tr><td class=font01>夹具改造缩短换模时间</td></tr><tr><td>——来自示范机械厂的报道</td></tr><tr><td>本报记者 甲乙 通讯员 丙丁</td></tr>
<tr><td>《示例日报》（2024年01月05日 第03版）</td></tr><tr><td><div id=zoom>{BODY}</div></td></tr></table></td></tr></table></body></html>"""

    article = extract(page.encode(), "https://paper.example.test/html/3.htm")

    assert (article.title, article.subtitle) == ("夹具改造缩短换模时间", "来自示范机械厂的报道")
    assert (article.published_at, article.published_to) == (datetime(2024, 1, 5, tzinfo=SHANGHAI), "day")
    assert article.text.split("\n") == list(PARAGRAPHS)


def test_a_large_portals_page_with_a_subtitle_and_a_second_page():
    page = f"""<html><head><title>夹具改造缩短换模时间--地方--示例网</title></head><body><div class="path"><a>示例网</a>&gt;&gt;<a>地方</a></div>
<div class="pre">原标题：夹具改造</div><h1>夹具改造缩短换模时间</h1><h2 class="sub">示范机械厂的做法</h2><div class="channel">2024年01月05日08:21 |
来源：<a>示例报</a></div><div class="txt_con">{BODY}<div class="edit">(责编：丙丁、戊己)</div></div>
<div class="pages"><a href="/n1/2024/0105/c1-40-2.html">2</a><a href="/n1/2024/0105/c1-41.html">3</a></div></body></html>"""

    article = extract(page.encode(), URL)

    assert (article.subtitle, article.category, article.source) == ("示范机械厂的做法", "地方", "示例报")
    assert article.editors == ("丙丁", "戊己")
    assert article.pages == ("https://build.example.test/n1/2024/0105/c1-40-2.html",)


@pytest.mark.parametrize(
    ("own", "links", "pages"),
    [
        ("3.html", ("2 3_2.html", "3 3_3.html"), ("3_2.html", "3_3.html")),
        ("3_2.html", ("1 3.html", "3 3_3.html"), ("3.html", "3_3.html")),
        ("3.html", ("2 4_2.html", "7 9.html"), ()),
    ],
)
def test_an_article_whose_name_is_a_short_number_has_its_pages_and_no_other(own, links, pages):
    turn = "".join(f'<a href="/a/{one.split()[1]}">{one.split()[0]}</a> ' for one in links)
    page = f"<html><head><title>夹具改造缩短换模时间</title></head><body><h1>夹具改造缩短换模时间</h1><div>{BODY}</div><div class='pages'>{turn}</div></body></html>"

    article = extract(page.encode(), f"https://build.example.test/a/{own}")

    assert article.pages == tuple(f"https://build.example.test/a/{one}" for one in pages)


def test_a_snapshot_page_with_its_notice_and_excerpts_of_others_below():
    others = "".join(
        f"<li><a href=/{n}>另一条新闻的标题{n}</a><p>...理化建议362条，评出金点子490个，近两年通过技能竞赛取得丰硕成果。</p></li>"
        for n in range(6)
    )
    page = f"""<html><head><title>劳动竞赛带动岗位练兵-示例快照</title></head><body><h1>劳动竞赛带动岗位练兵</h1>
<div>类别：国内 发布时间：2024-01-05 18:41:00 来源：示例看点</div><div class=content><p>本文转自：示例通讯社</p>{BODY}</div>
<p>以上内容为资讯信息快照，由示例爬虫进行采集并收录，本站未对信息做任何修改，信息内容不代表本站立场。</p>
<p>快照生成时间：2024-01-05 20:45:07</p><div>信息原文地址：</div><ul>{others}</ul></body></html>"""

    article = extract(page.encode(), URL)

    assert article.text.split("\n") == list(PARAGRAPHS)
    assert (article.source, article.reposted_from) == ("示例看点", "示例通讯社")
    assert article.published_at == datetime(2024, 1, 5, 18, 41, tzinfo=SHANGHAI)


def test_a_flash_of_one_sentence_beside_teasers_and_a_time_in_utc():
    teasers = "".join(
        f"<a href=/{n}><h3>别的标题{n}</h3><p>一段很长的摘要，写的是别的新闻，和本页没有关系，请忽略。</p></a>"
        for n in range(5)
    )
    page = f"""<html><head><title>快讯：示范市启动竞赛 - 示例财经</title></head><body><article><h1>快讯：示范市启动竞赛</h1>
<time datetime="2024-01-05T10:41:00.000Z">1月5日 18:41</time><p>【快讯】示范市5日启动竞赛。</p></article><div class="list">{teasers}</div></body></html>"""

    article = extract(page.encode(), URL)

    assert article.text == "【快讯】示范市5日启动竞赛。"
    assert article.published_at == datetime(2024, 1, 5, 18, 41, tzinfo=SHANGHAI)


def test_an_article_in_a_list_item_is_no_teaser():
    page = f"<html><head><title>一条新闻_示例</title></head><body><ul><li><a href=/x>返回列表页面去</a><h2>一条新闻</h2>{BODY}</li></ul></body></html>"

    assert PARAGRAPHS[1] in extract(page.encode(), URL).text


def test_a_page_that_labels_its_shelf_and_credits_another_paper_in_a_line_of_its_own():
    html = f"""<html><head><title>班前会上的每日一题_示例看点</title></head><body>
<div class="big">班前会上的每日一题</div>
<div class="line">类别：岗位练兵&nbsp;&nbsp;发布时间：2023-12-05 18:41:00&nbsp;&nbsp;来源：示例看点</div>
<div class="x1"><div>本文转自：示例工人报</div>
<div>{"早上的班前会开到最后一分钟，值班员举起手机问大家，今天的题谁先来答。" * 2}</div>
<div>{"排行榜贴在墙上，比的不是谁答得多，而是哪个班组参加的人多，大家都说这样才公平。" * 2}</div></div>
<div class="tip">打开客户端，阅读体验更佳</div></body></html>"""
    article = extract(html.encode(), "https://news.example/a/1.html")
    assert (article.category, article.source, article.reposted_from) == ("岗位练兵", "示例看点", "示例工人报")
    assert article.text.startswith("早上的班前会")
    assert article.evidence["reposted_from"].quote == "本文转自：示例工人报"
