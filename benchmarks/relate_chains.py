"""Reposts as they happen, played with the text of real pages: who took it from whom is known, the copies tell it in part.

A copy is taken from the original or from another copy, hours or minutes later, edited or not; it credits the house it took the
text from, or the original's, or nobody; its page gives the minute, the day, nothing, or its parent's time. Names are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks import relate_edits as edits
from benchmarks.relate_edits import Base
from huomiao.newsdesk.pipeline.relate import chains, copies, crediting, lead_ins, stories
from huomiao.newsdesk.pipeline.relate.chains import Chain, Copy, Link, Reason

# A house, and how others write it.
HOUSES = (
    ("远山通讯社", ("远山社", "远山通讯社")), ("江右日报", ("江右日报", "江右日报客户端")), ("河口新闻网", ("河新网", "河口新闻网")),
    ("晨光网", ("晨光网",)), ("北岭晚报", ("北岭晚报", "北岭晚报微信公众号")), ("东湾都市报", ("东湾都市报", "东湾都市报社")),
    ("每时快看", ("每时快看",)), ("南浦发布", ("南浦发布", "南浦发布微信公众号")), ("工友之声网", ("工友之声", "工友之声网")),
    ("新野青年报", ("新青报", "新野青年报")), ("沿江在线", ("沿江在线", "沿江在线网")), ("大田农村报", ("大田农村报",)),
    ("白鹭新闻客户端", ("白鹭新闻",)), ("九岭视听", ("九岭视听",)),
)  # fmt: skip
_NOON = datetime(2025, 5, 9, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Play:
    """The copies that are held, and from which each was taken: None for the original; ``missing`` are not held; all ``texts``."""

    copies: list[Copy]
    parents: dict[int, int | None]
    missing: set[int]
    texts: list[str]

    def is_right(self, link: Link) -> bool:
        """Whether the copy was taken from there; where that copy is not held, from its nearest source that is.

        Two copies of one source that is not held may be joined for that reason.
        """
        true = self.parents[link.key]
        unseen = []
        while true is not None and true in self.missing:
            unseen.append(true)
            true = self.parents[true]
        if link.parent == true:
            return True
        return link.parent is not None and self.parents[link.parent] in unseen


def play(base: Base, others: list[Base]) -> Play:
    dice = edits.chance(base, "chain")
    houses = dice.sample(HOUSES, dice.randrange(4, 10))
    begin = _NOON + timedelta(minutes=dice.randrange(60 * 24 * 300))
    name, written = houses[0]
    text = lead_ins.trim(base.text).text
    lead = f"{dice.choice(written)}河口5月9日电（记者 甲）" if dice.random() < 0.5 else "本报讯（记者 甲）"
    texts, titles, times = [lead + text], [base.title], [begin]
    sources: list[tuple[str, str]] = [(name if dice.random() < 0.6 else "", "")]
    parents: dict[int, int | None] = {0: None}
    for at in range(1, len(houses)):
        parent = 0 if dice.random() < 0.55 else dice.randrange(at)
        parents[at] = parent
        times.append(times[parent] + timedelta(minutes=max(3, dice.lognormvariate(5, 1.4))))
        texts.append(_edited(texts[parent], dice, base, others))
        titles.append(titles[parent] if dice.random() < 0.6 else f"{titles[parent][:10]}，{houses[at][0][:2]}关注")
        sources.append(_credit(dice, houses[parent][1], written))
    missing = {0} if dice.random() < 0.15 else set()
    held = [
        _copy(at, houses[at][0], texts[at], titles[at], sources[at], times[at], times[parents[at] or 0], dice)
        for at in range(len(houses))
        if at not in missing
    ]
    return Play(held, parents, missing, texts)


def _credit(dice: random.Random, parent: tuple[str, ...], original: tuple[str, ...]) -> tuple[str, str]:
    """The source and the reposted-from of a page."""
    throw = dice.random()
    if throw < 0.4:
        named = dice.choice(parent)
    elif throw < 0.7:
        named = dice.choice(original)
    else:
        return "", ""
    return (named, "") if dice.random() < 0.6 else ("", named)


def _edited(text: str, dice: random.Random, base: Base, others: list[Base]) -> str:
    throw = dice.random()
    if throw < 0.35:
        return text
    if throw < 0.55:
        pieces = edits.sentences(text)
        return "".join(pieces[: max(1, int(len(pieces) * dice.uniform(0.5, 0.9)))])
    if throw < 0.75:
        struck = dice.randrange(1, 4)
        pieces = edits.sentences(text)
        for _time in range(min(struck, len(pieces) - 2)):
            pieces.pop(dice.randrange(1, len(pieces)))
        return "".join(pieces)
    if throw < 0.9:
        pool = edits.words(dice.choice(others).text)
        return "".join(dice.choice(pool) if dice.random() < 1 / 60 else word for word in edits.words(text))
    return f"编者注：{edits.sentences(dice.choice(others).text)[0]}\n{text}"


def _copy(
    key: int,
    house: str,
    text: str,
    title: str,
    source: tuple[str, str],
    time: datetime,
    before: datetime,
    dice: random.Random,
) -> Copy:
    trimmed = lead_ins.trim(text)
    throw = dice.random()
    shown = before if dice.random() < 0.05 else time
    seen = time + timedelta(minutes=dice.randrange(5, 480))
    copy = Copy(key, copies.read(text), seen, house, title, *source, trimmed.credits)
    if throw < 0.8:
        return replace(copy, published_at=shown, published_to="minute")
    if throw < 0.95:
        return replace(copy, published_at=shown.replace(hour=0, minute=0), published_to="day")
    return copy


def by_time_alone(held: list[Copy]) -> Chain:
    """Everybody took it from the earliest."""
    ordered = sorted(held, key=lambda copy: copy.published_at or copy.seen_at)
    links = [Link(copy.key, ordered[0].key if at else None, Reason.LIKENESS, 1.0) for at, copy in enumerate(ordered)]
    return Chain(tuple(links))


def one_after_another(held: list[Copy]) -> Chain:
    """Everybody took it from the one before."""
    ordered = sorted(held, key=lambda copy: copy.published_at or copy.seen_at)
    links = [
        Link(copy.key, ordered[at - 1].key if at else None, Reason.LIKENESS, 1.0) for at, copy in enumerate(ordered)
    ]
    return Chain(tuple(links))


def by_names_alone(held: list[Copy]) -> Chain:
    """From the house that is credited if its copy is there, else from the earliest."""
    ordered = sorted(held, key=lambda copy: copy.published_at or copy.seen_at)
    links = []
    for at, copy in enumerate(ordered):
        named = [name for name in (copy.reposted_from, copy.source) if name]
        parent = next((other.key for other in ordered if other.key != copy.key and any(crediting.likely_same(name, other.outlet) for name in named)), ordered[0].key if at else None)  # fmt: skip
        links.append(Link(copy.key, parent, Reason.CREDITED, 1.0))
    return Chain(tuple(links))


WAYS: dict[str, Callable[[list[Copy]], Chain]] = {
    "ours": chains.trace,
    "credited house, else earliest": by_names_alone,
    "all from the earliest": by_time_alone,
    "one after another": one_after_another,
}


def with_roundups(plays: list[Play]) -> None:
    """Print how often two stories stay two when a page prints the earliest copies of both, one below the other."""
    apart = alone = 0
    couples = list(zip(plays[::2], plays[1::2], strict=False))
    for one, other in couples:
        second = [replace(copy, key=copy.key + 100) for copy in other.copies]
        both = one.copies + second
        latest = max(copy.seen_at for copy in both) + timedelta(hours=1)
        joined = "\n".join(play.texts[play.copies[0].key] for play in (one, other))
        roundup = Copy(200, copies.read(joined), latest, "每日汇总", published_at=latest, published_to="minute")
        found = [{link.key for link in chain.links} - {200} for chain in stories.chains_of([*both, roundup])]
        wanted = [{copy.key for copy in one.copies}, {copy.key for copy in second}]
        apart += all(each in found for each in wanted)
        mixed = [group for group in found if any(key < 100 for key in group) and any(key >= 100 for key in group)]
        alone += not mixed
    print(
        f"\n{len(couples)} couples of stories with a roundup of both: {alone / len(couples):.3f} never mixed, {apart / len(couples):.3f} each whole"
    )


def measure(pages: list[Base]) -> None:
    """Print how often the earliest copy and each copy's source are right, by way and by reason."""
    pages = [page for page in pages if len(page.text) >= 400 and edits.is_chinese(page.text)]
    plays = []
    for again in range(4):
        varied = [replace(page, title=f"{page.title}{'·' * again}") for page in pages]
        plays += [play(page, [other for other in pages if other.number != page.number]) for page in varied]
    links = sum(len(one.copies) for one in plays)
    print(f"\n{len(plays)} chains of {links} copies, {sum(bool(one.missing) for one in plays)} without their original")
    print(f"| {'way':<30} | earliest right | sources right | precision ≥ 0.5 | recall ≥ 0.5 |")
    by_reason: dict[Reason, list[tuple[bool, float]]] = {}
    for name, way in WAYS.items():
        firsts = right = sure = sure_right = taken = 0
        for one in plays:
            chain = way(one.copies)
            roots = {key for key, parent in one.parents.items() if key not in one.missing and (parent is None or parent in one.missing)}  # fmt: skip
            firsts += chain.first in roots
            for link in chain.links:
                is_right = one.is_right(link)
                right += is_right
                if name == "ours":
                    by_reason.setdefault(link.reason, []).append((is_right, link.confidence))
                if link.key not in roots:
                    taken += 1
                if link.parent is not None and link.confidence >= 0.5:
                    sure += 1
                    sure_right += is_right
        print(f"| {name:<30} | {firsts / len(plays):14.3f} | {right / links:13.3f} | {sure_right / max(1, sure):15.3f} | {sure_right / taken:12.3f} |")  # fmt: skip
    print(f"\n| {'reason (ours)':<30} | links | right | said to be sure |")
    for reason, found in by_reason.items():
        print(f"| {reason:<30} | {len(found):5} | {sum(is_right for is_right, _sure in found) / len(found):.3f} | {sum(sure for _right, sure in found) / len(found):15.3f} |")  # fmt: skip
    print(f"\n| {'said to be sure':<30} | links | right |")
    everything = [each for found in by_reason.values() for each in found]
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        found = [is_right for is_right, sure in everything if low <= sure < low + 0.2 + (low == 0.8)]
        if found:
            print(f"| {low:.1f} to {low + 0.2:.1f}{'':<20} | {len(found):5} | {sum(found) / len(found):.3f} |")
    with_roundups(plays)
