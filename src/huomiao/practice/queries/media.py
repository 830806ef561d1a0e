"""Which pictures, sounds and films of questions somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from huomiao.practice.models import Bank, Memory, QuestionFile
from huomiao.practice.queries import banks

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def files_for(user: User) -> QuerySet[QuestionFile]:
    """The files of questions that ``user`` may practise, keeps, has been asked, or may be asked in an exam they have begun.

    A file's key cannot be guessed, and what shows an explanation is named only in the reply that grades.
    """
    usable = Q(question__bank__in=banks.usable_by(user).order_by().values("pk"))
    kept = Q(question__bank__in=banks.visible_to(user).order_by().values("pk"))
    asked = Q(question__in=Memory.objects.filter(user=user).values("question"))
    sat = Q(question__bank__in=Bank.objects.filter(exams__sittings__candidate__user=user).order_by().values("pk"))
    return QuestionFile.objects.filter(usable | kept | asked | sat)
