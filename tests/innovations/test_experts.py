from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.tables import SheetOut, write_table
from huomiao.innovations.actions import experts
from huomiao.innovations.models import Expert, Relation
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import ExpertFactory, PriorityFieldFactory
from tests.factories.orgs import MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser():
    return MembershipFactory(role=Role.ORGANISER).user


def _table(*rows):
    return write_table([SheetOut("专家", experts.columns(), rows)])


GOOD = {
    "name": "陈思远",
    "phone": "13812345678",
    "unit": "江南理工大学",
    "fields": "铜、锂",
    "divisions": "32、汽车制造业",
}


def test_a_table_brings_people_their_fields_and_their_relations(organiser):
    unit = UnitFactory(name="江南理工大学")
    other = UnitFactory(name="信江陶瓷厂")
    for name in ("铜产业链", "锂产业链"):
        PriorityFieldFactory(name=name)

    done = experts.import_experts(
        _table({**GOOD, "avoid_units": "信江陶瓷厂", "avoid_people": "李光明"}), "专家.xlsx", by=organiser
    )

    assert done.problems == []
    expert = Expert.objects.get()
    assert (str(expert), expert.unit, expert.divisions) == ("陈思远", unit, ["32", "36"])
    assert sorted(expert.fields.values_list("name", flat=True)) == ["铜产业链", "锂产业链"]
    assert list(Relation.objects.order_by("pk").values_list("organization", "person_name")) == [
        (other.pk, ""),
        (None, "李光明"),
    ]
    assert not expert.user.has_usable_password()


def test_the_same_table_twice_changes_nobody(organiser):
    for name in ("铜", "锂"):
        PriorityFieldFactory(name=name)
    experts.import_experts(_table(GOOD), "专家.xlsx", by=organiser)

    again = experts.import_experts(_table(GOOD), "专家.xlsx", by=organiser)

    assert (len(again.added), len(again.updated), Expert.objects.count()) == (0, 1, 1)


def test_one_wrong_cell_brings_nobody_and_is_named(organiser):
    for name in ("铜", "锂"):
        PriorityFieldFactory(name=name)
    bad = {
        "name": "刘慧敏",
        "phone": "",
        "unit": "东湖学院",
        "fields": "没有的",
        "divisions": "999",
        "avoid_units": "无此单位",
    }

    done = experts.import_experts(_table(GOOD, bad, GOOD), "专家.xlsx", by=organiser)

    assert sorted((problem.cell[0], problem.column) for problem in done.problems) == [
        ("A", "姓名"),
        ("B", "手机号"),
        ("F", "重点领域"),
        ("G", "行业大类"),
        ("I", "回避单位"),
    ]
    assert (Expert.objects.count(), User.objects.filter(name="陈思远").count()) == (0, 0)


def test_an_account_of_another_name_is_refused(organiser):
    user = UserFactory(name="李四")
    user.set_phone("13812345678")
    user.save()

    with pytest.raises(Invalid):
        experts.add(by=organiser, name="张三", phone="13812345678")


def test_only_organisers_keep_the_pool():
    with pytest.raises(NotAllowed):
        experts.add(by=UserFactory(), name="张三", phone="13812345678")


def test_an_expert_declares_only_for_themself(organiser):
    expert = ExpertFactory()

    experts.declare_relation(expert, by=expert.user, note="亲属", person_name="李光明")

    assert [entry.action for entry in history.of(expert)] == ["expert.relation_declared"]
    assert "李光明" not in str(history.of(expert).values())
    with pytest.raises(NotAllowed):
        experts.declare_relation(expert, by=ExpertFactory().user, note="亲属", person_name="王五")


def test_a_first_password_is_only_for_an_unused_account(organiser):
    expert = ExpertFactory()

    password = experts.issue_password(expert, by=organiser)

    expert.user.refresh_from_db()
    assert expert.user.check_password(password)
    assert expert.user.must_change_password
    expert.user.last_login = "2026-01-01T00:00:00Z"
    expert.user.save()
    expert.refresh_from_db()
    with pytest.raises(NotAllowed):
        experts.issue_password(expert, by=organiser)


def test_the_pool_takes_the_same_number_of_queries_for_one_and_three(client, organiser, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(organiser)
    ExpertFactory()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("innovations:experts"))
    ExpertFactory()
    ExpertFactory()

    with django_assert_num_queries(len(one)):
        page = client.get(reverse("innovations:experts"))
    assert len(page.context["page"]) == 3


def test_the_pool_is_unknown_to_everybody_else(client):
    client.force_login(ExpertFactory().user)

    assert client.get(reverse("innovations:experts")).status_code == 404
    assert client.get(reverse("innovations:my-relations")).status_code == 200


def test_the_pool_is_narrowed_by_field_and_division(client, organiser):
    field = PriorityFieldFactory()
    known, other = ExpertFactory(divisions=["34"]), ExpertFactory(divisions=["44"])
    known.fields.add(field)
    client.force_login(organiser)

    def found(**query):
        return [expert.pk for expert in client.get(reverse("innovations:experts"), query).context["page"]]

    assert found(field=field.pk) == [known.pk]
    assert found(division="44") == [other.pk]
    assert found(active="no") == []
