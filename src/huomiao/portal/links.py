"""Addresses of pages in other apps."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def to(name: str, *args: object) -> str:
    """The address of the page ``name``; "" while no such page is installed, so that nothing links to it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
