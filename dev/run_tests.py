"""Runs the suite on SQLite, and on PostgreSQL where one is reachable; says in its last lines which it used.

    python dev/run_tests.py [--journeys] [pytest arguments]

PostgreSQL is the server of HUOMIAO_TEST_POSTGRES (a URL), else one that answers on this machine without a password.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "postgresql:///postgres"


def postgres() -> str:
    """The URL of a reachable PostgreSQL on which databases can be made; "" when there is none."""
    given = os.environ.get("HUOMIAO_TEST_POSTGRES", "")
    for url in [given] if given else [LOCAL]:
        try:
            with psycopg.connect(url, connect_timeout=3) as connection:
                row = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.Error as failure:
            if given:
                sys.exit(f"HUOMIAO_TEST_POSTGRES does not answer: {failure}")
            return ""
        if row and row[0]:
            return url
    return ""


@contextmanager
def migrated(url: str) -> Iterator[str]:
    """The name of a database with all its tables on the server of ``url``: each worker copies it (tests/migrated.py)."""
    name = f"huomiao_template_{secrets.token_hex(4)}"
    place, _, more = url.partition("?")
    of_template = f"{place.rpartition('/')[0]}/{name}" + (f"?{more}" if more else "")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        subprocess.run([sys.executable, "-m", "tests.migrated", of_template], cwd=ROOT, check=True)
        yield name
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(name: str, arguments: list[str], **more: str) -> int:
    """pytest's own answer; ``more`` goes into its environment."""
    print(f"\n== {name}", flush=True)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "huomiao.settings"}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env={**environment, **more}, check=False
    ).returncode


def main() -> None:
    arguments = sys.argv[1:]
    journeys = "--journeys" in arguments
    arguments = [argument for argument in arguments if argument != "--journeys"]
    subprocess.run([sys.executable, "dev/translations.py", "compile"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "tests.migrated"], cwd=ROOT, check=True)
    spread = ["-q", "-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal"]
    if journeys:
        sys.exit(run("browser journeys", [*spread, "-m", "journey", *(arguments or ["tests/journeys"])]))
    common = [*spread, "-m", "not journey", *arguments]
    used = ["SQLite"]
    failed = run("SQLite", common)
    url = postgres()
    if url:
        used.append("PostgreSQL")
        with migrated(url) as template:
            failed |= run("PostgreSQL", common, DATABASE_URL=url, HUOMIAO_TEST_TEMPLATE=template)
    print(f"\nDatabases used: {' and '.join(used)}.")
    if not url:
        print(
            "PostgreSQL was not tried: set HUOMIAO_TEST_POSTGRES=postgres://user:password@host/database to try it too."
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
