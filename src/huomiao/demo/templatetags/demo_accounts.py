"""The demo's accounts, for the sign-in page of a demo."""

from __future__ import annotations

from django import template

from huomiao.demo import people

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[people.Account]:
    """One account for each role."""
    return people.ACCOUNTS


@register.simple_tag
def demo_password() -> str:
    """The password that all of them have."""
    return people.PASSWORD
