"""Keeping questions: what makes a version, what is refused, what the history says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from django.conf import settings
from django.utils import timezone

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.models import Entry
from huomiao.files.models import StoredFile
from huomiao.orgs.roles import Role
from huomiao.practice.actions import questions as actions
from huomiao.practice.kinds import BadQuestion
from huomiao.practice.models import Question, QuestionFile, QuestionVersion
from huomiao.practice.states import QuestionState, Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.factories.practice import AT, BankFactory, QuestionFactory, TopicFactory, draft, publish_questions
from tests.test_two_at_once import at_once

pytestmark = pytest.mark.django_db


def keeper_of(bank):
    return MembershipFactory(organization=bank.owner, role=Role.TRAINER).user


def save(bank, n=1, *, by=None, kind="single", **values):
    one = draft(n, kind=kind)
    content = {"kind": kind, "body": one.body, "key": one.key, "code": one.code, "explanation": one.explanation}
    return actions.save(bank, by=by, at=AT, **{**content, **values})


def stored(owner, **values):
    return StoredFile.objects.create(
        name="图.png", kind="image", media_type="image/png", size=1, sha256="0", location="a.png", owner=owner, **values
    )


def acts():
    return list(Entry.objects.filter(subject_type="practice.question").order_by("pk").values_list("action", flat=True))


def test_a_new_question_is_a_draft_with_its_first_version():
    bank = BankFactory()
    by = keeper_of(bank)

    question = save(bank, by=by)

    question.refresh_from_db()
    version = question.latest
    assert (question.state, question.kind, question.stem) == ("draft", "single", "第1题：下列哪一项正确？")
    assert (version.number, version.key, version.explanation, version.by) == (1, {"right": [1]}, "第1题的解析。", by)
    assert question.published is None
    assert acts() == ["question.created"]


def test_saving_the_same_again_changes_nothing():
    bank = BankFactory()
    first = save(bank)

    again = save(bank)

    assert again.pk == first.pk
    assert QuestionVersion.objects.count() == 1
    assert acts() == ["question.created"]


def test_a_changed_text_is_a_new_version_and_a_draft_while_the_published_one_stays():
    bank = BankFactory()
    question = QuestionFactory(bank, is_published=True)

    save(bank, question=question, code=question.code, explanation="新的解析。")

    question.refresh_from_db()
    assert question.state == QuestionState.DRAFT
    assert (question.published.number, question.latest.number) == (1, 2)
    assert question.latest.explanation == "新的解析。"


def test_facts_beside_the_text_change_without_a_version():
    bank = BankFactory()
    topic = TopicFactory()
    question = QuestionFactory(bank, is_published=True)
    same = question.latest

    actions.save(
        bank,
        by=None,
        at=AT,
        code=question.code,
        kind=same.kind,
        body=same.body,
        key=same.key,
        explanation=same.explanation,
        use=Use.EXAM,
        topic=topic,
        difficulty=5,
    )

    question.refresh_from_db()
    assert (question.state, question.use, question.topic, question.difficulty) == ("published", "exam", topic, 5)
    assert question.versions.count() == 1
    assert Entry.objects.filter(action="question.changed").get().changes == {
        "use": ["both", "exam"],
        "topic_id": [None, topic.pk],
        "difficulty": [3, 5],
    }


def test_the_history_tells_versions_and_never_texts_or_keys():
    bank = BankFactory()
    save(bank)

    save(bank, key={"right": [3]}, explanation="秘密")

    entry = Entry.objects.get(action="question.changed")
    assert entry.changes == {"version": [1, 2]}


def test_a_question_without_a_number_gets_the_next_free_one():
    bank = BankFactory()
    save(bank, 1, code="0002")

    codes = [save(bank, n, code="").code for n in (2, 3)]

    assert codes == ["0003", "0004"]


def test_a_number_can_be_changed_but_not_into_anothers():
    bank = BankFactory()
    first, second = save(bank, 1, code="A1"), save(bank, 2, code="A2")

    renumbered = save(bank, 1, question=first, code="A3")

    assert (renumbered.pk, renumbered.code) == (first.pk, "A3")
    with pytest.raises(Invalid, match="A3"):
        save(bank, 2, question=second, code="A3")


def test_what_somebody_else_saved_meanwhile_is_not_overwritten():
    bank = BankFactory()
    question = save(bank)
    save(bank, question=question, code="", explanation="先保存的。")

    with pytest.raises(WrongState, match="刚刚被别人修改过"):
        save(bank, question=question, code="", explanation="后保存的。", seen=1)

    question.refresh_from_db()
    assert question.latest.explanation == "先保存的。"


def test_two_drafts_with_one_number_are_refused_together():
    bank = BankFactory()

    with pytest.raises(Invalid, match="出现了两次"):
        actions.save_many(bank, [draft(1, code="X"), draft(2, code="X")], by=None, at=AT)

    assert not Question.objects.exists()


def test_many_tell_what_became_of_each():
    bank = BankFactory()
    save(bank, 1)
    save(bank, 2)

    saved = actions.save_many(bank, [draft(1), draft(2, explanation="改"), draft(3)], by=None, at=AT)

    assert [(one.question.code, one.is_new, one.has_version) for one in saved] == [
        ("single-1", False, False),
        ("single-2", False, True),
        ("single-3", True, True),
    ]
    assert [one.question.latest.number for one in saved] == [1, 2, 1]


def test_a_hundred_cost_a_few_dozen_queries(django_assert_max_num_queries):
    bank = BankFactory()

    # On SQLite a statement takes at most 999 values, so a hundred rows go in several.
    with django_assert_max_num_queries(45):
        actions.save_many(bank, [draft(n) for n in range(1, 101)], by=None, at=AT)


def test_a_retired_question_that_is_written_anew_is_a_draft_again():
    bank = BankFactory()
    question = save(bank)
    Question.objects.filter(pk=question.pk).update(state=QuestionState.RETIRED)

    save(bank, explanation="改过了。")

    question.refresh_from_db()
    assert question.state == QuestionState.DRAFT


def test_what_cannot_be_asked_is_not_kept():
    bank = BankFactory()

    with pytest.raises(BadQuestion) as refused:
        save(bank, key={"right": []})

    assert refused.value.field == "right"
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"difficulty": 6}, "difficulty"), ({"kind": "riddle"}, "kind"), ({"explanation": "长" * 4001}, "explanation")],
)
def test_values_out_of_range_are_refused_at_their_field(values, field):
    with pytest.raises(BadQuestion) as refused:
        actions.save_many(BankFactory(), [replace(draft(1), **values)], by=None, at=AT)

    assert refused.value.field == field


def test_only_the_keepers_of_the_bank_may_write():
    bank = BankFactory(owner=OrganizationFactory(parent=OrganizationFactory()))
    stranger = MembershipFactory(organization=OrganizationFactory(), role=Role.ORGANISER).user
    worker = MembershipFactory(organization=bank.owner, role=Role.MEMBER).user

    for person in (stranger, worker, UserFactory()):
        with pytest.raises(NotAllowed):
            save(bank, by=person)

    assert not Question.objects.exists()


def test_an_archived_bank_is_not_written_to():
    bank = BankFactory(archived_at=timezone.now())

    with pytest.raises(WrongState):
        save(bank)


def test_files_are_tied_to_the_question_that_shows_them():
    bank = BankFactory()
    by = keeper_of(bank)
    picture = stored(by)
    media = [{"file": str(picture.pk), "kind": "image", "alt": "接线图"}]
    body = {**draft(1).body, "media": media}

    question = save(bank, by=by, body=body, explanation_media=media)

    assert list(QuestionFile.objects.values_list("question", "file")) == [(question.pk, picture.pk)]


def test_a_file_of_somebody_else_cannot_be_shown():
    bank = BankFactory()
    by = keeper_of(bank)
    body = {**draft(1).body, "media": [{"file": str(stored(UserFactory()).pk), "kind": "image", "alt": ""}]}

    with pytest.raises(Invalid, match="重新上传"):
        save(bank, by=by, body=body)


def test_a_file_that_the_bank_shows_already_can_be_kept_by_another_keeper():
    bank = BankFactory()
    first, second = keeper_of(bank), keeper_of(bank)
    body = {
        **draft(1).body,
        "media": [
            {
                "file": str(
                    stored(first).pk,
                ),
                "kind": "image",
                "alt": "",
            }
        ],
    }
    question = save(bank, by=first, body=body)

    save(bank, by=second, question=question, body=body, explanation="补充解析。")

    question.refresh_from_db()
    assert question.latest.number == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="SQLite has one writer at a time")
def test_of_two_who_save_at_once_the_second_is_told():
    bank = BankFactory()
    question = save(bank)

    outcomes = at_once(
        *(partial(save, bank, question=question, code="", explanation=text, seen=1) for text in ("甲", "乙"))
    )

    assert outcomes == ["done", "wrong_state"]
    assert sorted(question.versions.values_list("number", flat=True)) == [1, 2]


def test_published_questions_keep_their_version_through_a_draft():
    bank = BankFactory()
    question = QuestionFactory(bank)

    publish_questions(bank, [question.pk])

    question.refresh_from_db()
    assert question.published == question.latest
