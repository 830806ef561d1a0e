"""Facts that travel through a browser and come back unaltered: plans, tokens, receipts, the practice cookie.

Not encrypted: whoever holds a sealed text can read it. What nobody may know does not go in.
"""

from __future__ import annotations

import hmac
import json
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

_MAC_BYTES = 18
_MAC_CHARS = 24
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class BrokenSeal(Exception):
    """The text was not sealed by this site, or not for this purpose."""


@lru_cache(maxsize=64)
def derived_key(purpose: str, secret: str) -> bytes:
    """A key of its own for each purpose, so that nothing sealed for one passes for another."""
    return hmac.digest(secret.encode(), b"huomiao.practice." + purpose.encode(), "sha256")


def key(purpose: str) -> bytes:
    """The key that this site seals with today."""
    return derived_key(purpose, settings.SECRET_KEY)


def seal(purpose: str, facts: Any) -> str:
    """``facts`` (plain JSON) as a text that fits into addresses, cookies and forms."""
    payload = b2a_base64(_encode(facts).encode(), newline=False).translate(_TO_URL).rstrip(b"=")
    mac = hmac.digest(key(purpose), payload, "sha256")[:_MAC_BYTES]
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
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(hmac.digest(derived_key(purpose, secret), payload, "sha256")[:_MAC_BYTES], given):
            padded = payload.translate(_FROM_URL) + b"=" * (-len(payload) % 4)
            return json.loads(a2b_base64(padded)), secret
    raise BrokenSeal


def fingerprint(purpose: str, text: str) -> str:
    """A short keyed hash of ``text``, to recognise it without holding it."""
    return hmac.digest(key(purpose), text.encode(), "sha256").hex()[:16]


def digest(facts: Any) -> str:
    """A hash that two equal facts share, for a receipt."""
    return sha256(_encode(facts).encode()).hexdigest()[:32]
