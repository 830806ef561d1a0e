from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.innovations.queries.calls import unions
from huomiao.innovations.states import State
from huomiao.orgs.roles import Role
from tests.factories.innovations import DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    call = call_with_rules(slug="wuxiao-2026")
    for union in unions(call):
        unit = UnitFactory(parent=union, division="39")
        DeclarationFactory(
            call=call, unit=unit, union=union, category=call.categories.first(), field=None, division="39",
            state=State.RECOMMENDED, title=f"{union.name}的成果",
        )  # fmt: skip
    return call


@pytest.fixture
def organiser(call):
    return MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user


@pytest.fixture
def officer(call):
    return MembershipFactory(organization=unions(call)[0], role=Role.OFFICER).user


PAGES = ["stats:dashboard", "stats:records", "stats:records-table", "stats:bulletin"]


@pytest.mark.parametrize("name", PAGES)
def test_the_organiser_opens_every_page(client, call, organiser, name):
    client.force_login(organiser)

    assert client.get(reverse(name, args=[call.slug])).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_plain_worker_is_refused_with_a_reason(client, call, name):
    client.force_login(MembershipFactory(organization=unions(call)[0], role=Role.MEMBER).user)

    response = client.get(reverse(name, args=[call.slug]))

    assert response.status_code == 403
    assert "工会工作人员" in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_asked_to_sign_in(client, call, name):
    response = client.get(reverse(name, args=[call.slug]))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_an_officer_lists_only_the_own_branch(client, call, officer):
    client.force_login(officer)

    content = client.get(reverse("stats:records", args=[call.slug])).content.decode()

    first, second = unions(call)
    assert f"{first.name}的成果" in content
    assert f"{second.name}的成果" not in content


def test_a_number_opens_the_list_behind_it(client, call, organiser):
    client.force_login(organiser)

    response = client.get(reverse("stats:records", args=[call.slug]), {"union": unions(call)[1].code})

    assert [row.title for row in response.context["page"]] == [f"{unions(call)[1].name}的成果"]


def test_an_unknown_dimension_is_refused_not_a_fault(client, call, organiser):
    client.force_login(organiser)

    assert client.get(reverse("stats:records", args=[call.slug]), {"declared_by": "1"}).status_code == 422


@pytest.mark.parametrize("form", ["json", "docx", "txt"])
def test_the_bulletin_comes_as_a_file(client, call, organiser, form):
    client.force_login(organiser)

    response = client.get(reverse("stats:bulletin-file", args=[call.slug, form]))

    assert response["Content-Disposition"] == f'attachment; filename="wuxiao-2026.{form}"'


def test_another_form_of_bulletin_does_not_exist(client, call, organiser):
    client.force_login(organiser)

    assert client.get(reverse("stats:bulletin-file", args=[call.slug, "pdf"])).status_code == 404


@pytest.mark.parametrize("name", ["stats:records", "stats:dashboard"])
def test_lists_take_a_constant_number_of_queries(client, call, organiser, name, django_assert_max_num_queries):
    client.force_login(organiser)
    address = reverse(name, args=[call.slug])
    client.get(address)
    counts = []
    for _more in range(2):
        with django_assert_max_num_queries(60) as queries:
            client.get(address)
        counts.append(len(queries))
        unit = UnitFactory(parent=unions(call)[0], division="17")
        for _one in range(3):
            DeclarationFactory(
                call=call, unit=unit, union=unions(call)[0], category=call.categories.last(), field=None, division="17",
                state=State.RECOMMENDED,
            )  # fmt: skip

    assert counts[0] == counts[1]
