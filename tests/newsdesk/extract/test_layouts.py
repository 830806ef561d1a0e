"""What several pages of a site teach about the next one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import layouts
from huomiao.newsdesk.pipeline.extract import extract
from huomiao.newsdesk.pipeline.layouts import Layout

NOTICE = "示例网提醒读者，凡是要求先交费用的培训都请核对主办单位，遇到疑问可以向所在地工会咨询，也可以拨打示例热线。"
TOPICS = ("焊工", "钳工", "电工", "车工", "护理", "物流")


def _page(topic: str, number: int, *, text: str = "", has_notice: bool = True) -> tuple[bytes, str]:
    text = text or "".join(
        f"<p>{topic}技能比武在示范市举行，第{n}场有{number + n}名选手参加，{topic}们在现场交流了各自的窍门，也看到了彼此的差距。</p>"
        for n in range(4)
    )
    notice = f"<p>{NOTICE}</p>" if has_notice else ""
    html = (
        f"<html><head><title>{topic}技能比武举行_示例网</title></head><body><div class='top'><a href='/'>首页</a></div>"
        f"<div class='page-{number}'><h3 class='bt'>{topic}技能比武举行</h3><div class='xx'>2024-01-0{number} 10:00 <b>示例{topic}报</b></div>"
        f"<div class='zz main-{number}'>{text}{notice}</div></div>"
        "<div class='long'><p>本栏目长期征集职工技能故事，来稿请注明姓名和单位，一经采用即付稿酬，择优结集出版，欢迎各单位推荐。</p></div></body></html>"
    )
    return html.encode(), f"https://site.example.test/a/{number}.html"


def _learnt() -> Layout:
    return layouts.learn([_page(topic, number) for number, topic in enumerate(TOPICS, 1)])


def test_what_stands_on_every_page_is_no_part_of_the_next_one():
    html, url = _page("木工", 8)

    before, after = extract(html, url), extract(html, url, layout=_learnt())

    assert NOTICE in before.text
    assert NOTICE not in after.text
    assert after.text.split("\n") == before.text.split("\n")[:-1]


def test_a_short_article_is_found_where_the_others_of_its_site_are():
    html, url = _page("木工", 8, text="<p>今天没有比赛。</p>", has_notice=False)

    before, after = extract(html, url), extract(html, url, layout=_learnt())

    assert "征集" in before.text
    assert after.text == "今天没有比赛。"


def test_two_pages_teach_nothing_and_pages_that_disagree_only_what_they_agree_on():
    assert layouts.learn([_page("焊工", 1), _page("钳工", 2)]) == Layout(pages=2)

    other = f"<html><body><article><p>{NOTICE}</p><p>另一个网站的页面，写法完全不同，正文也不一样。</p></article></body></html>"
    learnt = layouts.learn(
        [_page("焊工", 1), (other.encode(), "https://b.example.test/"), (b"<p>x</p>", "https://c.example.test/")]
    )

    assert (learnt.container, learnt.title) == ("", "")


def test_a_layout_survives_being_stored():
    layout = _learnt()

    assert Layout.from_json(layout.as_json()) == layout
    assert layout.pages == len(TOPICS)


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.sampled_from(["container", "title", "source", "boilerplate", "pages"]),
        st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers())),
    )
)
def test_a_layout_from_anything_does_no_harm(values):
    html, url = _page("木工", 8)

    assert extract(html, url, layout=Layout.from_json(values)).title == "木工技能比武举行"
