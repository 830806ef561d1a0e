"""A site of its own for the tests of the real server, and the people who practise on it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from huomiao.practice import sealing

ROOT = Path(__file__).resolve().parents[2]


PATIENCE = 90


def until(asked: Callable[[], Any]) -> Any:
    """What ``asked`` says as soon as it says anything."""
    limit = time.monotonic() + PATIENCE
    while not (said := asked()):
        assert time.monotonic() < limit, "waited for nothing"
        time.sleep(0.01)
    return said


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
            until(self._answers)
            yield
        finally:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the server ended before it answered"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def workers(self, count: int, *, besides: Collection[int] = ()) -> list[int]:
        """The processes of the ``count`` workers, once there are so many and none of ``besides`` is left."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")

        def found() -> list[int]:
            now = [int(child) for child in children.read_text().split()]
            return now if len(now) == count and not {*now} & {*besides} else []

        return until(found)


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

    def hand_in(self, more: int) -> None:
        """Let them hand in ``more`` papers; where that is no multiple of the people, some are in the middle of one."""
        wanted = len(self.told) + more
        until(lambda: len(self.told) >= wanted or self.problems)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)


def token_facts(sealed: str) -> list:
    payload = sealed[: -sealing._MAC_CHARS]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def nonce_of(reply: bytes) -> str:
    return token_facts(json.loads(reply)["receipt"])[0]
