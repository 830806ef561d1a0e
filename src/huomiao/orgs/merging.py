"""What else has to move when an organization is merged into another.

Apps above refer to organizations; each registers here what it does with its rows. ``orgs`` itself knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable

from huomiao.orgs.models import Organization

Mover = Callable[[Organization, Organization], None]

_movers: list[Mover] = []


def register(mover: Mover) -> Mover:
    """Call ``mover(old, into)`` inside the transaction of every merge. It may raise a ``DomainError`` to refuse it."""
    if mover not in _movers:
        _movers.append(mover)
    return mover


def unregister(mover: Mover) -> None:
    _movers.remove(mover)


def move_references(old: Organization, into: Organization) -> None:
    """Let everybody who registered move what refers to ``old``."""
    for mover in _movers:
        mover(old, into)
