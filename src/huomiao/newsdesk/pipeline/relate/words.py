"""The words by which an article is known: those that it uses and few others do."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log
from typing import NamedTuple

import orjson

from huomiao.newsdesk.pipeline.relate.units import folded

# Words of the trade of writing news, which say nothing of what it is about.
_EMPTY_WORDS = """
记者 通讯员 编辑 责编 来源 报道 消息 据悉 日前 近日 近年来 目前 今年 去年 明年 今天 昨天 昨日 今日 当日 本月
上午 下午 晚上 时间 时候 表示 介绍 指出 强调 认为 了解 获悉 显示 称 其中 以及 通过 进行 开展 实现 推动 推进 加强
提高 提升 进一步 不断 持续 积极 工作 活动 问题 情况 方面 相关 有关 部分 一些 一个 一种 一次 一定 一直 一起 这个
这些 这种 这样 这里 那个 那些 我们 他们 她们 你们 自己 大家 人们 没有 可以 可能 能够 需要 应该 已经 正在 开始
继续 成为 作为 由于 因此 所以 因为 但是 不过 而且 并且 如果 虽然 同时 此外 另外 然后 之后 之前 以来 以上 以下
左右 多个 许多 很多 更多 非常 十分 更加 特别 尤其 主要 重要 全面 全部 所有 不同 第一 首次 图片 供图 摄影 全文
点击 关注 公众号 来自 对于 关于 为了 根据 按照 随着 包括 the and for that with this from have has had was were
are is been will would which their they its his her not but you who about more than when after over into also
said says say one two new year years time people out all can could there what
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_HAS_LETTERS = re.compile(r"[^\W\d_]")
_LONG_CHINESE = 1.25
_IN_TITLE = 3
FEWEST_LETTERS = 2
FEWEST_LATIN = 3
MOST_KEYWORDS = 32
MOST_WORDS = 400_000


class Keyword(NamedTuple):
    """A word that tells what an article is about, and how much it does."""

    word: str
    weight: float


class Vocabulary:
    """In how many articles each word stands. Kept as bytes; grows and shrinks with the articles."""

    def __init__(self, documents: int = 0, counts: Mapping[str, int] | None = None) -> None:
        self.documents = documents
        self._counts = Counter(counts or {})

    def add(self, found: Iterable[str]) -> None:
        """Count an article by its words (``words_of``)."""
        self.documents += 1
        self._counts.update(set(found))

    def drop(self, found: Iterable[str]) -> None:
        """Count an article no longer that was counted with these words."""
        self.documents -= 1
        self._counts.subtract(set(found))
        self._counts = +self._counts

    def rarity(self, word: str) -> float:
        """How much it tells that an article has the word: 0.0 for one that every second has, about 12 for the rarest of a million."""
        return max(0.0, log((self.documents + 2) / (self._counts[word] + 1)) - log(2))

    def dumps(self) -> bytes:
        """The vocabulary as bytes. Of more than ``MOST_WORDS`` the rarest are forgotten: unseen words are as rare."""
        if len(self._counts) > MOST_WORDS:
            self._counts = Counter(dict(self._counts.most_common(MOST_WORDS)))
        return orjson.dumps({"documents": self.documents, "counts": dict(self._counts)})

    @classmethod
    def loads(cls, kept: bytes) -> Vocabulary:
        read = orjson.loads(kept)
        return cls(read["documents"], read["counts"])


def words_of(text: str) -> list[str]:
    """The words of ``text`` in order that could tell what it is about: no numbers, no single characters, no empty words."""
    # Its dictionary takes a tenth of a second to load; most processes never cut a text into words.
    import rjieba  # noqa: PLC0415

    return [word for word in rjieba.cut(folded(text)) if _tells(word)]


def keywords(title: str, text: str, vocabulary: Vocabulary, *, most: int = MOST_KEYWORDS) -> list[Keyword]:
    """The words that tell most about an article, the weightiest first; the weights' squares add up to 1."""
    counts = Counter(words_of(text))
    for word in words_of(title):
        counts[word] += _IN_TITLE
    weighed = [
        Keyword(
            word,
            (1 + log(count))
            * vocabulary.rarity(word)
            * (_LONG_CHINESE if len(word) > FEWEST_LETTERS and not word.isascii() else 1.0),
        )
        for word, count in counts.items()
    ]
    chosen = sorted((one for one in weighed if one.weight), key=lambda one: (-one.weight, one.word))[:most]
    norm = sum(one.weight**2 for one in chosen) ** 0.5
    return [Keyword(word, weight / norm) for word, weight in chosen]


def key_of(word: str) -> int:
    """The key of a word in postings: a signed 32-bit number, the same on every machine."""
    return zlib.crc32(word.encode()) - (1 << 31)


def _tells(word: str) -> bool:
    if word in _EMPTY or not _HAS_LETTERS.search(word):
        return False
    return len(word) >= (FEWEST_LATIN if word.isascii() else FEWEST_LETTERS)
