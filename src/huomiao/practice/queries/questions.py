"""Which questions somebody may see with their keys, and how a list of them is narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Question

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Question]:
    """The questions of the banks that ``user`` keeps."""
    kept = within(reach(user, Power.RUN_PRACTICE), "bank__owner__path")
    return Question.objects.filter(kept).select_related("bank__owner", "topic", "latest", "published")
