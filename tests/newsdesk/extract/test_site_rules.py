"""A correction of one page becomes a rule that holds for the others of its site."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huomiao.newsdesk.pipeline import site_rules
from huomiao.newsdesk.pipeline.extract import extract
from huomiao.newsdesk.pipeline.site_rules import Rule

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _page(name: str, number: int) -> tuple[bytes, str]:
    """A page that says everything in its own way, so that no general cue reads it right."""
    html = f"""<html><head><title>示例内网</title></head><body>
<div class="bar"><i class="who">投递：示例{name}站</i> <i class="pen">笔者 {name}一 {name}二</i></div>
<div class="cap">{name}班组的小改革见了成效</div>
<div class="when">入库 2024/01/0{number} 09:00</div><div class="when">见报 2024/02/0{number} 07:30</div>
<div class="tx"><p>导读：本期介绍{name}班组的做法，供各单位参考，转发时请保留本句。</p>
<p>{name}班组把换模时间缩短到九分钟，三个车间已经采用，大家都说省了不少力气。</p>
<p>他们的办法并不复杂，只是把常用的工具放到了顺手的地方，并且画了线。</p></div>
</body></html>"""
    return html.encode(), f"https://in.example.test/{number}.html"


@pytest.mark.parametrize(
    ("field", "right", "expected"),
    [
        ("title", "焊工班组的小改革见了成效", "钳工班组的小改革见了成效"),
        ("source", "示例焊工站", "示例钳工站"),
        ("authors", "焊工一、焊工二", ("钳工一", "钳工二")),
        ("published_at", "2024-02-01T07:30:00+08:00", datetime(2024, 2, 2, 7, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_corrected_field_is_read_from_the_same_place_on_other_pages(field, right, expected):
    rule = site_rules.from_correction(*_page("焊工", 1), field, right)
    html, url = _page("钳工", 2)

    assert rule is not None
    assert getattr(extract(html, url), field) != expected
    article = extract(html, url, rules=[rule])
    assert getattr(article, field) == expected
    assert article.evidence[field].cue == "rule of the site"


def test_a_line_that_an_editor_struck_is_left_out_where_it_stands_again():
    html, url = _page("焊工", 1)
    read = extract(html, url)
    rule = site_rules.from_correction(html, url, "body", "\n".join(read.text.split("\n")[1:]))

    again = extract(html, url, rules=[rule] if rule else [])

    assert rule is not None
    assert again.text.split("\n") == read.text.split("\n")[1:]


def test_a_field_that_the_site_does_not_have_is_denied():
    html, url = _page("钳工", 2)
    rule = site_rules.from_correction(*_page("焊工", 1), "published_at", "")

    article = extract(html, url, rules=[rule] if rule else [])

    assert article.published_at is None
    assert "published_at" not in article.evidence


def test_the_later_of_two_rules_counts_and_one_that_finds_nothing_leaves_the_field():
    html, url = _page("钳工", 2)
    title = site_rules.from_correction(*_page("焊工", 1), "title", "焊工班组的小改革见了成效")
    nowhere = Rule("title", "div.nowhere < body")

    assert title is not None
    assert extract(html, url, rules=[Rule("title"), title, nowhere]).title == "钳工班组的小改革见了成效"


def test_a_value_that_is_nowhere_on_the_page_makes_no_rule():
    assert site_rules.from_correction(*_page("焊工", 1), "source", "别处日报") is None
    assert site_rules.from_correction(*_page("焊工", 1), "body", "完全不同的一段话。") is None
    with pytest.raises(ValueError, match="colour"):
        site_rules.from_correction(*_page("焊工", 1), "colour", "红")


def test_a_rule_survives_being_stored():
    rule = site_rules.from_correction(*_page("焊工", 1), "source", "示例焊工站")

    assert rule is not None
    assert Rule.from_json(rule.as_json()) == rule
    assert Rule.from_json({"field": "colour"}) is None
