"""Which bit of a bank's seen-maps stands for a question.

A release lists versions, and the next release may leave some out, add others, or put them in another order. A map must
outlive that, so each question is given a seat in its bank, once, by whoever first needs it: the worker that loads a
release into memory, or the follower. Bits are counted from the lowest of the first byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max

from huomiao.practice.models import Bank, QuestionVersion, Release, Seat

_CHUNK = 400


def of(release: Release) -> list[int]:
    """The seats of the questions of ``release``, in its order; gives seats to those that have none yet."""
    questions = questions_of(release.version_ids)
    seats = ensure(release.bank_id, [questions[version] for version in release.version_ids])
    return [seats[questions[version]] for version in release.version_ids]


def ensure(bank_id: int, question_ids: Sequence[int]) -> dict[int, int]:
    """The seat of each of the questions of a bank; gives seats to those that have none yet, in the order given."""
    taken = _taken(bank_id)
    missing = [question for question in dict.fromkeys(question_ids) if question not in taken]
    if missing:
        with transaction.atomic():
            Bank.objects.select_for_update().get(pk=bank_id)
            taken = _taken(bank_id)
            last = Seat.objects.filter(bank_id=bank_id).aggregate(last=Max("number"))["last"]
            number = -1 if last is None else last
            new = [question for question in missing if question not in taken]
            rows = [Seat(question_id=question, bank_id=bank_id, number=number + i) for i, question in enumerate(new, 1)]
            Seat.objects.bulk_create(rows, batch_size=_CHUNK)
            taken.update({row.question_id: row.number for row in rows})
    return taken


def questions_of(version_ids: Iterable[int]) -> dict[int, int]:
    """The question of each version."""
    wanted = list(dict.fromkeys(version_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = QuestionVersion.objects.filter(pk__in=wanted[start : start + _CHUNK])
        found.update(rows.values_list("pk", "question_id"))
    return found


def is_seen(bits: bytes | memoryview, seat: int) -> bool:
    """Whether the question in ``seat`` was asked before, by a map's ``bits``."""
    place = seat >> 3
    return place < len(bits) and bool(bits[place] >> (seat & 7) & 1)


def mark(bits: bytes | memoryview, seats: Iterable[int]) -> bytes:
    """``bits`` with ``seats`` marked as seen; grows as it must."""
    marked = bytearray(bits)
    for seat in seats:
        place = seat >> 3
        if place >= len(marked):
            marked.extend(bytes(place + 1 - len(marked)))
        marked[place] |= 1 << (seat & 7)
    return bytes(marked)


def _taken(bank_id: int) -> dict[int, int]:
    return dict(Seat.objects.filter(bank_id=bank_id).values_list("question_id", "number"))
