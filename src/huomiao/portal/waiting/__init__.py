"""What waits for somebody: one module per role, put together into the task page."""

from __future__ import annotations

from datetime import datetime

from huomiao.accounts.models import User
from huomiao.portal.waiting import declarers, editors, experts, markers, organisers, practisers, unions
from huomiao.portal.waiting.task import Section, Task


def sections(user: User, *, at: datetime) -> list[Section]:
    """Everything that waits for ``user``, by the role in which it does; sections without anything are left out."""
    found = [
        experts.section(user, at=at),
        markers.to_read(user, at=at),
        markers.to_mark(user, at=at),
        markers.to_key(user, at=at),
        markers.to_rule(user, at=at),
        unions.section(user, at=at),
        organisers.section(user, at=at),
        editors.section(user, at=at),
        declarers.asked(user),
        declarers.written(user, at=at),
        practisers.to_sit(user, at=at),
        practisers.to_answer(user, at=at),
        practisers.to_practise(user, at=at),
        declarers.open_calls(user, at=at),
    ]
    return [section for section in found if section.tasks]


def next_step(sections: list[Section]) -> Task | None:
    """The one thing to do next: the first that waits, or else the first that is offered."""
    tasks = [task for section in sections for task in section.tasks]
    waits = (task for section in sections if not section.is_offer for task in section.tasks if task.count != 0)
    return next(waits, tasks[0] if tasks else None)
