"""Striking names out of texts, so that an expert sees the work and not whose it is.

Pure: given the words that would give an entry away, it finds them however they are written (full-width, with spaces or dots
between the characters, in either case) and puts ［隐去］ in their place. ``queries.reviews`` gathers the words.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STRUCK = "［隐去］"

# A name of one character would strike out half the language.
SHORTEST = 2

# What stands between the characters of a name without changing it.
_BETWEEN = frozenset("·•‧・･∙⋅.-_—–‐*|/\\'\"“”‘’`~^")

# Legal forms and kinds of unions: what is left without them still names the unit.
_ENDINGS = (
    "工会联合委员会", "工会联合会", "工会委员会", "职工创新工作室", "劳模和工匠人才创新工作室", "劳模创新工作室", "工匠创新工作室",
    "创新工作室", "工作室", "总工会", "工会", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "分公司", "子公司",
    "总公司", "公司", "集团", "股份", "总厂", "分厂", "工厂", "厂", "控股", "（集团）", "(集团)",
)  # fmt: skip
# Lines of business: a brand is what stands before them.
_BUSINESS = (
    "汽车", "机械", "机电", "电机", "电气", "电器", "电子", "电力", "供电", "电网", "发电", "科技", "技术", "铜业", "锂业", "钨业",
    "稀土", "钢铁", "冶金", "矿业", "铝业", "化工", "化学", "石化", "医药", "药业", "制药", "生物", "食品", "酒业", "纺织", "服装",
    "陶瓷", "建材", "水泥", "建设", "建筑", "工程", "路桥", "交通", "运输", "航空", "船舶", "重工", "装备", "设备", "制造", "实业",
    "发展", "投资", "能源", "新能源", "光电", "光伏", "半导体", "信息", "软件", "网络", "通信", "物流", "农业", "林业", "环保", "水务",
    "轨道", "铁路", "材料", "新材料", "金属", "精密", "模具", "仪器", "家具", "家居",
)  # fmt: skip
# What may be left of a unit's name and yet names nobody: "第一" of 第一机械厂.
_COMMON = frozenset(
    [
        "中国",
        "国家",
        "全国",
        "中华",
        "人民",
        "中心",
        "联合",
        "东方",
        "南方",
        "北方",
        "西部",
        "东部",
        "新型",
        "现代",
        "先进",
        "综合",
        "安全",
        "绿色",
        "智能",
        "数字",
        "创新",
        "服务",
        "生产",
        "检修",
        "维修",
    ]
)
_ORDINAL = re.compile(r"^第?[一二三四五六七八九十百\d]+$")

# Places: taken off the front of a unit's name to come to its brand.
_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,8}?(?:省|市|县|区|自治州|自治县|新区|开发区)(?=[\u4e00-\u9fff]{2})")

# Numbers and addresses by which a person is found; struck out of every text.
_CONTACTS = re.compile(
    r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"  # mobile phone
    r"|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)"  # land line
    r"|(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"  # identity number
    r"|[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?:https?://|www\.)[^\s，。；）]+"
)


@dataclass(frozen=True)
class Texts:
    """What an entry shows of a declaration, names struck out."""

    title: str
    sections: list[dict[str, str]]
    benefits: list[dict[str, str]]


def variants(name: str, *, places: Iterable[str] = ()) -> set[str]:
    """The forms under which an organization of that name is known: without its legal form, and its bare brand.

    ``places`` are names of places that may stand in front (江西, 南昌市) and are not the brand.
    """
    full = _plain(name)
    found = {full}
    stem = _without_endings(full)
    found.add(stem)
    bare = _PLACE.sub("", stem)
    for place in sorted({_plain(place) for place in places if place}, key=len, reverse=True):
        if bare.startswith(place) and len(bare) - len(place) >= SHORTEST:
            bare = bare[len(place) :]
            break
    found.add(bare)
    brand = _without(bare, _BUSINESS)
    found.add(brand)
    return {form for form in found if _names_somebody(form)}


def _names_somebody(form: str) -> bool:
    return len(form) >= SHORTEST and form not in _BUSINESS and form not in _COMMON and not _ORDINAL.match(form)


def place_forms(name: str) -> set[str]:
    """The place that a union of a city or county stands for: 南昌市总工会, 南昌市, 南昌."""
    stem = _without_endings(_plain(name))
    forms = {_plain(name), stem}
    if stem.endswith(("市", "县", "区", "省")) and len(stem) > SHORTEST:
        forms.add(stem[:-1])
    return {form for form in forms if len(form) >= SHORTEST}


def find(text: str, words: Iterable[str]) -> list[str]:
    """Which of ``words`` stand in ``text``, in order of appearance, each once; contact data count as "联系方式"."""
    found: list[str] = []
    for _start, _end, word in _spans(text, words):
        if word not in found:
            found.append(word)
    return found


def strike(text: str, words: Iterable[str]) -> str:
    """``text`` with every one of ``words`` and every phone number, identity number and address struck out."""
    pieces: list[str] = []
    position = 0
    for start, end in _merged([(start, end) for start, end, _word in _spans(text, words)]):
        pieces += [text[position:start], STRUCK]
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def strike_all(texts: Texts, words: Sequence[str]) -> Texts:
    """Every text of an entry with ``words`` struck out."""
    return Texts(
        strike(texts.title, words),
        [{**section, "text": strike(section["text"], words)} for section in texts.sections],
        [{**benefit, "basis": strike(benefit["basis"], words)} for benefit in texts.benefits],
    )


def numbers(count: int, *, seed: int) -> list[str]:
    """``count`` different entry numbers in random order: nothing can be read from their order."""
    digits = max(4, len(str(count * 3)))
    pool = range(10 ** (digits - 1), 10**digits)
    return [str(number) for number in random.Random(seed).sample(pool, count)]  # noqa: S311 - reproducible on purpose


def _plain(text: str) -> str:
    return "".join(_fold(text)[0])


def _fold(text: str) -> tuple[list[str], list[int]]:
    """``text`` as it is compared (NFKC, one case, nothing between the characters), and where each character came from."""
    characters: list[str] = []
    origins: list[int] = []
    for index, original in enumerate(text):
        for character in unicodedata.normalize("NFKC", original).casefold():
            if character.isspace() or character in _BETWEEN or unicodedata.category(character) in {"Cf", "Mn", "Cc"}:
                continue
            characters.append(character)
            origins.append(index)
    return characters, origins


def _spans(text: str, words: Iterable[str]) -> list[tuple[int, int, str]]:
    characters, origins = _fold(text)
    folded = "".join(characters)
    spans: list[tuple[int, int, str]] = []
    for word in words:
        plain = _plain(word)
        if len(plain) < SHORTEST:
            continue
        start = folded.find(plain)
        while start >= 0:
            end = start + len(plain)
            if _stands_alone(text, origins[start], origins[end - 1] + 1):
                spans.append((origins[start], origins[end - 1] + 1, word))
            start = folded.find(plain, start + 1)
    # Digits may be full-width; one character stays one, so positions hold.
    half_width = "".join(
        unicodedata.normalize("NFKC", c) if len(unicodedata.normalize("NFKC", c)) == 1 else c for c in text
    )
    spans += [(match.start(), match.end(), "联系方式") for match in _CONTACTS.finditer(half_width)]
    return sorted(spans)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A Latin or numeric name counts only as a whole: ABB is not in "grabbed"; Chinese has no word ends."""

    def joins(outer: int, inner: int) -> bool:
        return 0 <= outer < len(text) and _is_latin(text[outer]) and _is_latin(text[inner])

    return not joins(start - 1, start) and not joins(end, end - 1)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without_endings(name: str) -> str:
    return _without(name, _ENDINGS)


def _without(name: str, endings: Sequence[str]) -> str:
    """``name`` without any of ``endings``, again and again, as long as a name is left."""
    shorter = True
    while shorter:
        shorter = False
        for ending in endings:
            if name.endswith(ending) and len(name) - len(ending) >= SHORTEST:
                name, shorter = name[: -len(ending)], True
                break
    return name
