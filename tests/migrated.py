"""A database with all its tables: made by the migrations once, then copied by whoever needs one.

The migrations take many seconds; a copy takes none. On SQLite the copy is of a file that stays in ``.pytest_cache`` until a
migration changes. On PostgreSQL it is of the database that HUOMIAO_TEST_TEMPLATE names, which ``dev/run_tests.py`` makes and
takes away; without one, the migrations run as ever. Django's own look at the migrations follows either copy.

    python -m tests.migrated          makes the file if it is not there, so that workers do not each make their own
    python -m tests.migrated URL      runs the migrations on the database of URL
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache" / "migrated"


def template() -> str:
    """The name of a PostgreSQL database to copy; "" when there is none."""
    return os.environ.get("HUOMIAO_TEST_TEMPLATE", "")


def sqlite_file() -> Path:
    """An SQLite database with all tables and no connection."""
    inputs = [ROOT / "uv.lock", *sorted(ROOT.glob("src/huomiao/*/migrations/*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:16]
    found = KEPT / f"{digest}.sqlite3"
    if not found.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            made = Path(folder) / "made.sqlite3"
            migrate(f"sqlite:///{made}")
            with closing(sqlite3.connect(made)) as connection:
                # In the mode of the site (WAL) it could not be copied into memory.
                connection.execute("PRAGMA journal_mode=DELETE")
            made.replace(found)
        for old in KEPT.glob("*.sqlite3"):
            if old != found:
                old.unlink(missing_ok=True)
    return found


def migrate(url: str) -> None:
    """Run all migrations on the database of ``url``."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "huomiao.settings",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


@contextmanager
def copied(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While this lasts, Django's test database of ``connection`` is made as a copy."""
    if connection.vendor == "postgresql":
        if template():
            connection.settings_dict["TEST"]["TEMPLATE"] = template()
        yield
        return
    create = connection.creation._create_test_db
    with (
        closing(sqlite3.connect(sqlite_file())) as source,
        mock.patch.object(connection.creation, "_create_test_db") as made,
    ):
        kept: list[sqlite3.Connection] = []

        def fill(*arguments: object, **named: object) -> str:
            name: str = create(*arguments, **named)
            # A database in memory lasts while somebody is connected to it, and Django is not yet.
            kept.append(sqlite3.connect(name, uri=name.startswith("file:")))
            source.backup(kept[0])
            return name

        made.side_effect = fill
        yield
        for one in kept:
            one.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        migrate(sys.argv[1])
    else:
        sqlite_file()
