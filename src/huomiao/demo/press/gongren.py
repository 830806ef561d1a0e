"""江岸工人报: a layout of twenty years ago. GB18030 that calls itself gb2312, no feed, lists by section, paged articles."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from huomiao.demo.press import blocks
from huomiao.demo.press.site import Answer, Site
from huomiao.demo.press.stories import Picture, Story

_SECTIONS = {
    "职工创新": "cx", "劳动竞赛": "js", "岗位练兵": "lb", "劳模工匠": "lm", "工会工作": "gh", "社会": "sh", "国内": "gn",
}  # fmt: skip


class Gongren(Site):
    """See above."""

    def path_of(self, story: Story) -> str:
        place = sorted(self.stories, key=lambda one: (one.published_at, one.key)).index(story)
        return f"/{_SECTIONS[story.category]}/{story.published_at:%Y%m}/t{story.published_at:%Y%m%d}_{1001 + place}.htm"

    def special(self, path: str, since: timedelta) -> Answer | None:
        if path in {"/", "/index.htm"}:
            return self._list("首页", self.stories, since)
        for name, section in _SECTIONS.items():
            if path == f"/{section}/":
                return self._list(name, [story for story in self.stories if story.category == name], since)
        return None

    def article(self, story: Story, number: int) -> Answer:
        path = self.path_of(story)
        shown = (
            blocks.html(block, story.pictures, lambda one: self._figure(story, one), indent="　　")
            for block in story.pages[number - 1]
        )
        body = "\n".join(shown).replace("<p>", "<P>").replace("</p>", "</P>")
        last = number == len(story.pages)
        pages = "".join(
            f'<a href="{self.page_path(path, page)}">[{page}]</a> ' if page != number else f"<b>[{page}]</b> "
            for page in range(1, len(story.pages) + 1)
        )
        onward = "" if last else f'<a href="{self.page_path(path, number + 1)}">下一页</a>'
        related = [one for one in self.stories if one.category == story.category and one is not story][:3]
        by = f"　记者：{story.reporter}" if story.reporter else ""
        return self._page(
            f"{story.title}-{story.category}-{self.names['gongren']}",
            f"""<div class="weizhi">当前位置：<a href="/">首页</a> &gt; <a href="/{_SECTIONS[story.category]}/">{story.category}</a> &gt; 正文</div>
<div class="wz">
<div class="yinti">{escape(story.kicker)}</div>
<h1 class="wz_bt">{escape(story.title)}</h1>
<div class="wz_xx">{story.published_at:%Y-%m-%d %H:%M}　来源：{self.names["gongren"]}{by}　字号：<a>大</a> <a>中</a> <a>小</a></div>
<div id="zoom" class="wz_nr">
{body}
{f'<P align="right">（责任编辑：{story.editor}）</P>' if last and story.editor else ""}
</div>
{f'<div class="fenye">{pages}{onward}</div>' if len(story.pages) > 1 else ""}
<div class="ewm">扫一扫，在手机上阅读</div>
<div class="xg"><b>相关阅读</b><ul>{"".join(f'<li><a href="{self.path_of(one)}">{escape(one.title)}</a></li>' for one in related)}</ul></div>
<div class="bq">版权声明：凡注明来源为“{self.names["gongren"]}”的文字和图片，转载时请注明来源和作者。（演示站点，内容均为虚构）</div>
</div>""",
        )

    def _figure(self, story: Story, picture: Picture) -> str:
        number = story.pictures.index(picture) + 1
        return f'<P align="center"><img src="{self.image_path(story, number)}" border="0"></P><P align="center"><font color="#666">{escape(picture.caption)}　{escape(picture.credit)}</font></P>'

    def _list(self, name: str, stories: list[Story], since: timedelta) -> Answer:
        rows = "\n".join(
            f'<li><span>{story.published_at:%m-%d}</span><a href="{self.path_of(story)}" target="_blank">{escape(story.as_of(since).title)}</a></li>'
            for story in stories
        )
        return self._page(f"{name}-{self.names['gongren']}", f'<div class="lb"><h2>{name}</h2><ul>{rows}</ul></div>')

    def _page(self, title: str, content: str) -> Answer:
        sections = " | ".join(f'<a href="/{path}/">{name}</a>' for name, path in _SECTIONS.items())
        markup = f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{escape(title)}</title></head>
<body><div class="top">{self.names["gongren"]}<br>{sections}</div>
{content}
<div class="foot">{self.names["gongren"]}社主办　联系电话：0791-0000 0000</div></body></html>"""
        # What the label promises cannot write all of it; what comes is the larger set of the same family.
        return Answer(200, {"Content-Type": "text/html"}, markup.encode("gb18030"))
