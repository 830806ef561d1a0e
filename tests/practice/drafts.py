"""Drafts of every kind for property tests: whatever texts people could keep."""

from __future__ import annotations

from hypothesis import strategies as st

from huomiao.practice.formats.draft import DraftQuestion

# Letters, digits and the punctuation of both worlds that formats use as marks; no full-width letters and digits, which reading
# makes half-width on purpose.
_CHARACTERS = "安全电压断开甲乙丙丁一二三ABxyz019 ，。；：、“”《》%&<>\"'=~#{}:\\/|*^$@!?-+_.,;[]±→°²μ"
_NO_RUNS = st.text(st.sampled_from(_CHARACTERS), min_size=1, max_size=24).map(lambda text: " ".join(text.split()))


def _plain(text: str) -> bool:
    return bool(text) and "__" not in text and "＿" not in text


texts = _NO_RUNS.filter(_plain)
words = st.text(st.sampled_from("安全电压断开甲乙丙丁abc123"), min_size=1, max_size=8)


def _unique(least: int, most: int):
    return st.lists(texts, min_size=least, max_size=most, unique_by=lambda text: "".join(text.split()))


@st.composite
def drafts(draw, kinds=("single", "multiple", "true_false", "fill", "ordering", "matching", "short")):
    kind = draw(st.sampled_from(kinds))
    stem = draw(texts)
    body, key = _MAKERS[kind](draw, stem)
    return DraftQuestion(
        kind=kind, body=body, key=key, code=f"Q{draw(st.integers(1, 10**6))}", explanation=draw(st.one_of(st.just(""), texts)),
        topic=tuple(draw(st.lists(words, max_size=3, unique=True))), difficulty=draw(st.integers(1, 5)),
    )  # fmt: skip


def _options(draw, least=2):
    return [{"text": text} for text in draw(_unique(least, 6))]


def _single(draw, stem):
    options = _options(draw)
    return {"stem": stem, "options": options}, {"right": [draw(st.integers(0, len(options) - 1))]}


def _multiple(draw, stem):
    options = _options(draw)
    right = draw(st.sets(st.integers(0, len(options) - 1), min_size=1))
    return {"stem": stem, "options": options}, {"right": sorted(right)}


def _true_false(draw, stem):
    return {"stem": stem}, {"right": draw(st.booleans())}


def _fill(draw, stem):
    count = draw(st.integers(1, 3))
    blanks = []
    for _number in range(count):
        has_number = draw(st.booleans())
        blanks.append(
            {
                "accept": draw(_unique(0 if has_number else 1, 3)),
                "number": float(draw(st.integers(-1000, 1000))) if has_number else None,
                "tolerance": draw(st.sampled_from([0.5, 2.0, 0.25])) if has_number else None,
                "unit": draw(st.sampled_from(["", "mm", "V"])) if has_number else "",
            }
        )
    text = stem + "".join(f" ____ {number}" for number in range(count))
    return {"stem": text, "blanks": count}, {"blanks": blanks, "any_order": draw(st.booleans()) and count > 1}


def _ordering(draw, stem):
    items = _options(draw)
    return {"stem": stem, "items": items}, {"order": draw(st.permutations(range(len(items))))}


def _matching(draw, stem):
    left, right = _options(draw), _options(draw)
    pairs = [draw(st.integers(0, len(right) - 1)) for _side in left]
    return {"stem": stem, "left": left, "right": right}, {"pairs": pairs}


def _short(draw, stem):
    points = [{"text": text, "points": draw(st.sampled_from([1, 2, 0.5]))} for text in draw(_unique(0, 2))]
    return {"stem": stem, "max_chars": draw(st.integers(1, 5000))}, {"reference": draw(texts), "points": points}


_MAKERS = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "fill": _fill,
    "ordering": _ordering,
    "matching": _matching,
    "short": _short,
}
