"""A key is corrected over its pages: what is proposed, what it would change, what it changed."""

from __future__ import annotations

import pytest

from huomiao.practice.models import KeyCorrection, QuestionVersion, ScoreChange
from tests.factories.exams import sat
from tests.factories.marking import begun, committing, exam_over, marked_exam, officer_of, paper_exam
from tests.practice.marking_pages import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam():
    return marked_exam()


@pytest.fixture
def officer(exam, client):
    found = officer_of(exam)
    client.force_login(found)
    return found


def test_a_key_is_corrected_over_its_pages(exam, officer, client):
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])
    right = (version.key["right"][0] + 1) % 4
    new = address("exam-correction-new", exam, version.pk)
    assert version.body["stem"] in client.get(address("exam-corrections", exam)).content.decode()

    same = client.post(new, {"kind": "key", "key": str(version.key["right"][0]), "reason": "看错"})
    empty = client.post(new, {"kind": "key", "key": "", "reason": ""})
    made = client.post(new, {"kind": "key", "key": str(right), "reason": "依据 2026 版规程"})
    correction = KeyCorrection.objects.get()
    preview = client.get(made.url).content.decode()
    with committing(execute=True):
        client.post(address("exam-correction-apply", exam, correction.pk))

    assert (same.status_code, empty.status_code) == (422, 422)
    assert "看错" in same.content.decode()
    assert "3 人的成绩会变" in preview
    after = client.get(made.url).content.decode()
    assert "3 人成绩有变化" in after
    assert ScoreChange.objects.count() == 3
    assert client.get(address("exam-correction-run", exam, correction.pk)).status_code == 200


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill", "ordering", "matching"])
def test_a_key_of_every_kind_can_be_corrected(kind, client):
    exam, _people = paper_exam(asked=(kind,))
    sat(exam)
    begun(exam)
    client.force_login(officer_of(exam))
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])
    typed = {
        "single": "3" if version.key.get("right") != [3] else "2",
        "multiple": ["0", "1", "2"],
        "true_false": "0" if version.key.get("right") is True else "1",
        "fill": "220；二百二十",
        "ordering": "CBA",
        "matching": "CA",
    }[kind]

    page = client.get(address("exam-correction-new", exam, version.pk))
    made = client.post(
        address("exam-correction-new", exam, version.pk), {"kind": "key", "key": typed, "reason": "勘误"}
    )

    assert page.status_code == 200
    assert made.status_code == 302
    key = KeyCorrection.objects.get().key
    assert key != version.key
    if kind == "fill":
        assert key["blanks"][0] == {"accept": ["220", "二百二十"], "number": 220.0, "tolerance": 0.5, "unit": "V"}


def test_a_text_has_no_key_to_correct(exam, officer, client):
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[2][0])

    page = client.get(address("exam-correction-new", exam, version.pk)).content.decode()

    assert 'value="key"' not in page
    assert "全体给满分" in page


def test_a_question_of_another_exam_is_unknown(exam, officer, client):
    foreign = exam_over()
    version = foreign.papers.get().items[0][0]

    assert client.get(address("exam-correction-new", exam, version)).status_code == 404
