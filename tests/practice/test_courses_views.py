from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.core.tables import Column, read_table
from huomiao.files import actions as files
from huomiao.orgs.roles import Role
from huomiao.practice import plans
from huomiao.practice.actions import learning
from huomiao.practice.models import Course, Enrolment, Memory, Question, Section, SectionDone
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
    return CourseFactory(owner=city, title="安全用电")


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"practice:{name}", args=args), query)


def section_page(client, user, section):
    return page(client, user, "course-section", section.course.slug, section.pk)


def finish(client, user, section):
    client.force_login(user)
    return client.post(reverse("practice:course-section-finish", args=[section.course.slug, section.pk]))


# --- Who sees what --------------------------------------------------------------------------------------------------


def _readers(city, unit):
    elsewhere = OrganizationFactory()
    return {
        "trainer": MembershipFactory(organization=city, role=Role.TRAINER).user,
        "officer": MembershipFactory(organization=city, role=Role.OFFICER).user,
        "secretary": MembershipFactory(organization=unit, role=Role.SECRETARY).user,
        "member": MembershipFactory(organization=unit, role=Role.MEMBER).user,
        "stranger": MembershipFactory(organization=UnitFactory(parent=elsewhere), role=Role.MEMBER).user,
        "other_officer": MembershipFactory(organization=elsewhere, role=Role.OFFICER).user,
    }


# By state of a course of the city: who opens its page, and who its outline.
SEEN = {
    CourseState.DRAFT: ({"trainer", "officer"}, {"trainer", "officer"}),
    CourseState.PUBLISHED: ({"trainer", "officer", "secretary", "member"}, {"trainer", "officer"}),
    CourseState.CLOSED: ({"trainer", "officer"}, {"trainer", "officer"}),
}


@pytest.mark.parametrize("state", CourseState)
def test_a_course_is_seen_by_its_branch_and_changed_by_who_keeps_it(client, city, unit, state):
    course = CourseFactory(owner=city, state=state)
    section = SectionFactory(course=course)
    readers = _readers(city, unit)
    reads, changes = SEEN[state]

    opened = {name for name, user in readers.items() if page(client, user, "course", course.slug).status_code == 200}
    assert opened == reads
    for name in ("course-edit", "course-outline", "course-learners", "course-learners-table"):
        keepers = {who for who, user in readers.items() if page(client, user, name, course.slug).status_code == 200}
        assert keepers == changes, name
    for who, user in readers.items():
        client.force_login(user)
        for name, args in (
            ("course-section-move", [course.slug, section.pk]),
            ("course-section-remove", [course.slug, section.pk]),
            ("course-remove", [course.slug]),
        ):
            if who not in changes:
                assert client.post(reverse(f"practice:{name}", args=args), {"to": "1"}).status_code == 404, (who, name)
    assert Section.objects.filter(pk=section.pk).exists()


def test_only_who_began_or_keeps_it_opens_a_section(client, course, worker, trainer):
    section = SectionFactory(course=course, text="只有学员能看的正文。")

    assert section_page(client, worker, section).status_code == 302
    assert "只有学员能看的正文" in section_page(client, trainer, section).content.decode()
    assert not Enrolment.objects.exists()
    learning.begin(course, by=worker, at=AT)
    assert "只有学员能看的正文" in section_page(client, worker, section).content.decode()


def test_the_list_of_courses_to_keep_is_for_those_who_keep_some(client, worker, trainer, course):
    assert page(client, worker, "courses-kept").status_code == 403
    assert page(client, worker, "course-new").status_code == 403
    assert list(page(client, trainer, "courses-kept").context["page_obj"]) == [course]


# --- Learning -------------------------------------------------------------------------------------------------------


def test_a_worker_learns_from_the_list_to_the_certificate(client, course, worker):
    course.award = "安全用电结业证书"
    course.save()
    first, second = SectionFactory(course=course, title="触电"), SectionFactory(course=course, title="急救")
    assert "安全用电" in page(client, worker, "courses").content.decode()

    answer = client.post(reverse("practice:course-begin", args=[course.slug]))
    assert answer.url == reverse("practice:course-section", args=[course.slug, first.pk])
    section_page(client, worker, second)
    assert page(client, worker, "courses").context["unfinished"] == [course]
    assert page(client, worker, "course", course.slug).context["progress"].next.section == second
    answer = finish(client, worker, first)
    assert answer.url == reverse("practice:course-section", args=[course.slug, second.pk])
    answer = finish(client, worker, second)

    assert answer.url == course.get_absolute_url()
    shown = client.get(answer.url).content.decode()
    assert "结业证书已经发给您" in shown
    assert Enrolment.objects.get().honour.get_absolute_url() in shown
    assert page(client, worker, "courses").context["unfinished"] == []


def test_markdown_is_shown_as_text_not_obeyed_as_html(client, course, worker):
    section = SectionFactory(course=course, text="**先验电**<script>alert(1)</script>")
    learning.begin(course, by=worker, at=AT)

    shown = section_page(client, worker, section).content.decode()

    assert "<strong>先验电</strong>" in shown
    assert "<script>alert(1)" not in shown


def test_film_and_paper_are_shown_in_the_page(client, course, worker):
    film = files.store(samples.upload(samples.mp4(), "示例厂.mp4"), by=None)
    paper = files.store(samples.upload(samples.pdf(pages=3), "示例厂.pdf"), by=None)
    video = SectionFactory(course=course, kind=SectionKind.VIDEO, file=film, text="")
    pdf = SectionFactory(course=course, kind=SectionKind.PDF, file=paper, text="")
    learning.begin(course, by=worker, at=AT)

    shown = section_page(client, worker, video)
    assert "<video" in shown.content.decode()
    part = client.get(shown.context["show"], headers={"range": "bytes=0-3"})
    assert len(b"".join(part.streaming_content)) == 4
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 0-3/{film.size}")
    shown = section_page(client, worker, pdf)
    assert len(shown.context["pages"]) == 3
    assert client.get(shown.context["pages"][2]).getvalue()[:2] == b"\xff\xd8"
    assert "示例厂" not in shown.context["pages"][0] + shown.context["link"]


def test_a_drill_is_asked_with_the_sections_tag_and_counted_on_the_way_back(client, course, worker):
    bank = bank_with(12, owner=course.owner)
    section = SectionFactory(
        course=course, kind=SectionKind.DRILL, text="", bank=bank, questions=10, pass_percent=80, title="练一练"
    )
    learning.begin(course, by=worker, at=AT)

    shown = page(client, worker, "course-drill", course.slug, section.pk)
    plan = plans.read(shown.context["plan"], at=AT)
    assert (plan.user_id, plan.release_id, plan.mode, plan.count, plan.tag) == (
        worker.pk,
        bank.current_id,
        Mode.COURSE,
        10,
        section.tag,
    )
    assert section_page(client, worker, section).context["best"] is None
    assert finish(client, worker, section).status_code == 409
    assert not SectionDone.objects.exists()
    drilled(worker, section, right=7)
    assert section_page(client, worker, section).context["step"].done is None
    drilled(worker, section, right=8)

    shown = section_page(client, worker, section)

    assert (shown.context["step"].done.right, shown.context["best"].right) == (8, 8)
    assert Enrolment.objects.get().completed_at is not None


def test_a_drill_whose_bank_was_archived_says_so(client, course, worker):
    bank = bank_with(12, owner=course.owner)
    section = SectionFactory(course=course, kind=SectionKind.DRILL, text="", bank=bank)
    learning.begin(course, by=worker, at=AT)
    bank.archived_at = AT
    bank.save()

    answer = page(client, worker, "course-drill", course.slug, section.pk)

    assert answer.url == reverse("practice:course-section", args=[course.slug, section.pk])


def test_courses_are_recommended_by_what_one_gets_wrong(client, city, worker):
    trade = TopicFactory(name="电工")
    topic = TopicFactory(name="触电急救", parent=trade)
    bank = bank_with(3, owner=city)
    Question.objects.filter(bank=bank).update(topic=topic)
    helps = CourseFactory(owner=city, title="触电怎么救")
    SectionFactory(course=helps, kind=SectionKind.DRILL, text="", bank=bank, topic=topic)
    of_trade = CourseFactory(owner=city, title="电工入门", trade=trade)
    CourseFactory(owner=city, title="焊接", trade=TopicFactory(name="焊工"))
    CourseFactory(title="别处的课", trade=trade)
    for question in Question.objects.filter(bank=bank):
        _wrong(worker, question)

    recommended = page(client, worker, "courses").context["recommended"]

    assert [(one.course, one.topic, one.wrong) for one in recommended] == [
        (helps, "触电急救", 3),
        (of_trade, "触电急救", 3),
    ]
    learning.begin(helps, by=worker, at=AT)
    assert [one.course for one in page(client, worker, "courses").context["recommended"]] == [of_trade]


def _wrong(user, question):
    return Memory.objects.create(
        user=user,
        question=question,
        seen=1,
        right=0,
        wrong=1,
        run=0,
        in_wrong_book=True,
        is_mastered=False,
        stability=1,
        difficulty=5,
        last_on=date(2026, 3, 1),
        wrong_on=date(2026, 3, 1),
    )


def test_the_list_is_narrowed_by_trade_level_and_words(client, city, worker):
    trade = TopicFactory(name="电工")
    one = CourseFactory(owner=city, title="触电", trade=trade, level="5")
    CourseFactory(owner=city, title="焊接", trade=TopicFactory())

    for query in ({"trade": trade.pk}, {"level": "5"}, {"q": "触"}):
        found = page(client, worker, "courses", **query)
        assert [card["course"] for card in found.context["cards"]] == [one], query
    assert page(client, worker, "courses", trade="abc", level="9").status_code == 200


# --- Making ---------------------------------------------------------------------------------------------------------


def test_a_trainer_makes_a_course_with_every_kind_of_section(client, city, trainer):
    bank = bank_with(12, owner=city)
    client.force_login(trainer)
    answer = client.post(
        reverse("practice:course-new"),
        {
            "owner": city.pk,
            "title": "安全用电",
            "slug": "electric",
            "summary": "学会先验电。",
            "level": "",
            "picture": SimpleUploadedFile("封面.jpg", samples.jpeg()),
        },
    )
    assert answer.url == reverse("practice:course-outline", args=["electric"])
    course = Course.objects.get()
    assert course.cover is not None
    uploads = {
        "picture": {"upload": SimpleUploadedFile("图.jpg", samples.jpeg()), "alt": "接地线"},
        "video": {"upload": SimpleUploadedFile("片.mp4", samples.mp4())},
        "pdf": {"upload": SimpleUploadedFile("讲义.pdf", samples.pdf())},
        "text": {"text": "先验电。"},
        "drill": {"bank": bank.pk, "questions": "10", "pass_percent": "80"},
    }

    for kind, values in uploads.items():
        address = reverse("practice:course-section-new", args=["electric", kind])
        assert client.get(address).status_code == 200
        answer = client.post(address, {"title": kind, "minutes": "5", **values})
        assert answer.status_code == 302, (kind, answer.context["form"].errors)

    assert list(course.sections.values_list("kind", flat=True)) == list(uploads)
    client.post(reverse("practice:course-publish", args=["electric"]))
    course.refresh_from_db()
    assert course.state == CourseState.PUBLISHED


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", {"text": ""}),
        ("video", {}),
        ("video", {"upload": ("x.mp4", b"MZ\x90\x00")}),
        ("pdf", {"upload": ("x.pdf", samples.jpeg())}),
        ("picture", {"upload": ("x.jpg", samples.jpeg()), "alt": ""}),
        ("drill", {"bank": "", "questions": "10", "pass_percent": "80"}),
        ("drill", {"bank": "own", "questions": "13", "pass_percent": "80"}),
        ("drill", {"bank": "own", "questions": "10", "pass_percent": "101"}),
    ],
)
def test_a_section_that_cannot_be_used_comes_back_with_what_was_typed(client, course, trainer, kind, values):
    bank = bank_with(12, owner=course.owner)
    data = {"title": "已经写好的标题", "minutes": "5", **values}
    if data.get("bank") == "own":
        data["bank"] = str(bank.pk)
    if "upload" in data:
        data["upload"] = SimpleUploadedFile(*data["upload"])
    client.force_login(trainer)

    answer = client.post(reverse("practice:course-section-new", args=[course.slug, kind]), data)

    assert answer.status_code == 422
    assert "已经写好的标题" in answer.content.decode()
    assert not course.sections.exists()


def test_a_section_keeps_its_file_when_none_is_chosen(client, course, trainer):
    film = files.store(samples.upload(samples.mp4(), "片.mp4"), by=None)
    section = SectionFactory(course=course, kind=SectionKind.VIDEO, file=film)
    client.force_login(trainer)

    answer = client.post(
        reverse("practice:course-section-edit", args=[course.slug, section.pk]),
        {"title": "新标题", "text": "", "minutes": "3"},
    )

    section.refresh_from_db()
    assert (answer.status_code, section.title, section.file, section.minutes) == (302, "新标题", film, 3)


def test_refusals_are_sentences(client, course, trainer):
    client.force_login(trainer)

    answer = client.post(reverse("practice:course-publish", args=[course.slug]), follow=True)

    assert "不能这样做" in answer.content.decode() or "还没有内容" in answer.content.decode()
    assert client.get(reverse("practice:course-section-new", args=[course.slug, "nothing"])).status_code == 404


def test_who_learns_is_shown_by_unit_within_ones_reach(client, course, worker, unit, trainer):
    other_unit = UnitFactory(parent=course.owner, name="第二机械厂")
    elsewhere = UnitFactory(parent=OrganizationFactory())
    SectionFactory(course=course)
    mine = EnrolmentFactory(course=course, user=worker, unit=unit, completed_at=AT)
    second = EnrolmentFactory(course=course, unit=other_unit)
    EnrolmentFactory(course=course, unit=elsewhere)

    shown = page(client, trainer, "course-learners", course.slug)

    assert [(row["name"], row["begun"], row["finished"]) for row in shown.context["units"]] == [
        ("示例机械厂", 1, 1),
        ("第二机械厂", 1, 0),
    ]
    assert list(shown.context["page_obj"]) == [mine, second]
    for query, expected in (
        ({"unit": other_unit.code}, [second]),
        ({"state": "finished"}, [mine]),
        ({"state": "learning"}, [second]),
        ({"q": "赵"}, [mine]),
    ):
        assert list(page(client, trainer, "course-learners", course.slug, **query).context["page_obj"]) == expected
    content = page(client, trainer, "course-learners-table", course.slug).content
    table = read_table(content, "x.xlsx", [Column("name", "姓名"), Column("done", "已学节数")])
    assert [row.values["name"] for row in table.rows] == ["赵学员", second.user.name]


# --- Cost -----------------------------------------------------------------------------------------------------------


def _queries(client, user, name, *args):
    page(client, user, name, *args)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(f"practice:{name}", args=args)).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["courses", "courses-kept"])
def test_lists_ask_as_many_queries_for_three_courses_as_for_one(client, city, worker, trainer, name):
    user = worker if name == "courses" else trainer

    def another():
        picture = files.store(samples.upload(samples.jpeg(), "图.jpg"), by=None)
        made = CourseFactory(owner=city, trade=TopicFactory(), cover=picture)
        SectionFactory(course=made)
        EnrolmentFactory(course=made, user=worker)

    another()
    one = _queries(client, user, name)
    another()
    another()

    assert _queries(client, user, name) == one


@pytest.mark.parametrize("name", ["course", "course-outline", "course-learners"])
def test_a_course_asks_as_many_queries_for_three_sections_and_learners_as_for_one(client, course, trainer, unit, name):
    bank = bank_with(12, owner=course.owner)

    def another():
        SectionFactory(course=course, kind=SectionKind.DRILL, text="", bank=bank, topic=TopicFactory())
        EnrolmentFactory(course=course, unit=unit)

    another()
    one = _queries(client, trainer, name, course.slug)
    another()
    another()

    assert _queries(client, trainer, name, course.slug) == one


def test_a_section_asks_as_many_queries_in_a_long_course_as_in_a_short_one(client, course, worker):
    section = SectionFactory(course=course)
    enrolment = EnrolmentFactory(course=course, user=worker)
    one = _queries(client, worker, "course-section", course.slug, section.pk)
    for _time in range(3):
        SectionDone.objects.create(
            enrolment=enrolment, section=SectionFactory(course=course), at=AT + timedelta(minutes=1)
        )

    assert _queries(client, worker, "course-section", course.slug, section.pk) == one
