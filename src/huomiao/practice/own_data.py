"""What practice knows about a person, for their own export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huomiao.practice.models import KeyReport

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def key_reports(user: User) -> list[dict[str, Any]]:
    """What ``user`` found wrong with questions, and what was answered."""
    rows = KeyReport.objects.filter(by=user).select_related("version__question__bank").order_by("pk")
    return [
        {
            "bank": str(report.version.question.bank),
            "question": report.version.question.code,
            "text": report.text,
            "state": report.state,
            "reply": report.reply,
            "at": report.at,
            "replied_at": report.replied_at,
        }
        for report in rows
    ]
