"""What somebody remembers: one row a person and question, moved by each answer."""

from __future__ import annotations

from datetime import date, timedelta

from huomiao.practice import scheduling
from huomiao.practice.books import Asked, Books, Session
from huomiao.practice.ledger import DayRow, MemoryRow, PersonRow

# A question leaves the wrong-answer book when it was right so many times in a row.
CLEARED_AFTER = 2
# What the columns of a memory can hold; nobody gets there in earnest.
MOST = 32_767


def remember(books: Books, session: Session, person: PersonRow, day: DayRow, asked: dict[int, Asked]) -> None:
    """What a session says of the memory of each of its questions: wrong-answer book, mastery, when to ask again."""
    row, user = books.memories.row, session.user_id
    for version, answer, fraction in session.answers:
        memory = row(user, asked[version].question_id)
        if memory.seen < MOST:
            memory.seen += 1
        if answer is None or fraction is None:
            # Not judged: it was shown, and that is all.
            memory.last_on = memory.last_on or session.day
        elif fraction >= 1:
            _was_right(memory, person, day, session.day)
        else:
            _was_wrong(memory, person, session.day)


def _was_right(memory: MemoryRow, person: PersonRow, day: DayRow, today: date) -> None:
    is_first = not memory.right
    # Judged for the first time today: only then does it show what was remembered.
    is_recall = not memory.stability or (memory.last_on is not None and memory.last_on < today)
    is_due = memory.due_on is not None and memory.due_on <= today
    if memory.right < MOST:
        memory.right += 1
        memory.run += 1
    if is_first:
        day.first_right += 1
    if memory.in_wrong_book and memory.run >= CLEARED_AFTER:
        memory.in_wrong_book = False
        person.wrong_book -= 1
        if memory.wrong_on is not None and memory.wrong_on < today:
            # Wrong and right on one day is reading the explanation, and could be done on purpose.
            day.cleared += 1
            person.cleared += 1
    if is_recall and is_due and not is_first:
        day.retained += 1
    if is_recall and is_due and not memory.in_wrong_book and not memory.is_mastered and not is_first:
        memory.is_mastered = True
        person.mastered += 1
    if is_recall:
        _schedule(memory, today, is_right=True)


def _was_wrong(memory: MemoryRow, person: PersonRow, today: date) -> None:
    is_again = memory.wrong_on == today
    if memory.wrong < MOST:
        memory.wrong += 1
    memory.run = 0
    memory.wrong_on = today
    if not memory.in_wrong_book:
        memory.in_wrong_book = True
        person.wrong_book += 1
    if memory.is_mastered:
        memory.is_mastered = False
        person.mastered -= 1
    if not is_again:
        _schedule(memory, today, is_right=False)


def _schedule(memory: MemoryRow, today: date, *, is_right: bool) -> None:
    stability, difficulty, days = scheduling.answered(
        stability=memory.stability,
        difficulty=memory.difficulty,
        last_on=memory.last_on if memory.stability else None,
        day=today,
        is_right=is_right,
    )
    memory.stability = stability
    memory.difficulty = difficulty
    memory.last_on = today
    memory.due_on = today + timedelta(days=days)
