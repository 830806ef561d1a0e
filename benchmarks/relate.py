"""How well copies, chains and kin are found, and how fast, on a labelled set made by editing real pages.

Run it with ``.venv/bin/python -m benchmarks.relate [pages folder] [articles in the large index]``. The pages are those of
``../shared/data/news`` (seen from the checkout) unless told otherwise: any folder with ``*/gold.jsonl`` of bodies and titles will do.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH

from benchmarks import machine, relate_chains, relate_index, relate_names, relate_subjects
from benchmarks import relate_edits as edits
from benchmarks.recorded import PAGES
from benchmarks.relate_edits import Base, Edited
from huomiao.core import likeness
from huomiao.newsdesk.pipeline.relate import copies
from huomiao.newsdesk.pipeline.relate.postings import MemoryPostings

# A piece shorter than this is a quote, not a copy.
SHORTEST_PIECE = 60
SHORTEST_PAGE = 150

Pairs = set[tuple[int, int]]


def bases(folder: Path) -> list[Base]:
    rows = [
        (path.parent.name, json.loads(line))
        for path in sorted(folder.glob("*/gold.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    rows = [(language, row) for language, row in rows if len(row["body"]) >= SHORTEST_PAGE]
    return [
        Base(at, row.get("title") or row["body"][:20], row["body"], f"{language}/{row['file']}")
        for at, (language, row) in enumerate(rows)
    ]


def labelled(pages: list[Base]) -> tuple[list[Edited], list[Edited]]:
    """The copies, and the lookalikes that are copies of something else or of nothing."""
    made, like = [], []
    for base in pages:
        others = [other for other in pages if other.number != base.number and edits.is_chinese(other.text) == edits.is_chinese(base.text)]  # fmt: skip
        made += [one for edit in edits.EDITS if (one := edit(base, others)) and len(one.text) >= SHORTEST_PIECE]
        like += [edit(base, others) for edit in edits.LOOKALIKES]
    return made, like


def ours(pages: list[Base], asked: list[Edited]) -> Pairs:
    prints = {base.number: copies.read(base.text) for base in pages}
    index = MemoryPostings()
    for number, one in prints.items():
        index.add(number, one.keys)

    def load(items: Iterable[int]) -> dict[int, Any]:
        return {item: prints[item] for item in items}

    return {
        (at, match.item)
        for at, one in enumerate(asked)
        for match in copies.find(copies.read(one.text), among=index, load=load)
    }


def jaccard(pages: list[Base], asked: list[Edited]) -> Pairs:
    """Every pair compared, and then the threshold that suits this very set best."""
    return _best(pages, asked, lambda mine, theirs: len(mine & theirs) / max(1, len(mine | theirs)))


def contained(pages: list[Base], asked: list[Edited]) -> Pairs:
    """Every pair compared, and then the threshold that suits this very set best."""
    return _best(pages, asked, likeness.containment)


def _best(pages: list[Base], asked: list[Edited], measure: Callable[[Any, Any], float]) -> Pairs:
    known = [(base.number, likeness.shingles(base.text)) for base in pages]
    alike: dict[tuple[int, int], float] = {}
    for at, one in enumerate(asked):
        mine = likeness.shingles(one.text)
        for number, theirs in known:
            value = measure(mine, theirs)
            if value >= 0.1:
                alike[at, number] = value
    true = {(at, base) for at, one in enumerate(asked) for base in one.bases}
    choices = [{pair for pair, value in alike.items() if value >= least / 20} for least in range(2, 19)]
    return max(choices, key=lambda found: 2 * len(found & true) / (len(found) + len(true)))


def minhash(pages: list[Base], asked: list[Edited]) -> Pairs:
    """datasketch as its documentation has it: 128 permutations, threshold 0.5, 4-grams."""

    def sketch(text: str) -> Any:
        one = MinHash(num_perm=128)
        one.update_batch([gram.encode() for gram in likeness.shingles(text)])
        return one

    index = MinHashLSH(threshold=0.5, num_perm=128)
    known = {base.number: sketch(base.text) for base in pages}
    for number, one in known.items():
        index.insert(number, one)
    found = set()
    for at, one in enumerate(asked):
        mine = sketch(one.text)
        found |= {(at, number) for number in index.query(mine) if mine.jaccard(known[number]) >= 0.5}
    return found


def banded(pages: list[Base], asked: list[Edited]) -> Pairs:
    """The project's own bands for declarations (42 of 3 rows), then exact containment of one half."""
    known: dict[int, set[int]] = defaultdict(set)
    for base in pages:
        for key in likeness.bands(likeness.signature(base.text)):
            known[key].add(base.number)
    grams = {base.number: likeness.shingles(base.text) for base in pages}
    found = set()
    for at, one in enumerate(asked):
        near = {number for key in likeness.bands(likeness.signature(one.text)) for number in known.get(key, ())}
        mine = likeness.shingles(one.text)
        found |= {(at, number) for number in near if likeness.containment(mine, grams[number]) >= 0.5}
    return found


METHODS: dict[str, Callable[[list[Base], list[Edited]], Pairs]] = {
    "ours": ours,
    "datasketch MinHashLSH 0.5": minhash,
    "42 bands, containment 0.5": banded,
    "all pairs, best Jaccard": jaccard,
    "all pairs, best containment": contained,
}


def near_duplicates(pages: list[Base]) -> None:
    made, like = labelled(pages)
    # What the site puts under everything stands under the pages of the index too.
    pages = [Base(base.number, base.title, f"{base.text}\n{edits.PROMOTION}") for base in pages]
    asked = made + like
    true = {(at, base) for at, one in enumerate(asked) for base in one.bases}
    print(f"\n{len(pages)} pages; {len(made)} copies and {len(like)} lookalikes; {len(true)} true pairs of {len(asked) * len(pages)}")  # fmt: skip
    found, seconds = {}, {}
    for name, method in METHODS.items():
        began = time.process_time()
        found[name] = method(pages, asked)
        seconds[name] = time.process_time() - began
    print(f"| {'method':<28} | precision | recall | F1    | seconds |")
    for name, pairs in found.items():
        precision, recall = len(pairs & true) / max(1, len(pairs)), len(pairs & true) / len(true)
        print(f"| {name:<28} | {precision:9.3f} | {recall:6.3f} | {2 * precision * recall / (precision + recall):.3f} | {seconds[name]:7.1f} |")  # fmt: skip
    names = list(METHODS)
    heads = " | ".join(f"{name.rpartition(', ')[2][:14]:<14}" for name in names)
    print(f"\n| {'recall by edit':<32} | pairs | {heads} |")
    for edit in dict.fromkeys(one.edit for one in asked):
        of_edit = {pair for pair in true if asked[pair[0]].edit == edit}
        if of_edit:
            print(f"| {edit:<32} | {len(of_edit):5} | " + " | ".join(f"{len(found[name] & of_edit) / len(of_edit):14.3f}" for name in names) + " |")  # fmt: skip
    print(f"\n| {'wrong pairs by edit':<32} | asked | {heads} |")
    for edit in dict.fromkeys(one.edit for one in asked):
        count = sum(one.edit == edit for one in asked)
        wrong = [sum(asked[at].edit == edit for at, _number in found[name] - true) for name in names]
        if any(wrong):
            print(f"| {edit:<32} | {count:5} | " + " | ".join(f"{number:14}" for number in wrong) + " |")


def main(folder: Path, articles: int) -> None:
    print(machine.facts(f"numpy {np.__version__}"))
    pages = bases(folder)
    if not pages:
        raise SystemExit(f"No */gold.jsonl below {folder}: name a folder of pages")
    near_duplicates(pages)
    relate_chains.measure(pages)
    relate_subjects.measure(pages)
    relate_names.measure([page for page in pages if edits.is_chinese(page.text)])
    relate_names.file(pages)
    relate_index.pairs(pages)
    relate_index.many(pages, articles)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGES, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
