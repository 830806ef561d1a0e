"""Sign-in by scanning: the desktop shows a code, a phone that is signed in answers, the desktop collects the answer.

Two secrets, neither of which gives the other: the code travels in the picture and lets a phone answer; the claim never
leaves the desktop's session and lets the desktop collect. Every step is one conditional UPDATE, so that of two tabs,
two phones or two polls exactly one succeeds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.accounts.models import ScanLogin, User
from huomiao.core import history
from huomiao.core.errors import DomainError, WrongState

LIFETIME = timedelta(minutes=2)
KEPT_FOR = timedelta(hours=1)
OPEN = (ScanLogin.State.SHOWN, ScanLogin.State.SCANNED)


class Expired(DomainError):
    """The code is too old."""

    code = "expired"
    status = 410


def _hashed(claim: str) -> str:
    return hashlib.sha256(claim.encode()).hexdigest()


@transaction.atomic
def show(*, browser: str, address: str, at: datetime) -> tuple[ScanLogin, str]:
    """A new code to show, and the claim that its desktop must keep to itself. Codes long gone are thrown away."""
    ScanLogin.objects.filter(expires_at__lt=at - KEPT_FOR).delete()
    claim = secrets.token_urlsafe(32)
    scan = ScanLogin.objects.create(
        claim_hash=_hashed(claim), browser=browser[:200], address=address, shown_at=at, expires_at=at + LIFETIME
    )
    return scan, claim


def mark_scanned(scan: ScanLogin, *, at: datetime) -> None:
    """Let the desktop see that its code was scanned."""
    ScanLogin.objects.filter(pk=scan.pk, state=ScanLogin.State.SHOWN, expires_at__gt=at).update(
        state=ScanLogin.State.SCANNED
    )


@transaction.atomic
def confirm(scan: ScanLogin, *, by: User, at: datetime) -> None:
    """Let the desktop that shows the code in as ``by``."""
    _answer(scan, ScanLogin.State.CONFIRMED, by=by, at=at)
    history.record(by, "account.scan_confirmed", by=by, note=scan.browser, at=at)


@transaction.atomic
def refuse(scan: ScanLogin, *, by: User, at: datetime) -> None:
    """Turn the desktop away; its code is spent."""
    _answer(scan, ScanLogin.State.REFUSED, by=by, at=at)
    history.record(by, "account.scan_refused", by=by, note=scan.browser, at=at)


def _answer(scan: ScanLogin, answer: ScanLogin.State, *, by: User, at: datetime) -> None:
    changed = ScanLogin.objects.filter(pk=scan.pk, state__in=OPEN, expires_at__gt=at).update(state=answer, user=by)
    if changed:
        return
    scan.refresh_from_db()
    if scan.state in OPEN:
        raise Expired(_("二维码已过期，请在电脑上刷新后重新扫码。"))
    raise WrongState(_("这个二维码已经处理过了。"))


@transaction.atomic
def collect(code: str, claim: str, *, at: datetime) -> User | None:
    """The person whom a phone let in, once, for the desktop that holds the claim; None while or when there is none."""
    scan = ScanLogin.objects.select_related("user").filter(code=code).first()
    # Compare even where there is no such code, so that the time taken tells nothing.
    is_ours = hmac.compare_digest(_hashed(claim), scan.claim_hash if scan else _hashed(""))
    if scan is None or not is_ours or scan.user is None or not scan.user.is_active:
        return None
    taken = ScanLogin.objects.filter(pk=scan.pk, state=ScanLogin.State.CONFIRMED, expires_at__gt=at).update(
        state=ScanLogin.State.USED
    )
    if not taken:
        return None
    history.record(scan.user, "account.signed_in_by_scan", by=scan.user, note=scan.browser, at=at)
    return scan.user


def word(code: str) -> str:
    """Four characters that stand beside the code and on the phone, so that a person sees the two belong together."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    digest = hashlib.sha256(f"word:{code}".encode()).digest()
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:4])
