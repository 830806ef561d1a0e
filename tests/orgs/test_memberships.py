"""Who may grant what to whom, and where."""

from __future__ import annotations

import pytest

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import memberships
from huomiao.orgs.roles import GRANTS, POWERS, Role
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    province = OrganizationFactory(code="P")
    city = OrganizationFactory(code="N", parent=province)
    other = OrganizationFactory(code="B", parent=province)
    county = OrganizationFactory(code="C", parent=city)
    return {"P": province, "N": city, "B": other, "C": county}


NOBODY: set[Role] = set()
LOCAL = {Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.TRAINER}


@pytest.mark.parametrize(
    ("role", "at", "where", "expected"),
    [
        (Role.MEMBER, "N", "N", NOBODY),
        (Role.SECRETARY, "N", "N", NOBODY),
        (Role.EDITOR, "P", "C", NOBODY),
        (Role.OFFICER, "N", "N", LOCAL),
        (Role.OFFICER, "N", "C", LOCAL),
        (Role.OFFICER, "N", "P", NOBODY),
        (Role.OFFICER, "N", "B", NOBODY),
        (Role.ORGANISER, "P", "C", LOCAL | {Role.ORGANISER, Role.EDITOR}),
        (Role.ORGANISER, "N", "B", NOBODY),
        (Role.ADMINISTRATOR, "P", "C", set(Role)),
    ],
)
def test_what_may_be_granted(tree, role, at, where, expected):
    user = MembershipFactory(organization=tree[at], role=role).user

    assert rules.grantable(user, tree[where]) == [role for role in Role if role in expected]


def test_nobody_but_the_administrator_grants_more_power_over_others_than_they_have():
    workers_own = POWERS[Role.MEMBER] | POWERS[Role.SECRETARY] | POWERS[Role.EDITOR]

    for role, granted in GRANTS.items():
        if role != Role.ADMINISTRATOR:
            assert all(POWERS[other] <= POWERS[role] | workers_own for other in granted)


def test_a_granted_role_counts_and_is_on_record(tree):
    officer = MembershipFactory(organization=tree["N"], role=Role.OFFICER).user
    person = UserFactory(name="李四")

    memberships.grant(tree["C"], person, Role.SECRETARY, by=officer)
    memberships.grant(tree["C"], person, Role.SECRETARY, by=officer)

    assert [(m.user, m.role) for m in queries.people(tree["C"])] == [(person, Role.SECRETARY)]
    assert [(e.action, e.note) for e in history.of(tree["C"])] == [("membership.granted", "李四：基层工会干部")]


def test_nobody_grants_themself_a_role_or_ends_their_own(tree):
    mine = MembershipFactory(organization=tree["N"], role=Role.OFFICER)

    with pytest.raises(NotAllowed):
        memberships.grant(tree["C"], mine.user, Role.SECRETARY, by=mine.user)
    with pytest.raises(NotAllowed):
        memberships.end(mine, by=mine.user)


def test_a_role_above_ones_own_is_neither_granted_nor_ended(tree):
    officer = MembershipFactory(organization=tree["N"], role=Role.OFFICER).user
    boss = MembershipFactory(organization=tree["N"], role=Role.ORGANISER)

    with pytest.raises(NotAllowed):
        memberships.grant(tree["C"], UserFactory(), Role.ORGANISER, by=officer)
    with pytest.raises(NotAllowed):
        memberships.end(boss, by=officer)


def test_an_ended_role_counts_no_more_and_ends_once(tree):
    officer = MembershipFactory(organization=tree["N"], role=Role.OFFICER).user
    theirs = MembershipFactory(organization=tree["C"], role=Role.SECRETARY)

    memberships.end(theirs, by=officer)

    assert list(queries.people(tree["C"])) == []
    assert queries.held(theirs.user) == []
    with pytest.raises(WrongState):
        memberships.end(theirs, by=officer)


@pytest.mark.parametrize(("path", "code"), [("0009", "ninth"), ("000Z", "thirty-fifth"), ("0010", "thirty-sixth")])
def test_a_branch_ends_where_it_should_whatever_its_number(path, code):
    """The ends of ranges must not depend on how a database sorts other characters."""
    root = OrganizationFactory(code="root")
    for number in range(1, 38):
        OrganizationFactory(code=f"n{number}", parent=root)
    node = queries.Organization.objects.get(path=root.path + path)
    OrganizationFactory(code=code, parent=node)

    assert [o.code for o in queries.branch(node).order_by("path")] == [node.code, code]
