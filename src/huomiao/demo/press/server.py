"""Serves the press on this machine: three sites on three ports, with entity tags, so that unchanged pages cost nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from huomiao.demo.press.gongren import Gongren
from huomiao.demo.press.kandian import Kandian
from huomiao.demo.press.site import Site
from huomiao.demo.press.stories import SITES, ZONE, read
from huomiao.demo.press.zaixian import Zaixian

HOST = "127.0.0.1"
NAMES = {"gongren": "江岸工人报", "zaixian": "赣鄱在线", "kandian": "每日看点"}
_BUILDS: dict[str, type[Site]] = {"gongren": Gongren, "zaixian": Zaixian, "kandian": Kandian}

Now = Callable[[], datetime]


def sites(ports: dict[str, int], opened_at: datetime) -> dict[str, Site]:
    """The sites of a press that opened at ``opened_at``, by name; ``ports`` are part of their addresses."""
    stories = read(opened_at.astimezone(ZONE).date())
    return {name: _BUILDS[name](f"http://{HOST}:{ports[name]}", stories[name], NAMES, opened_at) for name in SITES}


class Press:
    """The servers of the press, each in a thread; ``opened_at`` is when it opened for the first time."""

    def __init__(self, ports: dict[str, int], opened_at: datetime, now: Now) -> None:
        """Take the ports; 0 takes any that is free.

        Raises:
            OSError: a port is taken.
        """
        self.servers = {name: ThreadingHTTPServer((HOST, ports[name]), BaseHTTPRequestHandler) for name in SITES}
        self.ports = {name: server.server_address[1] for name, server in self.servers.items()}
        for name, site in sites(self.ports, opened_at).items():
            self.servers[name].RequestHandlerClass = _handler(site, now)

    def start(self) -> None:
        for server in self.servers.values():
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        for server in self.servers.values():
            server.shutdown()
            server.server_close()


def _handler(site: Site, now: Now) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = site.answer(urlsplit(self.path).path, now() - site.opened_at)
            is_known = self.headers.get("If-None-Match") == answer.tag and answer.status == 200
            self.send_response(304 if is_known else answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status == 200:
                self.send_header("ETag", answer.tag)
            self.send_header("Content-Length", "0" if is_known else str(len(answer.body)))
            self.end_headers()
            if not is_known:
                self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            """Say nothing: the demo's terminal is for people."""

    return Handler
