"""What every test stands on: no socket, an empty cache, files in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

from huomiao.practice import exam_papers
from huomiao.practice.hotpath import engine

# Playwright's event loop runs in the main thread of browser journeys; Django would refuse its ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# How long one example takes says more of the machine than of the code; on a busy one it would fail tests at random.
hypothesis_settings.register_profile("huomiao", deadline=None)
hypothesis_settings.load_profile("huomiao")


@pytest.fixture(autouse=True)
def _clean_surroundings(settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()
    engine.INLINE.clear()
    exam_papers.SHELF.clear()
