"""Which courses somebody finds, and what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Course, Enrolment, Section, SectionDone, Topic
from huomiao.practice.states import CourseState, TopicKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def kept_by(user: User | AnonymousUser) -> QuerySet[Course]:
    """The courses ``user`` may change: those of their reach."""
    kept = within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Course.objects.filter(kept).select_related("owner", "trade", "cover")


def open_to(user: User | AnonymousUser) -> QuerySet[Course]:
    """The courses ``user`` may take up: published by a union at or above a place where they belong."""
    near: set[str] = set()
    for membership in held(user):
        path = membership.organization.path
        near |= {path[:end] for end in range(Organization.steplen, len(path) + 1, Organization.steplen)}
    return Course.objects.filter(owner__path__in=near, state=CourseState.PUBLISHED).select_related(
        "owner", "trade", "cover"
    )


def visible_to(user: User | AnonymousUser) -> QuerySet[Course]:
    """The courses whose page ``user`` may open: what they may take up, what they began, what they keep."""
    if not user.is_authenticated:
        return Course.objects.none()
    begun = Enrolment.objects.filter(user=user).values("course")
    mine = Q(pk__in=begun) & ~Q(state=CourseState.DRAFT)
    open_now = Q(pk__in=open_to(user).order_by().values("pk"))
    kept = within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Course.objects.filter(mine | open_now | kept).select_related("owner", "trade", "cover")


def with_figures(courses: QuerySet[Course], *, user: User | None = None) -> QuerySet[Any]:
    """``courses`` with ``section_count`` and ``minutes``; for ``user`` also ``done_count``, ``begun_at`` and ``completed_at``."""
    sections = Section.objects.filter(course=OuterRef("pk")).order_by().values("course")
    found = courses.annotate(
        section_count=Coalesce(Subquery(sections.annotate(n=Count("pk")).values("n")), 0),
        minutes=Coalesce(Subquery(sections.annotate(n=Sum("minutes")).values("n")), 0),
    )
    if user is None:
        return found
    mine = Enrolment.objects.filter(course=OuterRef("pk"), user=user)
    done = SectionDone.objects.filter(enrolment__user=user, enrolment__course=OuterRef("pk")).order_by()
    return found.annotate(
        begun_at=Subquery(mine.values("started_at")),
        visited_at=Subquery(mine.values("visited_at")),
        completed_at=Subquery(mine.values("completed_at")),
        done_count=Coalesce(Subquery(done.values("enrolment__course").annotate(n=Count("pk")).values("n")), 0),
    )


def with_learners(courses: QuerySet[Course]) -> QuerySet[Any]:
    """``courses`` with how many began (``learners``) and how many finished (``finished``)."""
    taken = Enrolment.objects.filter(course=OuterRef("pk")).order_by().values("course")
    return courses.annotate(
        learners=Coalesce(Subquery(taken.annotate(n=Count("pk")).values("n")), 0),
        finished=Coalesce(Subquery(taken.annotate(n=Count("completed_at")).values("n")), 0),
    )


def narrowed(
    courses: QuerySet[Course], *, q: str = "", trade: int | None = None, level: str = "", state: str = ""
) -> QuerySet[Course]:
    """``courses`` as the filter of a list asks."""
    if q:
        courses = courses.filter(Q(title__icontains=q) | Q(summary__icontains=q))
    if trade is not None:
        courses = courses.filter(trade=trade)
    if level:
        courses = courses.filter(level=level)
    return courses.filter(state=state) if state else courses


def trades(courses: QuerySet[Course]) -> QuerySet[Topic]:
    """The trades that ``courses`` teach."""
    return Topic.objects.filter(pk__in=courses.order_by().values("trade"), kind=TopicKind.TRADE).order_by("path")


def owners(user: User | AnonymousUser) -> QuerySet[Organization]:
    """The unions for which ``user`` makes courses: where they sit, not everything below."""
    return Organization.objects.filter(path__in=reach(user, Power.RUN_PRACTICE), is_active=True).order_by("path")


def may_be_required(course: Course) -> QuerySet[Course]:
    """What may come before ``course``: published courses that everybody who finds it finds, and that do not need it."""
    path = course.owner.path
    above = {path[:end] for end in range(Organization.steplen, len(path) + 1, Organization.steplen)}
    after = needing(course)
    return (
        Course.objects.filter(owner__path__in=above, state=CourseState.PUBLISHED)
        .exclude(pk__in=after | {course.pk})
        .order_by("title", "pk")
    )


def needing(course: Course) -> set[int]:
    """The courses that need ``course``, directly or through others."""
    links = Course.requires.through.objects.values_list("from_course", "to_course")
    after: dict[int, set[int]] = {}
    for later, earlier in links:
        after.setdefault(earlier, set()).add(later)
    found: set[int] = set()
    front = {course.pk}
    while front:
        front = {later for one in front for later in after.get(one, ())} - found
        found |= front
    return found


def sections(course: Course) -> list[Section]:
    """The sections of ``course`` in their order, with what they show or ask."""
    return list(course.sections.select_related("file", "bank__current", "topic").order_by("position", "pk"))


def unmet(course: Course, user: User) -> list[Course]:
    """The courses that come before ``course`` and that ``user`` has not finished."""
    finished = Enrolment.objects.filter(user=user, completed_at__isnull=False).values("course")
    return list(course.requires.exclude(pk__in=finished).order_by("title", "pk"))


def last_position(course: Course) -> int:
    return course.sections.order_by("-position").values_list("position", flat=True).first() or 0


def unit_figures(course: Course, user: User) -> list[dict[str, Any]]:
    """By unit of ``user``'s reach, how many began and finished; those with most first."""
    rows = Enrolment.objects.filter(within(reach(user, Power.RUN_PRACTICE), "unit__path"), course=course)
    counted = rows.order_by().values(name=F("unit__name"), code=F("unit__code"), key=F("unit"))
    figures = counted.annotate(begun=Count("pk"), finished=Count("completed_at")).order_by("-begun", "unit__path")
    return list(figures)


def learners(course: Course, user: User, *, q: str = "", unit: str = "", state: str = "") -> QuerySet[Any]:
    """Who takes ``course``, of ``user``'s reach, with ``done_count``; those who finished last first."""
    rows = Enrolment.objects.filter(within(reach(user, Power.RUN_PRACTICE), "unit__path"), course=course)
    if q:
        rows = rows.filter(user__name__icontains=q)
    if unit:
        rows = rows.filter(unit__code=unit)
    if state == "finished":
        rows = rows.filter(completed_at__isnull=False)
    elif state == "learning":
        rows = rows.filter(completed_at=None)
    return (
        rows.select_related("user", "unit", "current", "honour")
        .annotate(done_count=Count("done"))
        .order_by(F("completed_at").desc(nulls_last=True), "-visited_at", "pk")
    )
