"""From what a cell or line says is right to a key: letters, circled numbers, truths, texts of options, blanks.

Everything here is pure. What cannot be read raises ``NotAnAnswer`` with a sentence that says what was expected; what was
inferred is said in the notes that come back.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.formats import blanks, words
from huomiao.practice.formats.solved import NotAnAnswer, Solved
from huomiao.practice.kinds import Body, Key

_CIRCLED = {chr(0x2460 + number): number for number in range(20)}
_SEPARATORS = re.compile(r"[\s,，;；、|/+＋&和及与]+")
_LETTERED = re.compile(r"^\s*[（(]?\s*([A-Za-zＡ-Ｚａ-ｚ])\s*[)）.．、:：]\s*")
# A lettered option: at the start of a line, or behind a blank or a mark that ends the one before.
_MARK = re.compile(r"(?:^|(?<=[\s\u3000;；|。，,)）]))[（(]?([A-ZＡ-Ｚ])\s*[.．、:：)）]\s*", re.MULTILINE)
_POINT = re.compile(r"^(?P<text>.*?)\s*[（(]\s*(?P<points>\d+(?:\.\d+)?)\s*分?\s*[)）]\s*$", re.DOTALL)
_BRACKETED = re.compile(r"[（(]\s*(?P<answer>[A-Za-zＡ-Ｚ](?:[\s,，、]?[A-Za-zＡ-Ｚ])*|√|×|对|错|正确|错误)\s*[）)]")
MOST_OPTIONS = 26


def solve(kind: str, stem: str, options: Sequence[str], answer: str, *, has_pictures: Sequence[int] = ()) -> Solved:
    """The question that ``stem``, ``options`` and ``answer`` make; ``kind`` is "" when the file does not say.

    ``has_pictures`` are the options that show a picture and so may lack a text.

    Raises:
        NotAnAnswer: it makes none.
    """
    options = _plain_options(options, has_pictures)
    if kind == "":
        return _guess(stem, options, answer)
    if kind in {"single", "multiple"}:
        return _choice(kind, stem, options, answer)
    if kind == "true_false":
        return _true_false(stem, options, answer)
    if kind == "fill":
        return blanks.fill(stem, answer)
    if kind == "ordering":
        return _ordering(stem, options, answer)
    if kind == "matching":
        return _matching(stem, options, answer)
    if not answer.strip():
        raise NotAnAnswer(_("简答题要有参考答案。"))
    return Solved("short", {"stem": stem, "max_chars": 500}, {"reference": answer.strip(), "points": []})


def _guess(stem: str, options: Sequence[str], answer: str) -> Solved:
    given = answer.strip()
    if options:
        if _truths(options) is not None and len(options) == 2:
            solved = _true_false(stem, options, answer)
            solved.notes.append(_("没有写题型，选项是“正确、错误”，按判断题处理。"))
            return solved
        right = _right(options, given)
        kind = "single" if len(right) == 1 else "multiple"
        solved = _choice(kind, stem, options, answer)
        solved.notes.append(
            _("没有写题型，答案有 %(count)s 项，按%(kind)s处理。")
            % {"count": len(right), "kind": words.KIND_TITLES[kind]}
        )
        return solved
    if not given:
        raise NotAnAnswer(_("没有答案。请填写答案：选择题写字母，判断题写 正确 或 错误，填空题写要填的内容。"))
    if words.truth_of(given) is not None:
        solved = _true_false(stem, (), answer)
        solved.notes.append(_("没有写题型，答案是“%(answer)s”，按判断题处理。") % {"answer": given})
        return solved
    if blanks.PLACE.search(stem):
        solved = blanks.fill(stem, answer)
        solved.notes.append(_("没有写题型，题干里有空，按填空题处理。"))
        return solved
    if re.fullmatch(r"[A-Za-zＡ-Ｚ]{1,8}", given):
        raise NotAnAnswer(
            _("答案是选项字母“%(answer)s”，但这道题没有选项。请补上选项。") % {"answer": given}, part="options"
        )
    solved = Solved("short", {"stem": stem, "max_chars": 500}, {"reference": given, "points": []})
    solved.notes.append(
        _("没有写题型，没有选项也没有空，按简答题处理（需要人工阅卷）。如为填空题，请在题干里用“____”标出空。")
    )
    return solved


# --- Choices ------------------------------------------------------------------------------------------------------


def without_letter(options: Sequence[str]) -> list[str]:
    """The options without their own letters (A. …), where every one of them carries the right one."""
    filled = [(index, option) for index, option in enumerate(options) if option]
    lettered = [
        (match := _LETTERED.match(option)) is not None and _place(match[1]) == index for index, option in filled
    ]
    if not filled or not all(lettered):
        return list(options)
    return [_LETTERED.sub("", option, count=1).strip() for option in options]


def split_options(text: str) -> list[str]:
    """The options that stand in one cell: A. … B. …, or one on each line, or separated by | or ;."""
    marks = marks_in(text)
    if len(marks) >= 2:
        ends = [start for start, _after in marks[1:]] + [len(text)]
        return [text[after:end].strip(" \t\r\n\u3000;；|") for (_start, after), end in zip(marks, ends, strict=True)]
    for separator in ("$;$", "\n", "||", "|", "；", ";"):
        parts = [part.strip() for part in text.split(separator)]
        if len([part for part in parts if part]) >= 2:
            return without_letter([part for part in parts if part])
    return [text.strip()] if text.strip() else []


def marks_in(text: str, *, first: int = 0) -> list[tuple[int, int]]:
    """Where A., B., C. … begin and end, each the next letter after the one before, from the ``first`` letter on."""
    marks: list[tuple[int, int]] = []
    for match in _MARK.finditer(text):
        if _place(match[1]) == first + len(marks):
            marks.append((match.start(), match.end()))
    return marks


def _plain_options(options: Sequence[str], has_pictures: Sequence[int]) -> list[str]:
    """Without empty options at the end; one missing in the middle is an error, for the letters would shift."""
    shown = [option.strip() for option in options]
    last = max([index for index, option in enumerate(shown) if option] + list(has_pictures), default=-1)
    shown = shown[: last + 1] + [""] * (last + 1 - len(shown))
    for index, option in enumerate(shown):
        if not option and index not in has_pictures:
            raise NotAnAnswer(
                _("选项 %(letter)s 是空的，后面还有选项。请补上，或把后面的选项前移。")
                % {"letter": string.ascii_uppercase[index]},
                part=f"option.{index}",
            )
    if len(shown) > MOST_OPTIONS:
        raise NotAnAnswer(_("选项最多 %(most)s 个。") % {"most": MOST_OPTIONS}, part="options")
    return without_letter(shown)


def _choice(kind: str, stem: str, options: Sequence[str], answer: str) -> Solved:
    if len(options) < 2:
        raise NotAnAnswer(_("选择题至少要有 2 个选项，这里有 %(count)s 个。") % {"count": len(options)}, part="options")
    right = _right(options, answer)
    notes: list[str] = []
    if kind == "single" and len(right) > 1:
        raise NotAnAnswer(
            _("单选题只能有一个答案，这里有 %(count)s 个。如有多个正确答案，请把题型改为多选题。")
            % {"count": len(right)}
        )
    if _refers(options):
        notes.append(_("有选项提到了其他选项的字母（如“A和C”）。答题时选项顺序是打乱的，请改写成文字。"))
    body = {"stem": stem, "options": [{"text": option} for option in options]}
    return Solved(kind, body, {"right": right}, notes)


def _refers(options: Sequence[str]) -> bool:
    last = string.ascii_uppercase[len(options) - 1]
    pattern = re.compile(rf"^[A-{last}]\s*(?:[、,，+＋和与及或]\s*[A-{last}]\s*)+(?:都|均|正确|错误|对|错|是|不)?")
    return any(pattern.match(unicodedata.normalize("NFKC", option)) for option in options)


def _right(options: Sequence[str], answer: str) -> list[int]:
    """The places that ``answer`` names."""
    given = answer.strip()
    last = string.ascii_uppercase[len(options) - 1] if options else "A"
    expected = _("应写选项字母（A–%(last)s），多个答案连写，如 AC。") % {"last": last}
    if not given:
        raise NotAnAnswer(_("没有答案。") + expected)
    if any(character in _CIRCLED for character in given):
        numbers = [_CIRCLED[character] for character in given if character in _CIRCLED]
        if _SEPARATORS.sub("", "".join(character for character in given if character not in _CIRCLED)):
            raise NotAnAnswer(_("答案“%(answer)s”无法识别。") % {"answer": given[:40]} + expected)
        return _checked_places(numbers, options, given, expected)
    plain = unicodedata.normalize("NFKC", given)
    bare = _SEPARATORS.sub("", plain).strip(".。()[]")
    texts = [words.plain(option) for option in options]
    if words.plain(given) in texts and not (len(bare) == 1 and bare.isalpha() and bare.upper() <= last):
        return [texts.index(words.plain(given))]
    if bare.isascii() and bare.isalpha():
        places = [ord(letter) - 65 for letter in bare.upper()]
        if all(place < len(options) for place in places):
            return _checked_places(places, options, given, expected)
        if re.fullmatch(r"[A-Z]+|[A-Z]", bare):
            raise NotAnAnswer(
                _("答案“%(answer)s”超出了选项，选项只到 %(last)s。") % {"answer": given[:40], "last": last} + expected
            )
    pieces = [piece for piece in re.split(r"[;；|\n]+", given) if piece.strip()]
    found = [_option_named(piece, texts) for piece in pieces]
    if pieces and all(place is not None for place in found):
        return _checked_places([place for place in found if place is not None], options, given, expected)
    numbers = [int(number) - 1 for number in _SEPARATORS.split(plain) if number.isdecimal() and len(number) < 3]
    if numbers and _SEPARATORS.sub("", plain).isdecimal():
        return _checked_places(numbers, options, given, expected)
    raise NotAnAnswer(_("答案“%(answer)s”不是选项字母，也不是某个选项的文字。") % {"answer": given[:40]} + expected)


def _option_named(piece: str, texts: Sequence[str]) -> int | None:
    """The option that a piece of an answer names by its text, with or without its letter."""
    word = words.plain(piece)
    if word in texts:
        return texts.index(word)
    match = _LETTERED.match(piece)
    if match is None:
        return None
    place = _place(match[1])
    return place if place < len(texts) and words.plain(piece[match.end() :]) in {texts[place], ""} else None


def _checked_places(places: Sequence[int], options: Sequence[str], given: str, expected: str) -> list[int]:
    if any(not 0 <= place < len(options) for place in places):
        raise NotAnAnswer(_("答案“%(answer)s”超出了选项。") % {"answer": given[:40]} + expected)
    if len(set(places)) != len(places):
        raise NotAnAnswer(_("答案“%(answer)s”里有重复的选项。") % {"answer": given[:40]} + expected)
    return sorted(places)


def _place(letter: str) -> int:
    return ord(unicodedata.normalize("NFKC", letter).upper()) - 65


# --- True or false ------------------------------------------------------------------------------------------------


def _truths(options: Sequence[str]) -> list[bool] | None:
    truths = [words.truth_of(option) for option in options]
    if len(truths) != 2 or None in truths or truths[0] == truths[1]:
        return None
    return [bool(truth) for truth in truths]


def _true_false(stem: str, options: Sequence[str], answer: str) -> Solved:
    given = answer.strip()
    truths = _truths(options)
    if options and truths is None:
        raise NotAnAnswer(_("判断题的选项只能是“正确”和“错误”，或者不写选项。"), part="options")
    right = words.truth_of(given) if given else None
    bare = words.plain(given).strip("().")
    if truths and bare in {"a", "b"}:
        right = truths[0 if bare == "a" else 1]
    elif right is None and bare in {"1", "0"}:
        right = bare == "1"
    if right is None:
        if bare in {"a", "b"}:
            raise NotAnAnswer(
                _("判断题没有写选项，“%(answer)s”不知道是正确还是错误。请写 正确 或 错误。") % {"answer": given}
            )
        raise NotAnAnswer(
            _("判断题的答案应写 正确 或 错误（也可写 对/错、√/×、是/否），这里是“%(answer)s”。")
            % {"answer": given[:40]}
        )
    return Solved("true_false", {"stem": stem}, {"right": right})


# --- Orders, pairs, points ----------------------------------------------------------------------------------------


def _ordering(stem: str, options: Sequence[str], answer: str) -> Solved:
    if len(options) < 2:
        raise NotAnAnswer(_("排序题至少要有 2 项。"), part="options")
    plain = unicodedata.normalize("NFKC", answer)
    bare = _SEPARATORS.sub("", re.sub(r"->|→|-|—|>", "", plain)).upper()
    if bare.isascii() and bare.isalpha():
        order = [ord(letter) - 65 for letter in bare]
    elif any(character in _CIRCLED for character in answer):
        order = [_CIRCLED[character] for character in answer if character in _CIRCLED]
    else:
        numbers = re.findall(r"\d+", plain)
        if len(numbers) == 1 and len(numbers[0]) == len(options):
            numbers = list(numbers[0])
        order = [int(number) - 1 for number in numbers if len(number) < 3]
    if sorted(order) != list(range(len(options))):
        last = string.ascii_uppercase[len(options) - 1]
        raise NotAnAnswer(
            _("排序题的答案应把 A–%(last)s 各写一次，按正确顺序排列，这里是“%(answer)s”。")
            % {"last": last, "answer": answer.strip()[:40]}
        )
    return Solved("ordering", {"stem": stem, "items": [{"text": option} for option in options]}, {"order": order})


def _matching(stem: str, options: Sequence[str], answer: str) -> Solved:
    """Pairs written in the option cells (left = right); an option that begins with = is a right side without partner."""
    left: list[str] = []
    right: list[str] = []
    pairs: list[int] = []
    extras: list[str] = []
    for index, option in enumerate(options):
        sides = blanks.split(option, "=＝→")
        if len(sides) != 2 or not sides[1].strip():
            raise NotAnAnswer(
                _("匹配题的每个选项应写成“左项 = 右项”，多余的右项写成“= 右项”，这里是“%(option)s”。")
                % {"option": option[:40]},
                part=f"option.{index}",
            )
        mine, other = (blanks.unescaped(side.strip()) for side in sides)
        if not mine:
            extras.append(other)
            continue
        if other not in right:
            right.append(other)
        left.append(mine)
        pairs.append(right.index(other))
    right += [extra for extra in extras if extra not in right]
    if len(left) < 2:
        raise NotAnAnswer(_("匹配题至少要有 2 对。"), part="options")
    body = {"stem": stem, "left": [{"text": text} for text in left], "right": [{"text": text} for text in right]}
    return Solved("matching", body, {"pairs": pairs})


def matched(stem: str, sides: Iterable[tuple[str, str]]) -> tuple[Body, Key]:
    """The body and key of a matching question given as (left, right); a right side without a left one fits nothing."""
    left: list[str] = []
    right: list[str] = []
    pairs: list[int] = []
    for mine, other in sides:
        if other not in right:
            right.append(other)
        if mine:
            left.append(mine)
            pairs.append(right.index(other))
    body = {"stem": stem, "left": [{"text": text} for text in left], "right": [{"text": text} for text in right]}
    return body, {"pairs": pairs}


def points_of(text: str) -> list[dict[str, Any]]:
    """The points of a short answer, one a line: 说明断电（2分）.

    Raises:
        NotAnAnswer: a line does not say how many points it is worth.
    """
    points = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _POINT.match(line.strip())
        if match is None or not match["text"]:
            raise NotAnAnswer(
                _("得分点每行一个，写成“要点（2分）”，这里是“%(line)s”。") % {"line": line.strip()[:40]}, part="scoring"
            )
        points.append({"text": match["text"], "points": _worth(match["points"])})
    return points


def _worth(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def points_in_words(points: Sequence[dict[str, Any]]) -> str:
    return "\n".join(f"{' '.join(point['text'].split())}（{point['points']:g}分）" for point in points)


def from_brackets(stem: str) -> tuple[str, str]:
    """A stem that carries its answer in brackets, as in print（B）: the stem with empty brackets, and the answer."""
    found = list(_BRACKETED.finditer(stem))
    if not found:
        return stem, ""
    last = found[-1]
    return f"{stem[: last.start()]}（  ）{stem[last.end() :]}", last["answer"]
