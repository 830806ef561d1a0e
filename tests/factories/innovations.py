"""Plain factories of the programme. ``call_with_rules`` gives a small call that is ready for every stage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory

from huomiao.innovations.models import (
    Author,
    Band,
    Benefit,
    Call,
    Category,
    Criterion,
    Declaration,
    Exclusion,
    Expert,
    Grade,
    IntellectualProperty,
    MixRule,
    Opinion,
    PriorityField,
    PriorityList,
    Quota,
    Rubric,
    Window,
)
from huomiao.innovations.states import (
    BenefitKind,
    CallState,
    Consent,
    Decision,
    MixMeasure,
    PropertyKind,
    PropertyStatus,
    Source,
    Stage,
    State,
)
from huomiao.orgs.models import Organization
from huomiao.orgs.states import Kind
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory, UnitFactory


class PriorityListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PriorityList

    name = factory.Sequence(lambda n: f"重点产业{n}")
    region = factory.SubFactory(OrganizationFactory)
    first_year = 2023
    last_year = 2026


class PriorityFieldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PriorityField

    list = factory.SubFactory(PriorityListFactory)
    code = factory.Sequence(lambda n: f"F{n:03d}")
    name = factory.Sequence(lambda n: f"产业链{n}")
    group = PriorityField.Group.CHAIN
    position = factory.Sequence(lambda n: n)


class CallFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Call

    slug = factory.Sequence(lambda n: f"call-{n}")
    series = factory.Sequence(lambda n: f"series-{n}")
    year = 2026
    title = factory.Sequence(lambda n: f"职工“五小”创新成果征集（{n}）")
    organiser = factory.SubFactory(OrganizationFactory)
    state = CallState.OPEN
    contact = "经济技术部 0791-00000000"
    announced_at = datetime(2026, 1, 1, tzinfo=UTC)


class WindowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Window

    call = factory.SubFactory(CallFactory)
    stage = Stage.DECLARE
    opens_at = datetime(2000, 1, 1, tzinfo=UTC)
    closes_at = datetime(2099, 1, 1, tzinfo=UTC)


class RubricFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Rubric

    call = factory.SubFactory(CallFactory)
    name = "通用评分标准"


class CriterionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Criterion

    rubric = factory.SubFactory(RubricFactory)
    name = "创新性"
    points = 100
    position = factory.Sequence(lambda n: n)


class BandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Band

    criterion = factory.SubFactory(CriterionFactory)
    label = "优"
    low = Decimal(0)
    high = Decimal(100)
    description = "有明显突破"


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    call = factory.SubFactory(CallFactory)
    code = factory.Sequence(lambda n: f"category-{n}")
    name = factory.Sequence(lambda n: f"小类{n}")
    definition = "对设备、工具或工艺的改进。"
    hints = factory.LazyFunction(lambda: ["是否改进了设备？"])
    rubric = factory.SubFactory(RubricFactory, call=factory.SelfAttribute("..call"))
    position = factory.Sequence(lambda n: n)


class QuotaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quota

    call = factory.SubFactory(CallFactory)
    union = factory.SubFactory(OrganizationFactory, kind=Kind.CITY)
    category = None
    maximum = 10


class MixRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MixRule

    call = factory.SubFactory(CallFactory)
    measure = MixMeasure.PRIORITY
    minimum_percent = 50


class ExclusionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exclusion

    call = factory.SubFactory(CallFactory)
    text = "已列入政府科技计划的项目"
    position = factory.Sequence(lambda n: n)


class GradeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Grade

    call = factory.SubFactory(CallFactory)
    name = "一等"
    number = 1
    position = factory.Sequence(lambda n: n)


class DeclarationFactory(factory.django.DjangoModelFactory):
    """A declaration handed in by a worker of a unit; give ``state``, ``union``, ``rank`` and so on for later stages.

    Its history is not written: use the actions where a test verifies the history.
    """

    class Meta:
        model = Declaration

    call = factory.SubFactory(CallFactory)
    number = factory.Sequence(lambda n: f"2026-赣-测试-{n:04d}")
    state = State.SUBMITTED
    declared_by = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    title = factory.Sequence(lambda n: f"轧辊快速更换装置{n}")
    category = factory.SubFactory(CategoryFactory, call=factory.SelfAttribute("..call"))
    section = "C"
    division = "34"
    source = Source.TEAM
    contact_name = "王联系"
    contact_phone = "13800005678"
    problem = "换辊耗时长，劳动强度大。"
    solution = "设计了滑轨式快换机构，两人即可操作。"
    application = "已在三条线上使用。"
    social_benefit = "降低了劳动强度。"
    outlook = "可在同类产线推广。"
    abstract = "滑轨式快换机构，缩短换辊时间。"
    keywords = "轧辊 快换"
    consent = Consent.FULL
    submitted_at = datetime(2026, 5, 1, tzinfo=UTC)


class AuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Author

    declaration = factory.SubFactory(DeclarationFactory)
    place = 1
    name = factory.Sequence(lambda n: f"完成人{n}")
    phone = "13900001234"
    id_number = "360102198001011234"
    post = "钳工"
    contribution = "总体设计"


class BenefitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Benefit

    declaration = factory.SubFactory(DeclarationFactory)
    kind = BenefitKind.SAVING
    amount = Decimal("12.50")
    period = "2025 年"
    basis = "按停机时间折算。"


class IntellectualPropertyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IntellectualProperty

    declaration = factory.SubFactory(DeclarationFactory)
    kind = PropertyKind.UTILITY
    number = "ZL202020202020.2"
    status = PropertyStatus.GRANTED


class OpinionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Opinion

    declaration = factory.SubFactory(DeclarationFactory)
    organization = factory.SubFactory(OrganizationFactory, kind=Kind.CITY)
    decision = Decision.FORWARD
    by = factory.SubFactory(UserFactory)
    made_at = datetime(2026, 5, 2, tzinfo=UTC)


class ExpertFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Expert

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)


# The stages' windows around a call's state, so that its own stage is open at any test's clock.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def call_with_rules(*, cities: int = 2, categories: int = 2, state: CallState = CallState.OPEN, **values) -> Call:
    """A call with everything it carries: categories with a rubric, priority fields, quotas of its cities, windows, grades.

    Each city may send 3 per category and 5 in all. Its cities are ``queries.calls.unions(call)``.
    """
    organiser = values.pop("organiser", None) or OrganizationFactory(kind=Kind.PROVINCE)
    unions = [OrganizationFactory(parent=organiser, kind=Kind.CITY, name=f"第{n + 1}市总工会") for n in range(cities)]
    organiser = Organization.objects.get(pk=organiser.pk)
    priorities = PriorityListFactory(region=organiser)
    for name in ("电子信息", "装备制造"):
        PriorityFieldFactory(list=priorities, name=name)
    call = CallFactory(organiser=organiser, priority_list=priorities, state=state, **values)
    rubric = RubricFactory(call=call)
    for name, points in (("创新性", 60), ("实用性", 40)):
        criterion = CriterionFactory(rubric=rubric, name=name, points=points)
        BandFactory(criterion=criterion, label="优", low=Decimal(points) / 2, high=Decimal(points))
        BandFactory(criterion=criterion, label="一般", low=Decimal(0), high=Decimal(points) / 2)
    names = ("小发明", "小创造", "小设计", "小革新", "小建议")[:categories]
    for position, name in enumerate(names):
        category = CategoryFactory(call=call, code=f"c{position}", name=name, rubric=rubric, position=position)
        for union in unions:
            QuotaFactory(call=call, union=union, category=category, maximum=3)
    for union in unions:
        QuotaFactory(call=call, union=union, category=None, maximum=5)
    for stage in Stage:
        WindowFactory(call=call, stage=stage, opens_at=_LONG_AGO, closes_at=_LONG_AGO + timedelta(days=36500))
    ExclusionFactory(call=call)
    for name, number in (("一等", 1), ("二等", 2)):
        GradeFactory(call=call, name=name, number=number)
    return call
