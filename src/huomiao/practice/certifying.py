"""Certificates for those who passed, kept in step with the results: given, revoked when a pass is unmade, given anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from huomiao.honours import actions as honours
from huomiao.practice.models import Certificate, Exam, Sitting
from huomiao.practice.queries import results
from huomiao.practice.states import ExamState

NUMBER_PATTERN = "岗位考试证字〔{year}〕{count:06d}号"
SERIES = "岗位考试"
BATCH = 100


def due(exam: Exam) -> QuerySet[Sitting]:
    """The sittings that passed and have no certificate that stands."""
    standing = Certificate.objects.filter(sitting=OuterRef("pk"), revoked_at=None)
    return results.counted(exam).filter(is_passed=True).exclude(Exists(standing))


def undue(exam: Exam) -> QuerySet[Certificate]:
    """The certificates whose sitting does not pass (any more), or does not count."""
    passed = results.counted(exam).filter(is_passed=True)
    return Certificate.objects.filter(sitting__exam=exam, revoked_at=None).exclude(sitting__in=passed)


def settle(exam: Exam, *, at: datetime) -> int:
    """Give what is due and revoke what is not, of a released exam that names an award; returns how many changed."""
    if exam.state != ExamState.RELEASED or not exam.award:
        return 0
    changed = 0
    for certificate in list(undue(exam).select_related("honour")):
        changed += _revoke(certificate, at=at)
    while batch := list(due(exam).select_related("candidate__user", "candidate__unit").order_by("pk")[:BATCH]):
        # A register is a Chinese document whatever language the officer has chosen.
        with override("zh-hans"):
            given = sum(_give(exam, sitting, at=at) for sitting in batch)
        changed += given
        if not given:
            break
    return changed


@transaction.atomic
def _give(exam: Exam, sitting: Sitting, *, at: datetime) -> bool:
    # The sitting's row is the lock: of two who give at once, the second finds the first one's certificate.
    locked = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if not locked.is_passed or locked.certificates.filter(revoked_at=None).exists():
        return False
    certificate = Certificate.objects.create(sitting=locked, given_at=at)
    candidate = sitting.candidate
    day = timezone.localtime(exam.released_at or at).date()
    certificate.honour = honours.grant(
        certificate,
        series=SERIES,
        year=day.year,
        programme=exam.title,
        award=exam.award,
        holders=[(candidate.user.name or candidate.user.username, candidate.user)],
        unit_name=candidate.unit.name if candidate.unit else "",
        unit=candidate.unit,
        awarded_by=exam.organiser.name,
        awarded_on=day,
        by=None,
        number_pattern=NUMBER_PATTERN,
        is_demo=exam.is_demo,
    )
    certificate.save(update_fields=["honour"])
    return True


@transaction.atomic
def _revoke(certificate: Certificate, *, at: datetime) -> bool:
    locked = Certificate.objects.select_for_update(of=("self",)).select_related("honour").get(pk=certificate.pk)
    if locked.revoked_at is not None:
        return False
    locked.revoked_at = at
    locked.save(update_fields=["revoked_at"])
    if locked.honour is not None:
        honours.revoke(locked.honour, by=None, reason=_("考试成绩更正后不再合格。"))
    return True
