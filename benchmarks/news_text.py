"""Articles that nobody wrote, always the same: for measuring what many articles cost.

Words follow Zipf and Mandelbrot's law as real text does (the first ones are the real little words of Chinese), an article
has a topic whose words come again and again, its length is lognormal, and sources and days are as uneven as a crawl's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from huomiao.newsdesk.pipeline.search.documents import CHINA, Document

LITTLE = list("的了在是和与及等也都为有对从将以中上下不人年月日大")
KNOWN = [
    "工会",
    "职工",
    "创新",
    "竞赛",
    "劳动",
    "技能",
    "安全",
    "生产",
    "企业",
    "发展",
    "工作",
    "服务",
    "建设",
    "技术",
    "培训",
    "活动",
    "项目",
    "社区",
    "服务",
    "经济",
    "科技",
    "教育",
    "学校",
    "医院",
    "交通",
    "农业",
    "乡村",
    "环境",
    "文化",
    "体育",
    "比赛",
    "球队",
    "记者",
    "报道",
    "会议",
    "领导",
    "干部",
    "群众",
    "改革",
    "政策",
    "市场",
    "消费",
    "旅游",
    "天气",
    "城市",
    "铁路",
    "桥梁",
    "电力",
    "钢铁",
    "焊接",
    "机器人",
    "总工会",
    "劳动模范",
    "技术工人",
    "先进制造业",
    "人工智能",
    "新能源",
    "数字化",
    "供应链",
    "产业工人",
    "职业技能",
    "工匠精神",
    "创新工作室",
    "合理化建议",
    "安全生产月",
]
ENGLISH = [
    "workers",
    "innovation",
    "contest",
    "union",
    "factory",
    "safety",
    "energy",
    "market",
    "travel",
    "science",
    "school",
    "river",
    "bridge",
    "steel",
    "robot",
]
CATEGORIES = [
    "国内",
    "国际",
    "社会",
    "经济",
    "科技",
    "教育",
    "体育",
    "文化",
    "健康",
    "汽车",
    "房产",
    "旅游",
    "军事",
    "本地",
]
VOCABULARY = 60_000
TOPICS = 2_000
TOPIC_WORDS = 40
SOURCES = 300
YEARS = 10
LAST = datetime(2026, 6, 30, tzinfo=CHINA)
_BATCH = 500
_SEED = 1269


def characters() -> list[str]:
    """The 3,755 characters that the national standard calls common."""
    return [
        bytes((high, low)).decode("gb2312")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
        if (high, low) < (0xD7, 0xFA)
    ]


class Press:
    """Makes articles by their numbers, 1 and up."""

    def __init__(self) -> None:
        rng = np.random.default_rng(_SEED)
        common = np.array(characters())
        rng.shuffle(common)
        of_characters = _zipf(len(common), 20.0)
        made: dict[str, None] = dict.fromkeys([*LITTLE, *KNOWN, *ENGLISH])
        while len(made) < VOCABULARY:
            lengths = rng.choice([2, 3, 4], size=10_000, p=[0.75, 0.17, 0.08])
            drawn = common[_draw(rng, of_characters, 40_000)].reshape(10_000, 4)
            made.update(dict.fromkeys("".join(row[:length]) for row, length in zip(drawn, lengths, strict=True)))
        self.words = np.array(list(made)[:VOCABULARY])
        self._of_words = _zipf(VOCABULARY, 2.7)
        self._of_sources = _zipf(SOURCES, 3.0)
        self._of_categories = _zipf(len(CATEGORIES), 2.0)
        # Topics are made of words that are neither everywhere nor nearly nowhere.
        self.topics = rng.integers(len(LITTLE), 20_000, size=(TOPICS, TOPIC_WORDS))

    def articles(self, first: int, last: int) -> Iterator[Document]:
        """The articles with the numbers from ``first`` up to ``last``; both on the edge of a batch or not."""
        for batch in range((first - 1) // _BATCH, (last - 1) // _BATCH + 1):
            for document in self._batch(batch):
                if first <= document.id <= last:
                    yield document

    def _batch(self, batch: int) -> list[Document]:
        rng = np.random.default_rng((_SEED, batch))
        counts = np.clip(rng.lognormal(5.8, 0.6, _BATCH), 40, 4000).astype(int)
        topics = rng.integers(TOPICS, size=_BATCH)
        days = rng.random(_BATCH) ** 0.6 * YEARS * 365
        minutes = rng.integers(24 * 60, size=_BATCH)
        sources = _draw(rng, self._of_sources, _BATCH)
        categories = _draw(rng, self._of_categories, _BATCH)
        found = []
        for at in range(_BATCH):
            text = self._text(rng, topics[at], counts[at])
            title = "".join(self.words[rng.choice(self.topics[topics[at]], 6)])
            told_at = LAST - timedelta(days=int(YEARS * 365 - days[at]), minutes=int(minutes[at]))
            number = int(sources[at])
            found.append(
                Document(
                    id=batch * _BATCH + at + 1,
                    title=title,
                    text=text,
                    first_seen_at=told_at,
                    published_at=told_at,
                    source=f"{self.words[2000 + number]}{('日报', '网', '晚报', '在线')[number % 4]}",
                    site=f"n{number}.example.cn",
                    category=CATEGORIES[int(categories[at])],
                    authors=(str(self.words[3000 + at % 200]),),
                    language="zh",
                )
            )
        return found

    def _text(self, rng: np.random.Generator, topic: int, count: int) -> str:
        chosen = _draw(rng, self._of_words, count)
        of_topic = rng.random(count) < 0.2
        chosen[of_topic] = rng.choice(self.topics[topic], int(of_topic.sum()))
        words = self.words[chosen]
        stops = np.full(count, "", dtype="<U2")
        places = np.cumsum(rng.integers(4, 12, size=count // 6 + 1))
        places = places[places < count]
        stops[places] = "，"
        stops[places[2::3]] = "。"
        stops[places[14::15]] = "。\n"
        return "".join(np.char.add(words, stops)) + "。"


def _zipf(size: int, shift: float) -> np.ndarray:
    """Cumulated shares of ranks 1 to ``size``."""
    shares = 1.0 / (np.arange(1, size + 1) + shift)
    return np.cumsum(shares / shares.sum())


def _draw(rng: np.random.Generator, cumulated: np.ndarray, count: int) -> np.ndarray:
    return np.minimum(np.searchsorted(cumulated, rng.random(count)), len(cumulated) - 1)
