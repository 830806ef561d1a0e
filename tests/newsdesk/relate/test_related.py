from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import related, words
from huomiao.newsdesk.pipeline.relate.postings import COMMONEST_WORD, MemoryPostings
from huomiao.newsdesk.pipeline.relate.related import Subject
from huomiao.newsdesk.pipeline.relate.words import Vocabulary
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY

DAY = datetime(2025, 5, 9, tzinfo=UTC)
AFTERMATH = "装备制造业职工技能竞赛的翻料架被两家企业采纳，裁判长说，车工项目的图纸会公开，供各厂岗位练兵时使用。"
FLOOD = "河口市下游圩堤昨夜出现管涌，巡查队吹哨上报，土工布和沙袋从泵站运来，天亮前险情排除。"


@pytest.fixture
def vocabulary():
    known = Vocabulary()
    for text in (STORY, OTHER, ENGLISH, AFTERMATH, FLOOD, *("无关的短讯" + str(number) for number in range(40))):
        known.add(words.words_of(text))
    return known


def shelf(*subjects: Subject):
    index = MemoryPostings(commonest=COMMONEST_WORD)
    for item, subject in enumerate(subjects):
        index.add(item, subject.keys)
    return {"among": index, "load": lambda items: {item: subjects[item] for item in items}}


def about(text: str, vocabulary: Vocabulary, **facts) -> Subject:
    return Subject(tuple(words.keywords("", text, vocabulary)), **facts)


def test_words_that_tell_are_words_of_substance():
    assert words.words_of("记者表示，5月9日的竞赛由Huomiao和5G支持，a is the") == ["竞赛", "huomiao", "支持"]


def test_rare_words_weigh_more_and_the_title_counts(vocabulary):
    weights = dict(words.keywords("裁判长", STORY, vocabulary))
    untitled = dict(words.keywords("", STORY, vocabulary))

    assert sum(weight**2 for weight in weights.values()) == pytest.approx(1.0)
    assert untitled["裁判长"] < weights["裁判长"]
    assert vocabulary.rarity("河口") < vocabulary.rarity("裁判长") < vocabulary.rarity("从未写过")
    assert len(weights) <= words.MOST_KEYWORDS


def test_vocabulary_forgets_what_is_dropped_and_survives_as_bytes(vocabulary):
    vocabulary.add(["新词", "竞赛"])
    with_it = vocabulary.rarity("竞赛")
    kept = Vocabulary.loads(vocabulary.dumps())
    vocabulary.drop(["新词", "竞赛"])

    assert kept.rarity("竞赛") == with_it < vocabulary.rarity("竞赛")
    assert kept.documents == vocabulary.documents + 1
    assert "新词" not in Vocabulary.loads(vocabulary.dumps())._counts


def test_vocabulary_forgets_the_rarest_words_when_there_are_too_many(vocabulary, monkeypatch):
    monkeypatch.setattr(words, "MOST_WORDS", 3)
    vocabulary.add(["无关"])

    kept = Vocabulary.loads(vocabulary.dumps())

    assert len(kept._counts) == 3
    assert kept.rarity("无关") == vocabulary.rarity("无关") < kept.rarity("裁判长")


def test_articles_on_the_same_subject_are_related_and_others_not(vocabulary):
    on_the_shelf = shelf(*(about(text, vocabulary, published_at=DAY) for text in (OTHER, AFTERMATH, ENGLISH)))

    found = related.find(about(STORY, vocabulary, published_at=DAY), **on_the_shelf)

    assert [one.item for one in found] == [1]
    assert {"竞赛", "制造业", "裁判长"} <= {word for word, _weight in found[0].shared}


def test_the_nearer_in_time_comes_first(vocabulary):
    years_before, week_before = (
        about(AFTERMATH, vocabulary, published_at=DAY - timedelta(days=days)) for days in (900, 7)
    )
    subject = about(STORY, vocabulary, published_at=DAY)

    found = related.find(subject, **shelf(years_before, week_before))

    assert [one.item for one in found] == [1, 0]
    assert found[0].score > found[1].score > 0


def test_own_copies_are_left_out_and_of_other_copies_one_is_shown(vocabulary):
    copies = [about(AFTERMATH, vocabulary, published_at=DAY - timedelta(days=day), story=5) for day in (3, 1, 2)]
    own = about(STORY, vocabulary, story=9)
    subject = about(STORY, vocabulary, published_at=DAY, story=9)

    found = related.find(subject, **shelf(*copies, own, about(AFTERMATH, vocabulary)), besides={4})

    assert [one.item for one in found] == [1]


def test_key_of_a_word_is_the_same_on_every_machine():
    assert words.key_of("竞赛") == 963978144


@settings(max_examples=40)
@given(st.integers(-4000, 4000), st.integers(0, 4000))
def test_nearness_only_falls_with_time(days, more):
    near = related.nearness(DAY, DAY + timedelta(days=days))

    assert 0.5 <= related.nearness(DAY, DAY + timedelta(days=abs(days) + more)) <= near <= 1.0
    assert related.nearness(DAY, None) == 0.5
