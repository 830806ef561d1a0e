"""One campaign of the demo, walked through its stages by the actions that people use.

Every step takes the moment at which it happened and sets the clock there, so that histories, notices and certificates
tell the year that they belong to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.demo import pictures, tables
from huomiao.demo.province import SEED
from huomiao.demo.results import Result
from huomiao.files.actions import store
from huomiao.files.models import StoredFile
from huomiao.innovations import sections
from huomiao.innovations.actions import (
    assignments,
    call_sections,
    calls,
    checks,
    publication,
    recommendations,
    results,
    reviews,
    sheets,
)
from huomiao.innovations.actions.tables import import_declarations
from huomiao.innovations.models import Attachment, Call, Declaration, Expert, Round, Sheet
from huomiao.innovations.queries import publication as publication_queries
from huomiao.innovations.states import AttachmentRole, CallState, Section, Stage, State
from huomiao.notices import actions as notices
from huomiao.notices.actions import Objector
from huomiao.notices.states import Finding, ObjectionKind, Outcome
from huomiao.orgs.models import Organization

DRAWINGS = 36
COMMENTS = [
    "思路清楚，现场效果看得见，建议补充长期运行数据。",
    "解决了实际问题，结构简单，便于推广。",
    "创新点明确，效益测算依据充分。",
    "改进有效，但与同类做法差异不大。",
    "安全性考虑周到，值得在同类岗位推广。",
    "数据支撑略显不足，建议给出改进前后对比。",
    "",
]


@contextmanager
def clock_at(moment: datetime) -> Iterator[datetime]:
    """Let the clock stand (and go on) at ``moment``, as told in the site's time zone."""
    with time_machine.travel(moment, tick=True):
        yield moment


def local(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment of the province's clock."""
    return timezone.make_aware(datetime(year, month, day, hour))  # noqa: DTZ001  # made aware here


def days_from(now: datetime, days: int, hour: int = 9) -> datetime:
    """A moment ``days`` from ``now``, on the hour of the province's clock."""
    return (timezone.localtime(now) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


class Campaign:
    """A call with the people who run it and the results it gets."""

    def __init__(
        self,
        call: Call,
        *,
        by: User,
        second: User,
        officers: dict[str, User],
        found: Iterable[Result],
        say: Callable[[str], None],
    ) -> None:
        self.call = call
        self.by = by
        self.second = second
        self.officers = officers
        self.by_title = {result.title: result for result in found}
        self.say = say

    def by_union(self) -> dict[str, list[Result]]:
        """The results of each recommending union, best first, as its officer would rank them."""
        found: dict[str, list[Result]] = {}
        for result in self.by_title.values():
            found.setdefault(result.unit.union, []).append(result)
        return {union: sorted(group, key=lambda one: -one.quality) for union, group in sorted(found.items())}

    def announce(self, at: datetime) -> None:
        """Open the call."""
        with clock_at(at):
            calls.advance(self.call, CallState.OPEN, by=self.by, at=at)
        self.call.refresh_from_db()

    def bring_tables(self, at: datetime, *, only: frozenset[str] | None = None) -> None:
        """Each union's officer imports its summary table: the declarations lie on the union's desk, ranked by the table."""
        unions = {union.code: union for union in Organization.objects.filter(code__in=self.by_union())}
        with clock_at(at):
            for code, found in self.by_union().items():
                if only is None or code in only:
                    union = unions[code]
                    import_declarations(
                        tables.summary(union.name, self.call.year, found),
                        f"{union.label}汇总表.xlsx",
                        call=self.call,
                        organization=union,
                        by=self.officers[code],
                        at=at,
                    )
        self.say(f"{self.call.title}：{self.call.declarations.count()} 项申报")

    def draw_pictures(self, at: datetime) -> None:
        """A picture for each declaration, out of a few drawings."""
        with clock_at(at):
            kept = [self._picture(number) for number in range(min(DRAWINGS, len(self.by_title)))]
        Attachment.objects.bulk_create(
            Attachment(
                declaration=declaration, file=kept[place % len(kept)], role=AttachmentRole.PICTURE, caption="成果示意图"
            )
            for place, declaration in enumerate(self.call.declarations.order_by("pk"))
        )

    def _picture(self, number: int) -> StoredFile:
        return store(
            ContentFile(pictures.drawing(number + self.call.pk * DRAWINGS), f"示意图{number + 1}.jpg"), by=self.by
        )

    def sign_off(self, at: datetime, *, only: frozenset[str] | None = None) -> None:
        """Each union ranks what lies on its desk and signs its table."""
        with clock_at(at):
            for union in Organization.objects.filter(code__in=self.by_union()).order_by("path"):
                if only is not None and union.code not in only:
                    continue
                waiting = Declaration.objects.filter(call=self.call, union=union, state=State.SUBMITTED, desk=union)
                order = sorted(waiting, key=lambda one: -self._quality(one))
                officer = self.officers[union.code]
                recommendations.rank(self.call, union, [one.pk for one in order], by=officer, at=at)
                recommendations.sign_off(self.call, union, by=officer, at=at)

    def _quality(self, declaration: Declaration) -> float:
        result = self.by_title.get(declaration.title)
        return result.quality if result else 0.0

    def check_forms(self, at: datetime) -> None:
        """The organiser opens the form check and passes what is in order."""
        with clock_at(at):
            calls.advance(self.call, CallState.CHECKING, by=self.by, at=at)
            self.call.refresh_from_db()
            exclusions = list(self.call.exclusions.values_list("text", flat=True))
            for declaration in self.call.declarations.filter(state=State.RECOMMENDED):
                checks.pass_(declaration, by=self.by, at=at, exclusions=exclusions, text="材料齐全，予以通过。")

    def begin_review(self, at: datetime, *, seed: int = SEED) -> Round:
        """Make the entries, assign experts and open the round."""
        with clock_at(at):
            review = reviews.prepare(self.call, by=self.by, name=f"{self.call.year}年专家评审", seed=seed)
            outcome = assignments.assign(review, by=self.by)
            if not outcome.is_complete:
                raise RuntimeError("The demo's experts do not suffice for its entries.")
            reviews.start(review, by=self.by, at=at)
        self.call.refresh_from_db()
        self.say(
            f"{self.call.title}：{review.entries.count()} 项进入盲评，{Sheet.objects.filter(entry__round=review).count()} 份评分表"
        )
        return review

    def score(self, review: Round, at: datetime, *, share: float = 1.0, spare: User | None = None) -> None:
        """Experts mark what they were given, each a little severe or lenient.

        ``share`` of their sheets get signed; ``spare`` leaves all of theirs for the reader to mark.
        """
        rng = random.Random(SEED + review.pk)  # noqa: S311  # a story told from a seed
        qualities = self._qualities(review)
        with clock_at(at):
            for expert in (
                Expert.objects.filter(sheets__entry__round=review)
                .exclude(user=spare)
                .select_related("user")
                .distinct()
                .order_by("pk")
            ):
                leaning = rng.gauss(0, 0.35)
                own = list(
                    Sheet.objects.filter(expert=expert, entry__round=review)
                    .select_related("entry__round__call__organiser", "expert")
                    .order_by("pk")
                )
                done = own[: round(len(own) * share)]
                for sheet in done:
                    marks = {}
                    for criterion in sheets.criteria(sheet):
                        level = 0.78 + 0.07 * (qualities[sheet.entry_id] + leaning + rng.gauss(0, 0.45))
                        half_points = round(min(max(level, 0.3), 1.0) * float(criterion.points) * 2)
                        marks[criterion.key] = str(Decimal(half_points) / 2)
                    sheets.save(
                        sheet, marks=marks, comment=rng.choice(COMMENTS), version=sheet.version, by=expert.user, at=at
                    )
                if done:
                    sheets.sign(done, by=expert.user, at=at + timedelta(hours=2))

    def _qualities(self, review: Round) -> dict[int, float]:
        pairs = Declaration.objects.filter(unsealings__entry__round=review).values_list("unsealings__entry", "title")
        return {entry: self.by_title[title].quality if title in self.by_title else 0.0 for entry, title in pairs}

    def decide(self, review: Round, at: datetime) -> None:
        """End the scoring and propose the grades."""
        with clock_at(at):
            reviews.lock(review, by=self.by, note="评分如期完成。", at=at)
            results.propose(review, by=self.by)
        self.call.refresh_from_db()

    def open_notice(self, at: datetime) -> None:
        """Put the proposed list before the public."""
        with clock_at(at):
            publication.open_notice(self.call, by=self.by, at=at)
        self.call.refresh_from_db()

    def objection_upheld(self, at: datetime) -> None:
        """Somebody objects to a listed result, the second officer finds it justified, and the next moves up."""
        with clock_at(at):
            notice = publication_queries.notice(self.call)
            if notice is None:
                raise RuntimeError("The demo's notice is not open.")
            item = notice.items.order_by("position")[7]
            objection = notices.make_objection(
                item,
                kind=ObjectionKind.REPEATED,
                text="该成果的主要做法曾在上一届活动中入选，本次只改了名称，请核查。",
                objector=Objector(name="陈述之", phone="19900008888", unit="南昌市某单位（演示）"),
                at=at,
            )
            notices.accept(objection, by=self.second, at=at + timedelta(hours=3))
            notices.rule(
                objection,
                finding=Finding.UPHELD,
                outcome=Outcome.STRIKE,
                reasons="经比对上一届申报材料，主要技术内容一致，不符合“往年已入选的成果不得再报”的规定，予以取消。",
                by=self.second,
                at=at + timedelta(days=1),
            )

    def publish(self, at: datetime) -> None:
        """Publish what stands after the notice, and the scores behind it."""
        with clock_at(at):
            count = publication.publish(self.call, by=self.by, at=at)
            for review in self.call.rounds.all():
                results.release(review, by=self.by, at=at)
        self.call.refresh_from_db()
        self.say(f"{self.call.title}：发布 {count} 项")

    def describe(self, **values: str) -> None:
        """Set basics of the call (title, contact), keeping the others as they are."""
        basics = {name: getattr(self.call, name) for name in sections.FIELDS[Section.BASICS]}
        call_sections.save_fields(self.call, Section.BASICS, basics | values, by=self.by)
        self.call.refresh_from_db()

    def set_windows(self, windows: dict[Stage, tuple[datetime, datetime]]) -> None:
        """Set when each stage may be worked on."""
        call_sections.save_windows(self.call, windows, by=self.by)
