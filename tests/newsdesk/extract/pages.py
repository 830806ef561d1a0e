"""Invented pages, in the builds that Chinese and English sites have, with everything around the article that is none of it."""

from __future__ import annotations

PARAGRAPHS = (
    "示例日报示范市1月5日电（记者 甲乙、丙丁）5日，记者从示范市总工会了解到，全市职工创新活动今年共收到项目一百二十个，比去年增加两成。",
    "“小改小革也能解决大问题。”示范市总工会有关负责人介绍，评审由来自生产一线的技师和高校教师共同完成，过程全程公开。",
    "在示范机械厂，一项由班组完成的夹具改造把换模时间从四十分钟缩短到九分钟，目前已在三个车间推广使用。",
    "据介绍，下一步将把评审结果与岗位练兵结合起来，让更多职工在家门口学到技术、用上技术。",
)

_MENU = "".join(f'<li><a href="/c{n}/">栏目{n}</a></li>' for n in range(12))
_RELATED = "".join(f'<li><a href="/a/{n}.html">另一条示例新闻的标题，编号{n}</a></li>' for n in range(8))


def newspaper(
    *, body: str = "", byline: str = "", title: str = "示范市举办职工创新成果发布会", head: str = "", after: str = ""
) -> bytes:
    """A newspaper's page: menu, breadcrumbs, byline, article, editor's line, shares, related, comments, foot."""
    paragraphs = body or "".join(f"<p>　　{text}</p>" for text in PARAGRAPHS)
    byline = (
        byline
        or '<span class="date">2024-01-05 18:41</span> <span class="source">来源：<a href="/s">示例日报</a></span>'
    )
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{title}_要闻_示例网</title>{head}</head>
<body><div class="nav"><ul>{_MENU}</ul></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/gn/">国内</a> &gt; 正文</div>
<div class="wrap"><div class="left"><h1>{title}</h1><div class="info">{byline} <span>字号：大 中 小</span></div>
<div class="article-content">{paragraphs}<p class="editor">（责任编辑：戊己_NN0001）</p>
<div class="share">分享到：<a href="#">微博</a><a href="#">微信</a></div>
<p>扫码关注示例网官方微信，第一时间看新闻。</p></div>{after}
<div class="related"><h3>相关阅读</h3><ul>{_RELATED}</ul></div>
<div class="comments"><h3>网友评论</h3><p>写得很好，我们厂也应该学一学，这样的活动越多越好。</p></div></div>
<div class="right"><h3>热门推荐</h3><ul>{_RELATED}</ul></div></div>
<div class="footer"><p>版权声明：本网所有内容，未经授权不得转载。示例备案号00000000号。</p></div></body></html>""".encode()


def english() -> bytes:
    """A page of an English site with JSON-LD, a figure, a newsletter form and more stories."""
    text = (
        "The union said on Friday that more than one hundred workshops had sent in proposals, up a fifth from last year.",
        "Small changes add up, the organisers said, because the people who make them use the machines every day.",
        "One team cut the time to change a die from forty minutes to nine, and three workshops have since copied it.",
    )
    paragraphs = "".join(f"<p>{one}</p>" for one in text)
    return f"""<html lang="en"><head><title>Workers' small inventions pay off | Example Post</title>
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"Workers' small inventions pay off",
"datePublished":"2024-01-05T09:30:00-05:00","author":[{{"@type":"Person","name":"Alex Example"}}],"articleSection":"Industry"}}</script></head>
<body><nav><a href="/a">World</a><a href="/b">Business</a></nav><main><article><h1>Workers' small inventions pay off</h1>
<figure><img src="/media/die.jpg" width="800" height="450"><figcaption>A die is changed. Credit: Example Works</figcaption></figure>
<div class="story-body">{paragraphs}<aside class="newsletter">Sign up for our morning letter, it is free.</aside></div></article>
<section class="more-stories"><h2>More stories</h2><a href="/x">Another headline of the day</a></section></main></body></html>""".encode()
