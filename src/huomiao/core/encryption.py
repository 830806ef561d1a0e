"""Personal identifiers at rest: encrypted fields, and keyed hashes by which equal ones are found."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The cipher of the configured keys: writes with the first, reads with any."""
    return _cipher(tuple(settings.FIELD_KEYS))


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed hash of ``value`` by which an encrypted field can be searched for equality; "" for nothing."""
    if not value:
        return ""
    message = f"{purpose}:{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()[:40]


def mask(value: str, *, head: int = 3, tail: int = 4) -> str:
    """``value`` as it may stand on a screen: 138****5678."""
    if len(value) <= head + tail:
        return "*" * len(value)
    return f"{value[:head]}{'*' * (len(value) - head - tail)}{value[-tail:]}"


class EncryptedTextField(models.TextField[str, str]):
    """Text that the database sees only as ciphertext. It cannot be searched; keep a ``blind_index`` beside it."""

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return ""
        return cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> str:
        if not value:
            return ""
        return cipher().decrypt(value.encode()).decode()
