"""Who may read and change what: one table of role, branch and stage, and a test for each of its cells.

``200`` opens, ``302`` acts (or leads the anonymous to signing in), ``403`` is known but not allowed, ``404`` is not known of,
``409`` and ``422`` are reached by those who may act, but the stage or the (empty) form is not right.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from huomiao.innovations.models import Expert, ImportBatch, SummaryTable
from huomiao.innovations.states import CallState, Path, State
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import AuthorFactory, DeclarationFactory, OpinionFactory
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.innovations.test_recommendations_climb import NOW, Scene

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous",
    "stranger",  # somebody signed in without any role
    "expert",
    "worker",  # of the unit, who declared it
    "secretary",  # of the unit
    "other_secretary",  # of another unit of the same county
    "county_officer",
    "city_officer",
    "other_city_officer",
    "organiser",
)
STAGES = {"open": CallState.OPEN, "checking": CallState.CHECKING, "reviewing": CallState.REVIEWING}
IN = 302  # the anonymous are led to signing in

# What each role gets, in the order of ROLES, in every stage unless the stage has a line of its own.
READS: dict[str, tuple[int, ...]] = {
    "calls": (200,) * 10,
    "call": (200,) * 10,
    "call-edit": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    "mine": (IN,) + (200,) * 9,
    "declarations": (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200),
    "declaration": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "desk": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 404),
    "decide": (IN, 404, 404, 404, 200, 404, 200, 200, 404, 404),
    "recommend": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "recommend-table": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "progress": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "check": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "check-one": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "import-new": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "import-template": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "summary-export": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "import": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "import-annotated": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "experts": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "rounds": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "results": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
}

# What a press of each button gives: (role → answer) for the first stage, and how later stages answer who may act.
CHANGES: dict[str, tuple[int, ...]] = {
    "call-advance": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "desk-decide": (IN, 404, 404, 404, 422, 422, 422, 422, 422, 404),
    "decide": (IN, 404, 404, 404, 302, 404, 302, 302, 404, 404),
    "opinion-undo": (IN, 404, 404, 403, 409, 404, 403, 403, 404, 403),
    "recommend": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 403),
    "recommend-sign": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 403),
    "recommend-scan": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "recommend-reopen": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "recommend-remind": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "check-pass": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "check-one": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "check-undo": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 409),
    "check-recall": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 409),
    "import-new": (IN, 404, 404, 404, 422, 422, 422, 422, 422, 422),
    "import-confirm": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 404),
    "import-drop": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "declaration-withdraw": (IN, 404, 404, 302, 403, 404, 403, 403, 404, 403),
}
# In these stages an act that the first stage lets through comes too late or too early.
LATER: dict[tuple[str, str], dict[str, int]] = {
    ("decide", "checking"): {"secretary": 409, "county_officer": 409, "city_officer": 409},
    ("decide", "reviewing"): {"secretary": 409, "county_officer": 409, "city_officer": 409},
    ("recommend", "checking"): {"city_officer": 409},
    ("recommend", "reviewing"): {"city_officer": 409},
    ("recommend-sign", "checking"): {"city_officer": 409},
    ("recommend-sign", "reviewing"): {"city_officer": 409},
    ("import-confirm", "checking"): {"city_officer": 409},
    ("import-confirm", "reviewing"): {"city_officer": 409},
}

SUBJECTS = {
    "call": ("call",),
    "union": ("call", "union"),
    "declaration": ("declaration",),
    "opinion": ("opinion",),
    "batch": ("batch",),
    "advance": ("call", "next"),
    "none": (),
}
TAKES = {
    "calls": "none",
    "mine": "none",
    "declarations": "none",
    "experts": "none",
    "declaration": "declaration",
    "decide": "declaration",
    "check-one": "declaration",
    "check-undo": "declaration",
    "check-recall": "declaration",
    "declaration-withdraw": "declaration",
    "opinion-undo": "opinion",
    "import": "batch",
    "import-annotated": "batch",
    "import-confirm": "batch",
    "import-drop": "batch",
    "recommend": "union",
    "recommend-table": "union",
    "recommend-sign": "union",
    "recommend-scan": "union",
    "recommend-reopen": "union",
    "recommend-remind": "union",
    "call-advance": "advance",
}
SENT = {
    "decide": {"decision": "decline", "text": "不符合条件"},
    "check-one": {"decision": "refuse", "text": "不符合条件"},
    "recommend-reopen": {"note": "有误"},
    "import-confirm": {"mode": "all"},
}


class ScopeScene(Scene):
    """One declaration on its unit's desk, an opinion of the unit, a previewed table of the city, and everybody."""

    def __init__(self, stage):
        super().__init__()
        self.other_unit = UnitFactory(parent=self.county, name="东县齿轮厂")
        self.worker = MembershipFactory(organization=self.unit, role=Role.MEMBER).user
        self.other_secretary = MembershipFactory(organization=self.other_unit, role=Role.SECRETARY).user
        self.other_city_officer = MembershipFactory(organization=self.other_city, role=Role.OFFICER).user
        self.stranger = UserFactory()
        self.expert = Expert.objects.create(user=UserFactory(), unit=self.other_unit).user
        self.item = self.declaration(path=Path.WORKER, declared_by=self.worker)
        AuthorFactory(declaration=self.item, user=self.worker)
        self.opinion = OpinionFactory(
            declaration=self.item, organization=self.unit, decision="recommend", by=self.secretary
        )
        self.batch = ImportBatch.objects.create(
            call=self.call,
            organization=self.city,
            by=self.city_officer,
            file_name="汇总表.xlsx",
            content=_workbook(self),
            report=_report(),
        )
        self.call.state = STAGES[stage]
        self.call.save()

    def client(self, role):
        client = Client()
        if role != "anonymous":
            client.force_login(getattr(self, role))
        return client

    def address(self, name):
        values = {
            "call": self.call.slug,
            "union": self.city.code,
            "declaration": self.item.pk,
            "opinion": self.opinion.pk,
            "batch": self.batch.pk,
            "next": CallState.CANCELLED,
        }
        args = [values[part] for part in SUBJECTS[TAKES.get(name, "call")]]
        return reverse(f"innovations:{name}", args=args)


def _workbook(scene):
    from tests.innovations.test_tables_import import workbook

    return workbook(scene, {"category": "小改革"})


def _report():
    from huomiao.innovations.summary_reading import Report

    return Report([], [], [], [], []).as_json()


def cells(table):
    """One test for each operation and stage; it goes through all roles."""
    return [pytest.param(name, stage, id=f"{name}-{stage}") for name in table for stage in STAGES]


@pytest.mark.parametrize(("name", "stage"), cells(READS))
def test_reading(name, stage):
    scene = ScopeScene(stage)

    responses = {role: scene.client(role).get(scene.address(name)) for role in ROLES}

    assert {role: found.status_code for role, found in responses.items()} == dict(zip(ROLES, READS[name], strict=True))
    if READS[name][0] == IN:
        assert responses["anonymous"].url.startswith(reverse("account_login"))


@pytest.mark.parametrize(("name", "stage"), cells(CHANGES))
def test_changing(name, stage):
    scene = ScopeScene(stage)
    expected = dict(zip(ROLES, CHANGES[name], strict=True)) | LATER.get((name, stage), {})

    found = {}
    for role in ROLES:
        with transaction.atomic():
            found[role] = scene.client(role).post(scene.address(name), SENT.get(name, {})).status_code
            # Every role meets the same scene: what one of them changed is taken back.
            transaction.set_rollback(True)

    assert found == expected


@pytest.mark.parametrize("role", ["county_officer", "secretary", "other_city_officer"])
def test_signed_table_is_sent_back_by_nobody_else(role):
    scene = ScopeScene("open")
    SummaryTable.objects.create(call=scene.call, union=scene.city, signed_by=scene.city_officer, signed_at=NOW)

    response = scene.client(role).post(scene.address("recommend-reopen"), {"note": "有误"})

    assert response.status_code == 404


def test_lists_hold_nothing_of_another_branch():
    scene = ScopeScene("open")
    elsewhere = UnitFactory(parent=scene.other_city, name="外市机床厂")
    foreign = DeclarationFactory(
        call=scene.call, unit=elsewhere, union=scene.other_city, desk=scene.other_city, title="外市的秘密成果"
    )

    for name in ("desk", "declarations"):
        for role in ("secretary", "county_officer", "city_officer"):
            assert foreign.title not in scene.client(role).get(scene.address(name)).content.decode()
    assert foreign.state == State.SUBMITTED
