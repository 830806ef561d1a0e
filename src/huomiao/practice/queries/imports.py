"""Reads over files of questions that were brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, QuerySet

from huomiao.orgs.models import Organization
from huomiao.practice.formats.sheets import Remembered
from huomiao.practice.models import Bank, BankImport, ImportMapping, Question, QuestionLabel
from huomiao.practice.queries import banks
from huomiao.practice.states import ImportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[BankImport]:
    """The imports into banks that ``user`` keeps, without the files themselves."""
    kept = banks.visible_to(user)
    return BankImport.objects.filter(bank__in=kept).select_related("bank__owner", "by").defer("content")


def waiting(bank: Bank, user: User) -> QuerySet[BankImport]:
    """The files that ``user`` brought for ``bank`` and has not decided about."""
    states = [ImportState.MAPPING, ImportState.PREVIEW, ImportState.FAILED]
    return BankImport.objects.filter(bank=bank, by=user, state__in=states).defer("content")


def remembered(organization: Organization) -> dict[str, Remembered]:
    """What the union's officers assigned to the headers they brought, by the header's signature."""
    mappings = ImportMapping.objects.filter(organization=organization)
    return {mapping.signature: Remembered(mapping.columns, mapping.labels) for mapping in mappings}


def labels(bank: Bank) -> list[str]:
    """The labels that questions of ``bank`` carry."""
    rows = QuestionLabel.objects.filter(question__bank=bank).order_by("name")
    return list(rows.values_list("name", flat=True).distinct())


def mark(bank: Bank) -> str:
    """What tells whether a bank's questions have changed since."""
    found = Question.objects.filter(bank=bank).aggregate(count=Count("pk"), last=Max("changed_at"))
    return f"{found['count']} {found['last'].isoformat() if found['last'] else ''}"
