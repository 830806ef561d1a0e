from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.urls import reverse
from django.utils import timezone

from huomiao.accounts import backends
from huomiao.accounts.actions import people
from huomiao.accounts.models import User
from huomiao.core.models import Entry
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "huomiao-test-1"
LOGIN = "/accounts/login/"


@pytest.fixture
def person():
    user = UserFactory(username="ZhangSan", name="张三丰")
    people.change_phone(user, "13812345678", by=user)
    Entry.objects.all().delete()
    return user


def sign_in(client, login="zhangsan", password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


@pytest.mark.parametrize("login", ["ZhangSan", "zhangsan", " zhangsan ", "13812345678", "+86 138 1234 5678"])
def test_sign_in_by_name_or_phone_goes_home(client, person, login):
    response = sign_in(client, login)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert get_user(client) == person
    assert [session.user for session in UserSession.objects.all()] == [person]


def test_sign_in_returns_to_where_the_person_was_going(client, person):
    response = client.post(LOGIN, {"login": "zhangsan", "password": PASSWORD, "next": "/me/"})

    assert response["Location"] == "/me/"


def test_sign_in_never_leads_off_the_site(client, person):
    response = client.post(LOGIN, {"login": "zhangsan", "password": PASSWORD, "next": "https://evil.example/"})

    assert response["Location"] == "/"


@pytest.mark.parametrize("login", ["zhangsan", "nobody", "13912345678"])
def test_wrong_sign_in_says_the_same_of_known_and_unknown(client, person, login):
    response = sign_in(client, login, "wrong-password")

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["账号（或手机号）与密码不相符，请检查后重试。"]
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("login", ["zhangsan", "nobody"])
def test_sign_in_hashes_once_whether_or_not_the_account_exists(rf, person, monkeypatch, login):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append("set"))
    monkeypatch.setattr(User, "check_password", lambda self, raw: hashed.append("check"))

    backends.NameOrPhoneBackend().authenticate(rf.get("/"), username=login, password="wrong")

    assert len(hashed) == 1


def test_closed_account_is_told_so_only_with_the_right_password(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)

    wrong = sign_in(client, password="wrong-password")
    right = sign_in(client)

    assert (wrong.status_code, right.status_code, right["Location"]) == (422, 302, "/accounts/inactive/")
    assert not get_user(client).is_authenticated


def test_sign_up_is_closed(client):
    response = client.post("/accounts/signup/", {"username": "new", "password1": PASSWORD, "password2": PASSWORD})

    assert "account/signup_closed.html" in [template.name for template in response.templates]
    assert User.objects.count() == 0


def test_session_key_changes_at_sign_in(client, person):
    client.get(LOGIN)
    before = client.session.session_key

    sign_in(client)

    assert client.session.session_key != before


def test_fifth_wrong_password_locks_with_a_page_that_says_how_long(client, person):
    answers = [sign_in(client, password="wrong").status_code for _ in range(5)]
    response = sign_in(client)

    assert answers == [422, 422, 422, 422, 429]
    assert response.status_code == 429
    assert "account/locked.html" in [template.name for template in response.templates]
    assert response.context["minutes"] == 15
    assert 840 < int(response["Retry-After"]) <= 900
    assert not get_user(client).is_authenticated


def test_lock_counts_name_and_phone_as_one_account(client, person):
    for login in ["zhangsan", "13812345678", "ZHANGSAN", "+86 13812345678", "zhangsan"]:
        sign_in(client, login, "wrong")

    assert sign_in(client, "13812345678").status_code == 429
    assert AccessAttempt.objects.values_list("username", flat=True).distinct().get() == f"account:{person.pk}"


def test_lock_holds_one_address_and_not_another(client, person):
    for _ in range(5):
        sign_in(client, password="wrong", REMOTE_ADDR="192.0.2.1")

    assert sign_in(client, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert sign_in(client, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_lock_ends_and_waiting_attempts_do_not_prolong_it(client, person):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(5):
            sign_in(client, password="wrong")
        clock.shift(timedelta(minutes=14))
        held = sign_in(client).status_code
        clock.shift(timedelta(minutes=2))
        freed = sign_in(client).status_code

    assert (held, freed) == (429, 302)


def test_right_password_forgets_failures(client, person):
    for _ in range(4):
        sign_in(client, password="wrong")
    sign_in(client)

    assert AccessAttempt.objects.count() == 0


def test_officer_unlocks_with_history(client, person):
    officer = UserFactory(name="赵主席")
    for _ in range(5):
        sign_in(client, password="wrong")

    people.unlock(person, by=officer)

    assert sign_in(client).status_code == 302
    assert list(Entry.objects.values_list("action", "actor_name", "subject_id")) == [
        ("account.unlocked", "赵主席", str(person.pk))
    ]


def test_nothing_that_was_typed_is_kept_with_failed_attempts(client, person):
    sign_in(client, "13812345678", "secret-of-mine")
    sign_in(client, "my-password-in-the-wrong-box", "secret-of-mine")

    kept = " ".join(
        f"{attempt.username} {attempt.post_data} {attempt.get_data}" for attempt in AccessAttempt.objects.all()
    )
    assert "13812345678" not in kept
    assert "secret-of-mine" not in kept
    assert "wrong-box" not in kept


def test_one_account_is_limited_over_all_addresses(client, person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/15m/key"}
    for number in range(3):
        sign_in(client, password="wrong", REMOTE_ADDR=f"192.0.2.{number + 1}")

    response = sign_in(client, "13812345678", REMOTE_ADDR="192.0.2.9")

    assert response.context["form"].non_field_errors() == ["登录失败次数过多，请稍后再试。"]


def test_too_many_posts_from_one_address_get_a_page(client, person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}

    answers = [sign_in(client, password="wrong").status_code for _ in range(3)]

    assert answers == [422, 422, 429]


def test_sign_out_asks_and_then_ends_the_session(client, person):
    client.force_login(person)

    asked = client.get("/accounts/logout/")
    done = client.post("/accounts/logout/")

    assert (asked.status_code, done.status_code) == (200, 302)
    assert not get_user(client).is_authenticated


def test_language_of_the_account_follows_the_sign_in(client, person):
    people.choose_language(person, "en")

    response = sign_in(client)

    assert response.cookies["django_language"].value == "en"


class TestGivenPassword:
    def test_must_be_changed_before_anything_else(self, client, person):
        password = people.give_password(person, by=person)
        sign_in(client, password=password)

        pages = {path: client.get(path) for path in ["/me/", "/", "/accounts/2fa/"]}

        change = reverse("account_change_password")
        assert {path: page["Location"] for path, page in pages.items()} == {
            "/me/": f"{change}?next=%2Fme%2F",
            "/": f"{change}?next=%2F",
            "/accounts/2fa/": f"{change}?next=%2Faccounts%2F2fa%2F",
        }

    def test_is_told_to_scripts_and_fragments_too(self, client, person):
        people.give_password(person, by=person)
        person.refresh_from_db()
        client.force_login(person)

        fragment = client.get("/me/", headers={"HX-Request": "true"})
        data = client.get("/me/", headers={"Accept": "application/json"})

        assert (fragment.status_code, fragment["HX-Redirect"]) == (403, "/accounts/password/change/")
        assert (data.status_code, data.json()["error"]) == (403, "sign_in_unfinished")

    def test_gives_way_to_a_chosen_one(self, client, person):
        password = people.give_password(person, by=person)
        sign_in(client, password=password)

        response = client.post(
            "/accounts/password/change/?next=/me/",
            {"oldpassword": password, "password1": "neuer-Anfang-9", "password2": "neuer-Anfang-9", "next": "/me/"},
        )

        person.refresh_from_db()
        assert response["Location"] == "/me/"
        assert not person.must_change_password
        assert person.check_password("neuer-Anfang-9")
        assert client.get("/me/").status_code == 200
        assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
            "account.password_given",
            "account.password_changed",
        ]

    @pytest.mark.parametrize(
        ("first", "second", "field", "message"),
        [
            ("SAME", "SAME", "password1", "新密码不能与当前密码相同。"),
            ("Zw8-lampe-x", "Zw8-lampe-y", "password2", "两次输入的密码不一致。"),
            ("1234567890123", "1234567890123", "password1", None),
            ("password", "password", "password1", None),
            ("13812345678a", "13812345678a", "password1", None),
            ("kurz-1", "kurz-1", "password1", None),
        ],
    )
    def test_refuses_a_bad_new_one(self, client, person, first, second, field, message):
        client.force_login(person)
        first, second = first.replace("SAME", PASSWORD), second.replace("SAME", PASSWORD)

        response = client.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": first, "password2": second}
        )

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        if message:
            assert response.context["form"].errors[field] == [message]


@pytest.mark.parametrize("is_demo", [True, False])
def test_demo_names_its_accounts_and_nothing_else_does(client, settings, is_demo):
    settings.DEMO = is_demo

    page = client.get(LOGIN).content.decode()

    assert ("演示账号" in page) is is_demo
    assert ('value="secretary"' in page) is is_demo
