from __future__ import annotations

import pytest

from huomiao.core import history
from huomiao.core.errors import WrongState
from huomiao.innovations import merging
from huomiao.innovations.queries.calls import unions
from huomiao.innovations.states import CallState, State
from huomiao.orgs import merging as organizations
from tests.factories.innovations import DeclarationFactory, ExpertFactory, call_with_rules
from tests.factories.orgs import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return call_with_rules()


def test_what_is_under_way_follows_and_the_history_holds(call):
    city = unions(call)[0]
    old, into = UnitFactory(parent=city), UnitFactory(parent=city)
    open_one = DeclarationFactory(call=call, unit=old, union=city, desk=old, state=State.SUBMITTED)
    over = DeclarationFactory(call=call, unit=old, union=city, state=State.DECLINED)
    history.record_many([open_one, over], "declaration.submitted", by=None)
    expert = ExpertFactory(unit=old)

    organizations.move_references(old, into)

    for row in (open_one, over, expert):
        row.refresh_from_db()
    assert (open_one.unit, open_one.desk, over.unit, expert.unit) == (into, into, old, into)
    assert [p for p in history.verify() if "declaration" in p.where] == []


def test_a_union_with_quotas_of_a_running_call_stays(call):
    first, second = unions(call)

    with pytest.raises(WrongState):
        merging.follow(first, second)


def test_a_union_with_quotas_of_a_finished_call_may_go(call):
    call.state = CallState.PUBLISHED
    call.save()
    first, second = unions(call)
    declaration = DeclarationFactory(call=call, unit=UnitFactory(parent=first), union=first, state=State.PUBLISHED)

    merging.follow(first, second)

    declaration.refresh_from_db()
    assert declaration.union == first
