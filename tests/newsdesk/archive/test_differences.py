from __future__ import annotations

import itertools
import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import alignment, wording
from huomiao.newsdesk.pipeline.article import Article, Block, Image
from huomiao.newsdesk.pipeline.differences import blocks, compare
from huomiao.newsdesk.pipeline.wording import Kind, words

TEXTS = st.text("甲乙丙。，ab1 ", max_size=30)


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Block("paragraph", text) for text in texts)


def marked(old: str, new: str) -> str:
    """A difference as [-struck-] and [+added+]."""
    marks = {Kind.SAME: "{}", Kind.STRUCK: "[-{}-]", Kind.ADDED: "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in words(old, new))


def told(old: tuple[Block, ...], new: tuple[Block, ...]) -> list[tuple[str, int | None, int | None]]:
    return [(str(change.kind), change.before, change.after) for change in blocks(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("参加人次1.13万。", "参加人次1.57万。", "参加人次[-1.13-][+1.57+]万。"),
        ("占比64.9%，居首。", "占比65.1%，居首。", "占比[-64.9%-][+65.1%+]，居首。"),
        ("12月5日,记者从江西省获悉", "12月6日,记者从江西省获悉", "12月[-5-][+6+]日,记者从江西省获悉"),
        ("他说。大家鼓掌。", "他说。全场起立。大家鼓掌。", "他说。[+全场起立。+]大家鼓掌。"),
        ("省总工会党组成员、副主席吴某说。", "省总工会党组书记、常务副主席邹某说。",
         "省总工会党组[-成员、-][+书记、常务+]副主席[-吴-][+邹+]某说。"),
        ("The committee met on Monday in Nanchang.", "The committee will meet on Tuesday in Nanchang.",
         "The committee [-met on Monday-][+will meet on Tuesday+] in Nanchang."),
        ("完全不同的一句话在这里。", "风马牛不相及之语。", "[-完全不同的一句话在这里。-][+风马牛不相及之语。+]"),
        ("", "新的。", "[+新的。+]"),
        ("旧的。", "", "[-旧的。-]"),
        ("不变。", "不变。", "不变。"),
    ],
)  # fmt: skip
def test_words_read_well(old, new, shown):
    assert marked(old, new) == shown


@given(TEXTS, TEXTS)
@settings(max_examples=60)
def test_both_texts_can_be_read_out_of_their_difference(old, new):
    pieces = words(old, new)

    assert "".join(one.text for one in pieces if one.kind != Kind.ADDED) == old
    assert "".join(one.text for one in pieces if one.kind != Kind.STRUCK) == new
    assert all(one.text for one in pieces)


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
@settings(max_examples=60)
def test_what_is_common_is_as_long_as_can_be(a, b):
    table = [[0] * (len(b) + 1) for _row in range(len(a) + 1)]
    for row, one in enumerate(a):
        for column, other in enumerate(b):
            longest = max(table[row][column + 1], table[row + 1][column])
            table[row + 1][column + 1] = table[row][column] + 1 if one == other else longest

    pairs = alignment.common(a, b, anchor=1)

    assert len(pairs) == table[-1][-1]
    _is_alignment(a, b, pairs)


@given(st.lists(st.integers(0, 30), max_size=40), st.lists(st.integers(0, 30), max_size=40), st.sampled_from([1, 3]))
@settings(max_examples=60)
def test_without_a_budget_what_is_common_is_still_common(a, b, anchor):
    _is_alignment(a, b, alignment.common(a, b, anchor=anchor, budget=alignment.Budget(0)))


def test_large_texts_are_cut_at_what_stands_once():
    a = list(range(500)) + ["x"] * 9 + list(range(500, 900))
    b = list(range(100, 500)) + ["y"] * 9 + list(range(500, 1000))

    pairs = alignment.common(a, b, anchor=2, budget=alignment.Budget(0))

    assert len(pairs) == 800


def test_paragraphs_are_added_struck_changed_and_moved():
    old = paragraphs(
        "第一段讲职工创新的大致情况，有数字。",
        "第二段介绍了会议的详细议程安排。",
        "第三段是领导讲话的内容摘要和要求。",
        "这一段后来被删去了，因为不准确。",
        "编辑：甲",
    )
    new = paragraphs(
        "第二段介绍了会议的详细议程安排。",
        "第三段是领导讲话的内容摘要和要求。",
        "第一段讲职工创新的大致情况，有不少数字。",
        "全新的补充：参赛单位共有若干家。",
        "编辑：乙",
    )

    assert told(old, new) == [
        ("left", 0, 2),
        ("same", 1, 0),
        ("same", 2, 1),
        ("struck", 3, None),
        ("moved", 0, 2),
        ("added", None, 3),
        ("changed", 4, 4),
    ]
    moved = next(change for change in blocks(old, new) if change.kind == Kind.MOVED)
    assert [(piece.kind, piece.text) for piece in moved.pieces if piece.kind != Kind.SAME] == [(Kind.ADDED, "不少")]


def test_a_picture_is_known_by_its_address_and_keeps_its_place():
    picture = Block("picture", "图为发布会。", image=Image("https://news.example/1.jpg"))
    other = Block("picture", "图为发布会。", image=Image("https://news.example/2.jpg"))

    assert told((picture,), (picture,)) == [("same", 0, 0)]
    assert told((picture,), (other,)) == [("changed", 0, 0)]
    assert told((*paragraphs("甲"), picture), (picture, *paragraphs("甲"))) == [
        ("struck", 0, None),
        ("same", 1, 0),
        ("added", None, 1),
    ]


def test_short_words_are_never_said_to_have_moved():
    assert told(paragraphs("编辑", "甲" * 20), paragraphs("甲" * 20, "编辑")) == [
        ("struck", 0, None),
        ("same", 1, 0),
        ("added", None, 1),
    ]


def test_fields_are_told_in_words():
    at = datetime(2023, 12, 5, 18, 41, tzinfo=UTC)
    old = Article("https://news.example/1", title="江西点燃创新火苗", published_at=at, authors=("朱某",))
    new = Article("https://news.example/1", title="江西点燃职工创新火苗", source="中国新闻网", authors=("朱某", "李某"))

    difference = compare(old, new)

    assert [(one.name, one.before, one.after) for one in difference.fields] == [
        ("title", "江西点燃创新火苗", "江西点燃职工创新火苗"),
        ("published_at", "2023-12-05 18:41", ""),
        ("source", "", "中国新闻网"),
        ("authors", "朱某", "朱某、李某"),
    ]
    assert not difference.is_empty
    assert compare(new, new).is_empty
    assert difference.counts == {"added": 0, "struck": 0, "changed": 0, "moved": 0}


@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=8))
@settings(max_examples=40)
def test_every_block_of_both_versions_is_told_once_and_in_order(old, new):
    changes = blocks(paragraphs(*old), paragraphs(*new))

    befores = [one.before for one in changes if one.before is not None and one.kind != Kind.MOVED]
    afters = [one.after for one in changes if one.after is not None and one.kind != Kind.LEFT]
    assert befores == list(range(len(old)))
    assert afters == list(range(len(new)))
    left, moved = ([(c.before, c.after) for c in changes if c.kind == kind] for kind in (Kind.LEFT, Kind.MOVED))
    assert sorted(left) == sorted(moved)


def _text(chance: random.Random, size: int) -> str:
    return "".join(chr(0x4E00 + chance.randrange(400)) for _ in range(size))


@pytest.mark.parametrize("shape", ["long", "many", "shuffled", "one letter", "alike"])
def test_no_text_takes_long(shape):
    chance = random.Random(1269)
    many = [_text(chance, 60) for _ in range(700)]
    old, new = {
        "long": ([_text(chance, 200_000)], [_text(chance, 200_000)]),
        "many": (many, [text[:30] + "新" + text[30:] for text in many]),
        "shuffled": (many, [text[:30] + "新" + text[30:] for text in chance.sample(many, len(many))]),
        "one letter": (["的" * 300_000], ["的" * 300_001 + "了"]),
        "alike": (["的" * 30] * 1500, ["的" * 30 + "了"] * 1500),
    }[shape]

    began = time.process_time()
    changes = blocks(paragraphs(*old), paragraphs(*new))

    assert time.process_time() - began < 10
    if shape == "many":
        assert {change.kind for change in changes} == {Kind.CHANGED}
    if shape == "shuffled":
        assert {change.kind for change in changes} == {Kind.CHANGED, Kind.MOVED, Kind.LEFT}


def test_a_long_paragraph_is_compared_by_sentences():
    sentences = [f"第{number}句话说的是一件事。" for number in range(9000)]
    assert sum(map(len, sentences)) > 2 * wording._LONG
    changed = [*sentences[:500], "这是新的一句。", *sentences[501:]]

    pieces = words("".join(sentences), "".join(changed))

    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != Kind.SAME] == [
        (Kind.STRUCK, "第500句话说的是一件事。"),
        (Kind.ADDED, "这是新的一句。"),
    ]


def _is_alignment(a: list[object], b: list[object], pairs: list[tuple[int, int]]) -> None:
    assert all(a[at] == b[other] for at, other in pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in itertools.pairwise(pairs))
