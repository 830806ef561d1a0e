from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.core.tables import read_table
from huomiao.innovations.actions import results, reviews, sheets
from huomiao.innovations.models import Call, Expert, Result, Sheet
from huomiao.innovations.states import CallState, GradesBy
from tests.factories.accounts import UserFactory
from tests.factories.reviews import all_signed, review_ready, round_started, scored

pytestmark = pytest.mark.django_db


def _locked(**kwargs):
    review = review_ready(**kwargs)
    made = round_started(review)
    all_signed(made)
    reviews.lock(made, by=review.organiser)
    return review, made


def test_results_are_sealed_before_the_round_is_locked(client):
    review = review_ready(entries=1)
    made = round_started(review)
    sheet = Sheet.objects.select_related("expert__user").first()
    scored(sheet, "51.5", "33.5")
    client.force_login(review.organiser)

    pages = [
        client.get(reverse("innovations:results", args=[review.call.slug])),
        client.get(reverse("innovations:round", args=[made.pk])),
        client.get(reverse("innovations:round-entry", args=[made.pk, made.entries.get().number])),
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not any("51.5" in page.content.decode() or "85.0" in page.content.decode() for page in pages)
    assert client.get(reverse("innovations:results-table", args=[review.call.slug])).status_code == 404


def test_nobody_but_the_organiser_sees_results_until_they_are_released(client):
    review, made = _locked(entries=2)
    declaration = review.declarations[0]
    result = Result.objects.get(entry__in=declaration.unsealings.values("entry"))
    address = reverse("innovations:result", args=[result.pk])
    expert = review.experts[0].user

    def answers():
        found = []
        for user in (review.organiser, declaration.declared_by, expert, UserFactory()):
            client.force_login(user)
            found.append(client.get(address).status_code)
        return found

    assert answers() == [200, 404, 404, 404]
    results.propose(made, by=review.organiser)
    Call.objects.filter(pk=review.call.pk).update(state=CallState.NOTICE)
    results.release(made, by=review.organiser)
    assert answers() == [200, 200, 404, 404]


def test_an_expert_who_declared_sees_no_result_of_the_round_they_judged(client):
    review, made = _locked(entries=2)
    declaration = review.declarations[0]
    declaration.declared_by = review.experts[0].user
    declaration.save()
    results.propose(made, by=review.organiser)
    Call.objects.filter(pk=review.call.pk).update(state=CallState.NOTICE)
    results.release(made, by=review.organiser)
    client.force_login(review.experts[0].user)

    assert [
        client.get(reverse("innovations:result", args=[pk])).status_code
        for pk in Result.objects.values_list("pk", flat=True)
    ] == [404, 404]


def test_the_page_explains_the_score_without_naming_an_expert(client):
    review, _made = _locked(entries=2)
    client.force_login(review.organiser)
    result = Result.objects.first()

    page = client.get(reverse("innovations:result", args=[result.pk])).content.decode()

    assert f"为什么是 {result.raw}" in page
    assert "专家 1" in page
    assert not any(str(expert) in page for expert in review.experts)


def test_a_grade_by_hand_without_a_reason_shows_the_page_again(client):
    review, made = _locked(entries=2)
    results.propose(made, by=review.organiser)
    client.force_login(review.organiser)
    address = reverse("innovations:result", args=[Result.objects.last().pk])

    assert client.post(address, {"grade": "一等", "note": ""}).status_code == 422
    assert client.post(address, {"grade": "一等", "note": "复议"}).status_code == 302


def test_the_table_holds_every_result_in_order(client):
    review, _made = _locked(entries=3)
    client.force_login(review.organiser)

    content = client.get(reverse("innovations:results-table", args=[review.call.slug])).content

    from huomiao.core.tables import Column

    table = read_table(
        content, "r.xlsx", [Column("number", "申报编号"), Column("raw", "原始分"), Column("title", "成果名称")]
    )
    scores = [float(row.values["raw"]) for row in table.rows]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def _locked_with_ties(grades_by=GradesBy.ALL):
    """Four entries of two categories, all of 80 points, that only the first criterion tells apart."""
    review = review_ready(entries=4, experts=3)
    made = round_started(review)
    made.rules["grades_by"] = grades_by
    made.save()
    entries = sorted(made.entries.all(), key=lambda entry: (entry.category_name, entry.pk))
    for entry, points in zip(entries, (50, 42, 45, 40), strict=True):
        for sheet in entry.sheets.select_related("expert__user"):
            sheets.sign([scored(sheet, str(points), str(80 - points))], by=sheet.expert.user)
    reviews.lock(made, by=review.organiser)
    results.propose(made, by=review.organiser)
    return review


def _shown(client, review):
    client.force_login(review.organiser)
    page = client.get(reverse("innovations:results", args=[review.call.slug]))
    return [
        (
            row["result"].entry.category_name,
            row["result"].detail["criteria"]["创新性"],
            row["result"].grade,
            row["is_cut"],
        )
        for row in page.context["rows"]
    ]


def test_ties_across_categories_stand_as_grades_were_given_with_one_line_a_grade(client):
    assert _shown(client, _locked_with_ties()) == [
        ("小创造", "50.00", "一等", True),
        ("小发明", "45.00", "二等", False),
        ("小创造", "42.00", "二等", True),
        ("小发明", "40.00", "", False),
    ]


def test_grades_by_category_are_listed_category_after_category(client):
    assert _shown(client, _locked_with_ties(grades_by=GradesBy.CATEGORY)) == [
        ("小创造", "50.00", "一等", True),
        ("小创造", "42.00", "二等", True),
        ("小发明", "45.00", "二等", True),
        ("小发明", "40.00", "", False),
    ]


@pytest.mark.parametrize(
    ("grades_by", "places", "among"),
    [(GradesBy.ALL, [1, 2, 3, 4], 4), (GradesBy.CATEGORY, [1, 2, 1, 2], 2)],
)
def test_places_are_counted_among_those_who_share_the_grades(client, grades_by, places, among):
    review = _locked_with_ties(grades_by=grades_by)

    rows = list(Result.objects.order_by("position"))

    assert [row.place for row in rows] == places
    assert all(row.best_place <= row.place <= row.worst_place <= among for row in rows)
    client.force_login(review.organiser)
    page = client.get(reverse("innovations:result", args=[rows[-1].pk])).content.decode()
    assert f"共 {among} 项" in page
    assert ("总名次" in page) is (grades_by == GradesBy.ALL)


def test_a_grade_by_hand_draws_no_line_of_its_own(client):
    review = _locked_with_ties()
    last = Result.objects.order_by("position").last()

    results.set_grade(last, grade="一等", by=review.organiser, note="复议")

    assert [is_cut for *_rest, is_cut in _shown(client, review)] == [True, False, True, False]


@pytest.mark.parametrize("name", ["results", "round", "entries", "assignment", "rounds"])
def test_lists_take_the_same_number_of_queries_for_two_and_six(client, name):
    counts = []
    for entries in (2, 6):
        review, made = _locked(entries=entries)
        results.propose(made, by=review.organiser)
        client.force_login(review.organiser)
        address = {
            "results": reverse("innovations:results", args=[review.call.slug]),
            "round": reverse("innovations:round", args=[made.pk]),
            "entries": reverse("innovations:round-entries", args=[made.pk]),
            "assignment": reverse("innovations:round-assignment", args=[made.pk]),
            "rounds": reverse("innovations:rounds", args=[review.call.slug]),
        }[name]
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_my_sheets_take_the_same_number_of_queries_for_one_and_three(client):
    counts = []
    for entries in (1, 3):
        # The namesakes of an earlier turn would be in conflict; three experts are all that this call has.
        Expert.objects.update(is_active=False)
        review = review_ready(entries=entries, experts=3)
        round_started(review)
        client.force_login(review.experts[0].user)
        address = reverse("innovations:sheets")
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert len(page.context["blocks"][0]["rows"]) == entries
        counts.append(len(captured))

    assert counts[0] == counts[1]
