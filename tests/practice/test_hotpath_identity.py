"""Who gets the practice cookie, and what it is good for."""

from __future__ import annotations

import time

import pytest
from django.urls import reverse

from huomiao.practice.hotpath import identity
from huomiao.practice.hotpath.limits import Limiter
from tests.factories.accounts import UserFactory

SESSION = "s" * 32


def test_a_cookie_names_its_owner_for_ten_minutes():
    value = identity.issue(7, SESSION, now=1000.0)

    assert identity.read(value, SESSION, now=1000.0) == 7
    assert identity.read(value, SESSION, now=1599.0) == 7
    assert identity.read(value, SESSION, now=1600.0) is None


@pytest.mark.parametrize("value", ["", "x", "题", "A" * 80])
def test_a_forged_cookie_names_nobody(value):
    assert identity.read(value, SESSION, now=0.0) is None


def test_a_cookie_counts_only_with_its_session():
    value = identity.issue(7, SESSION, now=0.0)

    assert identity.read(value, "t" * 32, now=0.0) is None
    assert identity.read(value, "", now=0.0) is None


def test_a_cookie_from_before_the_secret_changed_is_made_anew(settings):
    value = identity.issue(7, SESSION, now=0.0)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" + "y" * 50

    assert identity.read(value, SESSION, now=0.0) is None


@pytest.mark.django_db
def test_pages_give_it_and_signing_out_takes_it(client):
    user = UserFactory()
    client.force_login(user)

    client.get("/help/")
    given = client.cookies[identity.COOKIE]
    reader = identity.read(given.value, client.cookies["sessionid"].value, now=time.time())
    given = {name: given[name] for name in ("path", "httponly", "samesite", "max-age")}
    client.post(reverse("account_logout"))

    assert given == {"path": "/p/", "httponly": True, "samesite": "Lax", "max-age": 600}
    assert reader == user.pk
    assert client.cookies[identity.COOKIE].value == ""


@pytest.mark.django_db
def test_somebody_who_must_choose_a_password_first_gets_none(client):
    user = UserFactory(must_change_password=True)
    client.force_login(user)

    client.get("/help/")

    assert identity.COOKIE not in client.cookies


@pytest.mark.django_db
def test_nobody_in_particular_gets_none(client):
    client.get("/help/")

    assert identity.COOKIE not in client.cookies


def test_a_bucket_lets_a_burst_through_and_then_a_steady_trickle():
    limiter = Limiter(burst=3, a_second=2)

    at_once = [limiter.admits(1, 100.0) for _ in range(4)]
    later = [limiter.admits(1, at) for at in (100.4, 100.5, 100.6, 101.0, 200.0)]

    assert at_once == [True, True, True, False]
    assert later == [False, True, False, True, True]
    assert limiter.admits(2, 100.0)
