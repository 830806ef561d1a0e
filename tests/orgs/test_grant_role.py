from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command

from huomiao.accounts.models import User
from huomiao.core.models import Entry
from huomiao.orgs.models import Membership
from huomiao.orgs.roles import Role
from tests.factories.orgs import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_the_first_organiser_gets_an_account_and_a_role():
    province = OrganizationFactory(code="36")
    out = io.StringIO()

    call_command("grant_role", "chief", "organiser", "36", name="程望舒", stdout=out)

    user = User.objects.get(username="chief")
    password = re.search(r"first password: (\S+)", out.getvalue()).group(1)
    assert user.check_password(password)
    assert user.must_change_password
    assert list(Membership.objects.values_list("organization", "user", "role")) == [
        (province.pk, user.pk, Role.ORGANISER)
    ]
    assert sorted(Entry.objects.values_list("action", flat=True)) == ["account.created", "membership.granted"]


def test_granting_twice_is_the_same_as_once():
    OrganizationFactory(code="36")
    for _time in range(2):
        call_command("grant_role", "chief", "organiser", "36", name="程望舒", stdout=io.StringIO())

    assert Membership.objects.count() == 1
    assert Entry.objects.filter(action="membership.granted").count() == 1


@pytest.mark.parametrize("arguments", [("chief", "organiser", "36"), ("chief", "organiser", "99")])
def test_what_is_not_there_is_said(arguments):
    OrganizationFactory(code="36")

    with pytest.raises(CommandError):
        call_command("grant_role", *arguments)
