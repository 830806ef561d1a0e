"""What every test stands on: no socket, an empty cache, files in a folder of its own."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from huomiao.practice import exam_papers
from huomiao.practice.hotpath import engine
from tests import migrated

# What takes longest is begun first: at the end every worker has something small to do, and none waits for another.
LONGEST = (
    "test_no_fault.py",
    "innovations/test_blindness.py",
    "practice/test_marking_blindness.py",
    "practice/test_hotpath_server.py",
    "demo/test_story.py",
)
# Fixtures by which a test comes to the database.
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}

# Playwright's event loop runs in the main thread of browser journeys; Django would refuse its ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# How long one example takes says more of the machine than of the code, and what is drawn differs from run to run: on a busy
# machine or a lucky day a test would fail for nothing that was changed. `--hypothesis-profile=exploring` draws anew.
hypothesis_settings.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("huomiao", hypothesis_settings.get_profile("exploring"), derandomize=True)
hypothesis_settings.load_profile("huomiao")


@pytest.fixture(scope="session")
def _copied_database(django_db_modify_db_settings, django_db_blocker):
    with django_db_blocker.unblock(), migrated.copied(connection):
        yield


@pytest.fixture(scope="session")
def django_db_setup(_copied_database, django_db_setup):
    """Django's test database, copied instead of migrated (tests/migrated.py)."""


@pytest.fixture(autouse=True)
def _clean_surroundings(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()
    engine.INLINE.clear()
    exam_papers.SHELF.clear()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking through it again and again for garbage took a twelfth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are not written into a test's name: what was compressed holds the second of it, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    _leave_out(config, items)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database is proved by the run on SQLite: on PostgreSQL it would prove nothing more, and cost as much."""
    if connection.vendor != "postgresql" or config.getoption("file_or_dir"):
        return
    here = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = here


def _uses_database(item: pytest.Item) -> bool:
    marks = ("django_db", "own_database")
    return any(item.get_closest_marker(mark) for mark in marks) or not DATABASE.isdisjoint(
        getattr(item, "fixturenames", ())
    )
