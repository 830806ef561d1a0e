"""So many tries in so much time: counters in the shared cache, for what allauth and axes do not already limit."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.cache import cache
from django.utils.translation import gettext as _

from huomiao.core.errors import DomainError


class TooMany(DomainError):
    """Too many tries in too short a time."""

    code = "too_many"
    status = 429


def _key(purpose: str, who: str) -> str:
    return f"throttle:{purpose}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def is_spent(purpose: str, who: str, *, most: int) -> bool:
    """Whether ``who`` has used up the tries for ``purpose``; counts nothing."""
    return int(cache.get(_key(purpose, who), 0)) >= most


def count(purpose: str, who: str, *, within: timedelta) -> int:
    """Count one try of ``who`` and say how many there were since the window opened."""
    key = _key(purpose, who)
    cache.add(key, 0, timeout=int(within.total_seconds()))
    try:
        return cache.incr(key)
    except ValueError:  # the window closed between the two lines
        cache.set(key, 1, timeout=int(within.total_seconds()))
        return 1


def take(purpose: str, who: str, *, most: int, within: timedelta) -> None:
    """Count one try of ``who``; refuse when there were more than ``most`` within the window."""
    if count(purpose, who, within=within) > most:
        minutes = max(1, round(within.total_seconds() / 60))
        raise TooMany(_("操作太频繁，请过 %(minutes)d 分钟再试。") % {"minutes": minutes})
