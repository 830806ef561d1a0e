"""每日看点: takes from others and says from whom. Says GBK in its header and sends UTF-8; nothing but boxes; an Atom feed."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from huomiao.demo.press import blocks
from huomiao.demo.press.site import Answer, Site
from huomiao.demo.press.stories import Picture, Story


class Kandian(Site):
    """See above."""

    def path_of(self, story: Story) -> str:
        return f"/a/{story.published_at:%Y%m%d}{story.key}.html"

    def special(self, path: str, since: timedelta) -> Answer | None:
        if path == "/":
            rows = "".join(
                f'<div class="card"><div class="t"><a href="{self.path_of(story)}">{escape(story.title)}</a></div><div class="d">{story.published_at:%m-%d %H:%M}</div></div>'
                for story in self.stories
            )
            return self._page(self.names["kandian"], rows)
        if path == "/feed.atom":
            return self.text("application/atom+xml", self._atom())
        return None

    def article(self, story: Story, number: int) -> Answer:
        credit = f"<div>本文转自：{self.names[story.taken_from]}</div>" if story.taken_from else ""
        body = "\n".join(
            blocks.html(block, story.pictures, lambda one: self._figure(story, one))
            .replace("<p>", "<div>")
            .replace("</p>", "</div>")
            for block in story.pages[number - 1]
        )
        return self._page(
            story.title,
            f"""<div class="big">{escape(story.title)}</div>
<div class="line">类别：{story.category}&nbsp;&nbsp;发布时间：{story.published_at:%Y-%m-%d %H:%M:%S}&nbsp;&nbsp;来源：{self.names["kandian"]}</div>
<div class="x1"><div class="x2">
{credit}
{body}
{f"<div>编辑：{story.editor}</div>" if story.editor else ""}
</div></div>
<div class="more">猜你喜欢{"".join(f'<div><a href="{self.path_of(one)}">{escape(one.title)}</a></div>' for one in self.stories[:5] if one.key != story.key)}</div>
<div class="tip">打开客户端，阅读体验更佳</div>""",
        )

    def _figure(self, story: Story, picture: Picture) -> str:
        number = story.pictures.index(picture) + 1
        return f'<div class="pic"><img data-src="{self.image_path(story, number)}" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></div><div class="cap">{escape(picture.caption)}</div>'

    def _atom(self) -> str:
        entries = "".join(
            f'<entry><id>{self.base}{self.path_of(one)}</id><title>{escape(one.title)}</title><link href="{self.base}{self.path_of(one)}"/><category term="{one.category}"/>'
            f"<published>{one.published_at.isoformat()}</published><updated>{one.published_at.isoformat()}</updated></entry>"
            for one in self.stories
        )
        newest = self.stories[0].published_at.isoformat()
        return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>{self.base}/</id><title>{self.names["kandian"]}</title><updated>{newest}</updated><link rel="self" href="{self.base}/feed.atom"/>{entries}</feed>'

    def _page(self, title: str, content: str) -> Answer:
        markup = f'<!doctype html><html><head><title>{escape(title)}_{self.names["kandian"]}</title><link rel="alternate" type="application/atom+xml" href="/feed.atom"></head><body><div class="head"><a href="/">{self.names["kandian"]}</a></div>{content}<div class="foot">本站为演示站点，内容均为虚构。如有侵权请联系删除。</div></body></html>'
        return Answer(200, {"Content-Type": "text/html; charset=gbk"}, markup.encode())
