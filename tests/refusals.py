"""Quicker answers for tests that ask thousands of addresses: refusals without their page, templates that are not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.template import Template, engines
from django.template.base import Template as DrawnTemplate
from django.test.utils import _TestState

# The page that is drawn for whatever nobody may know of: it says the same of every address.
UNKNOWN = ("core/404.html",)
PAGES = (*UNKNOWN, "core/403.html", "core/refused.html")


@contextmanager
def plain_refusals(pages: tuple[str, ...] = PAGES) -> Iterator[None]:
    """Answers by ``pages`` have their number and headers, and "-" in the place of the page."""
    engine = engines["django"].engine
    # The loader of partials holds the one that keeps templates.
    (partials,) = engine.template_loaders
    (cached,) = partials.loaders
    with mock.patch.dict(cached.get_template_cache, {page: Template("-", engine=engine) for page in pages}):
        yield


@contextmanager
def unkept_templates() -> Iterator[None]:
    """The test client copies every template's context; where nobody looks at ``response.context``, that is for nothing."""
    with mock.patch.object(DrawnTemplate, "_render", _TestState.saved_data.template_render):
        yield
