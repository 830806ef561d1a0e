"""The real server in processes of its own, killed while it works: what it acknowledged is stored, once."""

from __future__ import annotations

import copy
import itertools
import json
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
import pytest

from tests import migrated
from tests.practice import served
from tests.practice.cluster import Cluster
from tests.practice.real_site import PATIENCE, Crowd, Phone, Site, nonce_of, token_facts

pytestmark = pytest.mark.own_database


def _postgres() -> Iterator[str]:
    """A database of its own on the server of the settings."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        pytest.skip("No PostgreSQL in DATABASE_URL.")
    name = f"huomiao_hotpath_{secrets.token_hex(4)}"
    with psycopg.connect(given, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {migrated.template()}" if migrated.template() else ""))
        yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request, tmp_path_factory) -> Iterator[Site]:
    if request.param == "sqlite":
        if os.environ.get("DATABASE_URL", "").startswith("postgres"):
            pytest.skip("SQLite has its own run.")
        folder = tmp_path_factory.mktemp("site")
        shutil.copyfile(migrated.sqlite_file(), folder / "huomiao.sqlite3")
        yield Site(folder)
        return
    for database in _postgres():
        yield Site(tmp_path_factory.mktemp("site"), database)


def held_against(crowd: Crowd, before: int, stored: list[list]) -> None:
    """Everything acknowledged is stored, once, and nothing else is."""
    assert crowd.problems == []
    told = {nonce_of(reply): json.loads(reply) for _token, _answers, reply in crowd.told}
    rows = stored[before:]
    assert len(told) == len(crowd.told)
    assert len(rows) == len({row[0] for row in rows})
    assert {row[0]: row[2] for row in rows} == {nonce: reply["right"] for nonce, reply in told.items()}


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_killed_while_people_hand_in_lose_and_double_nothing(site, workers):
    before = len(site.attempts)
    crowd = Crowd(site, 16)
    with site.serving(workers):
        first = site.workers(workers)
        crowd.start()
        for worker in first:
            crowd.hand_in(24)
            os.kill(worker, signal.SIGKILL)
        site.workers(workers, besides=first)
        crowd.hand_in(24)
        crowd.stop()
        mine = [one for one in crowd.told if token_facts(one[0])[0] == crowd.phones[0].person["user"]]
        again = [
            crowd.phones[0].handed_in({"token": token}, list(reversed(answers))) for token, answers, _reply in mine
        ]

    # With a second worker there may be nothing in the hands of the first at the moment of its end; without one, phones must wait.
    assert workers > 1 or sum(phone.resent for phone in crowd.phones) > 0
    held_against(crowd, before, site.attempts)
    assert again == [reply for _token, _answers, reply in mine]


def test_what_was_taken_on_is_finished_when_the_server_is_stopped(site):
    before = len(site.attempts)
    crowd = Crowd(site, 8)
    with site.serving(2):
        crowd.start()
        crowd.hand_in(12)
    # The server is gone, and the phones wait for it; on a new one they are answered.
    with site.serving(1):
        crowd.stop()

    held_against(crowd, before, site.attempts)


# --- A server that nobody hurts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(site) -> Iterator[Site]:
    """The site with two workers that nobody hurts, for all who only ask."""
    found = copy.copy(site)
    with found.serving(2):
        yield found


def test_two_devices_at_once_get_one_answer(running):
    person = running.people[0]
    paper = Phone(running, person).paper()
    replies: list[bytes] = []

    def hand_in(answers: list) -> None:
        replies.append(Phone(running, person).handed_in(paper, answers))

    threads = [threading.Thread(target=hand_in, args=([[place % 4]] * 10,), daemon=True) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert len(replies) == 8
    assert len(set(replies)) == 1
    assert [row[0] for row in running.attempts].count(nonce_of(replies[0])) == 1


def test_one_account_that_hammers_is_refused_and_the_others_are_not(running):
    loud, quiet = Phone(running, running.people[1]), Phone(running, running.people[2])
    statuses: list[int] = []
    with closing(running.connection()) as connection:
        headers = {
            "Cookie": f"{loud.person['session']}; {loud.person['practice']}",
            "Content-Type": "application/json",
        }
        began = time.monotonic()
        for _ in range(1000):
            connection.request("POST", "/p/submit", b'{"token":"x","answers":[]}', headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        took = time.monotonic() - began
        quiet.handed_in(quiet.paper(), [None] * 10)

    allowed = statuses.count(403)
    assert set(statuses) == {403, 429}
    assert allowed <= 40 + 5 * (took + 1)
    assert quiet.resent == 0


def test_a_practice_cookie_counts_only_with_its_session(running):
    one, other = running.people[3], running.people[4]
    stolen = Phone(running, {**other, "practice": one["practice"], "plan": one["plan"]})
    alone = Phone(running, {**one, "session": "x=y"})
    as_other = stolen.asked("GET", f"/p/paper?plan={quote(one['plan'])}")
    as_nobody = alone.asked("GET", f"/p/paper?plan={quote(one['plan'])}")

    # Django is asked, and sees who they are: somebody else, and nobody.
    assert (as_other[0], json.loads(as_other[1])["error"]) == (403, "foreign")
    assert (as_nobody[0], json.loads(as_nobody[1])["error"]) == (401, "signed_out")


def test_without_a_practice_cookie_the_session_is_asked_and_the_cookie_renewed(running):
    person = {**running.people[5], "practice": "practice=over"}
    phone = Phone(running, person)
    with closing(running.connection()) as connection:
        connection.request("GET", f"/p/paper?plan={quote(person['plan'])}", headers={"Cookie": person["session"]})
        response = connection.getresponse()
        paper = json.loads(response.read())
        cookies = response.headers.get_all("Set-Cookie")
        person["practice"] = next(one for one in cookies if one.startswith("practice=")).partition(";")[0]
        reply = phone.handed_in(paper, [None] * 10)

    assert len(paper["questions"]) == 10
    assert json.loads(reply)["total"] == 10


def test_forms_of_any_size_reach_django(running):
    """The pages behind the bridge read bodies that come in one piece and in many."""
    token = "a" * 32
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    answers = []
    with closing(running.connection()) as connection:
        for padding in (0, 3 * 1024 * 1024):
            form = {"csrfmiddlewaretoken": token, "theme": "dark", "padding": "x" * padding}
            connection.request("POST", "/display/", urlencode(form), headers)
            response = connection.getresponse()
            response.read()
            answers.append((response.status, "dark" in (response.getheader("Set-Cookie") or "")))

    assert answers == [(302, True), (302, True)]


def test_sign_in_and_practice_are_one_site(running):
    """The form is Django's and the paper is not; a browser sees one address, and cookies that both know."""
    person = running.people[6]
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    before = len(running.attempts)
    address = f"http://127.0.0.1:{running.port}"
    browser.open(f"{address}/accounts/login/").close()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"login": person["username"], "password": served.PASSWORD, "csrfmiddlewaretoken": token}
    with browser.open(f"{address}/accounts/login/", urlencode(form).encode()) as page:
        landed, shown = urlsplit(page.url).path, page.read().decode()
    with browser.open(f"{address}/p/paper?plan={quote(person['plan'])}") as reply:
        paper = json.load(reply)
    body = json.dumps({"token": paper["token"], "answers": [None] * 10}).encode()
    with browser.open(Request(f"{address}/p/submit", body, {"Content-Type": "application/json"})) as reply:
        handed_in = json.load(reply)

    assert landed != "/accounts/login/"
    assert "职工6" in shown
    assert {"sessionid", "practice"} <= {cookie.name for cookie in jar}
    assert (len(paper["questions"]), handed_in["total"]) == (10, 10)
    assert [row[1] for row in running.attempts][before:] == [person["user"]]


# --- PostgreSQL itself is killed ------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("PostgreSQL has its own run.")
    folder = Path("/tmp") / f"huomiao-pg-{secrets.token_hex(4)}"
    folder.mkdir()
    cluster = Cluster(folder)
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_killed_while_people_hand_in_loses_and_doubles_nothing(cluster, tmp_path):
    site = Site(tmp_path, cluster.url)
    crowd = Crowd(site, 16)
    with site.serving(2):
        crowd.start()
        for _ in itertools.repeat(None, 2):
            crowd.hand_in(24)
            cluster.kill()
            cluster.start()
        crowd.hand_in(24)
        crowd.stop()

    held_against(crowd, 0, site.attempts)
