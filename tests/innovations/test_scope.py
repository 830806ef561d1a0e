"""Who may read and change what: a test for each cell of ``scope_table``."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from huomiao.innovations.models import SummaryTable
from huomiao.innovations.states import State
from tests.factories.innovations import DeclarationFactory
from tests.factories.orgs import UnitFactory
from tests.innovations.scope_scene import ScopeScene
from tests.innovations.scope_table import CHANGES, IN, LATER, READS, ROLES, SHOWN, STAGELESS, STAGES
from tests.innovations.test_recommendations_climb import NOW
from tests.refusals import plain_refusals, unkept_templates

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def scenes(django_db_setup, django_db_blocker, files):
    """The scene of each stage. They stand for all tests here: each takes back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        found = {stage: ScopeScene(stage) for stage in STAGES}
        for scene in found.values():
            scene.sign_in(*ROLES[1:])
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def scene(scenes, stage, files, settings):
    settings.MEDIA_ROOT = files
    with plain_refusals(), unkept_templates():
        yield scenes[stage]


def cells(table):
    """One test for each operation and stage; it goes through all roles. What knows of no stage is asked in one."""
    return [
        pytest.param(stage, name, id=f"{'-'.join(name) if isinstance(name, tuple) else name}-{stage}")
        for stage in STAGES
        for name in table
        if stage == next(iter(STAGES)) or not (name[0] if isinstance(name, tuple) else name).startswith(STAGELESS)
    ]


def _text(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace")


@pytest.mark.parametrize(("stage", "name"), cells(READS))
def test_reading(scene, name):
    responses = {role: scene.client(role).get(scene.address(name)) for role in ROLES}
    for response in responses.values():
        # What is sent as a file stays open until it is read.
        _text(response)

    assert {role: found.status_code for role, found in responses.items()} == dict(zip(ROLES, READS[name], strict=True))
    if READS[name][0] == IN and READS[name] != (IN,) * len(ROLES):
        assert responses["anonymous"].url.startswith(reverse("account_login"))


@pytest.mark.parametrize(("stage", "name"), cells(CHANGES))
def test_changing(scene, stage, name):
    expected = dict(zip(ROLES, CHANGES[name], strict=True)) | LATER.get((name, stage), {})

    found = {}
    for role in ROLES:
        with transaction.atomic():
            found[role] = scene.client(role).post(scene.address(name), scene.sent(name)).status_code
            # Every role meets the same scene: what one of them changed is taken back.
            transaction.set_rollback(True)

    assert found == expected


@pytest.mark.parametrize(("stage", "name"), cells(SHOWN))
def test_showing(scene, name):
    page, what = name

    found = {role: scene.client(role).get(scene.address(page)) for role in ROLES}

    shown = dict(zip(ROLES, map(bool, SHOWN[name]), strict=True))
    assert {role: scene.words(what) in _text(response) for role, response in found.items()} == shown


@pytest.mark.parametrize("stage", ["open"])
@pytest.mark.parametrize("role", ["county_officer", "secretary", "other_city_officer"])
def test_signed_table_is_sent_back_by_nobody_else(scene, role):
    SummaryTable.objects.create(call=scene.call, union=scene.city, signed_by=scene.city_officer, signed_at=NOW)

    response = scene.client(role).post(scene.address("recommend-reopen"), {"note": "有误"})

    assert response.status_code == 404


@pytest.mark.parametrize("stage", ["open"])
def test_lists_hold_nothing_of_another_branch(scene):
    elsewhere = UnitFactory(parent=scene.other_city, name="外市机床厂")
    foreign = DeclarationFactory(
        call=scene.call, unit=elsewhere, union=scene.other_city, desk=scene.other_city, title="外市的秘密成果"
    )

    for name in ("desk", "declarations"):
        for role in ("secretary", "county_officer", "city_officer"):
            assert foreign.title not in scene.client(role).get(scene.address(name)).content.decode()
    assert foreign.state == State.SUBMITTED
