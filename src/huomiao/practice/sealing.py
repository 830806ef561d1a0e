"""Facts that travel through a browser and come back unaltered: plans, tokens, receipts, the practice cookie.

Not encrypted: whoever holds a sealed text can read it. What nobody may know does not go in.

The seal is keyed BLAKE2b (RFC 7693), which does in one pass what HMAC does in two. The interpreter computes it without
letting go of its lock, which matters on the event loop: OpenSSL's HMAC lets another thread in at every call.
"""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import orjson
from django.conf import settings
from django.core.signals import setting_changed

_MAC_BYTES = 18
_MAC_CHARS = 24
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


class BrokenSeal(Exception):
    """The text was not sealed by this site, or not for this purpose."""


@lru_cache(maxsize=256)
def derived_key(purpose: str, secret: str) -> bytes:
    """A key of its own for each purpose, so that nothing sealed for one passes for another."""
    label = b"huomiao.practice." + purpose.encode()
    return blake2b(label, key=blake2b(secret.encode()).digest(), digest_size=32).digest()


@lru_cache(maxsize=64)
def _ring(purpose: str) -> tuple[tuple[bytes, str], ...]:
    """The keys for a purpose with the secrets they come from, those of today first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple((derived_key(purpose, secret), secret) for secret in secrets)


@setting_changed.connect
def _forget_keys(*, setting: str, **more: Any) -> None:
    if setting.startswith("SECRET_KEY"):
        _ring.cache_clear()


def key(purpose: str) -> bytes:
    """The key that this site seals with today."""
    return _ring(purpose)[0][0]


def seal(purpose: str, facts: Any) -> str:
    """``facts`` (plain JSON) as a text that fits into addresses, cookies and forms."""
    payload = b2a_base64(orjson.dumps(facts, default=list), newline=False).translate(_TO_URL).rstrip(b"=")
    mac = blake2b(payload, key=key(purpose), digest_size=_MAC_BYTES).digest()
    return (payload + b2a_base64(mac, newline=False).translate(_TO_URL)).decode()


def unseal(purpose: str, text: str) -> Any:
    """The facts in ``text``, also when an earlier secret of ``SECRET_KEY_FALLBACKS`` sealed it.

    Raises:
        BrokenSeal: this site did not seal it for this purpose.
    """
    return unseal_with_key(purpose, text)[0]


def unseal_with_key(purpose: str, text: str) -> tuple[Any, str]:
    """The facts in ``text`` and the secret that sealed it: what was drawn with that secret is found again with it.

    Raises:
        BrokenSeal: this site did not seal it for this purpose.
    """
    try:
        raw = text.encode("ascii")
        payload, given = raw[:-_MAC_CHARS], a2b_base64(raw[-_MAC_CHARS:].translate(_FROM_URL))
    except (UnicodeEncodeError, NotBase64) as problem:
        raise BrokenSeal from problem
    for sealed_with, secret in _ring(purpose):
        if compare_digest(blake2b(payload, key=sealed_with, digest_size=_MAC_BYTES).digest(), given):
            padded = payload.translate(_FROM_URL) + b"=" * (-len(payload) % 4)
            return orjson.loads(a2b_base64(padded)), secret
    raise BrokenSeal


def fingerprint(purpose: str, text: str) -> str:
    """A short keyed hash of ``text``, to recognise it without holding it."""
    return blake2b(text.encode(), key=key(purpose), digest_size=8).hexdigest()


def digest(facts: Any) -> str:
    """A hash that two equal facts share, for a receipt."""
    return blake2b(orjson.dumps(facts), digest_size=16).hexdigest()
