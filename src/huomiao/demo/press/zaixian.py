"""赣鄱在线: a site of today. UTF-8, JSON-LD and Open Graph, RSS and sitemaps, figures with captions."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from html import escape

from huomiao.demo.press import blocks
from huomiao.demo.press.site import Answer, Site
from huomiao.demo.press.stories import Picture, Story


class Zaixian(Site):
    """See above."""

    def path_of(self, story: Story) -> str:
        return f"/news/{story.published_at:%Y/%m-%d}/{story.key}.html"

    def robots(self) -> str:
        return f"User-agent: *\nDisallow: /search\nCrawl-delay: 0.2\nSitemap: {self.base}/sitemap.xml\n"

    def special(self, path: str, since: timedelta) -> Answer | None:
        if path == "/":
            return self._front(since)
        if path == "/rss.xml":
            return self.text("application/rss+xml", self._rss(since))
        if path == "/sitemap.xml":
            return self.text("application/xml", self._sitemap())
        return None

    def article(self, story: Story, number: int) -> Answer:
        address = self.base + self.path_of(story)
        body = "\n".join(
            blocks.html(block, story.pictures, lambda one: self._figure(story, one))
            for block in story.pages[number - 1]
        )
        facts = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": story.published_at.isoformat(),
            "articleSection": story.category,
            "author": [{"@type": "Person", "name": story.reporter}] if story.reporter else [],
            "publisher": {"@type": "Organization", "name": self.names["zaixian"]},
            "image": [self.base + self.image_path(story, place + 1) for place in range(len(story.pictures))],
        }
        head = f"""<link rel="canonical" href="{address}">
<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="{self.names["zaixian"]}">
<meta property="article:published_time" content="{story.published_at.isoformat()}">
<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False).replace("<", "&lt;")}</script>"""
        by = f" 作者：{story.reporter}" if story.reporter else ""
        return self._page(
            story.title,
            f"""<nav class="crumbs"><a href="/">首页</a> / <span>{story.category}</span></nav>
<article><header><h1>{escape(story.title)}</h1>
<p class="meta"><time datetime="{story.published_at.isoformat()}">{story.published_at:%Y年%m月%d日 %H:%M}</time> 来源：{self.names["zaixian"]}{by}</p></header>
<div class="share">分享到：<a>微信</a><a>微博</a></div>
<div class="content">
{body}
</div>
<footer>{f"责任编辑：{story.editor}" if story.editor else ""}</footer></article>
<aside><h3>推荐阅读</h3>{"".join(f'<p><a href="{self.path_of(one)}">{escape(one.title)}</a></p>' for one in self.stories[:4] if one.key != story.key)}</aside>
<section class="comments"><h3>网友评论</h3><p>登录后可以评论。</p></section>""",
            head,
        )

    def _figure(self, story: Story, picture: Picture) -> str:
        number = story.pictures.index(picture) + 1
        return f'<figure><img src="{self.image_path(story, number)}" alt=""><figcaption>{escape(picture.caption)} {escape(picture.credit)}</figcaption></figure>'

    def _front(self, since: timedelta) -> Answer:
        rows = "".join(
            f'<li><a href="{self.path_of(story)}">{escape(story.as_of(since).title)}</a> <small>{story.published_at:%Y-%m-%d %H:%M}</small></li>'
            for story in self.stories
        )
        link = f'<link rel="alternate" type="application/rss+xml" title="{self.names["zaixian"]}" href="/rss.xml">'
        return self._page(self.names["zaixian"], f"<main><h1>最新</h1><ul>{rows}</ul></main>", link)

    def _rss(self, since: timedelta) -> str:
        items = "".join(
            f"<item><title>{escape(one.as_of(since).title)}</title><link>{self.base}{self.path_of(one)}</link><guid>{self.base}{self.path_of(one)}</guid>"
            f"<category>{one.category}</category><pubDate>{format_datetime(one.published_at)}</pubDate></item>"
            for one in self.stories
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{self.names["zaixian"]}</title><link>{self.base}/</link><description>演示站点，内容均为虚构</description>{items}</channel></rss>'

    def _sitemap(self) -> str:
        rows = "".join(
            f"<url><loc>{self.base}{self.path_of(one)}</loc><news:news><news:publication><news:name>{self.names['zaixian']}</news:name><news:language>zh-cn</news:language>"
            f"</news:publication><news:publication_date>{one.published_at.isoformat()}</news:publication_date><news:title>{escape(one.title)}</news:title></news:news></url>"
            for one in self.stories
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'

    def _page(self, title: str, content: str, head: str = "") -> Answer:
        markup = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)} - {self.names["zaixian"]}</title>{head}</head><body><header class="site"><a href="/">{self.names["zaixian"]}</a></header>{content}<footer class="site">{self.names["zaixian"]}版权所有（演示站点，内容均为虚构）</footer></body></html>'
        return self.text("text/html", markup)
