"""What a candidate is never shown before the end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.files.models import StoredFile
from huomiao.practice.models import QuestionFile, QuestionVersion
from huomiao.practice.queries import media
from tests.factories.accounts import UserFactory
from tests.factories.exams import exam_ready
from tests.practice.exam_pages import begin, post, signed_in

MARK = "绝密答案"


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill", "ordering", "matching", "short"])
def test_nothing_that_a_candidate_can_fetch_holds_a_key_or_an_explanation(db, kind):
    exam = exam_ready(candidates=1, kind=kind)
    for version in QuestionVersion.objects.all():
        key = version.key
        for field in ("reference",):
            if field in key:
                key[field] = MARK
        if "points" in key:
            key["points"] = [{"text": MARK, "points": 2}]
        if "blanks" in key:
            key["blanks"] = [{**blank, "accept": [MARK]} for blank in key["blanks"]]
        QuestionVersion.objects.filter(pk=version.pk).update(key={**key, "mark": MARK}, explanation=MARK)
    candidate = exam.candidates.get()
    client = signed_in(candidate.user)

    queries: list[str] = []
    with CaptureQueriesContext(
        connection,
    ) as captured:
        pages = [
            client.get(reverse(f"practice:{name}", args=args))
            for name, args in (
                ("exams", []),
                ("exam", [exam.slug]),
                ("exam-room", [exam.slug]),
            )
        ]
        _c, sheet = begin(candidate, client)
        token = sheet["token"]
        bad = {"position": 0, "count": 9, "answer": {"no": "answer"}}
        pages += [
            client.get("/p/exam/paper", {"token": token}),
            post(client, "save", {"token": token, "answers": [{"position": 0, "count": 1, "answer": None}]}),
            post(client, "save", {"token": token, "answers": [bad]}),
            post(client, "submit", {"token": token, "answers": []}),
            post(client, "save", {"token": token, "answers": []}),
            client.get(reverse("practice:exam", args=[exam.slug])),
        ]
    queries = [query["sql"] for query in captured]

    texts = [page.content.decode() for page in pages] + [json.dumps(sheet, ensure_ascii=False)]
    assert [MARK in text for text in texts] == [False] * len(texts)
    assert not any('"points"' in text or '"key"' in text or '"explanation"' in text for text in texts[3:])
    assert not any('"practice_questionversion"."key"' in sql or '"explanation"' in sql for sql in queries)


def test_the_waiting_room_holds_nothing_of_the_paper(db):
    exam = exam_ready(candidates=1, opened=timedelta(minutes=10))
    candidate = exam.candidates.get()
    client = signed_in(candidate.user)

    text = client.get(reverse("practice:exam-room", args=[exam.slug])).content.decode()

    assert not any(stem in text for stem in QuestionVersion.objects.values_list("body__stem", flat=True))


def test_pictures_of_an_exams_own_bank_are_shown_to_whoever_has_begun(db):
    exam = exam_ready(candidates=2)
    exam.banks.update(is_shared=False)
    one, other = exam.candidates.order_by("number")
    question = exam.banks.get().questions.first()
    file = StoredFile.objects.create(
        name="图.png", kind="image", media_type="image/png", size=1, sha256="0", location="a.png", owner=UserFactory()
    )
    QuestionFile.objects.create(question=question, file=file)
    begin(one)

    found = [QuestionFile.objects.filter(pk__in=media.files_for(row.user).values("pk")).count() for row in (one, other)]

    assert found == [1, 0]
