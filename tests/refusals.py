"""Refusals without their page, for tests that ask for thousands of them and look at the number only."""

from __future__ import annotations

from contextlib import contextmanager
from unittest import mock

from django.template import Template, engines

PAGES = ("core/403.html", "core/404.html", "core/refused.html")


@contextmanager
def plain_refusals():
    engine = engines["django"].engine
    # The loader of partials holds the one that keeps templates.
    (partials,) = engine.template_loaders
    (cached,) = partials.loaders
    with mock.patch.dict(cached.get_template_cache, {page: Template("-", engine=engine) for page in PAGES}):
        yield
