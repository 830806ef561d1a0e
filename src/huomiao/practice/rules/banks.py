"""Who keeps a bank, and who may agree to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power
from huomiao.practice.models import Bank, Question
from huomiao.practice.states import QuestionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_keep_banks(user: User | AnonymousUser) -> bool:
    """Whether ``user`` keeps banks anywhere."""
    return bool(reach(user, Power.RUN_PRACTICE))


def can_create(user: User | AnonymousUser, owner: Organization) -> bool:
    return owner.is_active and has_power(user, Power.RUN_PRACTICE, owner)


def can_keep(user: User | AnonymousUser, bank: Bank) -> bool:
    """Whether ``user`` may see and change the questions of ``bank`` and publish it."""
    return has_power(user, Power.RUN_PRACTICE, bank.owner)


def can_edit(user: User | AnonymousUser, bank: Bank) -> bool:
    """Whether ``user`` may change ``bank`` now: an archived one is only read."""
    return bank.archived_at is None and can_keep(user, bank)


def can_agree(user: User | AnonymousUser, question: Question) -> bool:
    """Whether ``user`` may agree to the newest version of ``question``: never the one who wrote it."""
    return (
        question.state == QuestionState.SUBMITTED
        and question.latest is not None
        and question.latest.by_id != user.pk
        and can_edit(user, question.bank)
    )
