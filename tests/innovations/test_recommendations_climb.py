from __future__ import annotations

from datetime import UTC, datetime

import pytest

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations.actions import recommendations as actions
from huomiao.innovations.models import Opinion
from huomiao.innovations.queries import calls, recommendations
from huomiao.innovations.states import Decision, Path, State
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.innovations import DeclarationFactory, WindowFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Scene:
    """A call, a city with a county and a unit below it, and who sits at each."""

    def __init__(self):
        self.call = call_with_rules()
        self.city, self.other_city = calls.unions(self.call)
        self.county = OrganizationFactory(parent=self.city, kind=Kind.COUNTY, name="东县总工会")
        self.unit = UnitFactory(parent=self.county, name="东县轴承厂")
        self.city = Organization.objects.get(pk=self.city.pk)
        self.county = Organization.objects.get(pk=self.county.pk)
        self.organiser = MembershipFactory(organization=self.call.organiser, role=Role.ORGANISER).user
        self.city_officer = MembershipFactory(organization=self.city, role=Role.OFFICER).user
        self.county_officer = MembershipFactory(organization=self.county, role=Role.OFFICER).user
        self.secretary = MembershipFactory(organization=self.unit, role=Role.SECRETARY).user

    def declaration(self, desk=None, **values):
        values.setdefault("path", Path.UNIT)
        return DeclarationFactory(
            call=self.call,
            unit=self.unit,
            union=self.city,
            desk=desk or self.unit,
            category=values.pop("category", self.call.categories.first()),
            **values,
        )


@pytest.fixture
def scene():
    return Scene()


def test_route_climbs_from_the_unit_to_the_recommending_union(scene):
    assert recommendations.route(scene.unit) == [scene.unit, scene.county, scene.city]


def test_route_skips_a_closed_county(scene):
    Organization.objects.filter(pk=scene.county.pk).update(is_active=False)

    assert recommendations.route(scene.unit) == [scene.unit, scene.city]


def test_route_ends_at_the_union_that_the_city_was_merged_into(scene):
    Organization.objects.filter(pk=scene.city.pk).update(is_active=False, merged_into=scene.other_city)

    assert recommendations.route(scene.unit) == [scene.unit, scene.county, scene.other_city]


def test_forwarding_climbs_desk_by_desk_and_ends_in_the_list(scene):
    declaration = scene.declaration()

    for officer in (scene.secretary, scene.county_officer, scene.city_officer):
        actions.forward(declaration, by=officer, at=NOW, text="同意")
        declaration.refresh_from_db()

    assert (declaration.state, declaration.desk, declaration.rank) == (State.SUBMITTED, scene.city, 1)
    assert [(o.organization, o.decision, o.text) for o in declaration.opinions.all()] == [
        (scene.unit, Decision.FORWARD, "同意"),
        (scene.county, Decision.FORWARD, "同意"),
        (scene.city, Decision.FORWARD, "同意"),
    ]
    assert [entry.action for entry in history.of(declaration)] == ["declaration.forwarded"] * 3


def test_forwarding_moves_on_when_the_desk_it_lay_on_was_closed(scene):
    declaration = scene.declaration(desk=scene.county)
    Organization.objects.filter(pk=scene.county.pk).update(is_active=False)
    declaration.refresh_from_db()

    assert recommendations.desk_after(declaration) == scene.city


def test_unit_must_vouch_for_what_its_worker_declared(scene):
    declaration = scene.declaration(path=Path.WORKER)
    texts = list(scene.call.exclusions.values_list("text", flat=True))

    with pytest.raises(Invalid):
        actions.forward(declaration, by=scene.secretary, at=NOW)
    with pytest.raises(Invalid, match="还差"):
        actions.forward(declaration, by=scene.secretary, at=NOW, confirmed={"authorship": True, "authorisation": True})
    confirmed = {"authorship": True, "authorisation": True, "exclusions": texts}
    opinion = actions.forward(declaration, by=scene.secretary, at=NOW, confirmed=confirmed)

    assert opinion.details == {**confirmed, "version": 0}
    declaration.refresh_from_db()
    assert declaration.desk == scene.county


@pytest.mark.parametrize(
    ("who", "desk", "allowed"),
    [
        ("secretary", "unit", True),
        ("county_officer", "unit", True),
        ("city_officer", "unit", True),
        ("organiser", "unit", False),
        ("secretary", "county", False),
        ("county_officer", "county", True),
        ("county_officer", "city", False),
        ("city_officer", "city", True),
        ("organiser", "city", False),
    ],
)
def test_only_the_desk_and_who_stands_above_it_below_the_organiser_decide(scene, who, desk, allowed):
    declaration = scene.declaration(desk=getattr(scene, desk))

    if allowed:
        actions.decline(declaration, by=getattr(scene, who), at=NOW, text="不符合条件")
        declaration.refresh_from_db()
        assert declaration.state == State.DECLINED
    else:
        with pytest.raises(NotAllowed):
            actions.decline(declaration, by=getattr(scene, who), at=NOW, text="不符合条件")


def test_sending_back_needs_a_reason_and_keeps_the_fields(scene):
    declaration = scene.declaration()

    with pytest.raises(Invalid):
        actions.send_back(declaration, by=scene.secretary, at=NOW, text="  ")
    opinion = actions.send_back(declaration, by=scene.secretary, at=NOW, text="请补充数据", fields=["solution"])

    declaration.refresh_from_db()
    assert declaration.state == State.RETURNED
    assert opinion.details["fields"] == ["solution"]


def test_two_officers_at_once_the_second_is_refused(scene):
    first = scene.declaration()
    second = type(first).objects.get(pk=first.pk)

    actions.forward(first, by=scene.secretary, at=NOW)

    with pytest.raises(WrongState):
        actions.decline(second, by=scene.secretary, at=NOW, text="重复")


def test_nothing_is_decided_after_the_time_for_recommending(scene):
    scene.call.windows.all().delete()
    WindowFactory(call=scene.call, stage="recommend", closes_at=datetime(2026, 5, 1, tzinfo=UTC))

    with pytest.raises(WrongState):
        actions.forward(scene.declaration(), by=scene.secretary, at=NOW)


def test_many_are_forwarded_and_those_that_cannot_be_are_named(scene):
    good, bad = scene.declaration(), scene.declaration(state=State.WITHDRAWN)

    outcome = actions.forward_many([good, bad], by=scene.secretary, at=NOW)

    assert [opinion.declaration for opinion in outcome.done] == [good]
    assert [declaration for declaration, _reason in outcome.refused] == [bad]


def test_forwarding_is_undone_as_long_as_nobody_went_on(scene):
    declaration = scene.declaration()
    opinion = actions.forward(declaration, by=scene.secretary, at=NOW)

    actions.undo(opinion, by=scene.secretary, at=NOW)

    declaration.refresh_from_db()
    assert declaration.desk == scene.unit
    assert not Opinion.objects.exists()
    assert history.of(declaration).first().action == "declaration.forward_undone"


def test_forwarding_is_not_undone_once_the_next_union_decided(scene):
    declaration = scene.declaration()
    opinion = actions.forward(declaration, by=scene.secretary, at=NOW)
    declaration.refresh_from_db()
    actions.forward(declaration, by=scene.county_officer, at=NOW)

    with pytest.raises(WrongState):
        actions.undo(opinion, by=scene.secretary, at=NOW)


def test_only_the_union_that_decided_undoes(scene):
    opinion = actions.forward(scene.declaration(), by=scene.secretary, at=NOW)

    with pytest.raises(NotAllowed):
        actions.undo(opinion, by=scene.county_officer, at=NOW)


@pytest.mark.parametrize("verb", [actions.send_back, actions.decline])
def test_sending_back_and_declining_are_undone(scene, verb):
    declaration = scene.declaration()
    opinion = verb(declaration, by=scene.secretary, at=NOW, text="误操作")

    actions.undo(opinion, by=scene.secretary, at=NOW)

    declaration.refresh_from_db()
    assert (declaration.state, declaration.desk) == (State.SUBMITTED, scene.unit)


def test_sending_back_is_not_undone_once_the_declarer_changed_it(scene):
    declaration = scene.declaration()
    opinion = actions.send_back(declaration, by=scene.secretary, at=NOW, text="请补充")
    type(declaration).objects.filter(pk=declaration.pk).update(version=1)

    with pytest.raises(WrongState):
        actions.undo(opinion, by=scene.secretary, at=NOW)
