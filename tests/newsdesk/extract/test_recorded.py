"""Recorded pages of real sites: the scores may not drop. The pages are not part of the project, see benchmarks/extraction.py."""

from __future__ import annotations

from collections import defaultdict

import pytest

from benchmarks import extraction
from benchmarks.extraction_peers import ours
from benchmarks.recorded import PAGES

# A little below what was measured, so that a change of one page does not fail and a change for the worse does.
LEAST = {
    "zh": {"body": 0.985, "title": 0.97, "day": 0.98, "minute": 0.95, "source": 0.92, "repost": 0.95, "images": 0.95},
    "en": {"body": 0.965},
}


@pytest.mark.parametrize("language", LEAST)
def test_scores_on_recorded_pages_do_not_drop(language):
    folder = PAGES / language
    if not folder.is_dir():
        pytest.skip(f"the recorded pages are not at {folder}")
    scores: dict[str, list[float]] = defaultdict(list)
    peer = ours()
    for gold in extraction.pages(folder):
        answer = peer.run(gold["content"], gold["text"], gold["address"], language)
        precision, recall = extraction.body_score(answer.text, gold["body"])
        scores["P"].append(precision)
        scores["R"].append(recall)
        for name, score in extraction.field_scores(answer, gold).items() if "title" in gold else ():
            scores[name].append(score)

    means = {name: sum(values) / len(values) for name, values in scores.items()}
    means["body"] = 2 * means["P"] * means["R"] / (means["P"] + means["R"])

    assert {name: means[name] for name, least in LEAST[language].items() if means[name] < least} == {}
