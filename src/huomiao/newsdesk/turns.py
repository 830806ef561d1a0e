"""What the clock does for the desk every minute."""

from __future__ import annotations

from datetime import datetime

from huomiao.newsdesk import archiving, reading, relating, searching


def take_in(_at: datetime) -> int:
    """Read, relate and index whatever waits for it; returns how many articles were indexed.

    The crawl and the clock both come here. One at a time: two would read the same page at once. Whoever finds the other at it
    leaves it to them, or to the next turn.
    """
    with archiving.held("take-in") as is_alone:
        if not is_alone:
            return 0
        reading.read_pending()
        relating.relate_pending()
        return searching.bring_up_to_date()
