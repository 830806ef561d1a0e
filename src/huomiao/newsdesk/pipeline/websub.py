"""What is said between a subscriber and a hub (W3C WebSub): the request, and the signature of what is pushed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
# The methods that the standard knows. SHA-1 is weak for documents, not yet for this use of it, and many hubs know no other.
METHODS: dict[str, Callable[..., Any]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}


def request(mode: str, *, topic: str, callback: str, secret: str, lease_seconds: int) -> bytes:
    """The form that asks a hub to begin (``mode`` subscribe) or end (unsubscribe) pushing ``topic`` to ``callback``."""
    fields = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        fields |= {"hub.secret": secret, "hub.lease_seconds": str(lease_seconds)}
    return urlencode(fields).encode("ascii")


def is_signed(body: bytes, signature: str, *, secret: str) -> bool:
    """Whether ``signature`` (the header X-Hub-Signature) says that ``body`` comes from whoever knows ``secret``."""
    name, _equals, given = signature.strip().partition("=")
    method = METHODS.get(name.strip().lower())
    if method is None or not given.isascii():
        return False
    made = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(made, given.strip().lower())
