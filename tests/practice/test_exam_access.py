"""Who may open which page of an exam, and what the lists cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice.models import Candidate, Exam, Sitting
from huomiao.practice.states import ExamState
from tests.factories.accounts import UserFactory
from tests.factories.exams import CandidateFactory, exam_ready, sat
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.practice.exam_pages import begin, officer_of, signed_in


@pytest.fixture
def exam(db):
    return exam_ready(candidates=2)


OFFICER_PAGES = [
    "desk",
    "edit",
    "blueprint",
    "candidates",
    "candidates-import",
    "candidates-template",
    "candidates-table",
    "watch",
]


@pytest.mark.parametrize("name", OFFICER_PAGES)
def test_who_may_open_an_officers_page(exam, name):
    exam = Exam.objects.get(pk=exam.pk)
    unit = OrganizationFactory(parent=exam.organiser)
    people = {
        "nobody": None,
        "candidate": exam.candidates.first().user,
        "member": MembershipFactory(organization=exam.organiser, role=Role.MEMBER).user,
        "trainer": officer_of(exam),
        "officer": officer_of(exam, Role.OFFICER),
        "below": MembershipFactory(organization=Organization.objects.get(pk=unit.pk), role=Role.TRAINER).user,
        "elsewhere": MembershipFactory(organization=OrganizationFactory(), role=Role.TRAINER).user,
    }
    address = reverse(f"practice:exam-{name}", args=[exam.slug])

    statuses = {who: (signed_in(user) if user else Client()).get(address).status_code for who, user in people.items()}

    assert statuses == {
        "nobody": 302,
        "candidate": 403,
        "member": 404,
        "trainer": 200,
        "officer": 200,
        "below": 404,
        "elsewhere": 404,
    }


def test_who_may_open_papers_sittings_and_a_candidates_pages(exam):
    sat(exam)
    sitting = Sitting.objects.first()
    listed, stranger = exam.candidates.first().user, UserFactory()
    officer = officer_of(exam)
    addresses = [
        reverse("practice:exam-paper", args=[exam.slug, 1]),
        reverse("practice:exam-sitting", args=[exam.slug, sitting.pk]),
        reverse("practice:exam-candidate", args=[exam.slug, exam.candidates.first().pk]),
        reverse("practice:exam", args=[exam.slug]),
        reverse("practice:exam-room", args=[exam.slug]),
    ]

    found = {
        who: [signed_in(user).get(address).status_code for address in addresses]
        for who, user in {"listed": listed, "stranger": stranger, "officer": officer}.items()
    }

    assert found == {
        "listed": [403, 403, 403, 200, 302],
        "stranger": [404, 404, 404, 404, 404],
        "officer": [200, 200, 200, 302, 404],
    }


def test_drafts_are_not_known_to_their_candidates(exam):
    Exam.objects.update(state=ExamState.DRAFT)
    candidate = exam.candidates.first()
    client, reply = begin(candidate)

    assert client.get(reverse("practice:exam", args=[exam.slug])).status_code == 404
    assert list(client.get(reverse("practice:exams")).context["page_obj"]) == []
    assert reply["error"] == "closed"


def test_an_exam_of_several_days_says_on_which_day_it_ends(db):
    exam = exam_ready(closes_at=timezone.now() + timedelta(days=3), late_minutes=2 * 24 * 60)
    client = signed_in(exam.candidates.get().user)

    page = client.get(reverse("practice:exam", args=[exam.slug])).content.decode()

    ends, latest = timezone.localtime(exam.closes_at), timezone.localtime(exam.opens_at + timedelta(days=2))
    assert f" – {ends:%Y-%m-%d %H:%M}</dd>" in page
    assert f">{latest:%Y-%m-%d %H:%M}</dd>" in page


def test_whoever_sat_is_led_to_the_results_once_they_are_out(exam):
    sat(exam)
    client = signed_in(exam.candidates.first().user)
    pages = [reverse("practice:exams"), reverse("practice:exam", args=[exam.slug])]
    way, promise = f'href="{reverse("practice:my-results")}">查看成绩', "成绩公布后可以在这里查看"
    before = [client.get(page).content.decode() for page in pages]
    Exam.objects.update(state=ExamState.RELEASED)
    after = [client.get(page).content.decode() for page in pages]

    assert [way in page for page in before + after] == [False, False, True, True]
    assert [promise in page for page in (before[1], after[1])] == [True, False]


# --- Lists ------------------------------------------------------------------------------------------------------------


def _queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_lists_take_the_same_queries_for_one_and_for_three(exam):
    officer = signed_in(officer_of(exam))
    Candidate.objects.filter(pk=exam.candidates.last().pk).delete()
    sat(exam)
    names = ("exam-candidates", "exam-watch")
    before = [_queries(officer, reverse(f"practice:{name}", args=[exam.slug])) for name in names]
    for number in range(2):
        CandidateFactory(exam=exam, number=f"9{number}", paper=exam.papers.first())
    sat(exam, {"90": {0: [1]}})

    after = [_queries(officer, reverse(f"practice:{name}", args=[exam.slug])) for name in names]

    assert after == before


def test_my_exams_and_those_i_keep_take_the_same_queries_for_one_and_for_three(exam):
    user = exam.candidates.first().user
    MembershipFactory(organization=exam.organiser, role=Role.TRAINER, user=user)
    client = signed_in(user)
    addresses = [reverse("practice:exams"), reverse("practice:exams-kept")]
    before = [_queries(client, address) for address in addresses]
    for _number in range(2):
        other = exam_ready(candidates=0, organiser=Organization.objects.get(pk=exam.organiser_id))
        CandidateFactory(exam=other, user=user)

    assert [_queries(client, address) for address in addresses] == before
