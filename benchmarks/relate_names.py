"""Names of a large platform looked for in real articles, and articles filed by the classifier."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

from benchmarks.relate_edits import Base
from benchmarks.relate_shelves import SHELVES
from huomiao.newsdesk.pipeline.classify import examples, training
from huomiao.newsdesk.pipeline.names import Gazetteer, Kind, Name

NAMES = 100_000
# One sentence in five names something of the platform.
PLANTED = 0.2
_SYLLABLES = "江河南东北大明新华建设机电铁航空程制造钢化学药业农林牧渔科技创发展心第一二三四五车间山水云石"


def names() -> list[Name]:
    """A province ten times as large as any: unions, units, innovations, studios and competitions of invented names."""
    dice = random.Random(1269)

    def word(length: int) -> str:
        return "".join(dice.choice(_SYLLABLES) for _letter in range(length))

    cities = [f"{word(2)}市" for _city in range(330)]
    made: list[tuple[Kind, str, tuple[str, ...]]] = [
        (Kind.UNION, f"{city}总工会", ("江右省总工会",)) for city in cities
    ]
    made += [
        (Kind.UNION, f"{word(2)}{dice.choice('县区')}总工会", (f"{dice.choice(cities)}总工会",))
        for _county in range(2_800)
    ]
    made += [
        (Kind.COMPETITION, f"{dice.randrange(2005, 2026)}年“{word(2)}杯”{word(2)}行业职业技能竞赛", ())
        for _year in range(870)
    ]
    while len(made) < 60_000:
        body = dice.choice(("集团有限公司", "有限责任公司", "厂", "股份有限公司工会委员会"))
        made.append((Kind.UNIT, f"{dice.choice(('江右', '江右省', ''))}{word(4)}{body}", (dice.choice(cities),)))
    while len(made) < 85_000:
        made.append((Kind.INNOVATION, f"一种{word(8)}装置", ()))
    while len(made) < NAMES:
        made.append((Kind.STUDIO, f"{word(3)}劳模创新工作室", ()))
    return [Name(kind, key, name, within=within) for key, (kind, name, within) in enumerate(made)]


def planted(text: str, known: list[Name], dice: random.Random) -> tuple[str, list[tuple[int, Name]]]:
    """The text with names put behind some of its sentences, and where."""
    pieces, where, at = [], [], 0
    for piece in re.split(r"(?<=。)", text):
        pieces.append(piece)
        at += len(piece)
        if dice.random() < PLANTED:
            name = dice.choice(known)
            where.append((at + 2, name))
            pieces.append(f"昨日{name.name}；")
            at += len(name.name) + 3
    return "".join(pieces), where


def by_one_expression(known: list[Name]) -> Callable[[str], list[tuple[int, int]]]:
    """The plain way: all full names in one regular expression, the longest first."""
    pattern = re.compile(
        "|".join(re.escape(name) for name in sorted({one.name for one in known}, key=len, reverse=True))
    )
    return lambda text: [found.span() for found in pattern.finditer(text)]


def measure(pages: list[Base]) -> None:
    """Print how quickly and how surely planted names are found."""
    known = names()
    began = time.process_time()
    gazetteer = Gazetteer(known)
    print(
        f"\ngazetteer of {len(known):,} names, {len(gazetteer):,} ways of writing them: made in {time.process_time() - began:.1f} s"
    )
    dice = random.Random(41)
    took, found, true, right = [], 0, 0, 0
    for page in pages:
        text, where = planted(page.text, known, dice)
        began = time.process_time()
        mentions = gazetteer.find(text)
        took.append((time.process_time() - began) * 1000)
        keys = {(one.start, one.candidates[0].key) for one in mentions}
        # Names are drawn, so some are drawn twice: either is right.
        spans = {one.start: [known[candidate.key].name for candidate in one.candidates] for one in mentions}
        right += sum((at, name.key) in keys or name.name in spans.get(at, ()) for at, name in where)
        true += len(where)
        found += len(mentions)
    took.sort()
    print(
        f"{true} names planted in {len(pages)} articles: {found} mentions found, precision {right / found:.3f}, recall {right / true:.3f}"
    )
    print(
        f"an article: median {took[len(took) // 2]:.2f} ms, 95 in 100 under {took[int(len(took) * 0.95)]:.2f} ms, the slowest {took[-1]:.1f} ms"
    )
    few = known[:: NAMES // 2_000]
    plain = by_one_expression(few)
    began = time.perf_counter()
    for page in pages[:10]:
        plain(page.text)
    print(
        f"baseline, one regular expression of {len(few):,} of the names: {(time.perf_counter() - began) * 100:.1f} ms an article"
    )


def file(pages: list[Base]) -> None:
    """Print how the classifier does on examples that it has not seen, and how fast it is."""
    taught = examples.standard()
    began = time.process_time()
    model = training.train(taught)
    trained = time.process_time() - began
    found = training.cross_validate(taught)
    began = time.process_time()
    for page in pages:
        model.guess(page.title, page.text)
    each = (time.process_time() - began) / len(pages)
    print(f"\nclassifier of {len(model.categories)} categories from {len(taught)} examples: trained in {trained:.2f} s, {len(model.dumps()) / 1024:.0f} kB, {each * 1000:.2f} ms an article")  # fmt: skip
    print(f"cross-validated: {found.accuracy:.3f} of first guesses right; answers {found.answered:.3f}, {found.right:.3f} of them right; calibration error {found.error:.3f} (guessing one category: {1 / len(model.categories):.3f})")  # fmt: skip
    shelved = [(SHELVES[page.page], model.guess(page.title, page.text)) for page in pages if page.page in SHELVES]
    if shelved:
        real = training.measured([(guess.ranking[0][0] in shelves, bool(guess.category), guess.confidence) for shelves, guess in shelved])  # fmt: skip
        print(f"{len(shelved)} real pages shelved by a reader: {real.accuracy:.3f} of first guesses right; answers {real.answered:.3f}, {real.right:.3f} of them right; calibration error {real.error:.3f}")  # fmt: skip
