"""Bringing the search index up to date after a change."""

from __future__ import annotations

from django_tasks import task

from huomiao.newsdesk import searching


@task()
def bring_up_to_date() -> int:
    """Put whatever changed into the index, or take it out; returns how many articles. Safe to run twice."""
    return searching.bring_up_to_date()
