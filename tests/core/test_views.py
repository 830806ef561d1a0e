from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import path

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.styleguide import ERROR_PAGES
from huomiao.urls import handler403, handler404, handler500
from huomiao.urls import urlpatterns as site_urls
from tests.core.pages import inline_code
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def refuse(request):
    raise WrongState("名额已经用完，请先调整排序。")


def forbid(request):
    raise NotAllowed("只有主办方能发布。")


def spoil(request):
    raise Invalid("第 3 行没有姓名。")


def fail(request):
    raise RuntimeError("fault")


urlpatterns = [
    *site_urls,
    path("refuse/", refuse),
    path("forbid/", forbid),
    path("spoil/", spoil),
    path("fail/", fail),
]
__all__ = ["handler403", "handler404", "handler500"]


# --- Choices of the reader ----------------------------------------------------------------------------------------


def test_display_keeps_the_choice_and_goes_back(client):
    response = client.post("/display/", {"theme": "dark", "next": "/help/?x=1"})

    assert (response.status_code, response["Location"]) == (302, "/help/?x=1")
    assert response.cookies["theme"].value == "dark"
    assert 'data-theme="dark" data-type="normal"' in client.get("/help/").content.decode()


def test_display_changes_one_choice_and_leaves_the_other(client):
    client.post("/display/", {"theme": "dark"})
    client.post("/display/", {"type": "x-large"})

    assert 'data-theme="dark" data-type="x-large"' in client.get("/help/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
def test_display_never_leads_off_the_site(client, target):
    assert client.post("/display/", {"theme": "dark", "next": target})["Location"] == "/"


def test_display_ignores_nonsense(client):
    assert dict(client.post("/display/", {"theme": "pink", "type": "7"}).cookies) == {}


def test_display_is_not_changed_by_reading(client):
    assert client.get("/display/").status_code == 405


def test_language_switch_turns_the_page_english(client):
    client.post("/language/", {"language": "en", "next": "/help/"})

    assert '<html lang="en"' in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    ("theme", "dark_sheet"),
    [
        ("light", None),
        ("auto", 'dark.css" media="(prefers-color-scheme: dark)"'),
        ("dark", 'dark.css">'),
    ],
)
def test_dark_sheet_follows_the_theme(client, theme, dark_sheet):
    client.cookies["theme"] = theme

    html = client.get("/help/").content.decode()

    assert ("core/dark.css" in html) is (dark_sheet is not None)
    assert dark_sheet is None or dark_sheet in html


# --- Refusals and errors ------------------------------------------------------------------------------------------


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/refuse/", 409, "名额已经用完，请先调整排序。"),
        ("/forbid/", 403, "只有主办方能发布。"),
        ("/spoil/", 422, "第 3 行没有姓名。"),
    ],
)
def test_refusal_is_a_page_that_says_why(client, address, status, sentence):
    response = client.get(address)

    assert response.status_code == status
    assert f"<p>{sentence}</p>" in response.content.decode()
    assert "回到首页" in response.content.decode()


@pytest.mark.urls(__name__)
def test_refusal_of_a_form_is_a_message_on_the_page_it_stood_on(client):
    response = client.post("/refuse/", headers={"Referer": "http://testserver/help/"}, follow=True)

    assert response.request["PATH_INFO"] == "/help/"
    assert "<p>名额已经用完，请先调整排序。</p>" in response.content.decode()


@pytest.mark.urls(__name__)
def test_refusal_to_htmx_lands_in_the_messages(client):
    response = client.post("/refuse/", headers={"HX-Request": "true"})

    assert response["HX-Retarget"] == "#messages"
    assert response.content.decode().strip().startswith('<div class="message message-bad">')


@pytest.mark.urls(__name__)
def test_fault_is_a_page_without_database(client, django_assert_num_queries):
    client.raise_request_exception = False

    with django_assert_num_queries(0):
        response = client.get("/fail/")

    assert response.status_code == 500
    assert "刚才的操作没有完成" in response.content.decode()


def test_unknown_address_offers_sign_in_and_home(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    html = response.content.decode()
    assert "没有找到这一页" in html
    assert "/accounts/login/?next=/nowhere/" in html


def test_form_of_an_ended_session_says_what_to_do(client):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/display/", {"theme": "dark"})

    assert response.status_code == 403
    assert "页面打开得太久，已经过期" in response.content.decode()


# --- Plain addresses ----------------------------------------------------------------------------------------------


def test_healthz_answers_while_the_database_does(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_robots_keeps_out_of_work_pages(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain"
    assert "Disallow: /tasks/" in response.content.decode()


def test_manifest_names_icons_that_exist(client):
    manifest = client.get("/manifest.webmanifest").json()

    assert [icon["sizes"] for icon in manifest["icons"]] == ["any", "192x192", "512x512", "512x512"]
    assert [icon["src"] for icon in manifest["icons"] if not finders.find(icon["src"].removeprefix("/static/"))] == []


# --- Every page ---------------------------------------------------------------------------------------------------

PAGES = ["/", "/help/", "/help/roles/", "/privacy/", "/styleguide/", "/nowhere/"]
PAGES += [f"/styleguide/errors/{name}/" for name in ERROR_PAGES]


@pytest.mark.parametrize("address", PAGES)
def test_page_has_no_inline_code(client, address):
    assert inline_code(client.get(address).content.decode()) == []


@pytest.mark.parametrize("address", PAGES)
def test_page_has_one_heading_and_every_id_once(client, address):
    html = client.get(address).content.decode()

    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


def test_page_of_somebody_signed_in_has_no_inline_code(client):
    client.force_login(UserFactory())

    assert inline_code(client.get("/tasks/").content.decode()) == []


def test_demo_says_that_it_is_one(client, settings):
    assert "演示站点" not in client.get("/help/").content.decode()

    settings.DEMO = True

    assert "演示站点" in client.get("/help/").content.decode()


def test_first_visit_weighs_less_than_150_kb(client):
    html = client.get("/").content.decode()
    linked = [address.removeprefix("/static/") for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', html)]
    modules = [f"core/{name}" for name in re.findall(r'"\./([a-z]+\.js)"', _text("core/page.js"))]
    # Browsers fetch one icon and the manifest; phones fetch the touch icon when it is put on the home screen.
    files = [name for name in [*linked, *modules] if not name.endswith(".png")]

    assert sum(len(_bytes(name)) for name in files) + len(html.encode()) < 150_000
    assert sum(len(gzip.compress(_bytes(name))) for name in files) + len(gzip.compress(html.encode())) < 50_000


def _bytes(name: str) -> bytes:
    return Path(finders.find(name)).read_bytes()


def _text(name: str) -> str:
    return _bytes(name).decode()
