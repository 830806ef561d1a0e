"""Finds the platform's names in articles and suggests them to the editors."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from huomiao.newsdesk import subjects
from huomiao.newsdesk.models import Article, Mention
from huomiao.newsdesk.pipeline.names import Gazetteer, Kind, Name
from huomiao.newsdesk.states import MentionState
from huomiao.newsdesk.subjects import Named

# Building the gazetteer takes seconds for a province, and names change by the day: it is built anew this often.
KEEP_SECONDS = 600
# What is less sure than this is not worth an editor's look.
LEAST_SURENESS = 0.5


@dataclass(frozen=True)
class Known:
    """The gazetteer, and what each of its numbers means: the model's label and the thing."""

    gazetteer: Gazetteer
    meanings: list[tuple[str, Named]]


def known() -> Known:
    """All names that are looked for, built once and kept for a while in this process."""
    return _built(int(time.monotonic() // KEEP_SECONDS))


@lru_cache(maxsize=1)
def _built(_turn: int) -> Known:
    meanings = list(subjects.everything())
    names = [
        Name(Kind(named.kind.value), number, named.name, named.others, named.within)
        for number, (_label, named) in enumerate(meanings)
    ]
    return Known(Gazetteer(names), meanings)


def suggest(article: Article) -> int:
    """Look for names in ``article`` (with ``current``) and write down what is new; returns how many.

    What an editor confirmed or struck stays as it is; suggestions that the text no longer bears out go.
    """
    if article.current is None:
        return 0
    names = known()
    best: dict[tuple[str, str], Mention] = {}
    for found in names.gazetteer.find(article.current.text, context=f"{article.title} {article.source_name}"):
        likeliest = found.candidates[0]
        label, named = names.meanings[likeliest.key]
        key = (label, named.key)
        if likeliest.confidence < LEAST_SURENESS or (key in best and best[key].sureness >= likeliest.confidence):
            continue
        best[key] = Mention(
            article=article,
            kind=named.kind,
            subject_type=label,
            subject_id=named.key,
            name=named.name[:200],
            start=found.start,
            end=found.end,
            sureness=likeliest.confidence,
        )
    article.mentions.filter(state=MentionState.SUGGESTED).delete()
    decided = set(article.mentions.values_list("subject_type", "subject_id"))
    fresh = [mention for key, mention in best.items() if key not in decided]
    Mention.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
