"""Making courses: facts, sections in their order, publishing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.models import Organization
from huomiao.practice.kinds import GRADED
from huomiao.practice.models import Course, Section
from huomiao.practice.queries import asking
from huomiao.practice.queries import courses as queries
from huomiao.practice.rules import courses as rules
from huomiao.practice.states import COURSE_MOVES, CourseState, SectionKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User

FIELDS = ("title", "summary", "cover", "trade", "level", "is_in_order", "award")
SECTION_FIELDS = (
    "title",
    "text",
    "file",
    "alt",
    "minutes",
    "bank",
    "topic",
    "difficulty",
    "questions",
    "pass_percent",
)
MOST_SECTIONS = 100


@transaction.atomic
def create(owner: Organization, *, slug: str, by: User | None, **values: Any) -> Course:
    """A new, empty course of ``owner``, as a draft; ``values`` are of ``FIELDS``.

    Raises:
        NotAllowed: ``by`` makes no courses there.
        Invalid: the address is taken.
    """
    if by is not None and not rules.can_create(by, owner):
        raise NotAllowed(_("您不能为“%(owner)s”建课程。") % {"owner": owner})
    try:
        with transaction.atomic():
            course = Course.objects.create(owner=owner, slug=slug, **values)
    except IntegrityError as problem:
        raise Invalid(_("网址代码“%(slug)s”已经有课程在用，请换一个。") % {"slug": slug}) from problem
    history.record(course, "course.created", by=by)
    return course


@transaction.atomic
def change(course: Course, *, by: User | None, requires: Collection[Course] | None = None, **values: Any) -> Course:
    """Set facts of ``course``; ``requires`` are the courses that come before it.

    Raises:
        NotAllowed: ``by`` does not keep it.
        Invalid: a course that comes before it needs it itself, or is not found by everybody who finds this one.
    """
    locked = _locked(course, by=by)
    moved = {name: _moved(locked, name, value) for name, value in values.items() if getattr(locked, name) != value}
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    if requires is not None:
        before = {one.pk: one.title for one in locked.requires.all()}
        wanted = {one.pk: one.title for one in requires}
        if set(wanted) - set(before) - set(queries.may_be_required(locked).values_list("pk", flat=True)):
            raise Invalid(_("先修课程不能选尚未发布的、其他分支的，或本身要求先学这门课的课程。"))
        if before.keys() != wanted.keys():
            locked.requires.set(wanted)
            moved["requires"] = ["、".join(sorted(before.values())), "、".join(sorted(wanted.values()))]
    if moved:
        history.record(locked, "course.changed", by=by, changes=moved)
    return locked


@transaction.atomic
def publish(course: Course, *, by: User | None, at: datetime) -> Course:
    """Open ``course`` to everybody of its branch.

    Raises:
        WrongState: it is open already.
        Invalid: it has no sections, or a drill cannot be passed; the message names it.
    """
    locked = _locked(course, by=by)
    sections = queries.sections(locked)
    if not sections:
        raise Invalid(_("课程还没有内容，请先添加至少一节。"))
    for section in sections:
        _check_drill(section)
    _move(locked, CourseState.PUBLISHED)
    locked.published_at = locked.published_at or at
    locked.save(update_fields=["state", "published_at"])
    history.record(locked, "course.published", by=by, at=at)
    return locked


@transaction.atomic
def close(course: Course, *, by: User | None, at: datetime) -> Course:
    """Take ``course`` off the lists: nobody begins it any more, who began may finish."""
    locked = _locked(course, by=by)
    _move(locked, CourseState.CLOSED)
    locked.save(update_fields=["state"])
    history.record(locked, "course.closed", by=by, at=at)
    return locked


@transaction.atomic
def remove(course: Course, *, by: User | None) -> None:
    """Remove a course that nobody ever began.

    Raises:
        WrongState: somebody began it, or another course needs it.
    """
    locked = _locked(course, by=by)
    if locked.enrolments.exists():
        raise WrongState(_("已经有人在学这门课，不能删除；可以把它下架。"))
    if later := locked.required_by.first():
        raise WrongState(_("“%(course)s”要求先学这门课，请先取消该要求。") % {"course": later})
    history.record(locked, "course.removed", by=by)
    locked.delete()


# --- Sections -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_section(course: Course, *, kind: SectionKind, by: User | None, **values: Any) -> Section:
    """A section at the end of ``course``; ``values`` are of ``SECTION_FIELDS``.

    Raises:
        Invalid: the course is full, or a drill cannot be passed.
    """
    locked = _locked(course, by=by)
    if locked.sections.count() >= MOST_SECTIONS:
        raise Invalid(_("一门课最多 %(most)d 节，请另建一门课。") % {"most": MOST_SECTIONS})
    section = Section(course=locked, kind=kind, position=queries.last_position(locked) + 1, **values)
    _check_drill(section)
    section.save()
    history.record(locked, "course.section_added", by=by, note=section.title)
    return section


@transaction.atomic
def change_section(section: Section, *, by: User | None, **values: Any) -> Section:
    """Set what a section shows or asks; its kind stays, and what learners have done stays done."""
    course = _locked(section.course, by=by)
    locked = course.sections.select_for_update(of=("self",)).get(pk=section.pk)
    moved = {
        name: _moved(locked, name, value)
        for name, value in values.items()
        if getattr(locked, name) != value and name != "text"
    }
    if "text" in values and values["text"] != locked.text:
        moved["text"] = [str(len(locked.text)), str(len(values["text"]))]
    for name, value in values.items():
        setattr(locked, name, value)
    _check_drill(locked)
    locked.save(update_fields=list(values))
    if moved:
        history.record(course, "course.section_changed", by=by, note=locked.title, changes=moved)
    return locked


@transaction.atomic
def remove_section(section: Section, *, by: User | None) -> None:
    """Take a section out, and with it who did it.

    Raises:
        WrongState: it is the last one of a course that is open.
    """
    course = _locked(section.course, by=by)
    if course.state == CourseState.PUBLISHED and course.sections.count() == 1:
        raise WrongState(_("这是唯一的一节。已发布的课程至少要有一节，可以先把课程下架。"))
    course.sections.filter(pk=section.pk).delete()
    history.record(course, "course.section_removed", by=by, note=section.title)


@transaction.atomic
def move_section(section: Section, *, to: int, by: User | None) -> None:
    """Put a section at place ``to`` (from 1) among the others."""
    course = _locked(section.course, by=by)
    rows = list(course.sections.order_by("position", "pk"))
    moving = next((row for row in rows if row.pk == section.pk), None)
    if moving is None:
        raise WrongState(_("这一节已被删除，请刷新页面。"))
    rest = [row for row in rows if row.pk != section.pk]
    place = min(max(to, 1), len(rows)) - 1
    ordered = [*rest[:place], moving, *rest[place:]]
    if ordered == rows:
        return
    for position, row in enumerate(ordered, 1):
        row.position = position
    Section.objects.bulk_update(ordered, ["position"])
    history.record(course, "course.sections_ordered", by=by, note=f"{section.title} → {place + 1}")


def _check_drill(section: Section) -> None:
    if section.kind != SectionKind.DRILL or section.bank is None:
        return
    bank = section.bank
    if bank.archived_at is not None or bank.current is None:
        raise Invalid(_("“%(title)s”所用的题库“%(bank)s”没有发布，不能练习。") % {"title": section, "bank": bank})
    found = asking.askable(bank).filter(kind__in=GRADED)
    if section.topic is not None:
        found = found.filter(topic__path__startswith=section.topic.path)
    if section.difficulty is not None:
        found = found.filter(difficulty=section.difficulty)
    count = found.count()
    if count < section.questions:
        raise Invalid(
            _("“%(title)s”要抽 %(wanted)d 题，按所选范围题库里只有 %(count)d 题。")
            % {"title": section, "wanted": section.questions, "count": count}
        )


def _locked(course: Course, *, by: User | None) -> Course:
    locked = Course.objects.select_for_update(of=("self",)).select_related("owner", "trade", "cover").get(pk=course.pk)
    if by is not None and not rules.can_edit(by, locked):
        raise NotAllowed(_("只有课程所属工会的干部和培训管理员可以修改课程。"))
    return locked


def _move(course: Course, to: CourseState) -> None:
    if to not in COURSE_MOVES[CourseState(course.state)]:
        raise WrongState(_("课程目前是“%(state)s”，不能这样做。") % {"state": course.get_state_display()})
    course.state = to


def _moved(thing: models.Model, name: str, value: object) -> list[str]:
    return [_plain(getattr(thing, name)), _plain(value)]


def _plain(value: object) -> str:
    return "" if value is None else str(value)[:200]
