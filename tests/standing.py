"""One of everything that an address of the site can name, and those who open it."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from huomiao.accounts.models import ScanLogin
from huomiao.files import links
from huomiao.files.actions import store
from huomiao.innovations.actions import results, reviews
from huomiao.innovations.models import (
    Attachment,
    CallAttachment,
    ImportBatch,
    Likeness,
    Relation,
    Result,
    ScanPile,
    ScanSheet,
    Sheet,
    SummaryTable,
    Unsealing,
    Withheld,
)
from huomiao.innovations.states import AttachmentRole, CallState, Section, State, Step, WithheldReason
from huomiao.orgs.models import Membership
from huomiao.orgs.roles import Role
from tests.factories.innovations import AuthorFactory, BenefitFactory, DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory
from tests.factories.reviews import all_signed, review_ready, round_started
from tests.files import samples
from tests.innovations.scope_scene import ScopeScene
from tests.newsdesk.desk.standing import NewsStanding
from tests.practice.standing import PracticeStanding

# Who can open most comes first and tries everything, the others what differs for them.
ROLES = ("organiser", "expert", "marker", "worker", "secretary", "city_officer", "stranger", "anonymous")


class Province(ScopeScene):
    """One of everything that an address can name, at the stages at which its pages differ."""

    def __init__(self):
        super().__init__("open")
        self.draft = self.declaration(state=State.DRAFT, declared_by=self.worker, number=None)
        self.review = review_ready(entries=2, experts=4, organiser=self.call.organiser)
        self.round = round_started(self.review)
        sheet = Sheet.objects.filter(entry__round=self.round).select_related("expert__user").first()
        self.expert = sheet.expert.user
        done = review_ready(entries=2, experts=4, organiser=self.call.organiser)
        self.done = round_started(done)
        all_signed(self.done)
        reviews.lock(self.done, by=done.organiser)
        results.propose(self.done, by=done.organiser)
        self.published_call = call_with_rules(organiser=self.call.organiser, state=CallState.PUBLISHED, year=2025)
        self.published = DeclarationFactory(
            call=self.published_call,
            state=State.PUBLISHED,
            grade="一等",
            category=self.published_call.categories.first(),
            unit=self.unit,
            declared_by=self.worker,
        )
        AuthorFactory(declaration=self.published, user=self.worker)
        BenefitFactory(declaration=self.published)
        like = Likeness.objects.create(declaration=self.item, other=self.published, share="0.6", passages=[[0, 0, 5]])
        file = store(SimpleUploadedFile("照片.jpg", samples.jpeg()), by=self.worker)
        paper = Attachment.objects.create(declaration=self.draft, file=file, role=AttachmentRole.PICTURE)
        entry = sheet.entry
        secret = Attachment.objects.create(
            declaration=Unsealing.objects.get(entry=entry).declaration, file=file, role=AttachmentRole.MATERIAL
        )
        hidden = Withheld.objects.create(entry=entry, attachment=secret, reason=WithheldReason.UNREADABLE)
        shown = entry.files.create(file=file, label="图片1")
        pile = ScanPile.objects.create(call=self.call, by=self.city_officer)
        scan = ScanSheet.objects.create(pile=pile, position=1, file=file)
        table = SummaryTable.objects.create(
            call=self.review.call,
            union=self.review.declarations[0].union,
            signed_by=self.city_officer,
            signed_at=timezone.now(),
        )
        relation = Relation.objects.create(expert=sheet.expert, person_name="某人", note="亲属")
        qr = ScanLogin.objects.create(
            claim_hash="0" * 64, shown_at=timezone.now(), expires_at=timezone.now() + timedelta(minutes=2)
        )
        given = CallAttachment.objects.create(call=self.call, file=file, title="通知附件")
        standing = PracticeStanding(self.call.organiser, worker=self.worker, officer=self.organiser)
        self.marker = standing.marker
        MembershipFactory(organization=self.call.organiser, user=self.organiser, role=Role.EDITOR)
        news = NewsStanding(self.call.organiser, reader=self.organiser)
        calls = [self.call.slug, self.review.call.slug, done.call.slug, self.published_call.slug]
        declarations = [self.draft, self.item, self.review.declarations[0], self.published]
        # What stands in an address after each of its words.
        self.keys = {
            "calls": calls,
            "figures": calls,
            "declarations": [one.pk for one in declarations],
            "published": [self.published.number, self.published.pk],
            "organizations": [self.unit.code, self.city.code],
            "recommendations": [self.city.code],
            "roster": [self.entry.pk],
            "people": [Membership.objects.get(user=self.worker, organization=self.unit).pk],
            "rubrics": [self.call.categories.first().rubric_id],
            "attachments": [paper.pk, given.pk],
            "authors": [self.item.authors.first().pk],
            "likenesses": [like.pk],
            "rounds": [self.round.pk, self.done.pk],
            "entries": [entry.number],
            "entry-files": [shown.pk],
            "withheld": [hidden.pk],
            "given": [sheet.pk],
            "sheets": [sheet.pk],
            "results": [Result.objects.filter(round=self.done).first().pk],
            "opinions": [self.opinion.pk],
            "import-batches": [ImportBatch.objects.first().pk],
            "scan-piles": [pile.pk],
            "scan-sheets": [scan.pk],
            "summary-tables": [table.pk],
            "experts": [sheet.expert.pk],
            "relations": [relation.pk],
            "imports": [self.brought.pk],
            "honours": [self.honour.pk],
            "verify": [self.honour.code],
            "notices": [self.item_shown.notice_id],
            "items": [self.item_shown.pk],
            "objections": [self.objection.pk, self.accepted.pk],
            "scan": [qr.code],
            "sessions": [1],
            "keys": [1],
            "files": [links.show(file, to=self.worker, name="x").split("/")[-2]],
            "errors": ["404"],
            "advance": [CallState.CHECKING, CallState.NOTICE],
            "edit": [*Step.values, *Section.values],
            "bulletin": ["json", "docx"],
            "workdays": [self.workday.pk],
            **standing.keys(),
            **news.keys(),
        }
