"""Who may read and change what: one table of role, branch and stage, and a test for each of its cells.

``200`` opens, ``302`` acts (or leads the anonymous to signing in), ``403`` is known but not allowed, ``404`` is not known of,
``409`` and ``422`` are reached by those who may act, but the stage or the (empty) form is not right.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from huomiao.files.actions import store
from huomiao.innovations.models import Attachment, Expert, ImportBatch, ScanPile, ScanSheet, Sheet, SummaryTable
from huomiao.innovations.states import AttachmentRole, CallState, Path, State, Step
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import AuthorFactory, DeclarationFactory, OpinionFactory
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.factories.reviews import review_ready, round_started
from tests.files import samples
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
    # Paper: forms, what came back sealed, and the piles of whoever brought them.
    "form-pdf": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "paper-form": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "summary-pdf": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "paper": (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200),
    "paper-pile": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "paper-sheet-picture": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    # Drafts: nobody but who writes one knows of it.
    "declaration-edit": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-step": (IN, 404, 404, 200, 404, 404, 404, 404, 404, 404),
    "draft-pdf": (IN, 404, 404, 200, 404, 404, 404, 404, 404, 404),
    # Review: rounds are the organiser's, a sheet is its expert's.
    "round": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-entries": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-entry": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-assignment": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "sheets": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "sheet": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "sheets-sign": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "publication": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
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
    "paper-form": (IN, 404, 404, 422, 422, 404, 422, 422, 404, 422),
    "paper-pile-read": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "paper-sheet-assign": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 404),
    "paper-sheet-set-aside": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "attachments": (IN, 404, 404, 422, 404, 404, 404, 404, 404, 404),
    "attachment": (IN, 404, 404, 422, 404, 404, 404, 404, 404, 404),
    "attachment-remove": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-discard": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-step": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "author-confirm": (IN, 404, 404, 302, 403, 404, 403, 403, 404, 403),
    "rounds": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "round-assign": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-start": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-lock": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "round-unlock": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-propose": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "entry-redact": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "entry-give": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "sheet-swap": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "sheet-reopen": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "sheet-save": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "sheet-recuse": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "sheets-sign": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "publication-open": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "publish": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "publication-withdraw": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
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
    "table": ("table",),
    "pile": ("pile",),
    "scan": ("scan",),
    "draft": ("draft",),
    "step": ("draft", "step"),
    "paper": ("draft", "paper"),
    "author": ("declaration", "author"),
    "round": ("round",),
    "entry": ("round", "entry"),
    "sheet": ("sheet",),
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
    "form-pdf": "declaration",
    "paper-form": "declaration",
    "summary-pdf": "table",
    "paper-pile": "pile",
    "paper-pile-read": "pile",
    "paper-sheet-picture": "scan",
    "paper-sheet-assign": "scan",
    "paper-sheet-set-aside": "scan",
    "declaration-edit": "draft",
    "declaration-step": "step",
    "draft-pdf": "draft",
    "declaration-discard": "draft",
    "attachments": "draft",
    "attachment": "paper",
    "attachment-remove": "paper",
    "author-confirm": "author",
    **dict.fromkeys(
        (
            *("round", "round-entries", "round-assignment", "round-assign", "round-start", "round-lock"),
            *("round-unlock", "round-propose"),
        ),
        "round",
    ),
    **dict.fromkeys(("round-entry", "entry-redact", "entry-give"), "entry"),
    **dict.fromkeys(("sheet", "sheet-save", "sheet-recuse", "sheet-swap", "sheet-reopen"), "sheet"),
    **dict.fromkeys(("sheets", "sheets-sign"), "none"),
}
# Lines of the table that ask an address of another name.
SAME_ADDRESS = {"draft-pdf": "form-pdf"}
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
        self._review()
        file = store(SimpleUploadedFile("照片.jpg", samples.jpeg()), by=self.worker)
        self.draft = self.declaration(path=Path.WORKER, declared_by=self.worker, state=State.DRAFT, submitted_at=None)
        self.draft.number = None
        self.draft.save()
        self.paper = Attachment.objects.create(declaration=self.draft, file=file, role=AttachmentRole.PICTURE)
        self.scan = ScanSheet.objects.create(
            pile=ScanPile.objects.create(call=self.call, by=self.city_officer), position=1, file=file
        )
        self.table = SummaryTable.objects.create(
            call=self.reviewed, union=self.city, signed_by=self.city_officer, signed_at=NOW
        )
        self.call.state = STAGES[stage]
        self.call.save()

    def _review(self):
        """A round under way in another call of the same organiser, with a sheet of the expert."""
        review = review_ready(entries=1, experts=3, organiser=self.call.organiser)
        self.reviewed = review.call
        self.round = round_started(review)
        self.sheet = Sheet.objects.filter(entry__round=self.round).select_related("entry").first()
        Sheet.objects.filter(pk=self.sheet.pk).update(expert=self.expert.expert)

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
            "table": self.table.pk,
            "pile": self.scan.pile_id,
            "scan": self.scan.pk,
            "draft": self.draft.pk,
            "step": Step.BASICS,
            "paper": self.paper.pk,
            "author": self.item.authors.get().pk,
            "round": self.round.pk,
            "entry": self.sheet.entry.number,
            "sheet": self.sheet.pk,
        }
        args = [values[part] for part in SUBJECTS[TAKES.get(name, "call")]]
        return reverse(f"innovations:{SAME_ADDRESS.get(name, name)}", args=args)


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
