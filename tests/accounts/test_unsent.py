"""A session that ends while a form is being filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
PASSWORD = "huomiao-test-1"
IDEA = "把矿车的制动改成双回路。\n<b>第二行</b>"


@pytest.fixture
def person():
    return UserFactory()


def sign_in(client, person, target="/me/unsent/"):
    return client.post(LOGIN, {"login": person.username, "password": PASSWORD, "next": target})


def test_what_was_sent_after_the_session_ended_can_be_sent_again(client, person):
    stopped = client.post("/me/language/", {"language": "en", "note": IDEA})
    back = sign_in(client, person)
    page = client.get(back["Location"])

    assert stopped["Location"] == f"{LOGIN}?next=%2Fme%2Funsent%2F"
    assert [str(message) for message in get_messages(stopped.wsgi_request)] == [
        "登录已过期。请重新登录，刚才填写的内容已为您保留。"
    ]
    form = page.context["form"]
    assert (form.path, form.fields) == ("/me/language/", [("language", "en"), ("note", IDEA)])
    assert "&lt;b&gt;第二行&lt;/b&gt;" in page.content.decode()
    client.post(form.path, dict(form.fields))
    person.refresh_from_db()
    assert person.language == "en"


def test_it_is_ciphertext_in_the_session(client):
    client.post("/me/language/", {"note": IDEA})

    assert client.session["unsent"].startswith("gAAAA")


def test_passwords_are_not_kept(client, person):
    client.post("/me/phone/", {"phone": "13812345678", "password": PASSWORD, "csrfmiddlewaretoken": "x"})
    sign_in(client, person)

    assert client.get("/me/unsent/").context["form"].fields == [("phone", "13812345678")]


def test_lost_files_are_told(client, person):
    client.post("/me/language/", {"note": IDEA, "picture": SimpleUploadedFile("a.png", b"x")})
    sign_in(client, person)

    assert "附件无法保留" in client.get("/me/unsent/").content.decode()


def test_it_is_kept_for_half_an_hour(client, person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.post("/me/language/", {"note": IDEA})
        clock.shift(timedelta(minutes=31))
        sign_in(client, person)
        response = client.get("/me/unsent/")

    assert response["Location"] == "/"


def test_it_can_be_dropped(client, person):
    client.post("/me/language/", {"note": IDEA})
    sign_in(client, person)
    client.post("/me/unsent/")

    assert client.get("/me/unsent/")["Location"] == "/"


@pytest.mark.parametrize("sent", [{}, {"note": " "}, {"note": "x" * 300_001}])
def test_nothing_and_too_much_are_not_kept(client, sent):
    response = client.post("/me/language/", sent)

    assert response["Location"] == f"{LOGIN}?next=/me/language/"
    assert "unsent" not in client.session


def test_fragment_is_told_where_it_stands(client):
    response = client.post("/me/language/", {"note": IDEA}, headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Retarget"]) == (401, "#messages")
    assert "登录已过期" in response.content.decode()


def test_script_is_told_in_json(client):
    response = client.post("/me/language/", {"note": IDEA}, headers={"Accept": "application/json"})

    assert (response.status_code, response.json()["error"]) == (401, "signed_out")
