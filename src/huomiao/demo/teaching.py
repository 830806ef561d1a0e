"""A course of the demo province: what to do in a confined space, in four short sections and a drill."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.demo import pictures
from huomiao.demo.campaign import clock_at
from huomiao.files.actions import store
from huomiao.orgs.models import Organization
from huomiao.practice.actions import courses, learning
from huomiao.practice.models import Bank, Course, Topic
from huomiao.practice.states import SectionKind

SECTIONS = [
    (
        "什么是有限空间",
        (
            "有限空间**封闭或部分封闭**，进出口受限，没有按固定工作场所设计，通风不良，容易积聚有毒有害、易燃易爆物质或缺氧。\n\n"
            "身边常见的有：\n\n- 污水井、化粪池、地下电缆沟\n- 发酵罐、储罐、反应釜\n- 冷库、料仓、船舱\n\n"
            "> 看不见、闻不到，不等于没有危险。硫化氢浓度高时会麻痹嗅觉，反而闻不到臭味。"
        ),
        4,
    ),
    (
        "先通风、再检测、后作业",
        (
            "1. **办票**：填写作业审批，明确负责人、监护人和作业人员。\n2. **通风**：打开所有孔口，用风机强制送风。\n"
            "3. **检测**：氧气 19.5%～23.5%，可燃气体低于爆炸下限的 10%，有毒气体不超过限值。\n4. **作业**：持续通风，持续监测，监护人不离开。\n\n"
            "作业中断超过 30 分钟，再进入前要重新检测。"
        ),
        5,
    ),
    (
        "有人倒下时",
        (
            "事故扩大的主要原因是**盲目施救**。发现有人倒下：\n\n- 立即呼救，报 119、120；\n- 不下去！持续向内送风；\n"
            "- 佩戴隔绝式呼吸防护用品、系好安全绳的人员才能进入；有提升装置的，在外面施救；\n- 救出后移到空气新鲜处，必要时做心肺复苏。"
        ),
        5,
    ),
]


def tell(*, root: Organization, by: User, learner: User, bank: Bank, now: datetime) -> Course:
    """The course, published two weeks ago; ``learner`` has read the first half."""
    begun = timezone.localtime(now) - timedelta(days=14)
    with clock_at(begun):
        course = courses.create(
            root,
            slug="demo-confined-space",
            by=by,
            title="有限空间作业安全（演示）",
            summary="三节短文、一张示意图和一次随堂练习，约二十分钟。学完可得结业证书。",
            award="有限空间作业安全培训结业证书",
        )
        Course.objects.filter(pk=course.pk).update(is_demo=True)
        for title, text, minutes in SECTIONS:
            courses.add_section(course, kind=SectionKind.TEXT, by=by, title=title, text=text, minutes=minutes)
        drawing = store(ContentFile(pictures.drawing(77), "作业现场布置.jpg"), by=by)
        courses.add_section(
            course,
            kind=SectionKind.PICTURE,
            by=by,
            title="作业现场怎样布置",
            text="风机放在上风侧，风管伸到作业面；井口设围栏和警示牌，监护人守在井口。",
            file=drawing,
            alt="有限空间作业现场布置示意图",
            minutes=2,
        )
        courses.add_section(
            course,
            kind=SectionKind.DRILL,
            by=by,
            title="随堂练习",
            bank=bank,
            topic=_topic(bank),
            questions=4,
            pass_percent=75,
            minutes=4,
        )
        courses.publish(course, by=by, at=timezone.now())
    with clock_at(timezone.localtime(now) - timedelta(days=2)):
        course.refresh_from_db()
        learning.begin(course, by=learner, at=timezone.now())
        for section in course.sections.all()[:2]:
            learning.finish(section, by=learner, at=timezone.now())
    return course


def _topic(bank: Bank) -> Topic:
    return Topic.objects.filter(questions__bank=bank, name="有限空间").distinct().get()
