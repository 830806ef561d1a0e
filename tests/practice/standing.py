"""One of everything that an address of practice and exams can name, for the walk over all addresses."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from huomiao.files.actions import store
from huomiao.practice.actions import corrections
from huomiao.practice.hotpath import receipts
from huomiao.practice.models import BankImport, Keyer, MarkSheet, PaperSheet, QuestionVersion
from huomiao.practice.states import CorrectionKind, ImportState, SectionKind
from tests.factories.campaigns import CampaignFactory
from tests.factories.courses import CourseFactory, EnrolmentFactory, SectionFactory
from tests.factories.exams import CandidateFactory, exam_ready, sat
from tests.factories.marking import begun, exam_over, markers_of, released, sittings_of
from tests.factories.playing import duel_of, handed_in, with_topics
from tests.factories.practice import KeyReportFactory, bank_with
from tests.files import samples


class PracticeStanding:
    """Banks, courses, campaigns and exams of ``owner``, at which ``worker`` practises and sits."""

    def __init__(self, owner, *, worker, officer):
        self.now = timezone.now()
        self.bank = bank_with(24, owner=owner, kind=("single", "true_false", "multiple"))
        self.singles = bank_with(12, owner=owner)
        self.topics = with_topics(self.bank, "触电急救", "停电检修")
        self.worker = worker
        self.officer = officer
        self.attempt = handed_in(worker, self.singles, right=2, wrong=3)
        self.campaign = CampaignFactory(
            organiser=owner,
            banks=[self.bank],
            opens_at=self.now - timedelta(days=1),
            closes_at=self.now + timedelta(days=9),
        )
        self.course = CourseFactory(owner=owner, trade=None)
        self.section = SectionFactory(course=self.course)
        self.drill = SectionFactory(
            course=self.course, kind=SectionKind.DRILL, text="", bank=self.bank, topic=self.topics[0], questions=5
        )
        EnrolmentFactory(course=self.course, user=worker)
        self.running = exam_ready(organiser=owner, candidates=0, slug="running-exam")
        CandidateFactory(exam=self.running, user=worker, unit=None, number="0001", paper=self.running.papers.first())
        sat(self.running, state="running", at=self.now)
        self.marked = exam_over(organiser=owner, shorts=1, candidates=2, slug="marked-exam")
        self.marker = markers_of(self.marked)[0]
        begun(self.marked)
        self.over = exam_over(organiser=owner, candidates=2, slug="released-exam")
        CandidateFactory(exam=self.over, user=worker, unit=None, number="9999", paper=self.over.papers.first())
        sat(self.over)
        released(self.over)

    def keys(self) -> dict[str, list]:
        """What stands in an address after each of its words; under ``exams/…`` where another app uses the word too."""
        version = QuestionVersion.objects.get(pk=self.over.papers.first().items[0][0])
        with transaction.atomic():
            correction = corrections.propose(
                self.over,
                version,
                kind=CorrectionKind.ALL_RIGHT,
                key=None,
                reason="题目有误",
                by=self.officer,
                at=self.now,
            )
        report = KeyReportFactory(version=self.bank.questions.first().published, by=self.worker)
        brought = BankImport.objects.create(
            bank=self.bank,
            by=self.officer,
            file_name="题.csv",
            sha256="0" * 64,
            content="题目,答案\n".encode(),
            state=ImportState.FAILED,
        )
        sheet = PaperSheet.objects.create(exam=self.over, candidate=self.over.candidates.first())
        keyer = Keyer.objects.create(exam=self.over, user=self.officer, added_at=self.now)
        picture = store(SimpleUploadedFile("图.jpg", samples.jpeg()), by=self.officer)
        sitting = sittings_of(self.over)[-1]
        mark_sheet = MarkSheet.objects.filter(marker__user=self.marker).first()
        banks = [self.bank.code, self.singles.code]
        return {
            "banks": banks,
            "daily": banks,
            "challenge": banks,
            "sudden": banks,
            "mocks": banks,
            "levels": banks,
            "levels/code": [1],
            "questions": [self.bank.questions.first().pk],
            "topics": [topic.pk for topic in self.topics],
            "reports": [report.pk],
            "reports/new": [report.version_id],
            "question-imports": [brought.pk],
            "campaigns": [self.campaign.slug],
            "courses": [self.course.slug],
            "courses/sections": [self.section.pk, self.drill.pk],
            "courses/new": SectionKind.values,
            "mistakes": [self.singles.questions.order_by("pk").last().pk],
            "duels": [duel_of(self.singles, self.worker).code],
            "history": [self.attempt.nonce],
            "receipts": [receipts.sign(receipts.of(self.attempt))],
            "media": [picture.pk],
            "exams": [self.running.slug, self.marked.slug, self.over.slug],
            "of": [self.marked.slug],
            "papers": [1],
            "print": [1],
            "number": ["A"],
            "letter": ["paper", "sheet", "key"],
            "keying": [1],
            "candidates": [self.running.candidates.first().pk, self.over.candidates.first().pk],
            "sittings": [sittings_of(self.running)[0].pk, sitting.pk],
            "markers": [self.marked.markers.first().pk],
            "locked": [mark_sheet.pk],
            "mark-sheets": [mark_sheet.pk],
            "exams/results": [sitting.pk],
            "exam-results": [sitting.pk],
            "appeals": [1],
            "corrections": [correction.pk],
            "corrections/new": [version.pk],
            "keyers": [keyer.pk],
            "keying/sheets": [sheet.pk],
        }
