from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.classify import examples, training
from huomiao.newsdesk.pipeline.classify.examples import Example
from huomiao.newsdesk.pipeline.classify.features import features
from huomiao.newsdesk.pipeline.classify.model import Model, Unreadable

CATEGORIES = {
    "国内", "国际", "社会", "经济", "科技", "文化", "体育", "教育", "健康", "军事", "劳动竞赛", "职工创新", "劳模工匠", "工会工作",
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return training.train(examples.standard())


def test_standard_examples_teach_every_category_with_dozens_and_none_twice():
    found = examples.standard()

    assert {example.category for example in found} == CATEGORIES
    assert len({example.text for example in found}) == len(found)
    assert min(sum(example.category == category for example in found) for category in CATEGORIES) >= 40


@pytest.mark.parametrize(
    ("title", "text", "category"),
    [
        ("河口队三比一取胜", "昨晚的联赛主场比赛，前锋梅开二度，教练赛后说球队的防守比上一场好。", "体育"),
        ("数控车工决赛开赛", "一百八十六名选手同场比试，裁判现场评分，前三名申报技术能手。", "劳动竞赛"),
        ("翻料架省下三个人", "车间职工用旧电机改造的装置获实用新型专利，厂里奖励了这项小发明。", "职工创新"),
        ("总工会送清凉", "工会干部走进工地慰问户外劳动者，发放防暑物资，新建爱心驿站。", "工会工作"),
        ("股指收盘上涨", "两市成交额放大，券商板块领涨，多家公司发布业绩预告。", "经济"),
        ("流感高发，专家提醒戴口罩", "医院门诊患者增多，疾控中心建议接种疫苗。", "健康"),
    ],
)
def test_articles_on_plain_subjects_are_filed(model, title, text, category):
    guess = model.guess(title, text)

    assert guess.category == category
    assert guess.confidence == pytest.approx(guess.ranking[0][1], abs=1e-4)
    assert guess.because
    assert all(word in f"{title}{text}" for word in guess.because)


@pytest.mark.parametrize("text", ["", "，。！", "The crane is back at work.", "嗯"])
def test_model_does_not_answer_what_it_cannot_know(model, text):
    guess = model.guess("", text)

    assert guess.category == ""
    assert guess.because == ()
    assert guess.confidence < model.least


def test_confidence_is_true_on_texts_that_were_not_taught():
    found = training.cross_validate(examples.standard())

    assert found.accuracy > 0.8
    assert found.answered > 0.75
    assert found.right > 0.88
    assert found.error < 0.06


def test_editors_teach_a_category_of_their_own(model):
    decisions = [
        Example("防汛", f"圩堤{place}水位上涨，巡查队清点沙袋和土工布，泵站试车。", title=f"{place}巡堤", weight=2.0)
        for place in ("河口", "下游", "东岸", "西岸", "闸口", "渡口")
    ]

    taught = training.train([*examples.standard(), *decisions])

    assert "防汛" not in model.categories
    assert taught.guess("南岸巡堤", "泵站旁备好了沙袋，水位每小时报一次。").category == "防汛"


def test_heavier_examples_count_for_more():
    light = [Example("甲", "水位上涨"), Example("甲", "圩堤巡查"), Example("乙", "水位回落"), Example("乙", "泵站停机")]
    heavy = [*light, Example("乙", "水位上涨", weight=5.0)]

    def chance(model):
        return dict(model.guess("", "水位上涨").ranking)["乙"]

    assert chance(training.train(heavy)) > chance(training.train(light))


def test_model_survives_as_bytes(model):
    again = Model.loads(model.dumps())

    one, other = (each.guess("数控车工决赛开赛", "选手同场比试，裁判现场评分。") for each in (model, again))
    assert one.category == other.category
    assert one.because == other.because
    assert one.confidence == pytest.approx(other.confidence, abs=0.01)
    assert again.least == model.least


def test_training_gives_the_same_model_from_the_same_examples(model):
    assert training.train(examples.standard()).dumps() == model.dumps()


def _pickled() -> bytes:
    out = BytesIO()
    np.savez(out, categories=np.array([{}], dtype=object), allow_pickle=True)
    return out.getvalue()


@pytest.mark.parametrize("kept", [b"", b"no model", b"PK\x03\x04", _pickled()])
def test_bytes_that_are_no_model_are_refused(kept):
    with pytest.raises(Unreadable):
        Model.loads(kept)


@pytest.mark.parametrize("given_examples", [[], [Example("体育", "球队取胜")]])
def test_nothing_is_trained_from_less_than_two_categories(given_examples):
    with pytest.raises(training.TooFewExamples):
        training.train(given_examples)


@settings(max_examples=40)
@given(st.text(alphabet="职工竞赛球队股市 abc，。\n", max_size=60), st.text(max_size=200))
def test_guess_of_any_text_is_a_ranking_of_all_categories(title, text):
    model = _small()

    guess = model.guess(title, text)

    assert sorted(category for category, _chance in guess.ranking) == ["体育", "劳动竞赛"]
    assert sum(chance for _category, chance in guess.ranking) == pytest.approx(1.0, abs=1e-3)
    assert guess.category in {"", guess.ranking[0][0]}


@settings(max_examples=40)
@given(st.text(max_size=40), st.text(max_size=300))
def test_features_have_the_length_of_one(title, text):
    found = features(title, text)

    assert not found or sum(weight**2 for weight in found.values()) == pytest.approx(1.0)


def _small() -> Model:
    return training.train([
        Example("体育", "球队比赛取胜"), Example("体育", "前锋进球"), Example("劳动竞赛", "职工竞赛"), Example("劳动竞赛", "选手比武"),
    ])  # fmt: skip
