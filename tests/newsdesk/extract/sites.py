"""Pages as the content systems of many kinds of site build them, in invented words: what differs from one to the next, and what is on it.

``BYLINES``, ``BODIES`` and ``PAGES`` are by name: the markup (of the byline, of what ``story`` takes, of the page) and the fields wanted.
"""

from __future__ import annotations

from typing import Any

TITLE = "示范市举行职工技能竞赛总结会"
TEXTS = (
    "示范市总工会8日举行职工技能竞赛总结会，来自全市六十家企业的二百名选手和教练参加，会上公布了竞赛成绩。",
    "“练兵的目的是用兵。”总结会上，示范机械厂的钳工班长说，班组把比赛题目搬到了车间，每天午休做一题。",
    "据统计，今年全市有一万二千名职工参加了线上答题，人均答题九十道，正确率比去年提高了七个百分点。",
    "示范市总工会将继续办好这项赛事，并把获奖选手的绝招编成教材，发给各基层单位学习。",
)
ENGLISH = (
    "The union said on Monday that two hundred people took part in the contest, which lasted three days in all.",
    "Organisers said the tasks came from the shop floor, where each team picks one problem every week, and solves it.",
)
BODY = "".join(f"<p>　　{text}</p>" for text in TEXTS)
BROKEN = "<br><br>".join(f"　　{text}" for text in TEXTS)
BYLINE = "2024-01-08 16:20 来源：示范工人报"
MINUTE = "2024-01-08 16:20"
DAY = "2024-01-08"
OTHERS = "".join(f"<li><a href='/a/{n}.html'>另一条新闻的标题，编号是{n}</a></li>" for n in range(8))

Wanted = dict[str, Any]


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(inner: str, *, title: str = f"{TITLE}_示范市总工会", head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{inner}</body></html>"
    )


def portal(inner: str, *, title: str = TITLE, head: str = "") -> str:
    """A union's or government's portal: where the page is above, who runs it and its registrations below."""
    return page(
        f"<div class=w><div class=dqwz>您所在的位置：<a href=/>首页</a> &gt; <a href=/xw>工会新闻</a> &gt; 正文</div>{inner}</div>"
        "<div class=bottom>主办单位：示范市总工会 备案号：示ICP备00000000号 网站标识码0000000000</div>",
        title=f"{title}_示范市总工会",
        head=head,
    )


def story(*, byline: str = BYLINE, body: str = BODY, between: str = "", after: str = "", title: str = TITLE) -> str:
    return portal(
        f"<h1>{title}</h1><div class=i>{byline}</div>{between}<div class=con>{body}</div>{after}", title=title
    )


def _comments() -> str:
    said = "我们厂也应该办这样的比赛，大家一起学技术，练本领，真的很好，希望越办越好。"
    return "".join(
        f"<div class=item><span>网友{n}</span><p>{said}</p><span>2024-01-0{n} 12:00</span><a>回复</a></div>"
        for n in range(1, 10)
    )


def _excerpts() -> str:
    text = "这是别的新闻的摘要，写得比较长，大约有三四十个字，读者点开以后才能看到全文内容。"
    return "".join(f"<div class=it><a href=/{n}>另一条新闻的标题{n}</a><p>{text}</p></div>" for n in range(1, 9))


# fmt: off
BYLINES: dict[str, tuple[str, Wanted]] = {
    "everything on one line": (
        "来源：示范工人报 作者：甲乙 编辑：丙丁 发布时间：2024-01-08 16:20 点击：128次 字号：<a>大</a> <a>中</a> <a>小</a>",
        {"at": MINUTE, "source": "示范工人报", "authors": ("甲乙",), "editors": ("丙丁",)}),
    "the source first, without a word": ("示范工人报&nbsp;&nbsp;2024-01-08&nbsp;16:20", {"at": MINUTE, "source": "示范工人报"}),
    "no blanks": ("发布时间：2024-01-08 16:20来源：示范工人报浏览次数：128", {"at": MINUTE, "source": "示范工人报"}),
    "in brackets": ("[ 2024-01-08 16:20 ] [ 来源：示范工人报 ] [ 打印 ] [ 关闭 ]", {"at": MINUTE, "source": "示范工人报"}),
    "blanks inside the words": ("日期：2024.01.08 16:20　　　　来 源：示范工人报　　　　作 者：甲乙", {"at": MINUTE, "source": "示范工人报", "authors": ("甲乙",)}),
    "each word and value in a span": (
        "<span>作者：</span><span>甲乙</span><span>来源：</span><span>示范工人报</span><span>时间：</span><span>2024/01/08 16:20</span><span>阅读：</span><span>128</span>",
        {"at": MINUTE, "source": "示范工人报", "authors": ("甲乙",)}),
    "a list": ("<ul class=msg><li>来源：<em>示范工人报</em></li><li>2024-01-08 <i>16:20</i></li><li>编辑：丙丁</li></ul>", {"at": MINUTE, "source": "示范工人报", "editors": ("丙丁",)}),
    "words and values in cells": ("<table><tr><td>信息来源</td><td>示范工人报</td><td>发布日期</td><td>2024-01-08 16:20</td></tr></table>", {"at": MINUTE, "source": "示范工人报"}),
    "hours in words and the reporters beside": ("2024年1月8日16时20分 示范工人报 记者 甲乙 通讯员 丙丁", {"at": MINUTE, "source": "示范工人报", "authors": ("甲乙", "丙丁")}),
    "a source that is a picture": ("<span>2024年01月08日 16:20</span> <span>来源：<a href=/><img src=/logo.png></a></span>", {"at": MINUTE, "source": ""}),
    "year, day and time each in an element": ("<span class=year><em>2024</em></span><span class=day><em>01</em>/<em>08</em></span><span class=time>16:20:35</span> 来源：示范工人报", {"at": MINUTE, "source": "示范工人报"}),
    "no year, which the address has": ("01-08 16:20 来源：示范工人报", {"at": MINUTE, "source": "示范工人报"}),
    "today, which is no date": ("今天 16:20 来源：示范工人报", {"at": DAY, "source": "示范工人报"}),
    "the day large and the month beside": ("<b>08</b><span>2024-01</span>", {"at": DAY}),
    "a day in brackets": ("发布日期：[2024-01-08]　来源：市总工会宣教部　阅读次数：[128]　【字体：大 中 小】", {"at": DAY, "source": "市总工会宣教部"}),
    "who contributed it and who checked it": ("发布时间：2024-01-08 16:20 供稿：示范机械厂工会 审核：戊己", {"at": MINUTE, "source": "示范机械厂工会"}),
    "a department as the author": ("作者：宣教部　来源：示范机械厂工会　日期：2024-01-08 16:20", {"at": MINUTE, "source": "示范机械厂工会", "authors": ("宣教部",)}),
    "updated first, published after": ("<span>更新：2024-01-09 08:00</span> <span>发布：2024-01-08 16:20</span>", {"at": MINUTE}),
    "only updated": ("更新时间：2024-01-09 08:00", {"at": "2024-01-09 08:00"}),
    "hours ago": ("3小时前 来源：示范工人报", {"at": DAY, "source": "示范工人报"}),
    "nothing but the address": ("", {"at": DAY, "source": ""}),
}
BODIES: dict[str, tuple[dict[str, str], Wanted]] = {
    "buttons between byline and text": ({"between": "<div><a>分享</a><a>收藏</a><a>打印</a> 浏览次数：<span id=hits>128</span></div>"}, {}),
    "shares between time and text": ({"between": "<div class=fx>分享到：<a>微信</a><a>微博</a></div>"}, {}),
    "an abstract above": ({"between": "<div class=abstract>摘要：全市二百名选手参加了竞赛。</div>"}, {"holds": TEXTS[3]}),
    "the byline below": ({"byline": "", "after": "<div><span>发布时间：2024-01-08 16:20</span><span>信息来源：示范工人报</span><span>浏览量：128</span></div>"}, {"at": MINUTE, "source": "示范工人报"}),
    "every paragraph in a div of its own": ({"body": "</div>" + "".join(f"<div class=d{n}>　　{text}</div>" for n, text in enumerate(TEXTS)) + "<div>"}, {}),
    "the editor in brackets after the last sentence": ({"body": paragraphs(*TEXTS[:3], f"{TEXTS[3]}（责任编辑：丙丁）")}, {"editors": ("丙丁",)}),
    "the editor after a last paragraph that is long": ({"body": paragraphs(*TEXTS[:2], f"{TEXTS[2]}{TEXTS[3]}（责编：丙丁）")}, {"text": "\n".join((*TEXTS[:2], TEXTS[2] + TEXTS[3])), "editors": ("丙丁",)}),
    "two lines of editors": ({"after": "<div class=zebian><span>编辑：丙丁</span><span>责任编辑：戊己</span></div>"}, {"editors": ("丙丁", "戊己")}),
    "a statement and a button below": ({"body": f"{BODY}<p>声明：本网转载此文仅为传递更多信息，如有侵权，请联系我们删除，联系电话000-0000。</p><p>【纠错】</p>"}, {}),
    "a code to scan and where to write": ({"body": f"{BODY}<p>长按二维码关注“示范工会”公众号</p><p><img src=/qr.png></p><p>投稿邮箱：a@example.test</p>"}, {"images": 0}),
    "the first page of three": ({"body": f"{BODY}<div><span>1</span><a href=t20240108_40_1.html>2</a><a href=t20240108_40_2.html>3</a><a href=t20240108_40_1.html>下一页</a></div>"}, {"pages": 2}),
    "another article in the middle": ({"body": f"{paragraphs(*TEXTS[:2])}<div class=box><strong>延伸阅读</strong><a href=/1>另一条新闻的标题在这里</a></div>{paragraphs(*TEXTS[2:])}"}, {}),
    "hot articles beside": ({"after": f"<div class=r><h3>24小时热榜</h3><ol>{OTHERS}</ol></div>"}, {}),
    "recommended articles with excerpts": ({"after": f"<div class=lst><h3>推荐阅读</h3>{_excerpts()}</div>"}, {}),
    "comments longer than the article": ({"body": paragraphs(*TEXTS[:2]), "after": f"<div class=pl-list><div class=hd>网友评论</div>{_comments()}</div>"}, {"text": "\n".join(TEXTS[:2])}),
    "comments that nothing holds together": ({"after": f"<h4>全部评论（9）</h4>{_comments()}"}, {}),
    "both languages": ({"body": paragraphs(TEXTS[0], ENGLISH[0], TEXTS[1], ENGLISH[1])}, {"text": "\n".join((TEXTS[0], ENGLISH[0], TEXTS[1], ENGLISH[1]))}),
    "late pictures with captions under them": (
        {"body": f"<p>{TEXTS[0]}</p><p><img data-src=/i/a.jpg src=/s/loading.gif></p><p>选手在比赛中。甲乙 摄</p><p>{TEXTS[1]}</p><p><img data-lazyload=/i/b.jpg src=/s/grey.gif><br>▲评委在打分</p>"},
        {"images": 2, "captions": ("选手在比赛中。甲乙 摄", "▲评委在打分"), "holds": TEXTS[1]}),
    "pictures and captions alone": (
        {"title": "组图：职工技能比武现场", "body": "<p><img src=/i/a.jpg></p><p>图为钳工比赛。</p><p><img src=/i/b.jpg></p><p>图为焊工比赛。</p>", "after": f"<div class=rel><ul>{OTHERS}</ul></div>"},
        {"title": "组图：职工技能比武现场", "images": 2, "text": "图为钳工比赛。\n图为焊工比赛。"}),
    "a film and one sentence": (
        {"title": "视频：班组里的每日一题", "between": "<video src=/v.mp4></video>", "body": "<p>示范机械厂的班组每天午休做一题。</p><p>编辑：丙丁</p>", "after": f"<ul>{OTHERS}</ul>"},
        {"title": "视频：班组里的每日一题", "text": "示范机械厂的班组每天午休做一题。", "editors": ("丙丁",)}),
    "a notice of a few words, with its own date": (
        {"title": "关于元旦放假的通知", "byline": "2024-01-08 16:20", "body": paragraphs("各基层工会：", "1月1日放假一天。", "特此通知。", "示范市总工会", "2023年12月28日")},
        {"title": "关于元旦放假的通知", "at": MINUTE, "source": "", "text": "各基层工会：\n1月1日放假一天。\n特此通知。\n示范市总工会\n2023年12月28日"}),
    "a table of winners": (
        {"body": "<p>现将获奖名单公布如下：</p><table><tr><td>序号</td><td>姓名</td><td>奖项</td></tr>" + "".join(f"<tr><td>{n}</td><td>选手{n}号</td><td>一等奖</td></tr>" for n in range(1, 9)) + "</table>"},
        {"holds": "选手8号", "kinds": ["paragraph", "table"]}),
    "sixty winners below one sentence": ({"body": paragraphs(f"{TEXTS[0]}现将名单公布如下。", *(f"{n} 选手{n}号 示范机械厂钳工" for n in range(60)))}, {"holds": "59 选手59号 示范机械厂钳工"}),
    "a notice with headings, documents and who signed it": (
        {"body": f"{paragraphs('各区县总工会：', TEXTS[3] + '现将有关事项通知如下：', '一、活动时间', '1月8日至3月8日', '二、联系方式', '联系人：甲乙　电话：000-0000')}<p>附件：<a href=/f/1.docx>1.报名表.docx</a></p><p><a href=/f/2.xls>2.汇总表.xls</a></p><p align=right>示范市总工会</p><p align=right>2024年1月5日</p>"},
        {"text": f"各区县总工会：\n{TEXTS[3]}现将有关事项通知如下：\n一、活动时间\n1月8日至3月8日\n二、联系方式\n联系人：甲乙 电话：000-0000\n附件：1.报名表.docx\n2.汇总表.xls\n示范市总工会\n2024年1月5日"}),
    "words and pictures by two people": ({"body": f"{BODY}<p>文/甲乙 图/丙丁</p>"}, {"holds": TEXTS[3], "authors": ("甲乙",)}),
    "what somebody is before who": ({"body": f"<p>【文/示例网专栏作者 丙文】</p>{BODY}"}, {"holds": TEXTS[3], "authors": ("丙文",)}),
    "questions and answers": ({"body": paragraphs(*(f"<b>记者：</b>您怎么看？</p><p><b>甲乙：</b>{text}" for text in TEXTS))}, {"holds": f"记者：您怎么看？\n甲乙：{TEXTS[3]}"}),
    "a document to download": ({"title": "关于公布竞赛结果的通知", "body": "<p>附件：<a href=/f/a.pdf>竞赛结果.pdf</a></p>"}, {"title": "关于公布竞赛结果的通知", "text": "附件：竞赛结果.pdf"}),
}
PAGES: dict[str, tuple[str, str, Wanted]] = {
    "an editor's element, and everything in the head": (
        portal(f"<div class=xl-title>{TITLE}</div><div class=TRS_Editor>{BODY}</div>", head=f'<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2024-01-08 16:20"><meta name="ContentSource" content="示范工人报"><meta name="Author" content="甲乙">'),
        "", {"at": MINUTE, "source": "示范工人报", "authors": ("甲乙",)}),
    "a day that only the head states": (page(f"<h1>{TITLE}</h1><div>{BODY}</div>", head='<meta name=publishdate content="2024-01-08"><meta name="source" content="示范工人报">'), "https://www.example.test/1.html", {"at": DAY, "source": "示范工人报"}),
    "a printed page with markers and an image map": (
        page(f"<table><tr><td><strong>{TITLE}</strong></td></tr><tr><td>示范日报 2024年01月08日 星期一 第02版：要闻</td></tr><tr><td><!--enpcontent--><founder-content>{BODY}</founder-content><!--/enpcontent--></td></tr></table><map name=pagepicmap><area href=a.htm></map>", title=f"示范日报数字报-{TITLE}"),
        "https://epaper.example.test/html/2024-01/08/content_1.htm", {"at": DAY}),
    "tables of the 2000s": (
        page(f"<table><tr><td><a href=/>首页</a>|<a href=/2>新闻</a></td></tr><tr><td><table><tr><td align=center><font size=5><b>{TITLE}</b></font></td></tr><tr><td>发布时间：2024-1-8 16:20:00　　来源：示范工人报　　点击数：<script>x()</script>128</td></tr><tr><td><!--ContentStart-->{BROKEN}<!--ContentEnd--></td></tr><tr><td>上一篇：<a href=/9>别的新闻标题</a><br>下一篇：<a href=/8>别的新闻标题二</a></td></tr></table></td></tr></table>"),
        "", {"at": MINUTE, "source": "示范工人报"}),
    "paragraphs right under body": (page(f"<h1>{TITLE}</h1><p>{BYLINE}</p>{BODY}<p>上一篇：<a href=/1>别的新闻</a></p><p>版权所有 示范市总工会</p>"), "", {"at": MINUTE, "source": "示范工人报"}),
    "two h1 and a subtitle with a dash": (page(f"<h1><a href=/>示范市总工会</a></h1><h1>{TITLE}</h1><h4>——六十家企业二百人参加</h4><div>{BYLINE}</div><div>{BODY}</div>"), "", {"at": MINUTE, "subtitle": "六十家企业二百人参加"}),
    "a kicker above and a subtitle below": (page(f"<h3 class=yinti>练兵比武见真章</h3><h1>{TITLE}</h1><h2 class=futi>六十家企业二百人参加</h2><div>{BYLINE}</div><div>{BODY}</div>"), "", {"at": MINUTE, "subtitle": "六十家企业二百人参加"}),
    "the days of a document in a table": (
        page(f"<table><tr><td>索 引 号：</td><td>0000-1</td></tr><tr><td>成文日期：</td><td>2024年01月05日</td></tr><tr><td>标　　题：</td><td>{TITLE}</td></tr><tr><td>发布日期：</td><td>2024年01月08日</td></tr></table><div class=b12c>{BODY}</div>"),
        "https://www.example.test/1.html", {"at": DAY}),
    "others inside article": (portal(f"<article><h1>{TITLE}</h1><div>{BYLINE}</div>{BODY}<div><b>相关阅读</b><ul>{OTHERS}</ul></div></article>"), "", {"at": MINUTE}),
    "an account's article in sections": (
        page("<h1 class=rich_media_title>" + TITLE + "</h1><div><span class=rich_media_meta_text>甲乙</span><a id=js_name>示范工会</a><em id=publish_time>2024-01-08 16:20</em></div><div class=rich_media_content>" + "".join(f"<section><section><span>{text}</span></section></section>" for text in TEXTS) + "<section>点击上方蓝字关注我们</section><p>来源｜示范工人报</p><p>编辑｜丙丁</p><p>审核｜戊己</p></div>"),
        "https://www.example.test/s/1", {"at": MINUTE, "reposted_from": "示范工人报", "editors": ("丙丁",)}),
    "yesterday, and nothing that says when that was": (story(byline="昨天 16:20 来源：示范工人报"), "https://www.example.test/a/1.html", {"at": None}),
    "a title that only the head has": (page(f"<div>{BYLINE}</div><div>{BODY}</div>", title=f"{TITLE}-工会要闻-示范市总工会"), "", {"at": MINUTE}),
    "the site's name as a picture in h1": (page(f"<h1><img src=/logo.png></h1><div class=title>{TITLE}</div><div>{BYLINE}</div><div>{BODY}</div>"), "", {"at": MINUTE}),
    "a blog": (
        page(f"<article class='post hentry'><h1 class=entry-title>{TITLE}</h1><div class=entry-meta>Posted on <time datetime='2024-01-08T16:20:00+08:00'>2024年1月8日</time> by <span class=author>甲乙</span></div><div class=entry-content>{BODY}</div><footer>Tagged <a>竞赛</a></footer></article><aside><ul>{OTHERS}</ul></aside>", title=f"{TITLE} - 某某的博客"),
        "", {"at": MINUTE, "authors": ("甲乙",)}),
    "a byline with a stroke, in traditional characters": (
        page("<h1>示範市總工會舉行技能競賽</h1><div>2024/01/08 16:20 記者甲乙／示範報導</div><div><p>示範市總工會8日舉行職工技能競賽總結會，來自全市六十家企業的二百名選手參加，會上公布了成績。</p></div>", title="示範市總工會舉行技能競賽 - 示例新聞網"),
        "", {"title": "示範市總工會舉行技能競賽", "text": "示範市總工會8日舉行職工技能競賽總結會，來自全市六十家企業的二百名選手參加，會上公布了成績。", "at": MINUTE, "authors": ("甲乙",)}),
    "English, stated in UTC and shown in words": (
        page(f"<article><h1>Workers compete</h1><p class=byline>By Alex Example</p><p>Published Jan. 8, 2024 at 8:20 a.m. GMT; updated Jan. 9, 2024</p>{paragraphs(*ENGLISH)}</article>", title="Workers compete | Example Post", head='<meta property="article:published_time" content="2024-01-08T08:20:00+00:00">'),
        "https://post.example.test/a", {"title": "Workers compete", "at": "2024-01-08 08:20", "text": "\n".join(ENGLISH)}),
    "English, below a banner on cookies": (
        page(f"<div id=cookie-banner><p>We use cookies to improve your experience. By continuing to use our site, you accept our use of cookies and our privacy policy.</p></div><h1>Workers compete</h1><p>By Alex Example and Kim Sample</p><p>January 8, 2024</p>{paragraphs(*ENGLISH)}", title="Workers compete | Post"),
        "https://post.example.test/a", {"title": "Workers compete", "at": DAY, "text": "\n".join(ENGLISH), "authors": ("Alex Example", "Kim Sample")}),
    "English, a time with a dot": (page(f"<h1>Workers compete</h1><div>Mon 8 Jan 2024 08.20 GMT</div><div>{paragraphs(*ENGLISH)}</div>", title="Workers compete - Example Times"), "https://post.example.test/a", {"title": "Workers compete", "at": "2024-01-08 08:20", "text": "\n".join(ENGLISH)}),
    "English, the time before the day": (page(f"<h1>Workers compete</h1><div>Updated 8:20 PM CST, January 8, 2024</div><div>{paragraphs(*ENGLISH)}</div>", title="Workers compete | News"), "https://post.example.test/a", {"title": "Workers compete", "at": "2024-01-08 20:20", "text": "\n".join(ENGLISH)}),
}
# fmt: on
