"""Every kind of question: what it shows, how it reads what is sent, how it grades."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice.kinds import GRADED, KINDS, BadAnswer, BadQuestion, fill, parts, units

MARK = "钥匙标记"


def body_and_key(kind, **changes):
    """A plain question of a kind, as it is kept."""
    raw = {
        "single": (
            {"stem": "下列哪项正确？", "options": [{"text": text} for text in ("甲", "乙", "丙", "丁")]},
            {"right": [2]},
        ),
        "multiple": (
            {"stem": "下列哪些正确？", "options": [{"text": text} for text in ("甲", "乙", "丙", "丁")]},
            {"right": [3, 0, 1]},
        ),
        "true_false": ({"stem": "停电检修前应验电。"}, {"right": True}),
        "fill": (
            {"stem": "三相电压____，单相电压____。"},
            {"blanks": [{"accept": ["380V", "380伏"]}, {"number": 220, "tolerance": 5, "unit": "V"}]},
        ),
        "ordering": (
            {"stem": "排出停电顺序。", "items": [{"text": text} for text in ("拉闸", "验电", "挂地线")]},
            {"order": [2, 0, 1]},
        ),
        "matching": (
            {
                "stem": "连一连。",
                "left": [{"text": "电压"}, {"text": "电流"}],
                "right": [{"text": "安"}, {"text": "伏"}, {"text": "欧"}],
            },
            {"pairs": [1, 0]},
        ),
        "short": (
            {"stem": "简述触电急救。", "max_chars": 50},
            {"reference": f"{MARK}参考", "points": [{"text": f"{MARK}断电", "points": 2}]},
        ),
    }[kind]
    body, key = KINDS[kind].check({**raw[0], **changes.get("body", {})}, {**raw[1], **changes.get("key", {})})
    return body, key


def texts(count):
    return st.lists(st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=6), min_size=count, max_size=8, unique=True)


@st.composite
def questions(draw, kinds=tuple(KINDS)):
    """A question of any kind, with an answer in its own order and an order in which it may be shown."""
    name = draw(st.sampled_from(kinds))
    answer: object
    if name in {"single", "multiple"}:
        options = draw(texts(2))
        count = len(options)
        most = 1 if name == "single" else count
        chosen = st.lists(st.integers(0, count - 1), min_size=1, max_size=most, unique=True)
        body, key = {"stem": "题", "options": [{"text": text} for text in options]}, {"right": draw(chosen)}
        answer = sorted(draw(chosen))
    elif name == "true_false":
        body, key, answer = {"stem": "题"}, {"right": draw(st.booleans())}, draw(st.booleans())
    elif name == "fill":
        words = draw(texts(1))
        body = {"stem": "、".join("____" for _word in words)}
        key = {"blanks": [{"accept": [word]} for word in words], "any_order": draw(st.booleans())}
        answer = draw(st.lists(st.text("甲乙丙", max_size=3), min_size=len(words), max_size=len(words)).filter(any))
    elif name == "ordering":
        items = draw(texts(2))
        body = {"stem": "题", "items": [{"text": text} for text in items]}
        key, answer = {"order": draw(st.permutations(range(len(items))))}, draw(st.permutations(range(len(items))))
    elif name == "matching":
        left, right = draw(texts(2)), draw(texts(2))
        sides = st.integers(0, len(right) - 1)
        body = {"stem": "题", "left": [{"text": t} for t in left], "right": [{"text": t} for t in right]}
        key = {"pairs": draw(st.lists(sides, min_size=len(left), max_size=len(left)))}
        given_pairs = st.lists(st.none() | sides, min_size=len(left), max_size=len(left))
        answer = draw(given_pairs.filter(lambda pairs: any(place is not None for place in pairs)))
    else:
        body, key = {"stem": "题", "max_chars": 20}, {"reference": "答"}
        answer = draw(st.text("甲乙丙", min_size=1, max_size=20))
    kind = KINDS[name]
    body, key = kind.check(body, key)
    return kind, body, key, answer, draw(st.permutations(range(kind.places(body))))


@given(questions())
def test_read_undoes_sent_in_any_order(question):
    kind, body, _key, answer, order = question

    assert kind.read(body, kind.sent(answer, order), order) == answer


@given(questions())
def test_no_answer_stays_none(question):
    kind, body, _key, _answer, order = question

    assert kind.read(body, None, order) is None
    assert kind.sent(None, order) is None
    assert kind.in_words(body, None) == ""


@given(questions(tuple(GRADED)))
def test_the_solution_sent_back_is_wholly_right(question):
    kind, body, key, _answer, order = question

    answer = kind.read(body, json.loads(json.dumps(kind.solution(body, key, order))), order)

    assert kind.grade(body, key, answer).is_right
    assert kind.grade(body, key, answer, partial=True).is_right


@given(questions(tuple(GRADED)))
def test_a_grade_lies_between_none_and_all_and_partial_credit_takes_nothing_away(question):
    kind, body, key, answer, _order = question

    strict, partial = kind.grade(body, key, answer), kind.grade(body, key, answer, partial=True)

    assert 0 <= strict.fraction <= partial.fraction <= 1
    assert strict.is_right == partial.is_right


@given(questions())
def test_the_order_shown_changes_no_grade(question):
    kind, body, key, answer, order = question

    through = kind.read(body, kind.sent(answer, order), order)

    assert kind.grade(body, key, through) == kind.grade(body, key, answer)


@given(questions())
def test_checking_twice_changes_nothing(question):
    kind, body, key, _answer, _order = question

    assert kind.check(body, key) == (body, key)


@given(questions())
def test_what_is_shown_is_what_the_body_holds(question):
    kind, body, _key, _answer, order = question
    shown = kind.shown(body, order)

    assert set(shown) == set(body)
    assert sorted(json.dumps(shown, ensure_ascii=False)) == sorted(json.dumps(body, ensure_ascii=False))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_key_is_shown(kind):
    body, key = body_and_key(kind)
    smuggled = {"right": MARK, "key": MARK, "explanation": MARK, **body}
    if "options" in body:
        smuggled["options"] = [{**option, "right": MARK} for option in body["options"]]
    clean, _key = KINDS[kind].check(smuggled, key)

    for shown in (KINDS[kind].shown(smuggled, range(KINDS[kind].places(body))), clean):
        assert MARK not in json.dumps(shown, ensure_ascii=False)


def test_options_are_shown_in_the_drawn_order():
    body, _key = body_and_key("single")

    shown = KINDS["single"].shown(body, [2, 0, 3, 1])

    assert [option["text"] for option in shown["options"]] == ["丙", "甲", "丁", "乙"]
    assert KINDS["single"].read(body, [0], [2, 0, 3, 1]) == [2]


@pytest.mark.parametrize(
    ("answer", "strict", "partial"),
    [
        (None, 0, 0),
        ([0, 1, 3], 1, 1),
        ([0], 0, 1 / 3),
        ([0, 3], 0, 2 / 3),
        ([0, 2], 0, 0),
        ([2], 0, 0),
        ([0, 1, 2, 3], 0, 0),
    ],
)
def test_multiple_gives_a_share_only_where_nothing_is_wrong(answer, strict, partial):
    body, key = body_and_key("multiple")

    assert KINDS["multiple"].grade(body, key, answer).fraction == strict
    assert KINDS["multiple"].grade(body, key, answer, partial=True).fraction == pytest.approx(partial)


@pytest.mark.parametrize(
    ("answer", "strict", "partial"),
    [([2, 0, 1], 1, 1), ([0, 1, 2], 0, 0.5), ([1, 0, 2], 0, 0), ([2, 0], 0, 0.5), (None, 0, 0)],
)
def test_ordering_gives_a_share_for_neighbours(answer, strict, partial):
    body, key = body_and_key("ordering")

    assert KINDS["ordering"].grade(body, key, answer).fraction == strict
    assert KINDS["ordering"].grade(body, key, answer, partial=True).fraction == partial


@pytest.mark.parametrize(
    ("answer", "strict", "partial"), [([1, 0], 1, 1), ([1, None], 0, 0.5), ([0, 1], 0, 0), (None, 0, 0)]
)
def test_matching_gives_a_share_for_each_pair(answer, strict, partial):
    body, key = body_and_key("matching")

    assert KINDS["matching"].grade(body, key, answer).fraction == strict
    assert KINDS["matching"].grade(body, key, answer, partial=True).fraction == partial


def test_true_false_is_graded():
    body, key = body_and_key("true_false")

    assert [KINDS["true_false"].grade(body, key, answer).fraction for answer in (True, False, None)] == [1, 0, 0]


def test_short_answers_wait_for_people_unless_empty():
    body, key = body_and_key("short")

    assert KINDS["short"].grade(body, key, "先断电").fraction is None
    assert not KINDS["short"].grade(body, key, "先断电").is_right
    assert KINDS["short"].grade(body, key, None).fraction == 0


@pytest.mark.parametrize(
    ("given_text", "is_right"),
    [
        ("380V", True),
        ("３８０Ｖ", True),
        (" 380 v 。", True),
        ("380伏", True),
        ("380", False),
        ("", False),
    ],
)
def test_an_accepted_text_may_be_typed_as_keyboards_do(given_text, is_right):
    _body, key = body_and_key("fill")

    assert fill.fits(given_text, key["blanks"][0]) is is_right


@pytest.mark.parametrize(
    ("given_text", "is_right"),
    [
        ("220", True),
        ("215", True),
        ("225.0", True),
        ("225.1", False),
        ("214.9V", False),
        ("２２０Ｖ", True),
        ("220 伏", True),
        ("0.22kV", True),
        ("220000 mV", True),
        ("220 MV", False),
        ("220A", False),
        ("2.2e2", True),
        ("2.2×10²", True),
        ("220左右", False),
        ("nan", False),
        ("二百二十", False),
    ],
)
def test_a_number_may_be_given_within_its_tolerance_in_any_fitting_unit(given_text, is_right):
    _body, key = body_and_key("fill")

    assert fill.fits(given_text, key["blanks"][1]) is is_right


@pytest.mark.parametrize(
    ("given_text", "number", "is_right"),
    [("1,000", 1000, True), ("1，000", 1000, True), ("-3.5", -3.5, True), ("−3.5", -3.5, True), ("0.30", 0.3, True)],
)
def test_numbers_are_read_as_people_write_them(given_text, number, is_right):
    blank = {"accept": [], "number": number, "tolerance": None, "unit": ""}

    assert fill.fits(given_text, blank) is is_right


def test_powers_after_a_digit_are_not_digits():
    blank = {"accept": ["10⁶"], "number": None, "tolerance": None, "unit": ""}

    assert fill.fits("10^6", blank)
    assert not fill.fits("106", blank)
    assert fill.fits("m2", {**blank, "accept": ["m²"]})


def test_each_blank_is_worth_its_share():
    body, key = body_and_key("fill")

    assert KINDS["fill"].grade(body, key, ["380V", "1"]).fraction == 0.5
    assert KINDS["fill"].grade(body, key, ["", "220"]).fraction == 0.5
    assert KINDS["fill"].grade(body, key, None).fraction == 0


def test_blanks_in_any_order_each_take_a_text_of_their_own():
    blanks = [{"accept": ["看", "望"]}, {"accept": ["看", "闻"]}, {"accept": ["问"]}]
    body, key = KINDS["fill"].check({"stem": "____、____、____"}, {"blanks": blanks, "any_order": True})

    assert KINDS["fill"].grade(body, key, ["问", "看", "望"]).fraction == 1
    assert KINDS["fill"].grade(body, key, ["看", "看", "看"]).fraction == pytest.approx(2 / 3)
    assert KINDS["fill"].grade(body, key, ["问", "问", "问"]).fraction == pytest.approx(1 / 3)


def test_marks_of_blanks_are_brought_into_one_form():
    body, _key = KINDS["fill"].check(
        {"stem": "甲__乙＿＿＿丙________"}, {"blanks": [{"accept": ["一"]}, {"accept": ["二"]}, {"accept": ["三"]}]}
    )

    assert (body["stem"], body["blanks"]) == ("甲____乙____丙____", 3)


@pytest.mark.parametrize(
    ("given_unit", "wanted", "factor"),
    [
        ("", "mm", 1),
        ("MM", "mm", 1),
        ("cm", "mm", 10),
        ("毫米", "mm", 1),
        ("㎜", "毫米", 1),
        ("MW", "kW", 1000),
        ("mW", "kW", 1e-6),
        ("米/秒", "km/h", 3.6),
        ("V", "A", None),
        ("斗", "升", None),
        ("斗", "斗", 1),
    ],
)
def test_units_stand_for_each_other_within_a_dimension(given_unit, wanted, factor):
    found = units.factor(given_unit, wanted)

    assert found == (None if factor is None else pytest.approx(factor))


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("single", [0, 1]),
        ("single", [4]),
        ("single", [-1]),
        ("single", [True]),
        ("single", "A"),
        ("single", 0),
        ("single", [0.0]),
        ("multiple", [0, 0]),
        ("multiple", [0, 1, 2, 3, 0]),
        ("multiple", [None]),
        ("multiple", {"0": 1}),
        ("true_false", 1),
        ("true_false", "正确"),
        ("fill", ["一"]),
        ("fill", ["一", None]),
        ("fill", ["一", "二" * 201]),
        ("fill", "一"),
        ("ordering", [0, 0, 1]),
        ("ordering", [3]),
        ("matching", [0]),
        ("matching", [0, 3]),
        ("matching", [0, "1"]),
        ("short", "字" * 51),
        ("short", ["字"]),
    ],
)
def test_what_is_no_possible_answer_is_refused(kind, sent):
    body, _key = body_and_key(kind)

    with pytest.raises(BadAnswer):
        KINDS[kind].read(body, sent, list(range(KINDS[kind].places(body))))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists),
    st.sampled_from(tuple(KINDS)),
)
def test_anything_sent_is_read_or_refused(sent, kind):
    body, key = body_and_key(kind)
    order = list(range(KINDS[kind].places(body)))

    try:
        answer = KINDS[kind].read(body, sent, order)
    except BadAnswer:
        return
    KINDS[kind].grade(body, key, answer, partial=True)
    assert KINDS[kind].read(body, KINDS[kind].sent(answer, order), order) == answer


@pytest.mark.parametrize("kind", ["fill", "short"])
def test_characters_that_no_database_keeps_are_dropped(kind):
    body, _key = body_and_key(kind)
    typed = "断\x00电\ud800"

    answer = KINDS[kind].read(body, [typed, typed] if kind == "fill" else typed, ())

    assert answer == (["断电", "断电"] if kind == "fill" else "断电")


@pytest.mark.parametrize(
    ("kind", "body", "key", "field"),
    [
        ("single", {"stem": " "}, {}, "stem"),
        ("single", {"stem": "字" * (parts.STEM_LIMIT + 1)}, {}, "stem"),
        ("single", {"options": [{"text": "甲"}]}, {}, "options"),
        ("single", {"options": [{"text": str(n)} for n in range(27)]}, {}, "options"),
        ("single", {"options": [{"text": "甲"}, {"text": ""}]}, {}, "options.1"),
        ("single", {"options": [{"text": "甲"}, {"text": "甲 "}]}, {"right": [0]}, "options.1"),
        ("single", {"options": ["甲", "乙"]}, {}, "options.0"),
        ("single", {"media": [{"file": "x", "kind": "image"}]}, {}, "media"),
        ("single", {}, {"right": []}, "right"),
        ("single", {}, {"right": [0, 1]}, "right"),
        ("single", {}, {"right": [4]}, "right"),
        ("multiple", {}, {"right": []}, "right"),
        ("true_false", {}, {"right": None}, "right"),
        ("true_false", {}, {"right": 1}, "right"),
        ("fill", {"stem": "没有空"}, {}, "stem"),
        ("fill", {"stem": "一个____空"}, {}, "blanks"),
        ("fill", {}, {"blanks": [{"accept": []}, {"number": 1}]}, "blanks.0"),
        ("fill", {}, {"blanks": [{"accept": ["一"]}, {"number": float("inf")}]}, "blanks.1"),
        ("fill", {}, {"blanks": [{"accept": ["一"], "tolerance": 1}, {"number": 1}]}, "blanks.0"),
        ("fill", {}, {"blanks": [{"accept": ["一"]}, {"number": 1, "tolerance": -1}]}, "blanks.1"),
        ("ordering", {"items": [{"text": "一"}]}, {}, "items"),
        ("ordering", {"items": [{"text": "一"}, {"text": "一"}]}, {}, "items.1"),
        ("ordering", {}, {"order": [0, 1]}, "order"),
        ("ordering", {}, {"order": [0, 1, 3]}, "order"),
        ("matching", {"left": [{"text": "一"}]}, {}, "left"),
        ("matching", {}, {"pairs": [0]}, "pairs"),
        ("matching", {}, {"pairs": [0, 3]}, "pairs.1"),
        ("short", {"max_chars": 0}, {}, "max_chars"),
        ("short", {}, {"reference": ""}, "reference"),
        ("short", {}, {"points": [{"text": "断电", "points": 0}]}, "points.0"),
        ("short", {}, {"points": [{"text": "", "points": 1}]}, "points.0"),
    ],
)
def test_what_cannot_be_asked_or_graded_is_refused_at_its_field(kind, body, key, field):
    with pytest.raises(BadQuestion) as refused:
        body_and_key(kind, body=body, key=key)

    assert refused.value.field == field
    assert refused.value.message


def test_two_wrong_options_may_read_the_same():
    body, key = body_and_key(
        "single", body={"options": [{"text": "甲"}, {"text": "乙"}, {"text": "乙"}]}, key={"right": [0]}
    )

    assert len(body["options"]) == 3
    assert key == {"right": [0]}


def test_a_picture_alone_is_an_option():
    picture = {"file": "5b6f0b1e-7f6c-4d1c-9f57-0d5bb3f6e9a1", "kind": "image", "alt": "电路图"}

    body, _key = body_and_key("single", body={"options": [{"text": "甲"}, {"media": [picture]}]}, key={"right": [1]})

    assert body["options"][1] == {"text": "", "media": [picture]}
    assert list(parts.media_in(body)) == [picture]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("single", "C"),
        ("multiple", "ABD"),
        ("true_false", "正确"),
        ("fill", "380V / 380伏；220±5 V"),
        ("ordering", "CAB"),
        ("matching", "1-B，2-A"),
        ("short", f"{MARK}参考"),
    ],
)
def test_the_key_in_words(kind, words):
    body, key = body_and_key(kind)

    assert KINDS[kind].key_in_words(body, key) == words
