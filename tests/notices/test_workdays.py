from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from huomiao.core.models import Entry
from huomiao.notices.calendar import add_working_days
from huomiao.notices.models import WorkdayException
from huomiao.orgs.roles import Role
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    user = MembershipFactory(role=Role.ORGANISER).user
    client.force_login(user)
    return user


def test_a_day_off_is_entered_and_counts(client, organiser):
    before = add_working_days(date(2023, 11, 14), 5)

    response = client.post(reverse("notices:workdays"), {"day": "2023-11-16", "is_workday": "0", "note": "全省运动会"})

    assert response.status_code == 302
    assert (before, add_working_days(date(2023, 11, 14), 5)) == (date(2023, 11, 21), date(2023, 11, 22))
    assert list(Entry.objects.values_list("action", "note")) == [("workday.set", "全省运动会")]


def test_entering_a_day_again_changes_it(client, organiser):
    for value in ("0", "1"):
        client.post(reverse("notices:workdays"), {"day": "2023-11-18", "is_workday": value, "note": ""})

    assert list(WorkdayException.objects.values_list("day", "is_workday")) == [(date(2023, 11, 18), True)]


def test_a_day_is_removed_and_the_history_says_so(client, organiser):
    exception = WorkdayException.objects.create(day=date(2023, 11, 16), is_workday=False)

    client.post(reverse("notices:workday-remove", args=[exception.pk]))

    assert WorkdayException.objects.count() == 0
    assert [entry.action for entry in Entry.objects.all()] == ["workday.removed"]


def test_what_is_no_day_comes_back_with_what_was_typed(client, organiser):
    response = client.post(reverse("notices:workdays"), {"day": "十一月", "is_workday": "1", "note": "补班"})

    assert response.status_code == 422
    assert "补班" in response.content.decode()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.EDITOR, Role.ADMINISTRATOR])
def test_others_do_not_keep_the_calendar(client, role):
    client.force_login(MembershipFactory(role=role).user)

    assert client.get(reverse("notices:workdays")).status_code == 403
    assert client.post(reverse("notices:workdays"), {"day": "2023-11-16", "is_workday": "0"}).status_code == 403
    assert WorkdayException.objects.count() == 0


def test_the_list_takes_a_constant_number_of_queries(client, organiser, django_assert_max_num_queries):
    counts = []
    for days in (range(1, 2), range(2, 4)):
        for day in days:
            WorkdayException.objects.create(day=date(2023, 11, day), is_workday=False)
        with django_assert_max_num_queries(30) as captured:
            client.get(reverse("notices:workdays"))
        counts.append(len(captured))

    assert counts[0] == counts[1]
