"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal) -> str:
    """Without zeros after the comma and without an exponent: 82.5, 20, 0."""
    return f"{value.normalize():f}"
