from __future__ import annotations

from datetime import timedelta

import pytest

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.honours.models import Honour
from huomiao.orgs.roles import Role
from huomiao.practice.actions import courses as actions
from huomiao.practice.actions import learning
from huomiao.practice.models import Course, Enrolment, SectionDone
from huomiao.practice.queries import courses as queries
from huomiao.practice.queries import learning as learning_queries
from huomiao.practice.states import CourseState, Mode, SectionKind
from tests.factories.accounts import UserFactory
from tests.factories.courses import AT, CourseFactory, EnrolmentFactory, SectionFactory, drilled
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.practice import TopicFactory, bank_with
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return OrganizationFactory(name="示例市总工会")


@pytest.fixture
def trainer(city):
    return MembershipFactory(organization=city, role=Role.TRAINER).user


@pytest.fixture
def unit(city):
    return UnitFactory(parent=city, name="示例机械厂")


@pytest.fixture
def worker(unit):
    return MembershipFactory(organization=unit, role=Role.MEMBER, user=UserFactory(name="赵学员")).user


@pytest.fixture
def course(city):
    return CourseFactory(owner=city, title="安全用电", award="")


def drill(course, *, n=12, **values):
    return SectionFactory(
        course=course, kind=SectionKind.DRILL, text="", bank=bank_with(n, owner=course.owner), **values
    )


def acts(subject):
    return list(history.of(subject).order_by("pk").values_list("action", flat=True))


# --- Making ---------------------------------------------------------------------------------------------------------


def test_a_course_is_made_filled_and_published(city, trainer):
    course = actions.create(city, slug="electric", title="安全用电", by=trainer)
    with pytest.raises(Invalid):
        actions.publish(course, by=trainer, at=AT)
    actions.add_section(course, kind=SectionKind.TEXT, title="触电", text="远离带电体。", by=trainer)

    published = actions.publish(course, by=trainer, at=AT)

    assert (published.state, published.published_at) == (CourseState.PUBLISHED, AT)
    assert acts(course) == ["course.created", "course.section_added", "course.published"]
    with pytest.raises(WrongState):
        actions.publish(course, by=trainer, at=AT)


def test_an_address_is_taken_once(city, trainer, course):
    with pytest.raises(Invalid, match="已经有课程在用"):
        actions.create(city, slug=course.slug, title="另一门", by=trainer)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.EDITOR, Role.ADMINISTRATOR])
def test_others_make_and_change_nothing(city, course, role):
    other = MembershipFactory(organization=city, role=role).user
    section = SectionFactory(course=course)

    for act in (
        lambda: actions.create(city, slug="x", title="x", by=other),
        lambda: actions.change(course, title="x", by=other),
        lambda: actions.publish(course, by=other, at=AT),
        lambda: actions.close(course, by=other, at=AT),
        lambda: actions.remove(course, by=other),
        lambda: actions.add_section(course, kind=SectionKind.TEXT, title="x", by=other),
        lambda: actions.change_section(section, title="x", by=other),
        lambda: actions.move_section(section, to=1, by=other),
        lambda: actions.remove_section(section, by=other),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_officer_of_another_branch_changes_nothing(course):
    other = MembershipFactory(organization=OrganizationFactory(), role=Role.OFFICER).user

    with pytest.raises(NotAllowed):
        actions.change(course, title="x", by=other)


def test_sections_are_put_in_order(course, trainer):
    first, second, third = (SectionFactory(course=course, title=name) for name in "甲乙丙")

    actions.move_section(third, to=1, by=trainer)
    actions.move_section(first, to=99, by=trainer)

    assert [section.title for section in queries.sections(course)] == ["丙", "乙", "甲"]
    assert acts(course) == ["course.sections_ordered", "course.sections_ordered"]
    assert second.title == "乙"


def test_the_only_section_of_an_open_course_stays(course, trainer):
    section = SectionFactory(course=course)

    with pytest.raises(WrongState):
        actions.remove_section(section, by=trainer)
    actions.close(course, by=trainer, at=AT)
    actions.remove_section(section, by=trainer)

    assert not course.sections.exists()


def test_a_drill_needs_enough_questions_in_its_range(course, trainer):
    bank = bank_with(3, owner=course.owner)
    with pytest.raises(Invalid, match="只有 3 题"):
        actions.add_section(course, kind=SectionKind.DRILL, title="练", bank=bank, questions=4, by=trainer)
    with pytest.raises(Invalid, match="只有 0 题"):
        actions.add_section(
            course, kind=SectionKind.DRILL, title="练", bank=bank, topic=TopicFactory(), questions=1, by=trainer
        )

    section = actions.add_section(course, kind=SectionKind.DRILL, title="练", bank=bank, questions=3, by=trainer)

    assert section.position == 1


def test_courses_cannot_need_each_other_in_a_circle(course, trainer):
    second, third = CourseFactory(owner=course.owner), CourseFactory(owner=course.owner)
    actions.change(second, requires=[course], by=trainer)
    actions.change(third, requires=[second], by=trainer)

    with pytest.raises(Invalid):
        actions.change(course, requires=[third], by=trainer)
    with pytest.raises(Invalid):
        actions.change(course, requires=[course], by=trainer)
    assert not course.requires.exists()


def test_a_course_that_somebody_began_is_closed_not_removed(course, trainer):
    EnrolmentFactory(course=course)

    with pytest.raises(WrongState):
        actions.remove(course, by=trainer)
    actions.remove(CourseFactory(owner=course.owner), by=trainer)

    assert list(Course.objects.all()) == [course]


# --- Learning -------------------------------------------------------------------------------------------------------


def test_a_course_is_taken_up_once_and_gone_on_where_one_stopped(course, worker, unit):
    first, second = SectionFactory(course=course), SectionFactory(course=course)

    enrolment = learning.begin(course, by=worker, at=AT)
    again = learning.begin(course, by=worker, at=AT + timedelta(days=1))

    assert (again.pk, again.unit, again.started_at) == (enrolment.pk, unit, AT)
    assert learning_queries.progress(course, worker).next.section == first
    learning.visit(enrolment, second, at=AT)
    assert learning_queries.progress(course, worker).next.section == second
    learning.finish(second, by=worker, at=AT)
    assert learning_queries.progress(course, worker).next.section == first


def test_sections_in_order_open_one_after_the_other(course, worker):
    course.is_in_order = True
    course.save()
    first, second = SectionFactory(course=course), SectionFactory(course=course)
    learning.begin(course, by=worker, at=AT)

    with pytest.raises(WrongState):
        learning.finish(second, by=worker, at=AT)
    learning.finish(first, by=worker, at=AT)

    assert [step.state for step in learning_queries.progress(course, worker).steps] == ["done", "current"]


def test_what_comes_before_is_finished_first(course, worker, trainer):
    before = CourseFactory(owner=course.owner, title="入厂教育")
    section = SectionFactory(course=before)
    actions.change(course, requires=[before], by=trainer)

    with pytest.raises(WrongState, match="入厂教育"):
        learning.begin(course, by=worker, at=AT)
    learning.begin(before, by=worker, at=AT)
    learning.finish(section, by=worker, at=AT)

    assert learning.begin(course, by=worker, at=AT).course == course


@pytest.mark.parametrize("state", [CourseState.DRAFT, CourseState.CLOSED])
def test_only_an_open_course_is_taken_up(course, worker, state):
    course.state = state
    course.save()

    with pytest.raises(NotAllowed):
        learning.begin(course, by=worker, at=AT)


def test_a_course_of_another_branch_is_not_taken_up(course):
    stranger = MembershipFactory(organization=UnitFactory(parent=OrganizationFactory()), role=Role.MEMBER).user

    with pytest.raises(NotAllowed):
        learning.begin(course, by=stranger, at=AT)


def test_who_began_finishes_a_course_that_was_closed(course, worker, trainer):
    section = SectionFactory(course=course)
    learning.begin(course, by=worker, at=AT)
    actions.close(course, by=trainer, at=AT)

    assert learning.finish(section, by=worker, at=AT).completed_at == AT


@pytest.mark.parametrize(
    ("right", "mode", "own_tag", "counts"),
    [
        (8, Mode.COURSE, True, True),
        (7, Mode.COURSE, True, False),
        (10, Mode.DRILL, True, False),
        (10, Mode.COURSE, False, False),
    ],
)
def test_a_drill_counts_only_by_a_passing_session_of_its_own(course, worker, right, mode, own_tag, counts):
    section = drill(course, pass_percent=80)
    learning.begin(course, by=worker, at=AT)
    drilled(worker, section, right=right, mode=mode, tag=None if own_tag else "section:0")

    assert learning.count_drills(course, by=worker, at=AT) == int(counts)

    assert SectionDone.objects.filter(section=section).exists() is counts
    assert (Enrolment.objects.get(user=worker).completed_at is not None) is counts


def test_a_drill_is_never_finished_by_saying_so(course, worker):
    section = drill(course)
    learning.begin(course, by=worker, at=AT)
    drilled(UserFactory(), section, right=10)

    with pytest.raises(WrongState, match="80%"):
        learning.finish(section, by=worker, at=AT)


def test_a_drill_is_counted_once(course, worker):
    section = drill(course)
    SectionFactory(course=course)
    learning.begin(course, by=worker, at=AT)
    drilled(worker, section, right=9)
    drilled(worker, section, right=10)

    assert [learning.count_drills(course, by=worker, at=AT) for _time in range(2)] == [1, 0]

    done = SectionDone.objects.get()
    assert (done.right, done.total, done.at) == (9, 10, AT)


def test_finishing_everything_gives_one_certificate_that_verifies(client, course, worker):
    course.award = "安全用电课程结业证书"
    course.save()
    first, second = SectionFactory(course=course), SectionFactory(course=course)
    learning.begin(course, by=worker, at=AT)
    learning.finish(first, by=worker, at=AT)
    assert not Honour.objects.exists()

    for _time in range(2):
        learning.finish(second, by=worker, at=AT)

    honour = Honour.objects.get()
    assert (honour.award, honour.programme, honour.unit_name) == ("安全用电课程结业证书", "安全用电", "示例机械厂")
    assert honour.number == "课程结业证字〔2026〕000001号"
    assert [holder.name for holder in honour.holders.all()] == ["赵学员"]
    enrolment = Enrolment.objects.get()
    assert (enrolment.honour, enrolment.completed_at) == (honour, AT)
    assert acts(enrolment) == ["course.begun", "course.completed"]
    assert "安全用电课程结业证书" in client.get(honour.get_absolute_url()).content.decode()


def test_a_section_added_later_leaves_finished_what_was(course, worker, trainer):
    section = SectionFactory(course=course)
    learning.begin(course, by=worker, at=AT)
    learning.finish(section, by=worker, at=AT)

    actions.add_section(course, kind=SectionKind.TEXT, title="补充", text="新规定。", by=trainer)

    assert Enrolment.objects.get().completed_at == AT


def test_files_of_a_course_are_not_purged(course):
    film = files.store(samples.upload(samples.mp4(), "片.mp4"), by=None)
    SectionFactory(course=course, kind=SectionKind.VIDEO, file=film)

    assert files.purge(at=film.uploaded_at + timedelta(days=30)) == 0
