"""What a candidate's browser carries: the entry that a page gave out, and the token of a sitting that runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from huomiao.practice import sealing
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.sittings import Begun

_ENTRY = "exam-entry"
_TOKEN = "exam-sitting"  # noqa: S105 a purpose, no secret


@dataclass(frozen=True)
class Entry:
    """A page let this person wait for the start; ``ticket`` proves that the room ticket was shown."""

    candidate: int
    user: int
    ticket: str = ""


@dataclass(frozen=True)
class Token:
    """A sitting on one device. ``secret`` is the one that sealed it: the layout was drawn with it."""

    sitting: int
    user: int
    paper: int
    seed: str
    epoch: int
    secret: str = ""


def sign_entry(entry: Entry) -> str:
    return sealing.seal(_ENTRY, [entry.candidate, entry.user, entry.ticket])


def read_entry(text: object) -> Entry:
    """The entry in ``text``.

    Raises:
        Refusal: this site did not make it.
    """
    try:
        candidate, user, ticket = sealing.unseal(_ENTRY, text if isinstance(text, str) else "")
    except sealing.BrokenSeal:
        raise Refusal("forged", 403, _("候考页已失效，请刷新页面后重试。")) from None
    return Entry(candidate, user, ticket)


def sign(begun: Begun) -> str:
    return sealing.seal(_TOKEN, [begun.sitting, begun.user, begun.paper, begun.seed, begun.epoch])


def read(text: object) -> Token:
    """The token in ``text``.

    Raises:
        Refusal: this site did not make it.
    """
    try:
        facts, secret = sealing.unseal_with_key(_TOKEN, text if isinstance(text, str) else "")
    except sealing.BrokenSeal:
        raise Refusal("forged", 403, _("答卷凭证无效，请刷新页面后继续。")) from None
    sitting, user, paper, seed, epoch = facts
    return Token(sitting, user, paper, seed, epoch, secret)
