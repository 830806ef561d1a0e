from __future__ import annotations

from datetime import date

import factory

from huomiao.honours.models import Holder, Honour
from tests.factories.orgs import UnitFactory


class HonourFactory(factory.django.DjangoModelFactory):
    """An honour in the register; its history is not written: use ``actions.grant`` where a test verifies it."""

    class Meta:
        model = Honour

    number = factory.Sequence(lambda n: f"赣五小证字〔2023〕{n + 1:04d}号")
    series = "wuxiao"
    year = 2023
    programme = "2023年职工“五小”创新成果征集"
    award = "职工“五小”优秀创新成果"
    grade = "一等"
    work = factory.Sequence(lambda n: f"溜槽快速更换装置{n}")
    unit = factory.SubFactory(UnitFactory)
    unit_name = factory.LazyAttribute(lambda honour: honour.unit.name if honour.unit else "某机械厂")
    awarded_by = "省总工会"
    awarded_on = date(2023, 12, 5)


class HolderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Holder

    honour = factory.SubFactory(HonourFactory)
    place = 1
    name = factory.Sequence(lambda n: f"获奖人{n}")
