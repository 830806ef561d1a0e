from __future__ import annotations

import pytest

from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.rules import declarations as rules
from huomiao.innovations.states import Path, State
from tests.factories.accounts import UserFactory
from tests.factories.innovations import AuthorFactory, DeclarationFactory
from tests.innovations.declaring import province

pytestmark = pytest.mark.django_db

PEOPLE = ("worker", "mate", "secretary", "officer", "organiser")
# Who may, by rule, path and state; everybody else may not.
TABLE = [
    ("can_edit", Path.WORKER, State.DRAFT, {"worker"}),
    ("can_edit", Path.WORKER, State.RETURNED, {"worker"}),
    ("can_edit", Path.WORKER, State.SUBMITTED, set()),
    ("can_edit", Path.WORKER, State.PUBLISHED, set()),
    ("can_edit", Path.UNIT, State.DRAFT, {"worker", "secretary"}),
    ("can_submit", Path.WORKER, State.DRAFT, {"worker"}),
    ("can_submit", Path.WORKER, State.WITHDRAWN, set()),
    ("can_withdraw", Path.WORKER, State.SUBMITTED, {"worker"}),
    ("can_withdraw", Path.UNIT, State.RETURNED, {"worker", "secretary"}),
    ("can_withdraw", Path.WORKER, State.RECOMMENDED, set()),
    ("can_reopen", Path.WORKER, State.WITHDRAWN, {"worker"}),
    ("can_reopen", Path.WORKER, State.DECLINED, set()),
    ("can_discard", Path.WORKER, State.DRAFT, {"worker"}),
    ("can_discard", Path.WORKER, State.RETURNED, set()),
    ("can_copy", Path.WORKER, State.UNSUCCESSFUL, {"worker"}),
    ("can_see_identity", Path.WORKER, State.SUBMITTED, {"worker", "officer", "organiser"}),
    ("can_clear_likeness", Path.WORKER, State.SUBMITTED, {"officer", "organiser"}),
]


@pytest.mark.parametrize(("rule", "path", "state", "expected"), TABLE)
def test_who_may(rule, path, state, expected):
    place = province()
    number = None if state == State.DRAFT else "2026-赣-甲-0001"
    declaration = DeclarationFactory(
        call=place.call,
        unit=place.unit,
        union=place.city,
        declared_by=place.worker,
        path=path,
        state=state,
        number=number,
    )

    allowed = {name for name in PEOPLE if getattr(rules, rule)(getattr(place, name), declaration)}

    assert allowed == expected
    assert not getattr(rules, rule)(UserFactory(), declaration)


@pytest.mark.parametrize(
    ("has_account", "state", "expected"),
    [
        (True, State.SUBMITTED, ("mate", None)),
        (True, State.PUBLISHED, (None, None)),
        (False, State.SUBMITTED, (None, "secretary")),
        (False, State.DECLINED, (None, None)),
    ],
)
def test_who_may_confirm_an_author(has_account, state, expected):
    place = province()
    declaration = DeclarationFactory(call=place.call, unit=place.unit, declared_by=place.worker, state=state)
    author = AuthorFactory(declaration=declaration, user=place.mate if has_account else None)

    online = [name for name in PEOPLE if rules.can_confirm_author(getattr(place, name), author)]
    on_paper = [name for name in PEOPLE if rules.can_confirm_on_paper(getattr(place, name), author)]

    assert (online, on_paper) == tuple([name] if name else [] for name in expected)


def test_list_is_for_those_who_recommend_or_run_calls():
    place = province()

    assert {name for name in PEOPLE if rules.can_list(getattr(place, name))} == {"secretary", "officer", "organiser"}


def test_drafts_are_seen_by_writer_and_authors_only():
    place = province()
    draft = DeclarationFactory(
        call=place.call, unit=place.unit, declared_by=place.worker, state=State.DRAFT, submitted_at=None
    )
    AuthorFactory(declaration=draft, user=place.mate)

    seen_by = {name for name in PEOPLE if queries.visible_to(getattr(place, name)).filter(pk=draft.pk).exists()}

    assert seen_by == {"worker", "mate"}
