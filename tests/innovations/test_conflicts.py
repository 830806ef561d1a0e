from __future__ import annotations

from dataclasses import replace

import pytest

from huomiao.innovations import conflicts
from huomiao.innovations.actions import experts as expert_actions
from huomiao.innovations.conflicts import DeclarationFacts, ExpertFacts
from huomiao.innovations.models import Expert
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.states import ConflictKind
from huomiao.orgs.roles import Role
from tests.factories.innovations import AuthorFactory
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.factories.reviews import review_ready

EXPERT = ExpertFacts(
    key=1, name="陈思远", user=10, unit_path="00010009", enterprise_path="00010009", unit_name="研究院"
)
WORK = DeclarationFacts(
    key=2,
    unit_path="000100020003",
    enterprise_path="000100020003",
    unit_name="星河厂",
    union_path="00010002",
    authors=frozenset({20}),
    names=frozenset({"李光明"}),
    declared_by=30,
    studios=frozenset({7}),
)


@pytest.mark.parametrize(
    ("changes", "avoids", "expected"),
    [
        ({}, True, []),
        ({"enterprise_path": "000100020003"}, False, [ConflictKind.UNIT]),
        ({"unit_name": "星 河厂"}, False, [ConflictKind.UNIT]),
        ({"unit_path": "000100020005"}, False, []),
        ({"unit_path": "000100020005"}, True, [ConflictKind.UNION]),
        ({"office_paths": ("00010002",)}, False, [ConflictKind.UNION]),
        ({"office_paths": ("0001",)}, False, [ConflictKind.UNION]),
        ({"user": 20}, False, [ConflictKind.AUTHOR]),
        ({"user": 30}, False, [ConflictKind.AUTHOR]),
        ({"companions": frozenset({20})}, False, [ConflictKind.AUTHOR]),
        ({"name": "李 光明"}, False, [ConflictKind.AUTHOR]),
        ({"studios": frozenset({7})}, False, [ConflictKind.STUDIO]),
        ({"related_paths": (("00010002", "挂职"),)}, False, [ConflictKind.DECLARED]),
        ({"related_names": (("李光明", "师徒"),)}, False, [ConflictKind.DECLARED]),
        ({"related_paths": (("00010008", "挂职"),)}, False, []),
    ],
)
def test_each_relation_is_a_conflict_of_its_kind(changes, avoids, expected):
    found = conflicts.find(replace(EXPERT, **changes), WORK, avoids_same_union=avoids)

    assert [one.kind for one in found] == expected


def test_an_officer_of_the_union_that_recommended_it_may_not_score_it_wherever_its_unit_is_now():
    found = conflicts.find(
        replace(EXPERT, office_paths=("00010005",)), replace(WORK, union_path="00010005"), avoids_same_union=False
    )

    assert [one.kind for one in found] == [ConflictKind.UNION]


@pytest.mark.django_db
def test_facts_come_from_the_tree_memberships_and_earlier_works():
    review = review_ready(entries=2, experts=4)
    first, second = review.declarations
    sister, officer, companion, related = review.experts
    works = UnitFactory(parent=first.unit, name="星河分厂")
    sister.unit = works
    sister.save()
    MembershipFactory(organization=second.union, user=officer.user, role=Role.OFFICER)
    earlier = AuthorFactory(user=companion.user).declaration
    AuthorFactory(
        declaration=earlier, place=2, user=AuthorFactory(declaration=first, place=2, user=review.organiser).user
    )
    expert_actions.declare_relation(related, by=related.user, note="曾任职", organization=second.union)

    pool = list(Expert.objects.select_related("user", "unit").order_by("pk"))
    works_found = list(queries.with_people(type(first).objects.filter(pk__in=[first.pk, second.pk])).order_by("pk"))
    found = {
        (expert.key, declaration.key): [
            one.kind for one in conflicts.find(expert, declaration, avoids_same_union=False)
        ]
        for expert in queries.expert_facts(pool)
        for declaration in queries.declaration_facts(works_found)
    }

    assert {pair: kinds for pair, kinds in found.items() if kinds} == {
        (sister.pk, first.pk): [ConflictKind.UNIT],
        (officer.pk, second.pk): [ConflictKind.UNION],
        (companion.pk, first.pk): [ConflictKind.AUTHOR],
        (related.pk, second.pk): [ConflictKind.DECLARED],
    }
