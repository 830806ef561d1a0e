"""Who may add to the knowledge tree, and who may change what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import reach
from huomiao.orgs.roles import Power
from huomiao.practice.models import Topic
from huomiao.practice.queries import topics
from huomiao.practice.states import TopicKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_DEPTH = 6
# What may hang below what.
BELOW: dict[TopicKind, frozenset[TopicKind]] = {
    TopicKind.TRADE: frozenset({TopicKind.SUBJECT, TopicKind.POINT}),
    TopicKind.SUBJECT: frozenset({TopicKind.SUBJECT, TopicKind.POINT}),
    TopicKind.POINT: frozenset({TopicKind.POINT}),
}


def can_add(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may add topics: everybody who keeps banks, for the tree is one for all."""
    return bool(reach(user, Power.RUN_PRACTICE))


def can_change(user: User | AnonymousUser, topic: Topic) -> bool:
    """Whether ``user`` may rename, move or remove ``topic``: from the top, or as long as nobody outside their reach uses it."""
    paths = reach(user, Power.RUN_PRACTICE)
    if not paths:
        return False
    if any(len(path) == Organization.steplen for path in paths):
        return True
    return all(any(owner.startswith(path) for path in paths) for owner in topics.owners_of_uses(topic))
