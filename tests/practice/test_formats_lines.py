"""Questions in the layout of printed papers."""

from __future__ import annotations

import pytest

from huomiao.practice.formats import lines
from huomiao.practice.formats.errors import UnreadableFile


def read(text: str):
    return lines.read_text(text.encode())


def shown(draft) -> tuple:
    parts = [option["text"] for option in draft.body.get("options", ())]
    return draft.kind, draft.body["stem"], parts, draft.key


def test_answers_after_each_question_with_explanations_and_facts():
    reading = read(
        """一、单项选择题（每题1分）
1. 安全帽的作用是什么？
A. 防晒
B. 防冲击
C. 好看 D. 保暖
答案：B 解析：减轻冲击。
难度：易
知识点：安全 > 防护

2、下列说法对的是（  ）。（2分）
A、甲  B、乙
【答案】A
【解析】因为
甲是对的。

二、判断题
1. 水往低处流。
答案：√
"""
    )

    assert [finding.message for draft in reading.drafts for finding in draft.errors] == []
    assert [shown(draft) for draft in reading.drafts] == [
        ("single", "安全帽的作用是什么？", ["防晒", "防冲击", "好看", "保暖"], {"right": [1]}),
        ("single", "下列说法对的是（  ）。", ["甲", "乙"], {"right": [0]}),
        ("true_false", "水往低处流。", [], {"right": True}),
    ]
    assert [draft.explanation for draft in reading.drafts] == ["减轻冲击。", "因为\n甲是对的。", ""]
    assert (reading.drafts[0].difficulty, reading.drafts[0].topic, reading.drafts[1].points) == (
        2,
        ("安全", "防护"),
        2.0,
    )


def test_answers_in_brackets_are_taken_out_and_said():
    (first, second) = read("1. 红灯表示（A）。\nA. 停 B. 行\n2. 绿灯可以通行（√）\n").drafts

    assert shown(first) == ("single", "红灯表示（  ）。", ["停", "行"], {"right": [0]})
    assert shown(second)[::3] == ("true_false", {"right": True})
    assert first.findings[0].message == "答案写在题干的括号里，已取出“A”。"


@pytest.mark.parametrize(
    "listed",
    ["1. B 2. AC\n3. 对", "1-2 不用\n1.B\n2.AC\n3.对", "1、B；2、AC；3、√"],
)
def test_answers_in_a_list_at_the_end(listed):
    reading = read(f"1. 甲\nA. 一\nB. 二\n2. 乙\nA. 一\nB. 二\nC. 三\n3. 丙是丁\n参考答案\n{listed}\n")

    assert [draft.key for draft in reading.drafts] == [{"right": [1]}, {"right": [0, 2]}, {"right": True}]


def test_a_list_of_ranges_by_section():
    reading = read(
        "一、单选题\n1. 甲\nA. 一 B. 二\n2. 乙\nA. 一 B. 二\n二、判断题\n1. 丙\n2. 丁\n"
        "参考答案\n一、单选题\n1-2 AB\n二、判断题\n1-2 √×\n"
    )

    assert [draft.key["right"] for draft in reading.drafts] == [[0], [1], True, False]


def test_steps_inside_a_long_answer_start_no_question():
    reading = read("1. 简述步骤。\n答案：分三步：\n1. 断电\n2. 验电\n3. 接地\n2. 又一题____。\n答案：是")

    assert [draft.body["stem"] for draft in reading.drafts] == ["简述步骤。", "又一题____。"]
    assert reading.drafts[0].key["reference"] == "分三步：\n1. 断电\n2. 验电\n3. 接地"


def test_a_question_without_an_answer_is_an_error_at_its_line():
    (first, second) = read("前言\n1. 甲\nA. 一\nB. 二\n2. 乙\nA. 一\nB. 二\n答案：A\n").drafts

    assert [(finding.place, finding.message) for finding in first.errors] == [
        ("2", "没有答案。应写选项字母（A–B），多个答案连写，如 AC。")
    ]
    assert second.errors == []


def test_text_without_numbers_is_refused_with_what_was_expected():
    with pytest.raises(UnreadableFile, match="没有找到带题号的题目"):
        read("这是一封信\n没有题目")
