"""Whether articles on one subject find each other: every page is parted in two, and each half looks for its other half."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from math import log

from benchmarks import relate_edits as edits
from benchmarks.relate_edits import Base
from huomiao.newsdesk.pipeline.relate import related, words
from huomiao.newsdesk.pipeline.relate.postings import COMMONEST_WORD, MemoryPostings
from huomiao.newsdesk.pipeline.relate.related import Subject
from huomiao.newsdesk.pipeline.relate.words import Vocabulary

# Where the other half stands in each half's list of ten; 0 when it is not there.
Ranks = list[int]


def halves(pages: list[Base]) -> list[str]:
    """Two texts a page that have no sentence in common: its odd and its even sentences."""
    parted = [edits.sentences(page.text) for page in pages]
    return ["".join(pieces[side::2]) for pieces in parted for side in (0, 1)]


def by_rare_words(texts: list[str]) -> Ranks:
    vocabulary = Vocabulary()
    for text in texts:
        vocabulary.add(words.words_of(text))
    subjects = [Subject(tuple(words.keywords("", text, vocabulary))) for text in texts]
    index = MemoryPostings(commonest=COMMONEST_WORD)
    for number, subject in enumerate(subjects):
        index.add(number, subject.keys)
    ranks = []
    for number, subject in enumerate(subjects):
        found = related.find(
            subject, among=index, load=lambda items: {item: subjects[item] for item in items}, besides={number}
        )
        ranks.append(next((rank for rank, one in enumerate(found, 1) if one.item == number ^ 1), 0))
    return ranks


def by_bigrams(texts: list[str]) -> Ranks:
    """The plain way: tf-idf of all pairs of characters, cosine with every other text."""
    counts = [Counter(text[at : at + 2] for at in range(len(text) - 1)) for text in texts]
    documents = Counter(gram for one in counts for gram in one)
    vectors = []
    for one in counts:
        vector = {gram: (1 + log(count)) * log(len(texts) / documents[gram]) for gram, count in one.items()}
        norm = sum(weight**2 for weight in vector.values()) ** 0.5 or 1.0
        vectors.append({gram: weight / norm for gram, weight in vector.items()})
    ranks = []
    for number, vector in enumerate(vectors):
        scores = [(sum(weight * other.get(gram, 0.0) for gram, weight in vector.items()), at) for at, other in enumerate(vectors) if at != number]  # fmt: skip
        best = [at for _score, at in sorted(scores, reverse=True)[:10]]
        ranks.append(best.index(number ^ 1) + 1 if number ^ 1 in best else 0)
    return ranks


WAYS: dict[str, Callable[[list[str]], Ranks]] = {
    "ours: 32 rare words, index": by_rare_words,
    "all pairs, character pairs": by_bigrams,
}


def measure(pages: list[Base]) -> None:
    texts = halves([page for page in pages if edits.is_chinese(page.text)])
    print(f"\n{len(texts)} half articles look for their other halves")
    print(f"| {'way':<30} | first  | in ten | seconds |")
    for name, way in WAYS.items():
        began = time.process_time()
        ranks = way(texts)
        took = time.process_time() - began
        print(f"| {name:<30} | {ranks.count(1) / len(ranks):.3f}  | {sum(rank > 0 for rank in ranks) / len(ranks):.3f}  | {took:7.2f} |")  # fmt: skip
