"""How well and how quickly articles are found on pages of news, ours beside the public extractors in the same run.

Run it with ``python -m benchmarks.extraction [folder] [name …]`` from an environment that has the peers (``uv sync --group peers``; those
that are missing are left out). The folder holds ``zh`` and ``en`` with pages and a ``gold.jsonl`` each. Scores:

- body: precision and recall of multisets of 4-grams (of characters where the gold is Chinese, else of words), averaged over pages,
  and the F1 of the two averages;
- title: equal but for white space and the kind of quotes; day and minute: equal, the minute where the gold has one;
- source, repost: the gold's stands in what was found; authors: all of the gold's are found;
- images: the share of the gold's addresses that were found;
- pages a second: of processor time in one process, after a first round over all pages: the median of three rounds, in each of which every
  extractor goes over all pages.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin

from benchmarks import machine
from benchmarks.extraction_peers import Answer, Peer, installed
from benchmarks.recorded import PAGES
from huomiao.newsdesk.pipeline.charset import decoded

COLUMNS = ("body P", "R", "F1", "title", "day", "minute", "source", "repost", "authors", "images", "pages/s")
ROUNDS = 3
_HAN = re.compile("[\u4e00-\u9fff]")
_QUOTES = str.maketrans("“”„‟″＂「」『』‘’‚′＇`", '""""""""""\'\'\'\'\'\'')


def pages(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "gold.jsonl").read_text().splitlines()
    golds = [json.loads(line) for line in lines]
    for gold in golds:
        gold["content"] = (folder / gold["file"]).read_bytes()
        gold["text"] = decoded(gold["content"]).text
        gold["address"] = gold["url"] or "http://example.test/a/b.html"
    return golds


def grams(text: str, *, is_chinese: bool) -> Counter[Any]:
    units: Any = re.sub(r"\s+", "", text) if is_chinese else re.findall(r"\w+", text.lower())
    made = [tuple(units[at : at + 4]) for at in range(max(len(units) - 3, 1))] if units else []
    return Counter(made)


def body_score(found: str, gold: str) -> tuple[float, float]:
    plain = re.sub(r"\s", "", gold)
    is_chinese = len(_HAN.findall(plain)) > 0.3 * max(1, len(plain))
    ours, theirs = grams(found, is_chinese=is_chinese), grams(gold, is_chinese=is_chinese)
    if not ours or not theirs:
        return (0.0, 0.0)
    common = (ours & theirs).total()
    return common / ours.total(), common / theirs.total()


def title_of(text: str) -> str:
    return re.sub(r"\s+", "", text).translate(_QUOTES)


def address_of(written: str, base: str) -> str:
    try:
        return re.sub(r"^https?:", "", urljoin(base, written.strip()))
    except ValueError:
        return written


def field_scores(answer: Answer, gold: dict[str, Any]) -> dict[str, float]:
    """A score of 0 to 1 for each field that the gold has."""
    scores: dict[str, float] = {"title": float(title_of(answer.title) == title_of(gold["title"]))}
    if gold["time"]:
        found = re.sub(r"[^\d: -]", " ", answer.time.replace("T", " "))
        scores["day"] = float(found[:10] == gold["time"][:10])
        if len(gold["time"]) > 10:
            scores["minute"] = float(found[:16] == gold["time"][:16])
    for name in ("source", "repost"):
        if gold[name]:
            scores[name] = float(title_of(gold[name]) in title_of(getattr(answer, name)))
    if gold["authors"]:
        scores["authors"] = float(all(any(name in one for one in answer.authors) for name in gold["authors"]))
    if gold["images"]:
        wanted = {address_of(one, gold["address"]) for one in gold["images"]}
        scores["images"] = len(wanted & {address_of(one, gold["address"]) for one in answer.images}) / len(wanted)
    return scores


def scores(peer: Peer, golds: list[dict[str, Any]], language: str) -> list[str]:
    """The scores of one extractor, a cell a column."""
    totals: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for gold in golds:
        answer = run(peer, gold, language)
        precision, recall = body_score(answer.text, gold["body"])
        totals.update({"P": precision, "R": recall})
        for name, score in field_scores(answer, gold).items() if "title" in gold else ():
            totals[name] += score
            counts[name] += 1
    precision, recall = totals["P"] / len(golds), totals["R"] / len(golds)
    offered = peer.fields | ({"day", "minute"} if "time" in peer.fields else set())
    cells = [f"{precision:.3f}", f"{recall:.3f}", f"{2 * precision * recall / max(precision + recall, 1e-9):.3f}"]
    return cells + [
        f"{totals[name] / counts[name]:.2f}" if name in offered and counts[name] else "" for name in COLUMNS[3:-1]
    ]


def speeds(peers: list[Peer], golds: list[dict[str, Any]], language: str) -> list[float]:
    """Pages a second of each extractor: each goes over all pages, as a crawler does with one of them, and they take turns.

    The median of the rounds, so that what else the machine does hits all of them and decides for none.
    """
    # What the libraries hold for themselves would make every collection of garbage slower for all.
    gc.collect()
    gc.freeze()
    rates: list[list[float]] = [[] for _peer in peers]
    for _round in range(ROUNDS):
        for at, peer in enumerate(peers):
            began = time.process_time()
            for gold in golds:
                run(peer, gold, language)
            rates[at].append(len(golds) / (time.process_time() - began))
    return [median(each) for each in rates]


def run(peer: Peer, gold: dict[str, Any], language: str) -> Answer:
    try:
        return peer.run(gold["content"], gold["text"], gold["address"], language)
    except Exception:  # noqa: BLE001  # a page that one of them cannot read counts as nothing found
        return Answer()


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else PAGES
    if not folder.is_dir():
        sys.exit(f"There are no pages in {folder}: give the folder that holds zh and en.")
    logging.disable(logging.CRITICAL)
    peers, missing = installed()
    if arguments[1:]:
        peers = [peer for peer in peers if peer.name in arguments[1:]]
    print(machine.facts())
    if missing:
        print(f"Not installed: {', '.join(missing)}")
    for language in ("zh", "en"):
        golds = pages(folder / language)
        size = sum(len(gold["content"]) for gold in golds) / len(golds) / 1024
        print(f"\n{language}: {len(golds)} pages, {size:.0f} kB each")
        print(f"| {'':16} | {' | '.join(f'{name:>7}' for name in COLUMNS)} |")
        print(f"|{'-' * 18}|{'|'.join('-' * 9 for _name in COLUMNS)}|")
        rows = [scores(peer, golds, language) for peer in peers]
        for peer, cells, speed in zip(peers, rows, speeds(peers, golds, language), strict=True):
            row = " | ".join(f"{cell:>7}" for cell in [*cells, f"{speed:.1f}"])
            print(f"| {peer.name:16} | {row} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
