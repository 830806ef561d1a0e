"""Practice in the demo province: banks brought as tables, and a campaign that has run for some weeks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.demo.campaign import clock_at, days_from
from huomiao.demo.people import HOME_UNIT
from huomiao.demo.province import SEED
from huomiao.demo.questions import BANKS, BankTable
from huomiao.demo.takers import Person, given
from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.roles import Role
from huomiao.practice import follower, kinds
from huomiao.practice.actions import banks, campaigns, choosing, imports, releases, reviewing, topics
from huomiao.practice.models import Attempt, Bank, Campaign, Question, QuestionVersion, Topic
from huomiao.practice.states import Feedback, ImportState, Level, Mode, TopicKind

UNITS = 14
PEOPLE_A_UNIT = 18
DAYS = 24
A_SESSION = 10

Say = Callable[[str], None]


class Practising:
    """Tells what was practised up to today; ``made`` are the demo's accounts."""

    def __init__(self, *, root: Organization, made: dict[str, User], now: datetime, say: Say) -> None:
        self.root = root
        self.made = made
        self.now = now
        self.say = say
        self.rng = random.Random(SEED + 23)  # noqa: S311  # a story told from a seed
        self.people: list[Person] = []

    def tell(self) -> dict[str, Bank]:
        """Everything; returns the banks by their codes."""
        begin = days_from(self.now, -40)
        with clock_at(begin):
            self.people = list(self._people(begin))
            found = {table.code: self._bank(table) for table in BANKS}
            choosing.choose(
                self.made["worker"], trade=found["demo-electrician"].trade, level=Level.THREE, at=timezone.now()
            )
        campaign = self._campaign(found["demo-safety"])
        sessions = self._practise(campaign, list(found.values()))
        self.say(f"岗位练兵：{len(found)} 个题库，{len(self.people)} 人练习 {sessions} 人次")
        return found

    # --- People -------------------------------------------------------------------------------------------------------

    def _people(self, at: datetime) -> Iterator[Person]:
        """Colleagues from the rosters of some units who have opened their accounts; they have no password of their own."""
        units = [Organization.objects.get(code=HOME_UNIT)]
        others = Organization.objects.filter(roster__isnull=False).exclude(code=HOME_UNIT).distinct().order_by("code")
        every = max(1, others.count() // (UNITS - 1))
        units += list(others[::every])[: UNITS - 1]
        for unit in units:
            entries = list(RosterEntry.objects.filter(organization=unit, user=None).order_by("pk")[:PEOPLE_A_UNIT])
            users = [
                User(username=f"{unit.code}-{entry.staff_number}".lower(), name=entry.name, is_demo=True, joined_at=at)
                for entry in entries
            ]
            for user in users:
                user.set_unusable_password()
            users = User.objects.bulk_create(users)
            for entry, user in zip(entries, users, strict=True):
                entry.user, entry.activated_at = user, at
            RosterEntry.objects.bulk_update(entries, ["user", "activated_at"])
            Membership.objects.bulk_create(
                Membership(organization=unit, user=user, role=Role.MEMBER, since=at) for user in users
            )
            eagerness = self.rng.uniform(0.15, 0.75)
            for user in users:
                yield Person(user, unit, self.rng.betavariate(6, 2.5), min(1.0, self.rng.gauss(eagerness, 0.15)))
        yield Person(self.made["worker"], units[0], 0.78, 0.7)

    # --- Banks --------------------------------------------------------------------------------------------------------

    def _bank(self, table: BankTable) -> Bank:
        """A bank from the workbook that a training officer brings, agreed to by a second officer and released."""
        by, second, at = self.made["province"], self.made["province2"], timezone.now()
        trade = None
        if table.trade:
            trade = topics.add(code=f"{table.code}-trade", name=table.trade, kind=TopicKind.TRADE, parent=None, by=by)
            Topic.objects.filter(pk=trade.pk).update(is_demo=True)
        bank = banks.create(self.root, code=table.code, name=table.name, trade=trade, by=by)
        Bank.objects.filter(pk=bank.pk).update(is_demo=True)
        batch = imports.bring(bank, _workbook(table), f"{table.name}.xlsx", by=by, at=at, now=True)
        batch.refresh_from_db()
        if batch.state != ImportState.PREVIEW or batch.counts.get("error"):
            raise RuntimeError(f"The demo's bank {table.code} has problems: {batch.refusal or batch.counts}")
        imports.confirm(batch, by=by, at=at, only_good=False, then_submit=True, now=True)
        waiting = list(Question.objects.filter(bank=bank).values_list("pk", flat=True))
        reviewing.agree(bank, waiting, by=second, at=at)
        releases.publish(bank, by=second, at=at)
        bank.refresh_from_db()
        return bank

    # --- A campaign ---------------------------------------------------------------------------------------------------

    def _campaign(self, bank: Bank) -> Campaign:
        by = self.made["province"]
        begin = days_from(self.now, -DAYS, 8)
        with clock_at(days_from(self.now, -30)):
            campaign = campaigns.create(
                self.root,
                by=by,
                banks=[bank],
                title=f"{timezone.localtime(self.now).year}年“人人讲安全”岗位练兵（演示）",
                text="每天三次机会，每次十题、十分钟。积分看天数和掌握程度，不看刷题数量。",
                opens_at=begin,
                closes_at=days_from(self.now, 20, 18),
                questions=A_SESSION,
                feedback=Feedback.END,
            )
            Campaign.objects.filter(pk=campaign.pk).update(is_demo=True)
            campaigns.publish(campaign, by=by, at=timezone.now())
        campaign.refresh_from_db()
        return campaign

    def _practise(self, campaign: Campaign, found: list[Bank]) -> int:
        """Sessions of the last weeks, counted by the follower as those of real people are."""
        safety = next(bank for bank in found if bank.code == "demo-safety")
        pools = {bank.pk: _graded(bank) for bank in found}
        attempts: list[Attempt] = []
        for back in range(DAYS, -1, -1):
            for person in self.people:
                if self.rng.random() > person.habit:
                    continue
                for number in range(self.rng.choice((1, 1, 1, 2, 2, 3))):
                    is_campaign = number == 0 or self.rng.random() < 0.5
                    bank = safety if is_campaign else self.rng.choice(found)
                    attempts.append(
                        self._session(person, bank, pools[bank.pk], campaign if is_campaign else None, back)
                    )
        attempts = [attempt for attempt in attempts if attempt.finished_at < self.now]
        attempts.sort(key=lambda attempt: attempt.finished_at)
        Attempt.objects.bulk_create(attempts, batch_size=500)
        while follower.follow(limit=2000):
            pass
        return len(attempts)

    def _session(
        self, person: Person, bank: Bank, pool: list[QuestionVersion], campaign: Campaign | None, back: int
    ) -> Attempt:
        asked = self.rng.sample(pool, min(A_SESSION, len(pool)))
        # People learn: what somebody knows grows over the weeks.
        skill = min(0.98, person.skill + (DAYS - back) * 0.006)
        answers: list[list[Any]] = []
        right = 0
        for version in asked:
            answer = given(version, is_known=self.rng.random() < skill, rng=self.rng)
            grade = kinds.KINDS[version.kind].grade(version.body, version.key, answer)
            right += grade.is_right
            answers.append([version.pk, answer, grade.fraction])
        begun = days_from(self.now, -back, 7) + timedelta(
            minutes=self.rng.randrange(14 * 60), seconds=self.rng.randrange(60)
        )
        return Attempt(
            nonce=f"demo{self.rng.getrandbits(80):020x}",
            user=person.user,
            unit=person.unit,
            release_id=bank.current_id,
            campaign=campaign,
            mode=Mode.CHALLENGE if campaign else Mode.DRILL,
            started_at=begun,
            finished_at=begun + timedelta(seconds=self.rng.randrange(70, 420)),
            total=len(asked),
            right=right,
            answers=answers,
        )


def _graded(bank: Bank) -> list[QuestionVersion]:
    """The questions of a bank's release that a machine can grade."""
    assert bank.current is not None  # noqa: S101  # it was published just now
    versions = QuestionVersion.objects.in_bulk(bank.current.version_ids)
    return [
        versions[pk]
        for pk in bank.current.version_ids
        if versions[pk].kind in {"single", "multiple", "true_false", "fill"}
    ]


def _workbook(table: BankTable) -> bytes:
    letters = "ABCD"
    titles = {"number": "序号", "kind": "题型", "topic": "知识点", "stem": "试题题目"}
    titles |= {letter: f"选项{letter}" for letter in letters}
    titles |= {"answer": "答案", "explanation": "解析", "difficulty": "试题难度"}
    rows = [
        {
            "number": f"{number:03d}",
            "kind": row.kind,
            "topic": row.topic,
            "stem": row.stem,
            **dict(zip(letters, row.options, strict=False)),
            "answer": row.answer,
            "explanation": row.explanation,
            "difficulty": row.difficulty,
        }
        for number, row in enumerate(table.rows, 1)
    ]
    columns = [Column(key, title) for key, title in titles.items()]
    return write_table([SheetOut("题库", columns, rows, heading=table.name)])
