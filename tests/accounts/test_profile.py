from __future__ import annotations

import json

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.core.management import call_command
from django.db import connection
from django.test import Client

from huomiao.accounts import exports
from huomiao.accounts.actions import people
from huomiao.accounts.models import User, phone_index
from huomiao.core import encryption
from huomiao.core.models import Entry
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "huomiao-test-1"


@pytest.fixture
def person(client):
    user = UserFactory(name="张三丰")
    people.change_phone(user, "13812345678", by=user)
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    Entry.objects.all().delete()
    return user


def test_page_shows_the_phone_masked_only(client, person):
    page = client.get("/me/").content.decode()

    assert "138****5678" in page
    assert "13812345678" not in page


@pytest.mark.parametrize("path", ["/me/", "/me/phone/", "/me/export/"])
def test_pages_are_for_people_who_are_signed_in(path):
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


def test_phone_changes_with_the_password(client, person):
    response = client.post("/me/phone/", {"phone": "+86 139 0000 1111", "password": PASSWORD})

    person.refresh_from_db()
    assert response["Location"] == "/me/"
    assert (person.phone, person.phone_key) == ("13900001111", phone_index("13900001111"))
    assert list(Entry.objects.values_list("action", "note", "changes")) == [("account.phone_changed", "", {})]


@pytest.mark.parametrize(
    ("phone", "password", "errors"),
    [
        ("13900001111", "wrong", {"password": ["密码不正确。"]}),
        ("12345", PASSWORD, {"phone": ["请填写 11 位手机号。"]}),
        ("13812345678", PASSWORD, {"phone": ["这就是您现在的手机号。"]}),
        ("13700000000", PASSWORD, {"phone": ["该手机号已用于另一个账号。"]}),
    ],
)
def test_phone_change_is_refused_at_its_field(client, person, phone, password, errors):
    other = UserFactory()
    people.change_phone(other, "13700000000", by=other)

    response = client.post("/me/phone/", {"phone": phone, "password": password})

    person.refresh_from_db()
    assert response.status_code == 422
    assert response.context["form"].errors == errors
    assert person.phone == "13812345678"


def test_passwords_guessed_at_the_phone_form_are_limited(client, person):
    answers = [client.post("/me/phone/", {"phone": "13900001111", "password": "x"}).status_code for _ in range(11)]

    assert (set(answers[:10]), answers[10]) == ({422}, 429)


def test_language_is_kept_with_the_account(client, person):
    response = client.post("/me/language/", {"language": "en"})

    person.refresh_from_db()
    assert (person.language, response.cookies["django_language"].value) == ("en", "en")


def test_unknown_language_changes_nothing(client, person):
    client.post("/me/language/", {"language": "tlh"})

    person.refresh_from_db()
    assert person.language == ""


@pytest.fixture
def elsewhere(person):
    other = Client()
    other.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    return other


def test_sign_out_everywhere_else_keeps_this_one(client, person, elsewhere):
    client.post("/me/sessions/end/")

    assert get_user(client) == person
    assert not get_user(elsewhere).is_authenticated
    assert UserSession.objects.filter(user=person).count() == 1
    assert list(Entry.objects.values_list("action", flat=True)) == ["account.sessions_ended"]


def test_one_session_can_be_ended(client, person, elsewhere):
    session = UserSession.objects.get(session_key=elsewhere.session.session_key)

    client.post(f"/me/sessions/{session.pk}/end/")

    assert not get_user(elsewhere).is_authenticated
    assert get_user(client) == person


def test_sessions_of_others_are_out_of_reach(client, person, elsewhere):
    stranger = Client()
    stranger.force_login(UserFactory())
    session = UserSession.objects.get(session_key=elsewhere.session.session_key)

    stranger.post(f"/me/sessions/{session.pk}/end/")

    assert get_user(elsewhere) == person


def test_password_change_signs_other_devices_out(client, person, elsewhere):
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "neuer-Anfang-9", "password2": "neuer-Anfang-9"},
    )

    assert get_user(client) == person
    assert not get_user(elsewhere).is_authenticated


def test_export_holds_the_account_and_what_apps_registered(client, person, monkeypatch):
    monkeypatch.setattr(exports, "_parts", {"account": exports.account})
    exports.register("ideas", lambda user: [user.name])

    response = client.get("/me/export/")

    told = json.loads(response.content)
    assert response["Content-Disposition"].startswith('attachment; filename="huomiao-')
    assert sorted(told) == ["account", "ideas"]
    assert (told["account"]["phone"], told["ideas"]) == ("13812345678", ["张三丰"])


def test_export_never_holds_the_password(client, person):
    person.refresh_from_db()

    assert person.password not in client.get("/me/export/").content.decode()


def test_session_list_marks_this_one(client, person, elsewhere):
    assert [session["is_current"] for session in client.get("/me/").context["sessions"]].count(True) == 1


def test_reindex_follows_a_change_of_both_keys(person, settings):
    old_key = settings.FIELD_KEYS[0]
    new_key = "p" * 43 + "="
    settings.FIELD_KEYS = [new_key, old_key]
    settings.BLIND_INDEX_KEY = "another"
    assert not User.objects.filter(phone_key=phone_index("13812345678")).exists()

    call_command("reindex_identifiers")

    settings.FIELD_KEYS = [new_key]
    assert User.objects.get(phone_key=phone_index("13812345678")).phone == "13812345678"
    encryption._cipher.cache_clear()


def test_phone_is_ciphertext_at_rest(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [person.pk])
        stored = cursor.fetchone()[0]

    assert stored.startswith("gAAAA")
