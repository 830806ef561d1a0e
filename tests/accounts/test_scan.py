from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from huomiao.accounts.actions import scans
from huomiao.accounts.models import ScanLogin
from huomiao.core.models import Entry
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
LOGIN = "/accounts/login/"
State = ScanLogin.State


@pytest.fixture
def person():
    return UserFactory(name="张三丰")


@pytest.fixture
def desktop():
    return Client(headers={"User-Agent": DESKTOP})


@pytest.fixture
def phone(person):
    client = Client(headers={"User-Agent": PHONE})
    client.force_login(person)
    return client


def shown(desktop, **query):
    desktop.get(LOGIN, query)
    return ScanLogin.objects.order_by("-pk").first()


def poll(desktop):
    return desktop.post("/scan/poll/", headers={"Accept": "application/json"}).json()


def test_scan_signs_the_desktop_in(desktop, phone, person):
    scan = shown(desktop)
    before = poll(desktop)

    page = phone.get(f"/scan/{scan.code}/")
    between = poll(desktop)
    phone.post(f"/scan/{scan.code}/confirm/")
    after = poll(desktop)

    assert page.status_code == 200
    assert [before["state"], between["state"], after["state"]] == ["shown", "scanned", "used"]
    assert after["next"] == "/"
    assert get_user(desktop) == person


def test_scan_leaves_a_history_of_who_and_which_browser(desktop, phone, person):
    scan = shown(desktop)
    phone.post(f"/scan/{scan.code}/confirm/")
    poll(desktop)

    assert list(Entry.objects.order_by("pk").values_list("action", "actor_id", "note")) == [
        ("account.scan_confirmed", person.pk, "Chrome · Windows"),
        ("account.signed_in_by_scan", person.pk, "Chrome · Windows"),
    ]


def test_phone_page_shows_who_asks_and_the_same_word(desktop, phone):
    page = desktop.get(LOGIN, REMOTE_ADDR="203.0.113.7")
    scan = ScanLogin.objects.get()

    answer = phone.get(f"/scan/{scan.code}/").content.decode()

    word = page.context["scan"].word
    assert re.fullmatch(r"[A-Z2-9]{4}", word)
    assert [part in answer for part in ["Chrome · Windows", "203.0.113.7", word, "张三丰"]] == [True] * 4


def test_claim_never_reaches_a_page(desktop):
    page = desktop.get(LOGIN).content.decode()
    held = desktop.session["scan"]

    assert held["claim"] not in page
    assert ScanLogin.objects.get().claim_hash != held["claim"]


def test_phones_are_shown_no_code():
    response = Client(headers={"User-Agent": PHONE}).get(LOGIN)

    assert response.context["scan"] is None
    assert ScanLogin.objects.count() == 0


def test_reload_keeps_the_code_and_a_wrong_password_too(desktop):
    first = shown(desktop)
    desktop.get(LOGIN)
    desktop.post(LOGIN, {"login": "nobody", "password": "wrong"})

    assert list(ScanLogin.objects.all()) == [first]


def test_session_key_changes_so_that_a_planted_session_gains_nothing(desktop, phone):
    scan = shown(desktop)
    planted = desktop.session.session_key
    phone.post(f"/scan/{scan.code}/confirm/")

    poll(desktop)

    assert desktop.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not get_user(thief).is_authenticated


def test_knowing_the_code_does_not_collect_the_answer(desktop, phone):
    scan = shown(desktop)
    thief = Client(headers={"User-Agent": DESKTOP})
    shown(thief)
    session = thief.session
    session["scan"] = session["scan"] | {"code": scan.code}
    session.save()
    phone.post(f"/scan/{scan.code}/confirm/")

    answer = poll(thief)

    assert answer["next"] == ""
    assert not get_user(thief).is_authenticated
    assert poll(desktop)["state"] == "used"


@pytest.mark.parametrize("claim", ["", "wrong", "x" * 500])
def test_wrong_claim_collects_nothing(person, claim):
    now = timezone.now()
    scan, _claim = scans.show(browser="Chrome", address="192.0.2.1", at=now)
    scans.confirm(scan, by=person, at=now)

    assert scans.collect(scan.code, claim, at=now) is None


def test_unknown_code_collects_nothing():
    assert scans.collect("no-such-code", "", at=timezone.now()) is None


def test_answer_is_collected_once(person):
    now = timezone.now()
    scan, claim = scans.show(browser="Chrome", address="192.0.2.1", at=now)
    scans.confirm(scan, by=person, at=now)

    first, second = scans.collect(scan.code, claim, at=now), scans.collect(scan.code, claim, at=now)

    assert (first, second) == (person, None)


def test_two_tabs_confirm_once(desktop, phone):
    scan = shown(desktop)
    first = phone.post(f"/scan/{scan.code}/confirm/")
    second = phone.post(f"/scan/{scan.code}/confirm/")

    assert (first.status_code, second.status_code) == (200, 409)
    assert Entry.objects.filter(action="account.scan_confirmed").count() == 1


def test_second_phone_cannot_take_a_code_over(desktop, phone, person):
    scan = shown(desktop)
    other = Client()
    other.force_login(UserFactory())
    phone.post(f"/scan/{scan.code}/confirm/")

    assert other.post(f"/scan/{scan.code}/confirm/").status_code == 409
    poll(desktop)
    assert get_user(desktop) == person


def test_refusal_is_final_and_told(desktop, phone):
    scan = shown(desktop)
    phone.post(f"/scan/{scan.code}/refuse/")

    assert poll(desktop) == {"state": "refused", "next": ""}
    assert phone.post(f"/scan/{scan.code}/confirm/").status_code == 409
    assert not get_user(desktop).is_authenticated


@pytest.mark.parametrize(("seconds", "status"), [(119, 200), (121, 410)])
def test_code_lives_two_minutes(desktop, phone, seconds, status):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        scan = shown(desktop)
        clock.shift(timedelta(seconds=seconds))

        looked = phone.get(f"/scan/{scan.code}/").status_code
        answered = phone.post(f"/scan/{scan.code}/confirm/").status_code

    assert (looked, answered) == (status, status)


def test_confirmed_code_that_nobody_collects_runs_out(person):
    now = timezone.now()
    scan, claim = scans.show(browser="Chrome", address="192.0.2.1", at=now)
    scans.confirm(scan, by=person, at=now)

    assert scans.collect(scan.code, claim, at=now + timedelta(minutes=3)) is None


def test_expired_code_is_told_and_renewed(desktop):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = shown(desktop)
        clock.shift(timedelta(minutes=3))
        told = poll(desktop)
        fresh = desktop.post("/scan/new/").json()

    assert told == {"state": "expired", "next": ""}
    assert sorted(fresh) == ["seconds", "svg", "word"]
    assert fresh["word"] != scans.word(old.code)


def test_old_codes_are_thrown_away(desktop):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = shown(desktop)
        clock.shift(timedelta(hours=2))
        shown(Client(headers={"User-Agent": DESKTOP}))

    assert not ScanLogin.objects.filter(pk=old.pk).exists()


def test_signed_out_phone_signs_in_first_and_comes_back(desktop, person):
    scan = shown(desktop)
    phone = Client(headers={"User-Agent": PHONE})
    path = f"/scan/{scan.code}/"

    asked = phone.get(path)
    back = phone.post(LOGIN, {"login": person.username, "password": "huomiao-test-1", "next": path})

    assert asked["Location"] == f"{LOGIN}?next={path}"
    assert back["Location"] == path
    scan.refresh_from_db()
    assert scan.state == State.SHOWN


def test_signed_out_phone_cannot_confirm(desktop):
    scan = shown(desktop)

    response = Client().post(f"/scan/{scan.code}/confirm/")

    scan.refresh_from_db()
    assert response["Location"].startswith(LOGIN)
    assert scan.state == State.SHOWN


def test_phone_with_a_given_password_changes_it_first(desktop, phone, person):
    person.must_change_password = True
    person.save()
    scan = shown(desktop)

    response = phone.post(f"/scan/{scan.code}/confirm/")

    scan.refresh_from_db()
    assert response["Location"] == "/accounts/password/change/"
    assert scan.state == State.SHOWN


def test_answers_need_post_and_the_form_token(desktop, person):
    scan = shown(desktop)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    assert strict.get(f"/scan/{scan.code}/confirm/").status_code == 405
    assert strict.post(f"/scan/{scan.code}/confirm/").status_code == 403
    scan.refresh_from_db()
    assert scan.state == State.SHOWN


def test_closed_account_is_not_let_in(desktop, phone, person):
    scan = shown(desktop)
    phone.post(f"/scan/{scan.code}/confirm/")
    person.is_active = False
    person.save()

    assert poll(desktop)["next"] == ""
    assert not get_user(desktop).is_authenticated


def test_button_without_script_waits_and_then_signs_in(desktop, phone, person):
    scan = shown(desktop, next="/me/")
    early = desktop.post("/scan/claim/")
    phone.post(f"/scan/{scan.code}/confirm/")
    late = desktop.post("/scan/claim/")

    assert (early["Location"], late["Location"]) == (LOGIN, "/me/")
    assert get_user(desktop) == person


def test_desktop_is_sent_only_to_paths_on_this_site(desktop, phone):
    scan = shown(desktop, next="https://evil.example/")
    phone.post(f"/scan/{scan.code}/confirm/")

    assert poll(desktop)["next"] == "/"


def test_desktop_signed_in_in_another_tab_goes_on(desktop, person):
    shown(desktop)
    desktop.force_login(person)

    assert poll(desktop)["state"] == "used"


def test_asking_and_answering_are_limited(desktop, phone):
    shown(desktop)
    asked = [desktop.post("/scan/poll/").status_code for _ in range(241)]
    answered = [phone.post("/scan/nothing/confirm/").status_code for _ in range(11)]

    assert (set(asked[:240]), asked[240]) == ({200}, 429)
    assert (set(answered[:10]), answered[10]) == ({404}, 429)


def test_one_address_is_given_only_so_many_codes():
    given = [Client(headers={"User-Agent": DESKTOP}).get(LOGIN).context["scan"] is not None for _ in range(61)]

    assert given == [True] * 60 + [False]
