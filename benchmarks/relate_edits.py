"""Copies as editors make them, from any article: cut, excerpted, given another lead, merged, with quotes in other words.

Each edit is drawn from the article's own text, so the same pages always give the same copies. Names of papers are invented.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import rjieba

LEADS = (
    "本报讯（记者 甲 通讯员 乙）",
    "晨光网5月9日讯 ",
    "江右日报客户端讯（首席记者 丙）",
    "远山社河口9月3日电（记者 丁）",
    "据远山社9月3日消息，",
    "本文转自：江右日报\n",
)
EDITORS = (
    "（责任编辑：戊）",
    "编辑：己 校对：庚",
    "来源：江右日报\n责编：辛 审核：壬",
    "[编辑：癸]\n声明：本网转载此文出于传递更多信息之目的，并不意味着赞同其观点或证实其描述，文章内容仅供参考。如有侵权，请联系删除。",
)
# Put under everything by a site, in no form that reading could know.
PROMOTION = (
    "每天清晨六点半，我们准时把城市里值得一读的消息送到您手上，三分钟看遍大街小巷的新鲜事，还能预约社区课堂、查询公交到站、"
    "领取图书馆的座位。在应用市场里找到我们，登记手机号码就能使用全部功能，邀请三位好友一同加入还可以得到一份季节礼物。"
)

_QUOTE = re.compile(r"“([^”]{8,})”|\"([^\"]{12,})\"")


@dataclass(frozen=True)
class Edited:
    """A copy, and the articles that it holds."""

    edit: str
    title: str
    text: str
    bases: tuple[int, ...]


@dataclass(frozen=True)
class Base:
    """A real article; ``page`` is its folder and file."""

    number: int
    title: str
    text: str
    page: str = ""


def chance(base: Base, edit: str) -> random.Random:
    """The dice of one edit of one article: the same on every run."""
    return random.Random(zlib.crc32(f"{edit}/{base.title}/{base.text[:200]}".encode()))


def sentences(text: str) -> list[str]:
    """The text in sentences of Chinese, or in lines and sentences of English; joined they are the text."""
    marks = r"(?<=[。！？!?\n])" if is_chinese(text) else r"(?<=[.!?] )|(?<=\n)"
    return [piece for piece in re.split(marks, text) if piece]


def is_chinese(text: str) -> bool:
    return sum("\u4e00" <= each <= "\u9fff" for each in text[:400]) > 60


def words(text: str) -> list[str]:
    return rjieba.cut(text) if is_chinese(text) else re.findall(r"\w+|\W+", text)


def new_lead(base: Base, others: list[Base]) -> Edited:
    dice = chance(base, "new lead")
    text = f"{dice.choice(LEADS)}{base.text.strip()}\n{dice.choice(EDITORS)}"
    return Edited("new lead, title, editor", f"快讯：{base.title[: len(base.title) // 2]}", text, (base.number,))


def retyped(base: Base, others: list[Base]) -> Edited:
    """Punctuation, width and lines as another system writes them."""
    table = str.maketrans("，。：；（）“”0123456789", ',.:;()""０１２３４５６７８９')
    text = re.sub(r"\n", "", base.text) if is_chinese(base.text) else re.sub(r"\n", " ", base.text)
    return Edited("retyped", base.title, text.translate(table), (base.number,))


def cut(base: Base, others: list[Base]) -> Edited:
    """The beginning, 40 % of it."""
    return Edited("cut to 40 %", base.title, _piece(base.text, 0.0, 0.4), (base.number,))


def excerpt(base: Base, others: list[Base]) -> Edited:
    """A fifth of it, from anywhere, under a new lead."""
    dice = chance(base, "excerpt")
    begin = dice.uniform(0.1, 0.75)
    text = f"{dice.choice(LEADS)}{_piece(base.text, begin, begin + 0.2)}\n{dice.choice(EDITORS)}"
    return Edited("excerpt of 20 %", f"摘编：{base.title[4:]}", text, (base.number,))


def thinned(base: Base, others: list[Base]) -> Edited:
    """Every third sentence struck."""
    kept = [each for at, each in enumerate(sentences(base.text)) if at % 3 != 1]
    return Edited("every 3rd sentence struck", base.title, "".join(kept), (base.number,))


def reworded(base: Base, others: list[Base]) -> Edited:
    """One word in fifteen replaced, and the paragraphs' order changed."""
    dice = chance(base, "reworded")
    pool = words(others[dice.randrange(len(others))].text)
    text = "".join(dice.choice(pool) if dice.random() < 1 / 15 else word for word in words(base.text))
    lines = text.split("\n")
    half = len(lines) // 2
    return Edited("1 word in 15 replaced", base.title, "\n".join(lines[half:] + lines[:half]), (base.number,))


def quotes(base: Base, others: list[Base]) -> Edited | None:
    """Every quote in wholly other words, as one that was translated there and back; None without quotes."""
    dice = chance(base, "quotes")
    pool = [word for word in words(others[dice.randrange(len(others))].text) if len(word) > 1]

    def other(found: re.Match[str]) -> str:
        said = found[1] or found[2]
        return "“" + "".join(dice.choice(pool) for _word in words(said)) + "”"

    text, count = _QUOTE.subn(other, base.text)
    return Edited("quotes in other words", base.title, text, (base.number,)) if count else None


def merged(base: Base, others: list[Base]) -> Edited:
    """The first part of one and of another of about its length, as one text."""
    dice = chance(base, "merged")
    near = sorted(others, key=lambda other: abs(len(other.text) - len(base.text)))[:8]
    other = dice.choice(near)
    text = f"{_piece(base.text, 0.0, 0.6)}\n{_piece(other.text, 0.0, 0.6)}\n{dice.choice(EDITORS)}"
    return Edited("merged with another", f"{base.title[:8]}；{other.title[:8]}", text, (base.number, other.number))


def commented(base: Base, others: list[Base]) -> Edited:
    """Half of it inside a comment as long as the half."""
    dice = chance(base, "commented")
    whole = "".join(other.text for other in dice.sample(others, 12))
    scrambled = list(words(whole[:20_000]))
    dice.shuffle(scrambled)
    half = _piece(base.text, 0.2, 0.7)
    comment = "".join(scrambled)[: len(half)]
    return Edited("half, inside a comment", f"评：{base.title}", f"{comment[: len(half) // 2]}\n{half}\n{comment[len(half) // 2 :]}", (base.number,))  # fmt: skip


EDITS: tuple[Callable[[Base, list[Base]], Edited | None], ...] = (
    new_lead, retyped, cut, excerpt, thinned, reworded, quotes, merged, commented,
)  # fmt: skip


def same_form(base: Base, others: list[Base]) -> Edited:
    """The next report in the same form: every figure another, two words of five others."""
    dice = chance(base, "same form")
    pool = words(others[dice.randrange(len(others))].text)
    text = re.sub(r"\d", lambda found: str((int(found[0]) + dice.randrange(1, 9)) % 10), base.text)
    text = "".join(dice.choice(pool) if dice.random() < 0.4 else word for word in words(text))
    return Edited("next report in the same form", base.title, text, ())


def quoting(base: Base, others: list[Base]) -> Edited:
    """Another article that quotes a few sentences of this one, an eighth of it at most."""
    dice = chance(base, "quoting")
    long = [other for other in others if len(other.text) > len(base.text) // 2] or others
    other = dice.choice(long)
    said = _piece(base.text, 0.45, 0.5)[: min(len(base.text), len(other.text)) // 8]
    lines = sentences(other.text)
    lines.insert(len(lines) // 2, said)
    return Edited("another article that quotes it", other.title, "".join(lines), (other.number,))


def promoted(base: Base, others: list[Base]) -> Edited:
    """Another article of a site that puts the same promotion under everything (so does the article's own, see ``relate``)."""
    other = chance(base, "promoted").choice(others)
    return Edited("the same promotion below", other.title, f"{other.text}\n{PROMOTION}", (other.number,))


LOOKALIKES: tuple[Callable[[Base, list[Base]], Edited], ...] = (same_form, quoting, promoted)


def _piece(text: str, begin: float, end: float) -> str:
    """The sentences of ``text`` that begin between two shares of its length, one at least."""
    kept, at = [], 0
    for each in sentences(text):
        if begin * len(text) <= at < end * len(text):
            kept.append(each)
        at += len(each)
    return "".join(kept) or text[int(begin * len(text)) : int(end * len(text))]
