"""The real server in processes of its own, killed while it works: what it acknowledged is stored, once."""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
import pytest

from huomiao.practice import sealing
from tests import migrated
from tests.practice import served

pytestmark = pytest.mark.own_database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90


class Site:
    """A site with its own data: what is in it, and a server that can be started and hurt."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.environment = {
            **os.environ,
            "HUOMIAO_DATA": str(folder),
            "SECRET_KEY": "s" * 50,
            "HUOMIAO_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "huomiao.settings",
        }
        self.environment.pop("DATABASE_URL", None)
        if database:
            self.environment["DATABASE_URL"] = database
        self.people = json.loads(self._said("load"))
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def _said(self, command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.practice.served", command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    @property
    def attempts(self) -> list[list]:
        return json.loads(self._said("attempts"))

    @contextmanager
    def serving(self, workers: int) -> Iterator[None]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.practice.served", "serve", str(self.port), str(workers)],
            cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            limit = time.monotonic() + PATIENCE
            while time.monotonic() < limit:
                try:
                    socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield
        finally:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Phone:
    """A phone that sends again until it is answered, as its outbox does."""

    def __init__(self, site: Site, person: dict) -> None:
        self.site = site
        self.person = person
        self.resent = 0

    def asked(self, method: str, path: str, facts: dict | None = None) -> tuple[int, bytes]:
        limit = time.monotonic() + PATIENCE
        body = json.dumps(facts) if facts else None
        headers = {"Cookie": f"{self.person['session']}; {self.person['practice']}"}
        if body:
            headers["Content-Type"] = "application/json"
        while True:
            try:
                with closing(self.site.connection()) as connection:
                    connection.request(method, path, body, headers)
                    response = connection.getresponse()
                    status, content = response.status, response.read()
            except (OSError, http.client.HTTPException):
                status, content = 0, b""
            if status not in (0, 429, 503) or time.monotonic() > limit:
                return status, content
            self.resent += 1
            time.sleep(0.05)

    def paper(self) -> dict:
        status, content = self.asked("GET", f"/p/paper?plan={quote(self.person['plan'])}")
        assert status == 200, content
        return json.loads(content)

    def handed_in(self, paper: dict, answers: list) -> bytes:
        status, content = self.asked("POST", "/p/submit", {"token": paper["token"], "answers": answers})
        assert status == 200, content
        return content


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


class Crowd:
    """People who practise until told to stop, and what each was told."""

    def __init__(self, site: Site, count: int) -> None:
        self.phones = [Phone(site, person) for person in site.people[:count]]
        self.told: list[tuple[str, list, bytes]] = []
        self.problems: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._practise, args=(phone,), daemon=True) for phone in self.phones]

    def _practise(self, phone: Phone) -> None:
        noise = random.Random(phone.person["user"])
        while not self._over.is_set():
            try:
                paper = phone.paper()
                answers = [[noise.randrange(4)] for _ in paper["questions"]]
                self.told.append((paper["token"], answers, phone.handed_in(paper, answers)))
            except AssertionError as problem:
                self.problems.append(str(problem))
                return
            time.sleep(0.5)  # nobody answers ten questions quicker, and the server would say so

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)


def token_facts(sealed: str) -> list:
    payload = sealed[: -sealing._MAC_CHARS]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def nonce_of(reply: bytes) -> str:
    return token_facts(json.loads(reply)["receipt"])[0]


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
        first = site.workers()
        crowd.start()
        for worker in first:
            time.sleep(2)
            os.kill(worker, signal.SIGKILL)
        time.sleep(4)
        crowd.stop()
        last = site.workers()
        mine = [one for one in crowd.told if token_facts(one[0])[0] == crowd.phones[0].person["user"]]
        again = [
            crowd.phones[0].handed_in({"token": token}, list(reversed(answers))) for token, answers, _reply in mine
        ]

    assert len(last) == workers
    assert not set(last) & set(first)
    # With a second worker there may be nothing in the hands of the first at the moment of its end; without one, phones must wait.
    assert workers > 1 or sum(phone.resent for phone in crowd.phones) > 0
    held_against(crowd, before, site.attempts)
    assert again == [reply for _token, _answers, reply in mine]


def test_what_was_taken_on_is_finished_when_the_server_is_stopped(site):
    before = len(site.attempts)
    crowd = Crowd(site, 8)
    with site.serving(2):
        crowd.start()
        time.sleep(2)
    # The server is gone, and the phones wait for it; on a new one they are answered.
    with site.serving(1):
        crowd.stop()

    held_against(crowd, before, site.attempts)


def test_two_devices_at_once_get_one_answer(site):
    person = site.people[0]
    with site.serving(2):
        paper = Phone(site, person).paper()
        replies: list[bytes] = []

        def hand_in(answers: list) -> None:
            replies.append(Phone(site, person).handed_in(paper, answers))

        threads = [threading.Thread(target=hand_in, args=([[place % 4]] * 10,), daemon=True) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)

    assert len(replies) == 8
    assert len(set(replies)) == 1
    assert [row[0] for row in site.attempts].count(nonce_of(replies[0])) == 1


def test_one_account_that_hammers_is_refused_and_the_others_are_not(site):
    loud, quiet = Phone(site, site.people[1]), Phone(site, site.people[2])
    statuses: list[int] = []
    with site.serving(1), closing(site.connection()) as connection:
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
        began = time.monotonic()
        quiet.handed_in(quiet.paper(), [None] * 10)
        waited = time.monotonic() - began

    allowed = statuses.count(403)
    assert set(statuses) == {403, 429}
    assert allowed <= 40 + 5 * (took + 1)
    assert waited < 5


def test_a_practice_cookie_counts_only_with_its_session(site):
    one, other = site.people[3], site.people[4]
    stolen = Phone(site, {**other, "practice": one["practice"], "plan": one["plan"]})
    alone = Phone(site, {**one, "session": "x=y"})
    with site.serving(1):
        as_other = stolen.asked("GET", f"/p/paper?plan={quote(one['plan'])}")
        as_nobody = alone.asked("GET", f"/p/paper?plan={quote(one['plan'])}")

    # Django is asked, and sees who they are: somebody else, and nobody.
    assert (as_other[0], json.loads(as_other[1])["error"]) == (403, "foreign")
    assert (as_nobody[0], json.loads(as_nobody[1])["error"]) == (401, "signed_out")


def test_without_a_practice_cookie_the_session_is_asked_and_the_cookie_renewed(site):
    person = {**site.people[5], "practice": "practice=over"}
    phone = Phone(site, person)
    with site.serving(1), closing(site.connection()) as connection:
        connection.request("GET", f"/p/paper?plan={quote(person['plan'])}", headers={"Cookie": person["session"]})
        response = connection.getresponse()
        paper = json.loads(response.read())
        cookies = response.headers.get_all("Set-Cookie")
        person["practice"] = next(one for one in cookies if one.startswith("practice=")).partition(";")[0]
        reply = phone.handed_in(paper, [None] * 10)

    assert len(paper["questions"]) == 10
    assert json.loads(reply)["total"] == 10


# --- PostgreSQL itself is killed ----------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL of this test's own, that keeps its promises (fsync on)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = shutil.which("initdb") or next(
            iter(sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True)), None
        )
        if not found:
            pytest.skip("No initdb on this machine.")
        self.programs = Path(found).parent
        # PostgreSQL refuses to run as root.
        self.as_whom = {"user": "postgres"} if os.geteuid() == 0 else {}
        folder.chmod(0o777)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        try:
            self._run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust")
        except (KeyError, PermissionError, subprocess.CalledProcessError) as problem:
            pytest.skip(f"No cluster can be made here: {problem}")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self.as_whom)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._run(
            "pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-t", "60", "-o", options, "start"
        )

    def kill(self) -> None:
        """Pull its plug: the server and all its backends at once."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for process in (postmaster, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.5)
        # Whose child it is may take its time to bury it; until then the next one would believe that it lives.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


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
            time.sleep(2)
            cluster.kill()
            cluster.start()
        time.sleep(3)
        crowd.stop()

    held_against(crowd, 0, site.attempts)
    assert len(crowd.told) > 16


def test_forms_of_any_size_reach_django(site):
    """The pages behind the bridge read bodies that come in one piece and in many."""
    token = "a" * 32
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    answers = []
    with site.serving(1), closing(site.connection()) as connection:
        for padding in (0, 3 * 1024 * 1024):
            form = {"csrfmiddlewaretoken": token, "theme": "dark", "padding": "x" * padding}
            connection.request("POST", "/display/", urlencode(form), headers)
            response = connection.getresponse()
            response.read()
            answers.append((response.status, "dark" in (response.getheader("Set-Cookie") or "")))

    assert answers == [(302, True), (302, True)]


def test_sign_in_and_practice_are_one_site(site):
    """The form is Django's and the paper is not; a browser sees one address, and cookies that both know."""
    person = site.people[6]
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    before = len(site.attempts)
    with site.serving(2):
        address = f"http://127.0.0.1:{site.port}"
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
    assert [row[1] for row in site.attempts][before:] == [person["user"]]
