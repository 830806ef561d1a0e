"""What happens to nodes of the tree."""

from __future__ import annotations

import pytest

from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.orgs import merging, queries
from huomiao.orgs.actions import organizations
from huomiao.orgs.models import FormerName, Membership, Organization, RosterEntry
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """A province with two cities, one of which has a county with a works."""
    province = OrganizationFactory(code="P", name="省总工会")
    nan = OrganizationFactory(code="N", name="南市总工会", parent=province, kind=Kind.CITY)
    bei = OrganizationFactory(code="B", name="北市总工会", parent=province, kind=Kind.CITY)
    county = OrganizationFactory(code="C", name="东县总工会", parent=nan, kind=Kind.COUNTY)
    works = UnitFactory(code="W", name="机械厂", parent=county)
    return {node.code: Organization.objects.get(pk=node.pk) for node in (province, nan, bei, county, works)}


@pytest.fixture
def organiser(tree):
    return MembershipFactory(organization=tree["P"], role=Role.ORGANISER).user


def _codes(organization) -> list[str]:
    fresh = Organization.objects.get(pk=organization.pk)
    return [node.code for node in queries.children(fresh)]


def _acts(subject) -> list[str]:
    return [entry.action for entry in history.of(subject)]


def test_a_created_organization_hangs_below_its_parent(tree, organiser):
    made = organizations.create(tree["C"], by=organiser, code="W2", name="电机厂", kind=Kind.ENTERPRISE)

    assert _codes(tree["C"]) == ["W", "W2"]
    assert _acts(made) == ["organization.created"]


def test_a_code_is_given_once(tree, organiser):
    with pytest.raises(Invalid, match="已被使用"):
        organizations.create(tree["C"], by=organiser, code="W", name="电机厂", kind=Kind.ENTERPRISE)

    assert _codes(tree["C"]) == ["W"]


def test_an_edit_records_what_changed(tree, organiser):
    organizations.edit(tree["W"], by=organiser, head_count=300, short_name="")

    assert Organization.objects.get(code="W").head_count == 300
    assert [entry.changes for entry in history.of(tree["W"])] == [{"head_count": [0, 300]}]


def test_an_edit_that_changes_nothing_leaves_no_trace(tree, organiser):
    organizations.edit(tree["W"], by=organiser, head_count=0)

    assert _acts(tree["W"]) == []


def test_a_renamed_organization_is_found_by_its_former_name(tree, organiser):
    organizations.rename(tree["W"], "精工集团", by=organiser)

    assert [node.code for node in queries.search("机械厂")] == ["W"]
    assert [node.code for node in queries.search("精工")] == ["W"]
    assert list(FormerName.objects.values_list("name", flat=True)) == ["机械厂"]
    assert _acts(tree["W"]) == ["organization.renamed"]


def test_a_moved_branch_comes_along_and_both_parents_know(tree, organiser):
    organizations.move(tree["C"], to=tree["B"], by=organiser, note="区划调整")

    assert (_codes(tree["N"]), _codes(tree["B"]), _codes(tree["C"])) == ([], ["C"], ["W"])
    assert [node.code for node in queries.ancestors(Organization.objects.get(code="W"))] == ["P", "B", "C"]
    assert (_acts(tree["C"]), _acts(tree["N"]), _acts(tree["B"])) == (
        ["organization.moved"],
        ["organization.child_left"],
        ["organization.child_came"],
    )
    assert Organization.objects.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize(("node", "to", "refusal"), [("C", "W", Invalid), ("C", "C", Invalid), ("C", "N", WrongState)])
def test_an_impossible_move_is_refused_and_changes_nothing(tree, organiser, node, to, refusal):
    before = list(Organization.objects.order_by("pk").values_list("code", "path"))

    with pytest.raises(refusal):
        organizations.move(tree[node], to=tree[to], by=organiser)

    assert list(Organization.objects.order_by("pk").values_list("code", "path")) == before


def test_a_merge_moves_people_roster_children_and_references(tree, organiser):
    entry = RosterEntryFactory(organization=tree["N"], staff_number="1")
    here = MembershipFactory(organization=tree["N"], role=Role.OFFICER)
    both = MembershipFactory(organization=tree["N"], role=Role.SECRETARY)
    MembershipFactory(organization=tree["B"], role=Role.SECRETARY, user=both.user)
    outside = UnitFactory(code="O", parent=tree["P"], territory=tree["N"])
    seen: list[tuple[str, str]] = []
    merging.register(mover := lambda old, into: seen.append((old.code, into.code)))

    try:
        organizations.merge(tree["N"], into=tree["B"], by=organiser)
    finally:
        merging.unregister(mover)

    old = Organization.objects.get(code="N")
    assert (old.is_active, old.merged_into.code, _codes(old), _codes(tree["B"])) == (False, "B", [], ["C"])
    assert RosterEntry.objects.get(pk=entry.pk).organization.code == "B"
    assert sorted(queries.people(tree["B"]).values_list("user", "role")) == sorted(
        [(here.user_id, "officer"), (both.user_id, "secretary")]
    )
    assert Membership.objects.get(pk=both.pk).until is not None
    outside.refresh_from_db()
    assert outside.territory.code == "B"
    assert seen == [("N", "B")]
    assert [node.code for node in queries.search("南市")] == ["N"]
    assert (_acts(tree["N"]), _acts(tree["B"])) == (["organization.merged"], ["organization.absorbed"])
    assert Organization.objects.find_problems() == ([], [], [], [], [])


def test_a_merge_that_a_listener_refuses_changes_nothing(tree, organiser):
    def refuse(old, into):
        raise WrongState("还有申报在评审。")

    merging.register(refuse)
    try:
        with pytest.raises(WrongState, match="评审"):
            organizations.merge(tree["N"], into=tree["B"], by=organiser)
    finally:
        merging.unregister(refuse)

    assert Organization.objects.get(code="N").is_active
    assert _codes(tree["N"]) == ["C"]


def test_rosters_with_the_same_staff_number_are_not_merged(tree, organiser):
    RosterEntryFactory(organization=tree["N"], staff_number="7")
    RosterEntryFactory(organization=tree["B"], staff_number="7")

    with pytest.raises(Invalid, match=r"相同的工号.*7"):
        organizations.merge(tree["N"], into=tree["B"], by=organiser)


def test_a_merge_into_its_own_branch_is_refused(tree, organiser):
    with pytest.raises(Invalid):
        organizations.merge(tree["N"], into=tree["C"], by=organiser)


def test_closing_waits_for_what_is_below_and_can_be_undone(tree, organiser):
    with pytest.raises(WrongState, match="1 个在用的下级"):
        organizations.deactivate(tree["C"], by=organiser)
    organizations.deactivate(tree["W"], by=organiser)
    organizations.deactivate(tree["C"], by=organiser)

    with pytest.raises(WrongState, match="请先恢复上级"):
        organizations.reactivate(tree["W"], by=organiser)
    organizations.reactivate(tree["C"], by=organiser)
    organizations.reactivate(tree["W"], by=organiser)

    assert _codes(tree["C"]) == ["W"]


ACTS = {
    "create": lambda tree, by: organizations.create(tree["C"], by=by, code="X", name="X", kind=Kind.BASIC),
    "edit": lambda tree, by: organizations.edit(tree["C"], by=by, head_count=5),
    "rename": lambda tree, by: organizations.rename(tree["C"], "新名", by=by),
    "move": lambda tree, by: organizations.move(tree["C"], to=tree["B"], by=by),
    "merge": lambda tree, by: organizations.merge(tree["C"], into=tree["B"], by=by),
    "close": lambda tree, by: organizations.deactivate(tree["W"], by=by),
}


@pytest.mark.parametrize(
    ("role", "at", "allowed"),
    [
        (Role.ORGANISER, "P", {"create", "edit", "rename", "move", "merge", "close"}),
        (Role.ADMINISTRATOR, "P", {"create", "edit", "rename", "move", "merge", "close"}),
        (Role.OFFICER, "N", {"create", "edit", "rename", "close"}),
        (Role.OFFICER, "C", {"create", "edit", "close"}),
        (Role.OFFICER, "B", set()),
        (Role.OFFICER, "W", set()),
        (Role.SECRETARY, "C", set()),
        (Role.MEMBER, "P", set()),
        (Role.EDITOR, "P", set()),
    ],
)
@pytest.mark.parametrize("act", ACTS)
def test_who_may_change_the_tree(tree, role, at, allowed, act):
    user = MembershipFactory(organization=tree[at], role=role).user
    try:
        ACTS[act](tree, user)
        outcome = True
    except NotAllowed:
        outcome = False
    except DomainError:
        outcome = True

    assert outcome == (act in allowed)
