"""Running the site: granian in front, one process for background tasks and one for what the clock does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.common import AbstractServer

STOP_SECONDS = 8
DRAIN_SECONDS = 20
BACKLOG = 4096
MOST_CONNECTIONS = 16_000


def prepare() -> None:
    """Bring the database and the static files up to date; quick when nothing changed."""
    call_command("migrate", verbosity=0, interactive=False)
    if _static_files_are_stale():
        call_command("collectstatic", verbosity=0, interactive=False)


def _static_files_are_stale() -> bool:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    made_at = manifest.stat().st_mtime
    sources = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    return any(Path(source).stat().st_mtime > made_at for source in sources)


def server(host: str, port: int, *, workers: int, target: str = "huomiao.asgi:application") -> AbstractServer[Any]:
    """The server as the site is served; a worker that dies is replaced."""
    _allow_many_connections()
    return Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        # Phones keep their connections, and a province begins an exam within a minute: waiting costs a worker little.
        backlog=BACKLOG,
        backpressure=MOST_CONNECTIONS,
        respawn_failed_workers=True,
        # A worker that was told to stop while it was still starting does not hear it.
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.error,
    )


def _allow_many_connections() -> None:
    """Use what the system grants: many begin with a thousand open files and let a process ask for more."""
    try:
        import resource  # noqa: PLC0415 - only where there is such a thing
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MOST_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, 4 * MOST_CONNECTIONS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def companions(*commands: list[str]) -> Iterator[None]:
    """Run management commands beside the server, in sessions of their own, and end them with it."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "huomiao.settings"}
    running = [
        # The server's own interpreter and fixed words: nothing from outside reaches this line.
        subprocess.Popen([sys.executable, "-m", "django", *command], env=environment, start_new_session=True)  # noqa: S603
        for command in commands
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
