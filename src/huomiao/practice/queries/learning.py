"""How far somebody has come in a course, and what they might learn next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from huomiao.practice.models import Attempt, Course, Enrolment, Memory, Section, SectionDone
from huomiao.practice.queries import courses
from huomiao.practice.states import Mode, SectionKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Topics of the wrong-answer book that recommendations look at, and how many courses they name.
TOPICS_READ = 40
RECOMMENDED = 3


@dataclass(frozen=True)
class Step:
    """A section as its learner sees it."""

    section: Section
    number: int
    done: SectionDone | None
    is_open: bool
    is_current: bool = False

    @property
    def state(self) -> str:
        return "done" if self.done else "current" if self.is_current else "open" if self.is_open else "locked"


@dataclass(frozen=True)
class Progress:
    """Somebody's way through a course; ``enrolment`` is None before they begin."""

    course: Course
    enrolment: Enrolment | None
    steps: list[Step]

    @property
    def done_count(self) -> int:
        return sum(step.done is not None for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return bool(self.steps) and self.done_count == len(self.steps)

    @property
    def minutes_left(self) -> int:
        return sum(step.section.minutes for step in self.steps if not step.done)

    @property
    def next(self) -> Step | None:
        """Where to go on: where they stopped if that is not done, else the first that is not."""
        return next((step for step in self.steps if step.is_current), None)

    def step(self, section: int) -> Step | None:
        return next((step for step in self.steps if step.section.pk == section), None)

    def beside(self, section: int) -> tuple[Step | None, Step | None]:
        """What stands before and after a section."""
        place = next((place for place, step in enumerate(self.steps) if step.section.pk == section), None)
        if place is None:
            return None, None
        before = self.steps[place - 1] if place else None
        return before, self.steps[place + 1] if place + 1 < len(self.steps) else None


def enrolment_of(course: Course, user: User) -> Enrolment | None:
    return Enrolment.objects.filter(course=course, user=user).select_related("honour").first()


def progress(course: Course, user: User) -> Progress:
    """How far ``user`` is in ``course``, from what is recorded."""
    enrolment = enrolment_of(course, user)
    done = {one.section_id: one for one in enrolment.done.all()} if enrolment else {}
    sections = courses.sections(course)
    waiting = [section.pk for section in sections if section.pk not in done]
    stopped = enrolment.current_id if enrolment and enrolment.current_id in waiting else None
    # In order nothing but the first that waits is open.
    current = stopped if stopped and not course.is_in_order else next(iter(waiting), None)
    steps = [
        Step(
            section,
            number,
            done.get(section.pk),
            is_open=not course.is_in_order or section.pk in done or section.pk == current,
            is_current=section.pk == current,
        )
        for number, section in enumerate(sections, 1)
    ]
    return Progress(course, enrolment, steps)


def passed(section: Section, attempt: Attempt) -> bool:
    """Whether ``attempt`` passes the drill of ``section``."""
    return attempt.right * 100 >= section.pass_percent * attempt.total > 0


def attempts(user: User, sections: Iterable[Section]) -> QuerySet[Attempt]:
    """The sessions of ``user`` at the drills of ``sections``, oldest first. Answers are not fetched."""
    tags = [section.tag for section in sections if section.kind == SectionKind.DRILL]
    return (
        Attempt.objects.filter(user=user, mode=Mode.COURSE, tag__in=tags)
        .only("id", "tag", "right", "total", "finished_at")
        .order_by("id")
    )


def best_of(user: User, section: Section) -> Attempt | None:
    """The best session of ``user`` at the drill of ``section``."""
    found = list(attempts(user, [section]))
    return max(found, key=lambda one: (one.right / one.total if one.total else 0, one.id), default=None)


def unfinished(user: User) -> QuerySet[Any]:
    """The courses ``user`` has begun and not finished, the last visited first."""
    begun = Enrolment.objects.filter(user=user, completed_at=None).values("course")
    found = courses.with_figures(courses.visible_to(user).filter(pk__in=begun), user=user)
    return found.order_by("-visited_at", "pk")


@dataclass(frozen=True)
class Recommendation:
    """A course that treats what somebody gets wrong, and the topic it treats."""

    course: Any
    topic: str
    wrong: int


def recommended(user: User, *, most: int = RECOMMENDED) -> list[Recommendation]:
    """The courses not yet taken that treat most of what stands in ``user``'s wrong-answer book."""
    wrong = Memory.objects.filter(user=user, in_wrong_book=True, question__topic__isnull=False).order_by()
    counted = wrong.values_list("question__topic__path", "question__topic__name").annotate(count=Count("pk"))
    topics = list(counted.order_by("-count")[:TOPICS_READ])
    if not topics:
        return []
    taken = Enrolment.objects.filter(user=user).values("course")
    found = list(courses.with_figures(courses.open_to(user).exclude(pk__in=taken)).order_by("title", "pk"))
    treated: dict[int, set[str]] = {course.pk: set() for course in found}
    drills = Section.objects.filter(course__in=list(treated), topic__isnull=False).order_by()
    for course_key, path in drills.values_list("course", "topic__path"):
        treated[course_key].add(path)
    rows = []
    for course in found:
        # A drill on the topic says more than the trade that the course belongs to.
        near: Counter[str] = Counter()
        for path, name, count in topics:
            if any(path.startswith(one) for one in treated[course.pk]):
                near[name] += 2 * count
            elif course.trade is not None and path.startswith(course.trade.path):
                near[name] += count
        if near:
            name = near.most_common(1)[0][0]
            count = sum(number for _path, topic, number in topics if topic == name)
            rows.append((sum(near.values()), Recommendation(course, name, count)))
    rows.sort(key=lambda row: (-row[0], row[1].course.pk))
    return [row for _weight, row in rows[:most]]
