"""Fifty hosts for the crawl's benchmark, in one process: 127.0.1.1 to 127.0.1.50, with latency and faults, watching how
polite their visitors are.

``python -m benchmarks.crawl_hosts PORT``. The control port (PORT + 1 on 127.0.0.1) takes ``/set?pages=…`` and gives
``/report``.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import struct
import sys
import time
import zlib
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOSTS = [f"127.0.1.{number}" for number in range(1, 51)]
ROBOTS = b"User-agent: *\nDisallow: /private/\nSitemap: /sitemap.xml\n"
FILLER = (
    "<p>江西点燃职工创新火苗，劳动技能竞赛带动岗位练兵，一线职工说起自己的小发明、小改革，脸上都是笑意。</p>".encode()
    * 60
)
SLOW_SECONDS = 1.0
# Linux; the kernel's own time of arrival comes with what arrived.
SO_TIMESTAMPNS = 35


class Settings:
    pages = 100
    latency = True
    faults = True


class Record:
    """What one host saw of its visitor."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []
        self.under_way = 0
        self.most_at_once = 0
        self.asked: Counter[str] = Counter()
        self.served = 0
        self.faults = 0


RECORDS: dict[str, Record] = {}
# Faults happen to an address once; the second time it is served.
HURT: set[tuple[str, str]] = set()


def chance(*what: object) -> int:
    """A number below 1000 that is always the same for the same things."""
    return zlib.crc32(repr(what).encode()) % 1000


def response(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def page(path: str) -> bytes:
    return (
        f"<html><head><title>第{path}篇</title></head><body><h1>第{path}篇</h1>".encode() + FILLER + b"</body></html>"
    )


class Visitor:
    """One connection. When a request arrived is told by the kernel: this process may be kept waiting, its clock must
    not be."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.host = connection.getsockname()[0]
        self.buffer = b""
        self.loop = asyncio.get_running_loop()
        connection.settimeout(0)
        connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.loop.add_reader(connection, self.readable)

    def readable(self) -> None:
        try:
            data, notes, _flags, _address = self.socket.recvmsg(65536, 256)
        except OSError:
            data, notes = b"", []
        if not data:
            self.close()
            return
        seconds, nanoseconds = struct.unpack("ll", notes[0][2]) if notes else (time.time(), 0)
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _end, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.asked(head.split(b" ", 2)[1].decode(), seconds + nanoseconds / 1e9)

    def close(self) -> None:
        if self.socket.fileno() >= 0:
            self.loop.remove_reader(self.socket)
            self.socket.close()

    def write(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            self.close()

    def asked(self, path: str, at: float) -> None:
        record = RECORDS.setdefault(self.host, Record())
        if path != "/robots.txt":
            record.asked[path] += 1
        record.arrivals.append(at)
        record.under_way += 1
        record.most_at_once = max(record.most_at_once, record.under_way)
        wait = (20 + chance(self.host, path, "latency") % 61) / 1000 if Settings.latency else 0.0
        fault = chance(self.host, path) if Settings.faults and path.startswith("/a/") else 999
        if fault < 50 and (self.host, path) not in HURT:
            HURT.add((self.host, path))
            record.faults += 1
            if fault < 10:
                wait += SLOW_SECONDS
        else:
            fault = 999
        if wait:
            self.loop.call_later(wait, self.answer, path, fault, record)
        else:
            self.answer(path, fault, record)

    def answer(self, path: str, fault: int, record: Record) -> None:
        record.under_way -= 1
        if 10 <= fault < 20:
            # A reset, not a goodbye.
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close()
        elif 20 <= fault < 35:
            self.write(response("503 Service Unavailable", b"", "Retry-After: 1"))
        elif 35 <= fault < 50:
            self.write(response("302 Found", b"", f"Location: {path}"[:-5] + "-moved.html"))
        else:
            self.write(self.content(path))
            record.served += path.startswith("/a/")

    def content(self, path: str) -> bytes:
        if path == "/robots.txt":
            return response("200 OK", ROBOTS)
        if path == "/sitemap.xml":
            entries = "".join(f"<url><loc>/a/{number}.html</loc></url>" for number in range(Settings.pages))
            return response("200 OK", f"<urlset>{entries}</urlset>".encode())
        if path == "/":
            links = "".join(
                f'<li><a href="/a/{number}.html">第{number}篇职工创新报道</a></li>' for number in range(Settings.pages)
            )
            return response("200 OK", f'<html><ul>{links}</ul><a href="/private/x.html">后台管理</a></html>'.encode())
        return response("200 OK", page(path))


def report() -> dict[str, Any]:
    gaps: list[float] = []
    for record in RECORDS.values():
        times = sorted(record.arrivals)
        gaps += [after - before for before, after in itertools.pairwise(times)]
    gaps.sort()
    return {
        "served": sum(record.served for record in RECORDS.values()),
        "faults": sum(record.faults for record in RECORDS.values()),
        "requests": sum(len(record.arrivals) for record in RECORDS.values()),
        "again": sum(count - 1 for record in RECORDS.values() for count in record.asked.values() if count > 1),
        "forbidden": sum(
            count for record in RECORDS.values() for path, count in record.asked.items() if path.startswith("/private")
        ),
        "most_at_once": max((record.most_at_once for record in RECORDS.values()), default=0),
        "least_gap": gaps[0] if gaps else 0.0,
        "gap_1_percent": gaps[len(gaps) // 100] if gaps else 0.0,
        "gap_median": gaps[len(gaps) // 2] if gaps else 0.0,
    }


class Control(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        target = urlsplit(data.split(b" ", 2)[1].decode())
        if target.path == "/set":
            given = {name: values[0] for name, values in parse_qs(target.query).items()}
            Settings.pages, Settings.latency, Settings.faults = (
                int(given["pages"]),
                given["latency"] == "1",
                given["faults"] == "1",
            )
            RECORDS.clear()
            HURT.clear()
        self.transport.write(response("200 OK", json.dumps(report()).encode(), "Connection: close"))
        self.transport.close()


async def main(port: int) -> None:
    # Who watches the clock must not be starved by those who are watched.
    with contextlib.suppress(PermissionError):
        os.nice(-5)
    loop = asyncio.get_running_loop()
    for host in HOSTS:
        listening = socket.create_server((host, port), backlog=512)
        listening.settimeout(0)
        listening.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # for what comes before it is accepted
        loop.add_reader(listening, lambda listening=listening: Visitor(listening.accept()[0]))
    await loop.create_server(Control, "127.0.0.1", port + 1)
    print("ready", flush=True)
    await loop.create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
