from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import excerpts
from huomiao.newsdesk.pipeline.relate.words import Keyword
from tests.newsdesk.relate.texts import ENGLISH, STORY


def marked(excerpt: excerpts.Excerpt) -> list[str]:
    return [excerpt.text[start:end] for start, end in excerpt.spans]


def test_excerpt_stands_around_the_words_and_begins_with_a_clause():
    excerpt = excerpts.around(STORY, [Keyword("小发明", 0.3), Keyword("翻料架", 0.5), Keyword("围观", 0.1)], length=60)

    assert (
        excerpt.text
        == "…赛场旁边的展台上，职工们带来的小发明引来不少人围观。一台用旧电机改成的翻料架，让原来三个人抬的活变成一个人按按钮，厂里算…"
    )
    assert marked(excerpt) == ["小发明", "围观", "翻料架"]


def test_excerpt_near_the_beginning_begins_there():
    excerpt = excerpts.around(STORY, [Keyword("装备制造业", 0.5)], length=30)

    assert excerpt.text == f"{STORY[:30]}…"
    assert marked(excerpt) == ["装备制造业"]


def test_without_the_words_the_beginning_is_shown():
    assert excerpts.around("短讯", [Keyword("竞赛", 1.0)]) == excerpts.Excerpt("短讯", ())
    assert excerpts.around(STORY, []).text == f"{STORY[:90].replace(chr(10), ' ')}…"


def test_many_words_once_outweigh_one_word_often():
    text = "竞赛" * 20 + "。" * 60 + "练兵的工匠在班组里"

    excerpt = excerpts.around(
        text, [Keyword("竞赛", 0.3), Keyword("练兵", 0.3), Keyword("工匠", 0.3), Keyword("班组", 0.3)], length=20
    )

    assert marked(excerpt) == ["练兵", "工匠", "班组"]


def test_latin_words_stay_whole():
    excerpt = excerpts.around(ENGLISH, [Keyword("breakwater", 0.5), Keyword("port", 0.2)], length=40)

    assert marked(excerpt) == ["breakwater"]
    assert all(word in ENGLISH.replace("\n", " ").split() for word in excerpt.text.strip("…").split())


@settings(max_examples=60)
@given(
    st.text(alphabet="职工竞赛练兵，。\n abc", max_size=200),
    st.lists(st.sampled_from(["竞赛", "练兵", "abc", "职工竞赛", "c"]), max_size=4),
    st.integers(5, 60),
)
def test_excerpt_is_a_stretch_of_the_text_with_the_words_where_it_says(text, chosen, length):
    excerpt = excerpts.around(text, [Keyword(word, 0.5) for word in chosen], length=length)

    inside = excerpt.text.removeprefix(excerpts.CUT).removesuffix(excerpts.CUT)
    assert "".join(inside.split()) in "".join(text.split())
    assert len(inside) <= 3 * length + 3
    assert all(word.casefold() in chosen for word in marked(excerpt))
    assert excerpt.spans == tuple(sorted(excerpt.spans))
