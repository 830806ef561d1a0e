"""How a text is cut for the index, and a query for finding it again.

Chinese is indexed by overlapping pairs of characters, each at its own position, and the last character of a run once
more by itself: any stretch of two or more characters is then a phrase of pairs, however a dictionary would have cut it.
What a reader types is cut into words by the dictionary, and each word is looked for as such a phrase. Other scripts are
indexed by words, in lower case and without a plural's s.

Quotation marks, the dot inside names and spaces between Chinese characters are passed over (``“五小”创新`` is found by
``五小创新``); other punctuation and the end of a line part runs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from operator import add

import rjieba

from huomiao.newsdesk.pipeline.search.simplified import simplified

# The commonest first: a pattern tries them in this order.
PAIRED = (
    "\u4e00-\u9fff\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
SPACES = " \t\u3000"
# Marks that part nothing, on either side.
PASSED_OVER = "“”\"‘’'「」『』《》〈〉·•・\u200b\u200c\u200d\ufeff\u00ad"
_RUN = re.compile(f"[{PAIRED}]+(?:[{SPACES}]+[{PAIRED}]+)*|[^\\W_{PAIRED}]+")
_IS_PAIRED = re.compile(f"[{PAIRED}]").match
_PASSED_OVER = re.compile(f"[{PASSED_OVER}]")
# What nearly all Chinese text is written with: no letter in it has another form, so it need not be looked for.
_IS_SIMPLE = re.compile("[\u4e00-\u9fff\u0000-\u007f，。、；：？！（）“”‘’《》【】—…·％\u3000]*").fullmatch
# Characters that stand between words and that nobody looks for.
_GRAMMAR = frozenset("的了和与及在是等之也都就将为有对从向把被让于以而或着过")
# A word of no language: base64, a broken address. Longer ones would only fill the dictionary of terms.
LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class Sequence:
    """Tokens that stand one after the other; ``tail``, if any, is how the token after them begins."""

    tokens: tuple[str, ...]
    tail: str = ""


def normalise(text: str) -> str:
    """``text`` as it is compared: one form of each character (the simplified one), lower case, without marks that are passed over."""
    folded = text.lower() if _IS_SIMPLE(text) else unicodedata.normalize("NFKC", text).casefold()
    return simplified(_PASSED_OVER.sub("", folded))


def runs(text: str) -> list[str]:
    """The stretches of ``text`` (raw) that are cut: Chinese without its spaces, or one word of another script."""
    found: list[str] = _RUN.findall(normalise(text))
    # A word of another script has no space in it, and most Chinese has none either.
    return [run if run.isalnum() else "".join(run.split()) for run in found]


def is_paired(run: str) -> bool:
    """Whether a run is indexed by pairs of characters (Chinese, Japanese, Korean)."""
    return _IS_PAIRED(run) is not None


def stem(word: str) -> str:
    """A word of another script without a plural's s (Harman's rules), cut to a length that makes sense."""
    if len(word) < 4 or word[-1] != "s" or not word.isascii():
        return word[:LONGEST_WORD]
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3][:LONGEST_WORD] + "y"
    if word.endswith("es") and word[-3] in "aeo":
        return word[:LONGEST_WORD]
    if word[-2] in "us":
        return word[:LONGEST_WORD]
    return word[:-1][:LONGEST_WORD]


def of_text(text: str) -> list[str]:
    """The tokens of a text, in order; a token's position is its place in the list."""
    found: list[str] = []
    for run in runs(text):
        if is_paired(run):
            found.extend(map(add, run, run[1:]))
            found.append(run[-1])
        else:
            found.append(stem(run))
    return found


def sequence(text: str) -> Sequence:
    """What finds exactly the characters of ``text``. Without tokens and tail when it has no letters at all."""
    tokens: list[str] = []
    cut = runs(text)
    for run in cut:
        if is_paired(run):
            tokens.extend(map(add, run, run[1:]))
            tokens.append(run[-1])
        else:
            tokens.append(stem(run))
    if not cut or not is_paired(cut[-1]):
        return Sequence(tuple(tokens))
    # In the text the last character may go on: alone it is only how a token begins, and after its pair it says nothing.
    last = tokens.pop()
    return Sequence(tuple(tokens), last if len(cut[-1]) == 1 else "")


def dictionary_words(text: str) -> list[str]:
    """The words of ``text`` by the dictionary, for ranking and for suggestions; single Chinese characters left out.

    A long word comes with the words inside it: 技能竞赛 with 技能 and 竞赛. The order is not that of the text.
    """
    found: list[str] = []
    chinese: list[str] = []
    for run in runs(text):
        if is_paired(run):
            chinese.append(run)
        else:
            found.append(stem(run))
    found.extend(word for word in rjieba.cut_for_search("\n".join(chinese)) if len(word) > 1)
    return found


def pieces(text: str) -> list[str]:
    """What a typed stretch is made of, each to be looked for as a sequence of its own.

    Chinese is cut by the dictionary; characters that it leaves single stay with their neighbours (五小 is one piece), for
    alone they would match nearly everything. A word with no Chinese in it is one piece, whatever signs stand inside (1.57).
    """
    cut = runs(text)
    if not any(map(is_paired, cut)):
        return [" ".join(cut)] if cut else []
    found: list[str] = []
    for run in cut:
        words = _chinese_pieces(run) if is_paired(run) else [run]
        if len(run) == 1 and is_paired(run) and found:
            # 5日, 12月: the sign belongs to the number before it.
            found[-1] += run
        else:
            found.extend(words)
    return found


def _chinese_pieces(run: str) -> list[str]:
    """The pieces of one run: words without the grammar between them; the run itself when nothing else is left."""
    groups: list[list[str]] = [[]]
    for word in rjieba.cut(run):
        if word in _GRAMMAR:
            groups.append([])
        else:
            groups[-1].append(word)
    found = [piece for group in groups for piece in _with_neighbours(group)]
    return [piece for piece in found if len(piece) > 1] or [run]


def _with_neighbours(words: list[str]) -> list[str]:
    """``words`` with neighbouring single characters joined, and a lone one joined to what follows, else to what precedes."""
    joined: list[str] = []
    single = ""
    for word in words:
        if len(word) == 1:
            single += word
            continue
        if len(single) > 1:
            joined.append(single)
            single = ""
        joined.append(single + word)
        single = ""
    if len(single) == 1 and joined:
        joined[-1] += single
    elif single:
        joined.append(single)
    return joined


def key(text: str) -> str:
    """A name as names are compared: 新华社, and ``China Daily`` with or without its space."""
    return "".join(runs(text))
