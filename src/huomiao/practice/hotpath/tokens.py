"""The token of a paper: all that the server must remember of it between handing it out and getting the answers."""

from __future__ import annotations

import os
import threading
from binascii import b2a_base64
from hashlib import blake2b
from typing import NamedTuple

import orjson
from django.utils.translation import gettext_lazy as _

from huomiao.practice import sealing
from huomiao.practice.hotpath.errors import Refusal

# Answers given without network are taken for so long.
LIFE_SECONDS = 7 * 24 * 3600
# What the network may take when time is up.
GRACE_SECONDS = 60

_PURPOSE = "token"
_ORDER = "order"
_NONCE = "nonce"
_TO_URL = bytes.maketrans(b"+/", b"-_")


class Token(NamedTuple):
    """A paper that was handed out. Times are milliseconds since 1970, so that every database gives them back alike."""

    user: int
    unit: int | None
    release: int | None
    mode: str
    tag: str
    campaign: int | None
    nonce: str
    # What the order of options is drawn from: the nonce, or the group of the plan.
    seed: str
    versions: list[int]
    issued: int
    # 0: no limit.
    ends: int
    is_each: bool
    partial: bool

    def is_late(self, now: int) -> bool:
        """Whether the time for the answers is over."""
        return bool(self.ends) and now > self.ends + GRACE_SECONDS * 1000


class _Noise:
    """Random bytes in small portions: each call to the system lets other threads in, and costs more than the bytes."""

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._pool):
            self._pool, self._at = os.urandom(4096), 0
        self._at += count
        return self._pool[self._at - count : self._at]


# Threads of Django's bridge must not be given the same bytes.
_local = threading.local()


def new_nonce(now: int) -> str:
    """A name for a paper that nobody can guess. It begins with the time, so that rows of an evening lie side by side."""
    try:
        noise = _local.noise
    except AttributeError:
        noise = _local.noise = _Noise()
    return f"{now // 1000:08x}" + b2a_base64(noise.take(12), newline=False).translate(_TO_URL).decode()


def nonce_of(group: str, *, user: int, tag: str, versions: list[int], now: int) -> str:
    """The name of the one paper that ``user`` gets in ``group``: fetched again it is the same paper and not another try.

    It begins with the time too, counted in weeks.
    """
    facts = orjson.dumps([group, user, tag, versions])
    named = blake2b(facts, key=sealing.key(_NONCE), digest_size=12).digest()
    return f"{now >> 32:08x}" + b2a_base64(named, newline=False).translate(_TO_URL).decode()


def sign(token: Token) -> str:
    return sealing.seal(_PURPOSE, token)


def order_key() -> bytes:
    """The key from which orders of options are drawn now."""
    return sealing.key(_ORDER)


def read(text: object, *, user: int, now: int) -> tuple[Token, bytes]:
    """The token in ``text``, and the key from which its order of options was drawn.

    Raises:
        Refusal: it is forged, somebody else's, or too old.
    """
    try:
        facts, secret = sealing.unseal_with_key(_PURPOSE, text if isinstance(text, str) else "")
    except sealing.BrokenSeal:
        raise Refusal("forged", 403, _("这份试卷不是由本站发出的，请重新开始一次练习。")) from None
    token = Token._make(facts)
    if token.user != user:
        raise Refusal("foreign", 403, _("这份试卷是发给另一个账号的。请换回原来的账号，或重新开始一次练习。"))
    if now > token.issued + LIFE_SECONDS * 1000:
        raise Refusal("expired", 410, _("这份试卷已超过七天，不能再提交。请重新开始一次练习。"))
    return token, sealing.derived_key(_ORDER, secret)
