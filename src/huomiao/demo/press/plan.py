"""Where the press of this demo stands: its ports and the moment it opened, the same at every start."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from huomiao.demo.press.server import HOST
from huomiao.demo.press.stories import SITES


@dataclass(frozen=True)
class Plan:
    """``ports`` by site, and when the press opened."""

    ports: dict[str, int]
    opened_at: datetime


def kept() -> Plan | None:
    """The plan of an earlier start; None when there was none."""
    try:
        facts = json.loads(_path().read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Plan(facts["ports"], datetime.fromisoformat(facts["opened_at"]))


def made(at: datetime, *, beside: int) -> Plan:
    """A new plan, kept: the first free ports above ``beside``, since the sites' addresses are what gets archived."""
    ports: dict[str, int] = {}
    port = beside
    for site in SITES:
        port = next(one for one in range(port + 1, port + 2000) if _is_free(one))
        ports[site] = port
    _path().write_text(json.dumps({"ports": ports, "opened_at": at.isoformat()}), "utf-8")
    return Plan(ports, at)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "press.json"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
