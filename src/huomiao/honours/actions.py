from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.honours import rules
from huomiao.honours.models import Holder, Honour, NumberRun, Status
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# ``year`` and ``count`` are filled in; each pattern with its year counts from 1.
NUMBER_PATTERN = "赣五小证字〔{year}〕{count:04d}号"


@transaction.atomic
def grant(
    source: models.Model | None,
    *,
    series: str,
    year: int,
    programme: str,
    award: str,
    holders: Sequence[tuple[str, User | None]],
    unit_name: str,
    awarded_by: str,
    awarded_on: date,
    by: User | None,
    grade: str = "",
    work: str = "",
    work_text: str = "",
    unit: Organization | None = None,
    number: str = "",
    number_pattern: str = NUMBER_PATTERN,
    is_demo: bool = False,
) -> Honour:
    """Enter an award in the register, once for its ``source``; what is entered already is returned as it stands.

    ``number`` is given for awards of earlier years that have one; otherwise the next of ``number_pattern`` is taken.
    ``by`` is None when a command brings in what was awarded elsewhere.

    Raises:
        WrongState: the source's honour was revoked.
    """
    if by is not None and not rules.can_grant(by, unit):
        raise NotAllowed(_("只有主办方可以授予荣誉。"))
    source_type = history.subject_type(source) if source else ""
    source_id = str(source.pk) if source else ""
    # The run's row is the lock: of two who grant at once, the second finds what the first entered.
    run = _locked_run(number_pattern, year)
    if source and (known := Honour.objects.filter(source_type=source_type, source_id=source_id).first()):
        if known.status == Status.REVOKED:
            raise WrongState(_("“%(work)s”的荣誉已被撤销，不能再次授予。") % {"work": known.work or known.award})
        return known
    honour = Honour.objects.create(
        number=number or _next_number(run, number_pattern, year),
        series=series,
        year=year,
        programme=programme,
        award=award,
        grade=grade,
        work=work,
        work_text=work_text,
        unit=unit,
        unit_name=unit_name,
        awarded_by=awarded_by,
        awarded_on=awarded_on,
        source_type=source_type,
        source_id=source_id,
        is_demo=is_demo,
    )
    people = [
        Holder(honour=honour, place=place, name=name, user=user) for place, (name, user) in enumerate(holders, start=1)
    ]
    people = Holder.objects.bulk_create(people)
    history.record(honour, "honour.granted", by=by, changes={"number": ["", honour.number]})
    history.record_many(people, "honour.holder", by=by)
    return honour


@transaction.atomic
def revoke(honour: Honour, *, by: User | None, reason: str) -> Honour:
    """Revoke an honour. It stays in the register, and its verification page says that it no longer stands."""
    if by is not None and not rules.can_revoke(by, honour):
        raise NotAllowed(_("只有主办方可以撤销荣誉。"))
    if not reason.strip():
        raise Invalid(_("请写明撤销的原因。"))
    locked = Honour.objects.select_for_update(of=("self",)).get(pk=honour.pk)
    if locked.status == Status.REVOKED:
        raise WrongState(_("这项荣誉已经撤销。"))
    locked.status = honour.status = Status.REVOKED
    locked.status_note = honour.status_note = reason.strip()[:200]
    locked.save(update_fields=["status", "status_note"])
    history.record(
        locked, "honour.revoked", by=by, note=reason.strip(), changes={"status": [Status.VALID, Status.REVOKED]}
    )
    return locked


def _locked_run(pattern: str, year: int) -> NumberRun:
    run, _created = NumberRun.objects.select_for_update().get_or_create(pattern=f"{pattern} {year}")
    return run


def _next_number(run: NumberRun, pattern: str, year: int) -> str:
    """The next number that nobody has: numbers brought in from elsewhere may have taken some."""
    while True:
        run.last += 1
        number = pattern.format(year=year, count=run.last)
        if not Honour.objects.filter(number=number).exists():
            run.save(update_fields=["last"])
            return number
