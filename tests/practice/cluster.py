"""A PostgreSQL whose plug can be pulled."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest


class Cluster:
    """A PostgreSQL of a test's own, that keeps its promises (fsync on)."""

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
