from __future__ import annotations

import json

import pytest

from benchmarks.recorded import PAGES
from huomiao.newsdesk.pipeline.relate import copies
from huomiao.newsdesk.pipeline.relate.overlaps import Kind
from huomiao.newsdesk.pipeline.relate.postings import MemoryPostings
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY

PROMOTION = (
    "每天清晨六点半，我们准时把城市里值得一读的消息送到您手上，三分钟看遍大街小巷的新鲜事，还能预约社区课堂、查询公交到站、"
    "领取图书馆的座位。在应用市场里找到我们，登记手机号码就能使用全部功能，邀请三位好友一同加入。"
)


def shelf(*texts: str):
    """An index of the texts, numbered from 0, and the way to load them."""
    prints = dict(enumerate(copies.read(text) for text in texts))
    index = MemoryPostings()
    for item, one in prints.items():
        index.add(item, one.keys)
    return {"among": index, "load": lambda items: {item: prints[item] for item in items if item in prints}}


def test_copies_are_found_with_their_kind():
    paragraphs = STORY.split("\n")
    on_the_shelf = shelf(STORY, OTHER, ENGLISH)

    def kinds(text):
        return [(match.item, match.kind) for match in copies.find(copies.read(text), **on_the_shelf)]

    assert kinds(f"远山社河口5月9日电（记者 甲乙）{STORY}\n（责任编辑：丙丁）") == [(0, Kind.SAME)]
    assert kinds(f"本报讯 {paragraphs[1]}") == [(0, Kind.CUT)]
    assert kinds(f"{STORY}\n{ENGLISH}") == [(0, Kind.LONGER), (2, Kind.LONGER)]
    assert kinds("".join(paragraphs[:2]) + OTHER[:150]) == [(0, Kind.MERGED), (1, Kind.MERGED)]
    assert kinds("与此无关的一篇短文，说的是山里的茶园今年采茶比往年早了几天。") == []


def test_what_loading_leaves_out_is_passed_over():
    on_the_shelf = shelf(STORY)

    assert copies.find(copies.read(STORY), among=on_the_shelf["among"], load=lambda items: {}) == []


def test_what_a_site_puts_under_everything_makes_no_copies():
    notes = [
        "县图书馆本月起延长开放时间，周末到晚上九点，自习室增加了四十个座位，请读者带好身份证件。馆里还把过期报刊整理成册，凭借书证可以领回家去，每人三册为限，先到先得。",
        "渡口的新船昨天下水，一次能载六十人，比旧船快一刻钟，票价不变，逢集日加开两班。老船工把罗盘留在了驾驶室里，说新船的仪表虽好，雾天还是看一眼它心里踏实。",
        "茶园今年采茶早了五天，村里请来二十名短工，鲜叶当天炒制，头一批干茶已经发往省城。合作社今年新添了一台杀青机，原先烧柴的两口锅留给来体验的城里孩子。",
        "河口中学的学生把旧课桌修好送到山上的教学点，一共三十二张，每张桌肚里放着一封信。木工房的老师说，这批桌子用的是拆旧礼堂剩下的杉木，再坐二十年不成问题。",
        "气象台说周末有雨，低洼地带的住户要提前转移粮食，学校的接送车改走高处的县道。水务部门把值守由两班改为三班，夜里巡堤每小时一趟，各村都备好了沙袋。",
    ]
    on_the_shelf = shelf(*(f"{note}\n{PROMOTION}" for note in notes))
    asked = copies.read(f"{STORY[:200]}\n{PROMOTION}")

    assert copies.find(asked, **on_the_shelf) == []
    assert [match.item for match in copies.find(copies.read(f"{notes[2]}\n{PROMOTION}"), **on_the_shelf)][:1] == [2]


def test_real_pages_edited_are_found_and_no_others():
    if not PAGES.is_dir():
        pytest.skip(f"{PAGES} is not here: the labelled set is made by editing its pages")
    lines = (PAGES / "zh" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["body"] for line in lines]
    texts = [text for text in texts if len(text) > 400][:30]
    on_the_shelf = shelf(*texts)

    for number, text in enumerate(texts):
        lead, tail = "本报讯（记者 甲乙）", "\n编辑：丙丁"
        cut, middle = text[: len(text) * 2 // 5], text[len(text) // 2 : len(text) // 2 + 150]
        for edited in (lead + text + tail, lead + cut + tail, middle):
            assert [match.item for match in copies.find(copies.read(edited), **on_the_shelf)] == [number]
