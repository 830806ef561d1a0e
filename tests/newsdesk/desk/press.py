"""A small invented paper on 127.0.0.1: a front page, a feed, articles and a picture, which a test may change."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.files import samples

PARAGRAPHS = (
    "示例省总工会今天通报，全省举办职工职业劳动和技能竞赛一百场，带动岗位练兵百万人次以上，职工创新的火苗越烧越旺。",
    "“小发明、小改造都从岗位上来。”一位班组长说，他们把省时省力的办法画成图，贴在机床旁边，谁都可以照着做。",
    "据介绍，自七月启动申报以来，全省职工提交创新项目五百余项，覆盖三十五个行业，其中小发明二百零七项。",
)


class Press:
    """What the paper says at each address: (media type, bytes). Every request is written down."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        # Entity tags: who gives one back is told that nothing changed.
        self.tags: dict[str, str] = {}
        self.asked: list[str] = []
        # A hub that the feed names.
        self.hub = ""
        self.port = 0

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def article(self, path: str, title: str, *paragraphs: str, picture: str = "", charset: str = "utf-8") -> None:
        figure = f'<p><img src="{picture}" alt=""></p><p>图为竞赛现场。</p>' if picture else ""
        body = "".join(f"<p>{one}</p>" for one in paragraphs or PARAGRAPHS)
        html = (
            f'<html><head><meta charset="{charset}"><title>{title}_示例日报</title></head><body><h1>{title}</h1>'
            f'<div class="info">2023-12-05 18:41　来源：示例日报</div><div class="content">{body}{figure}</div></body></html>'
        )
        self.pages[path] = (f"text/html; charset={charset}", html.encode(charset))

    def feed(self, *entries: tuple[str, str]) -> None:
        items = "".join(
            f"<item><title>{title}</title><link>{self.address(path)}</link>"
            f"<pubDate>Tue, 05 Dec 2023 18:41:00 +0800</pubDate></item>"
            for path, title in entries
        )
        hub = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{self.hub}"/>' if self.hub else ""
        xml = f'<?xml version="1.0"?><rss version="2.0"><channel><title>示例日报</title>{hub}{items}</channel></rss>'
        self.pages["/feed.xml"] = ("application/rss+xml", xml.encode())

    def front(self) -> None:
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        self.pages["/"] = (
            "text/html",
            f"<html><head><title>示例日报</title>{link}</head><body></body></html>".encode(),
        )

    def picture(self, path: str) -> None:
        self.pages[path] = ("image/jpeg", samples.jpeg())


@contextmanager
def printing():
    """The paper, open."""
    press = Press()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            press.asked.append(self.path)
            kind, body = press.pages.get(self.path, ("", b""))
            tag = press.tags.get(self.path, "")
            if tag and self.headers.get("If-None-Match") == tag:
                kind, body = "image/jpeg", b""
                self.send_response(304)
            else:
                self.send_response(200 if kind else 404)
            if tag:
                self.send_header("ETag", tag)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    press.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield press
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
