"""What the table of scope is asked about: one of everything, and somebody of each role."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huomiao.files.actions import store
from huomiao.innovations.models import (
    Attachment,
    Expert,
    ImportBatch,
    ScanPile,
    ScanSheet,
    Sheet,
    SummaryTable,
    Unsealing,
    Withheld,
)
from huomiao.innovations.states import AttachmentRole, CallState, Path, State, Step, WithheldReason
from huomiao.notices.states import ObjectionState
from huomiao.orgs.models import ImportBatch as RosterBatch
from huomiao.orgs.models import Membership
from huomiao.orgs.roles import Role
from huomiao.orgs.states import BatchKind
from tests.factories.accounts import UserFactory
from tests.factories.honours import HolderFactory, HonourFactory
from tests.factories.innovations import AuthorFactory, OpinionFactory
from tests.factories.notices import NoticeFactory, NoticeItemFactory, ObjectionFactory, WorkdayExceptionFactory
from tests.factories.orgs import MembershipFactory, RosterEntryFactory, UnitFactory
from tests.factories.reviews import review_ready, round_started
from tests.files import samples
from tests.innovations.scope_table import QUERY, SAME_ADDRESS, SENT, STAGES, SUBJECTS, TAKES
from tests.innovations.test_recommendations_climb import NOW, Scene


class ScopeScene(Scene):
    """One declaration on its unit's desk, an opinion of the unit, a previewed table of the city, and everybody."""

    def __init__(self, stage):
        super().__init__()
        self.signed_in = {}
        self.other_unit = UnitFactory(parent=self.county, name="东县齿轮厂")
        self.worker = MembershipFactory(organization=self.unit, role=Role.MEMBER).user
        self.other_secretary = MembershipFactory(organization=self.other_unit, role=Role.SECRETARY).user
        self.other_city_officer = MembershipFactory(organization=self.other_city, role=Role.OFFICER).user
        self.stranger = UserFactory()
        self.expert = Expert.objects.create(user=UserFactory(), unit=self.other_unit).user
        self.item = self.declaration(path=Path.WORKER, declared_by=self.worker)
        AuthorFactory(declaration=self.item, user=self.worker)
        self.opinion = OpinionFactory(
            declaration=self.item,
            organization=self.unit,
            decision="recommend",
            text="同意推荐，情况属实",
            by=self.secretary,
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
        self._withheld(file)
        self._around()
        self.call.state = STAGES[stage]
        self.call.save()

    def _review(self):
        """A round under way in another call of the same organiser, with a sheet of the expert."""
        review = review_ready(entries=1, experts=3, organiser=self.call.organiser)
        self.reviewed = review.call
        self.round = round_started(review)
        self.sheet = Sheet.objects.filter(entry__round=self.round).select_related("entry").first()
        Sheet.objects.filter(pk=self.sheet.pk).update(expert=self.expert.expert)

    def _withheld(self, file):
        """A file that the expert sees, and one that is kept from them until somebody let it through."""
        entry = self.sheet.entry
        declaration = Unsealing.objects.get(entry=entry).declaration
        material = Attachment.objects.create(declaration=declaration, file=file, role=AttachmentRole.MATERIAL)
        self.shown = entry.files.create(file=file, label="图片1")
        self.withheld = Withheld.objects.create(entry=entry, attachment=material, reason=WithheldReason.UNREADABLE)

    def _around(self):
        """What does not hang on a call: honours, a notice with an objection, a roster, a table of it."""
        self.honour = HonourFactory(unit=self.unit)
        HolderFactory(honour=self.honour, user=self.worker)
        # Of a length that notices have: days are counted one by one.
        today = timezone.localdate()
        notice = NoticeFactory(
            issuer=self.call.organiser, opens_on=today - timedelta(days=3), closes_on=today + timedelta(days=9)
        )
        self.item_shown = NoticeItemFactory(notice=notice)
        self.objection = ObjectionFactory(item=self.item_shown)
        self.accepted = ObjectionFactory(item=self.item_shown, state=ObjectionState.ACCEPTED, accepted_at=NOW)
        self.workday = WorkdayExceptionFactory()
        self.entry = RosterEntryFactory(organization=self.unit, user=self.worker, phone="13700001234")
        self.seat = Membership.objects.get(organization=self.unit, user=self.secretary)
        self.brought = RosterBatch(
            kind=BatchKind.ROSTER, organization=self.unit, by=self.secretary, file_name="名册.xlsx"
        )
        self.brought.set_content(self.batch.content)
        self.brought.set_report({"rows": [], "sheets": [], "unknown_headers": []})
        self.brought.save()

    def client(self, role):
        client = Client()
        if role in self.signed_in:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.signed_in[role]
        elif role != "anonymous":
            client.force_login(getattr(self, role))
        return client

    def sign_in(self, *roles):
        """Sign ``roles`` in once for all the clients that are made from now on."""
        for role in roles:
            self.signed_in[role] = self.client(role).cookies[settings.SESSION_COOKIE_NAME].value

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
            "withheld": self.withheld.pk,
            "shown": self.shown.pk,
            "bulletin": "json",
            "honour": self.honour.pk,
            "code": self.honour.code,
            "notice": self.item_shown.notice_id,
            "item": self.item_shown.pk,
            "objection": self.objection.pk,
            "accepted": self.accepted.pk,
            "workday": self.workday.pk,
            "unit": self.unit.code,
            "seat": self.seat.pk,
            "entry-of-roster": self.entry.pk,
            "brought": self.brought.pk,
        }
        args = [values[part] for part in SUBJECTS[TAKES.get(name, "call")]]
        named = SAME_ADDRESS.get(name, name)
        return reverse(named if ":" in named else f"innovations:{named}", args=args) + QUERY.get(name, "")

    def sent(self, name):
        """What a press of the button sends."""
        return {"user": self.worker.pk, "role": Role.MEMBER} if name == "orgs:grant" else SENT.get(name, {})

    def words(self, what):
        """By what a page is known to show something."""
        return {
            "opinion": self.opinion.text,
            "title": self.item.title,
            "withheld": reverse("innovations:withheld-let-through", args=[self.withheld.pk]),
            "file": self.shown.label,
            "objection": self.objection.text,
            "objection-page": reverse("notices:objection", args=[self.objection.pk]),
            "objector": self.objection.name,
            "honour": self.honour.work,
            "official": self.secretary.name,
            "person": self.entry.name,
            "phone": self.entry.phone,
        }[what]


def _workbook(scene):
    from tests.innovations.test_tables_import import workbook

    return workbook(scene, {"category": "小改革"})


def _report():
    from huomiao.innovations.summary_reading import Report

    return Report([], [], [], [], []).as_json()
