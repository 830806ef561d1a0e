from __future__ import annotations

from datetime import UTC, date, datetime

import factory

from huomiao.notices import hashing
from huomiao.notices.models import Notice, NoticeItem, Objection, WorkdayException
from huomiao.notices.states import ObjectionKind
from tests.factories.orgs import OrganizationFactory


class NoticeFactory(factory.django.DjangoModelFactory):
    """A notice that is open at any test's clock; its history is not written."""

    class Meta:
        model = Notice

    subject_type = "nothing"
    subject_id = factory.Sequence(str)
    title = factory.Sequence(lambda n: f"拟入选成果公示（{n}）")
    issuer = factory.SubFactory(OrganizationFactory)
    contact = "经济技术部 0791-00000000"
    working_days = 5
    opens_on = date(2000, 1, 1)
    closes_on = date(2099, 1, 1)
    columns = factory.LazyFunction(lambda: ["成果名称", "单位"])
    list_hash = factory.LazyAttribute(lambda notice: hashing.list_hash(notice.columns, []))
    opened_at = datetime(2000, 1, 1, tzinfo=UTC)


class NoticeItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = NoticeItem

    notice = factory.SubFactory(NoticeFactory)
    position = factory.Sequence(lambda n: n + 1)
    subject_type = "nothing"
    subject_id = factory.Sequence(str)
    cells = factory.LazyAttributeSequence(lambda item, n: [f"成果{n}", "示例机械厂"])


class ObjectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objection

    notice = factory.SelfAttribute("item.notice")
    item = factory.SubFactory(NoticeItemFactory)
    kind = ObjectionKind.TRUTH
    text = "所列效益与实际不符，请核查。"
    name = "李举报"
    phone = "13700009876"
    unit = "邻近机械厂"
    made_at = datetime(2026, 6, 1, tzinfo=UTC)


class WorkdayExceptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkdayException
        django_get_or_create = ("day",)

    day = date(2030, 1, 1)
    is_workday = False
