"""What else speaks of the same: articles that share rare words with this one, those of about the same time first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import NamedTuple

from huomiao.newsdesk.pipeline.relate import words
from huomiao.newsdesk.pipeline.relate.postings import Postings
from huomiao.newsdesk.pipeline.relate.words import Keyword

# One word in common is chance.
FEWEST_SHARED = 2
MOST_WEIGHED = 300
# Below this two articles share words but no subject.
LEAST = 0.02
# An article of long ago on the same subject still counts so much; the rest fades by this many days.
_TIMELESS = 0.5
_FADING_DAYS = 120


@dataclass(frozen=True, slots=True)
class Subject:
    """What an article is about: its ``keywords``, and when it was published. ``story`` is one number for all copies of a text."""

    keywords: tuple[Keyword, ...]
    published_at: datetime | None = None
    story: int | None = None

    @property
    def keys(self) -> list[int]:
        """The keys by which it is found in postings."""
        return [words.key_of(word) for word, _weight in self.keywords]


class Related(NamedTuple):
    """An article on the same subject: ``score`` 0.0 to 1.0, and the words in common, the weightiest first."""

    item: int
    score: float
    shared: tuple[Keyword, ...]


Load = Callable[[Sequence[int]], Mapping[int, Subject]]


def find(
    subject: Subject, *, among: Postings, load: Load, besides: Collection[int] = (), most: int = 10
) -> list[Related]:
    """The articles most related to ``subject``, best first; of the copies of one text only one.

    ``besides`` are left out: the article itself and its own copies. ``load`` gives the subjects of articles by number.
    """
    sharing = among.sharing(subject.keys, at_least=FEWEST_SHARED, most=MOST_WEIGHED)
    known = load([one.item for one in sharing if one.item not in besides])
    scored = [_related(subject, other, item) for item, other in known.items()]
    scored.sort(key=lambda one: (-one.score, one.item))
    found: list[Related] = []
    stories: set[int] = set() if subject.story is None else {subject.story}
    for one in scored:
        story = known[one.item].story
        if one.score < LEAST or len(found) == most:
            break
        if story is None or story not in stories:
            found.append(one)
            stories.update(() if story is None else (story,))
    return found


def nearness(one: datetime | None, other: datetime | None) -> float:
    """What the time between two articles leaves of their likeness; half where a time is not known."""
    if one is None or other is None:
        return _TIMELESS
    days = abs((one - other).total_seconds()) / 86_400
    return _TIMELESS + (1 - _TIMELESS) * exp(-days / _FADING_DAYS)


def _related(subject: Subject, other: Subject, item: int) -> Related:
    theirs = dict(other.keywords)
    shared = [Keyword(word, weight * theirs[word]) for word, weight in subject.keywords if word in theirs]
    shared.sort(key=lambda one: (-one.weight, one.word))
    likeness = sum(one.weight for one in shared)
    return Related(item, likeness * nearness(subject.published_at, other.published_at), tuple(shared))
