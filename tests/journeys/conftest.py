"""A real browser before a real server: windows that people sign in with, and a watch on what goes wrong in them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from huomiao.accounts.models import User

PATIENCE = 30_000  # milliseconds
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PASSWORD = "huomiao-test-1"  # what UserFactory gives
SCREENSHOTS = os.environ.get("HUOMIAO_SCREENSHOTS", "")
# Chromium says these of every answer that is not 2xx; the answers themselves are looked at one by one.
SAID_BY_CHROMIUM = re.compile(r"Failed to load resource")


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def base_url() -> str:
    """None for all: every test has a server of its own. (The plugin's own fixture is of a kind that pytest gives up.)"""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = _chromium()
    if not path:
        pytest.skip("No Chromium: install chromium or google-chrome so that it is on the PATH.")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, so that the server's threads have connections of their own, as they do in life."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "journeys.sqlite3")


class Window:
    """A browser window of somebody: a page, and what the browser and the server had to complain of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.problems: list[str] = []
        self._expected: list[int] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"error in a script: {error}"))
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Let the server refuse with one of ``statuses`` for a while."""
        self._expected.extend(statuses)
        yield
        self.page.wait_for_load_state("networkidle")
        del self._expected[-len(statuses) :]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not SAID_BY_CHROMIUM.search(message.text):
            self.problems.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left gives up what it was fetching, and a download is not a page.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.failure} {request.method} {request.url}")

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def sign_in(self, user: User | str, password: str = PASSWORD) -> Window:
        self.go("/accounts/login/")
        self.page.get_by_label("账号或手机号").fill(user if isinstance(user, str) else user.username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page).not_to_have_url(re.compile("/accounts/login/"))
        return self

    def sign_out(self) -> None:
        self.page.context.clear_cookies()

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Press a link and wait for its page and scripts: before them only test_slow_line.py types."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def agree(self) -> None:
        """Answer the question that a button with ``data-confirm`` asks."""
        self.page.get_by_role("dialog").get_by_role("button", name="确定").click()

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def told(self, text: str) -> None:
        """The page says ``text`` somewhere where it can be seen."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def keep(self, name: str) -> None:
        """Pictures of the page as it is on a phone and on a desk, when HUOMIAO_SCREENSHOTS names a folder."""
        if not SCREENSHOTS:
            return
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size
        for one in (PHONE, DESK):
            self.page.set_viewport_size(one)
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=folder / f"{name}-{one['width']}.png", full_page=True)
        if size:
            self.page.set_viewport_size(size)


Open = Callable[..., Window]


@pytest.fixture
def open_window(transactional_db: None, live_server, new_context, settings) -> Iterator[Open]:
    """Opens a window: ``open_window(user)`` signs them in, with a phone's size or without JavaScript if so asked.

    When the test ends, nothing may have gone wrong in any of them.
    """
    # A sitting of many windows is no attack, and certificates are to lead back here.
    settings.PUBLIC_URL = live_server.url
    expect.set_options(timeout=PATIENCE)
    windows: list[Window] = []

    def opened(user: User | None = None, *, phone: bool = False, beside: Window | None = None, **more: Any) -> Window:
        context: BrowserContext
        if beside:
            context = beside.page.context
        else:
            size = {"viewport": PHONE, "has_touch": True} if phone else {"viewport": DESK}
            context = new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **size, **more)
            context.set_default_timeout(PATIENCE)
        window = Window(context.new_page(), live_server.url)
        windows.append(window)
        return window.sign_in(user) if user else window

    yield opened
    problems = {f"window {number}: {one}" for number, window in enumerate(windows, 1) for one in window.problems}
    assert problems == set()
