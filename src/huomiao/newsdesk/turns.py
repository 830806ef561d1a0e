"""What the clock does for the desk every minute."""

from __future__ import annotations

from datetime import datetime

from huomiao.newsdesk import reading, relating, searching


def take_in(_at: datetime) -> int:
    """Read, relate and index what a crawl that was stopped has left; returns how many articles were indexed."""
    reading.read_pending()
    relating.relate_pending()
    return searching.bring_up_to_date()
