"""A hub on 127.0.0.1: it takes requests, comes to confirm them, and pushes what a test gives it."""

from __future__ import annotations

import hashlib
import hmac
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

CHALLENGE = "<b>9f2c</b>"


class Hub:
    """``asked`` are the forms that came; ``status`` is what it answers; ``lease`` what it grants (None: it never comes)."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202
        self.location = ""
        self.lease: int | None = 864_000
        self.confirmations: list[tuple[int, str]] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"

    def confirm(self, form: dict[str, str]) -> None:
        """Ask whether the request was meant, and note what is said."""
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": CHALLENGE}
        if form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(self.lease)
        self.confirmations.append(answer(f"{form['hub.callback']}?{urlencode(query)}"))

    def push(self, body: bytes, *, method: str = "sha256", secret: str | None = None) -> int:
        """Push ``body`` to whoever asked last; the status that comes back."""
        form = self.asked[-1]
        key = (form["hub.secret"] if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/rss+xml"}
        return answer(form["hub.callback"], body, headers)[0]


def answer(address: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        with urlopen(Request(address, data=body, headers=headers or {}), timeout=20) as response:  # to 127.0.0.1
            return response.status, response.read().decode()
    except HTTPError as refused:
        refused.close()
        return refused.code, ""


@contextmanager
def open_hub():
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            hub.asked.append({name: values[0] for name, values in form.items()})
            if hub.status < 300 and hub.lease is not None:
                hub.confirm(hub.asked[-1])
            self.send_response(hub.status)
            if hub.location:
                self.send_header("Location", hub.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
