"""No request makes the site fail: every address, as every role, with odd queries, odd keys, empty and hostile posts.

The addresses come from the resolver and the names of fields from the pages themselves and from what a view asks its query
and its form for, so what is added tomorrow is asked today. A new kind of address fails here until ``Province.keys`` says
what stands in it. Each odd value goes once to each name of each view, by the first role that reaches it.
"""

from __future__ import annotations

import logging

import pytest
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import override_settings

from tests.refusals import plain_refusals, unkept_templates
from tests.standing import ROLES, Province
from tests.walking import Asked, Reads, Walk, patterns

pytestmark = pytest.mark.django_db

# Those with most addresses first: what takes longest is not to be the last that a worker begins.
APPS = (
    "practice",
    "innovations",
    "newsdesk",
    "orgs",
    "accounts",
    "notices",
    "portal",
    "honours",
    "stats",
    "core",
    "files",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, files):
    """Stands for all the walks: each request is taken back."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        made = Province()
        made.sign_in(*ROLES[:-1])
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet(settings, files):
    settings.MEDIA_ROOT = files
    logging.disable(logging.CRITICAL)
    with unkept_templates():
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("app", APPS)
def test_no_request_is_answered_with_a_fault(app, province):
    everybody = [Asked(province, role) for role in ROLES]
    written = dict.fromkeys(address for of, address in patterns() if of == app)
    for asked in everybody:
        got_request_exception.connect(asked.hear)
        # The pages that say no are drawn for each role here, and cost nothing after.
        asked.ask("get", "/nowhere/at-all/")
    with Reads() as reads, plain_refusals():
        for one in written:
            walk = Walk(one, province, reads)
            cache.clear()
            for asked in everybody:
                walk.by(asked)

    faults = [fault for asked in everybody for fault in asked.faults]
    if faults:
        pytest.fail("\n".join(dict.fromkeys(faults)), pytrace=False)
    assert {asked.role: asked.number > len(written) for asked in everybody} == dict.fromkeys(ROLES, True)


def test_the_walk_reaches_every_address():
    assert {app for app, _written in patterns()} == set(APPS)
