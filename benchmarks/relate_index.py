"""The index of prints at its largest: memory, time to enter an article, time to ask; and pairs of prints compared a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np

from benchmarks import relate_edits as edits
from benchmarks.relate_edits import Base
from huomiao.core import likeness
from huomiao.newsdesk.pipeline.relate import copies, overlaps, prints
from huomiao.newsdesk.pipeline.relate.postings import MemoryPostings

# One anchor in fifty is one of a few thousand that many articles have: statements, turns of phrase.
COMMON = 0.02
COMMON_KEYS = 5_000
ASKED = 2_000


def resident() -> float:
    """The memory of this process in MB."""
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - no file, a reading of the kernel
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def many(pages: list[Base], articles: int) -> None:
    """Print what an index of so many articles costs; their anchors are drawn, as many each as the pages have."""
    sizes = [len(prints.keys_of(copies.read(page.text).signature)) for page in pages]
    dice = np.random.default_rng(1269)
    common = dice.integers(-(2**31), 2**31, COMMON_KEYS)
    index = MemoryPostings()
    before = resident()
    began = time.process_time()
    counts = dice.choice(sizes, articles)
    kept = []
    for item in range(articles):
        keys = dice.integers(-(2**31), 2**31, counts[item])
        replaced = dice.random(keys.size) < COMMON
        keys[replaced] = dice.choice(common, int(replaced.sum()))
        index.add(item, keys.tolist())
        if item % (articles // ASKED) == 0:
            kept.append((item, keys.tolist()))
    index.sharing([0], at_least=1, most=1)
    entering = time.process_time() - began
    print(f"\n{articles:,} articles of {np.mean(counts):.0f} anchors: {index.bytes / 1024**2:,.0f} MB of arrays, {resident() - before:,.0f} MB resident, entered in {entering:.0f} s ({articles / entering:,.0f} a second, drawing them included)")  # fmt: skip
    took, found = [], 0
    for item, keys in kept:
        # A copy with a third of the text.
        asked = keys[: len(keys) // 3]
        began = time.process_time()
        answer = index.sharing(asked, at_least=2, most=60)
        took.append((time.process_time() - began) * 1000)
        found += bool(answer) and answer[0].item == item
    took.sort()
    print(f"asked for a third of an article's anchors, {len(took)} times: median {took[len(took) // 2]:.2f} ms, 99 in 100 under {took[int(len(took) * 0.99)]:.2f} ms; the article was first {found / len(kept):.3f} of the time")  # fmt: skip


def _each_second(work: Callable[[], int], *, least: float = 1.0) -> float:
    began = time.process_time()
    done = 0
    while time.process_time() - began < least:
        done += work()
    return done / (time.process_time() - began)


def pairs(pages: list[Base]) -> None:
    """Print how many texts are read and pairs are compared a second."""
    pages = [page for page in pages if edits.is_chinese(page.text)][:60]
    texts = [page.text for page in pages]
    known = [copies.read(text) for text in texts]
    shingled = [likeness.shingles(text) for text in texts]
    letters = sum(one.letters for one in known) / len(known)

    def all_pairs(compare: Callable[[int, int], object]) -> Callable[[], int]:
        def work() -> int:
            for one in range(len(texts)):
                for other in range(len(texts)):
                    compare(one, other)
            return len(texts) ** 2

        return work

    print(f"\n| {f'a second, texts of {letters:.0f} letters':<52} | {'':>9} |")
    rows = (
        ("texts read into prints", lambda: len([copies.read(text) for text in texts])),
        ("texts read into MinHash (datasketch, 128)", lambda: len([likeness.signature(text) for text in texts[:10]])),
        ("pairs of prints compared letter by letter", all_pairs(lambda one, other: overlaps.between(known[one], known[other]))),
        ("pairs of shingle sets compared (plain Jaccard)", all_pairs(lambda one, other: len(shingled[one] & shingled[other]))),
    )  # fmt: skip
    for name, work in rows:
        print(f"| {name:<52} | {_each_second(work):9,.0f} |")
