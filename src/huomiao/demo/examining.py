"""Exams in the demo province: one that is over and published, one that can be sat today, one that is being prepared."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.demo.campaign import clock_at, days_from
from huomiao.demo.province import SEED
from huomiao.demo.takers import Person, given
from huomiao.orgs.models import Organization
from huomiao.practice import sittings
from huomiao.practice.actions import candidates, exams, marking, results
from huomiao.practice.actions.exams import LineValues
from huomiao.practice.models import Bank, Candidate, Exam, QuestionVersion, SavedAnswer, Sitting
from huomiao.practice.states import Eligibility, PaperPlan, SittingState, SubmitReason
from huomiao.practice.tasks import exams as exam_tasks
from huomiao.practice.tasks import marking as marking_tasks

LINES = [
    LineValues("单项选择题", "single", 10, Decimal(4)),
    LineValues("判断题", "true_false", 5, Decimal(4)),
    LineValues("多项选择题", "multiple", 5, Decimal(6)),
    LineValues("填空题", "fill", 2, Decimal(5)),
]
RULES = "请在网络稳定的地方作答，答案每答一题就保存一次；换手机可以接着答。到时间自动交卷。"


class Examining:
    """Holds the exams of ``root``; ``people`` are those who practise, unit by unit."""

    def __init__(self, *, root: Organization, by: User, people: Sequence[Person], now: datetime) -> None:
        self.root = root
        self.by = by
        self.people = people
        self.now = now
        self.rng = random.Random(SEED + 29)  # noqa: S311  # a story told from a seed

    def tell(self, *, electrician: Bank, safety: Bank, welder: Bank) -> None:
        units = list(dict.fromkeys(person.unit for person in self.people))
        self._over(electrician, units[:4])
        self._open_now(safety, units[:6])
        with clock_at(days_from(self.now, -1)):
            self._exam(
                "焊工技能等级理论考试（演示）",
                [welder, safety],
                units[:2],
                opens_at=days_from(self.now, 9),
                hours=2,
                minutes=90,
            )

    def _exam(
        self,
        title: str,
        banks: Sequence[Bank],
        units: Sequence[Organization],
        *,
        opens_at: datetime,
        hours: float,
        **values: Any,
    ) -> Exam:
        """A draft with its blueprint."""
        given_values = {
            "title": title,
            "text": RULES,
            "opens_at": opens_at,
            "closes_at": opens_at + timedelta(hours=hours),
            "eligibility": Eligibility.ROSTER,
            "banks": list(banks),
            "units": list(units),
            **values,
        }
        exam = exams.create(self.root, by=self.by, values=given_values)
        Exam.objects.filter(pk=exam.pk).update(is_demo=True)
        return exams.set_blueprint(exam, LINES, by=self.by)

    def _announced(self, exam: Exam) -> Exam:
        candidates.draw_from_rosters(exam, by=self.by)
        exams.build(exam, by=self.by)
        exam_tasks.build_papers.call(exam.pk)
        exam.refresh_from_db()
        return exams.announce(exam, by=self.by)

    def _over(self, bank: Bank, units: Sequence[Organization]) -> None:
        """The electricians' exam of three weeks ago: sat, marked, published, with certificates."""
        opens_at = days_from(self.now, -20)
        with clock_at(days_from(self.now, -27)):
            exam = self._announced(
                self._exam(
                    "电工岗位技能季度考试（演示）",
                    [bank],
                    units,
                    opens_at=opens_at,
                    hours=2,
                    plan=PaperPlan.EQUAL,
                    paper_count=2,
                    gives_partial=True,
                    shows_answers=True,
                    award="电工岗位技能季度考试合格证书",
                )
            )
        skills = {person.user.pk: person.skill for person in self.people}
        versions = QuestionVersion.objects.in_bulk()
        for candidate in Candidate.objects.filter(exam=exam).select_related("paper").order_by("pk"):
            if self.rng.random() > 0.08:
                self._sat(candidate, exam, versions, skills.get(candidate.user_id, 0.7))
        with clock_at(days_from(self.now, -19)):
            exam.refresh_from_db()
            marking.begin(exam, by=self.by, at=timezone.now())
            for run in exam.runs.all():
                marking_tasks.carry_on.call(run.pk)
            marking.finish(exam, by=self.by, at=timezone.now())
        with clock_at(days_from(self.now, -17)):
            results.release(exam, by=self.by, appeal_days=5, at=timezone.now())
            marking_tasks.certify.call(exam.pk)

    def _sat(self, candidate: Candidate, exam: Exam, versions: dict[int, QuestionVersion], skill: float) -> None:
        begun = exam.opens_at + timedelta(seconds=self.rng.randrange(240))
        took = timedelta(minutes=self.rng.randrange(18, 56))
        assert candidate.paper is not None  # noqa: S101  # papers were built
        sitting = Sitting.objects.create(
            candidate=candidate,
            exam=exam,
            paper=candidate.paper,
            seed=f"{self.rng.getrandbits(128):032x}",
            state=SittingState.SUBMITTED,
            started_at=begun,
            ends_at=begun + timedelta(minutes=exam.minutes),
            submitted_at=begun + took,
            reason=SubmitReason.BY_HAND,
        )
        items = candidate.paper.items
        SavedAnswer.objects.bulk_create(
            SavedAnswer(
                sitting=sitting,
                position=position,
                seq=sittings.SEQ_ROOM + position + 1,
                answer=given(versions[version], is_known=self.rng.random() < skill, rng=self.rng),
                at=begun + took * (position + 1) / (len(items) + 1),
            )
            for position, (version, _points, _line) in enumerate(items)
        )

    def _open_now(self, bank: Bank, units: Sequence[Organization]) -> None:
        """The safety exam that the demo's worker can sit at any time during the next days."""
        opens_at = days_from(self.now, -1)
        with clock_at(days_from(self.now, -3)):
            self._announced(
                self._exam(
                    "安全知识在线考试（演示）",
                    [bank],
                    units,
                    opens_at=opens_at,
                    hours=24 * 12,
                    minutes=30,
                    late_minutes=24 * 60 * 12,
                    spread_seconds=0,
                    attempts=3,
                )
            )
