"""Room tickets: a code that a candidate gets on paper at the door, of which the site keeps a keyed hash only."""

from __future__ import annotations

import secrets

from django.core.cache import cache

from huomiao.core.encryption import blind_index
from huomiao.practice.models import Candidate

# Without what is easily confused on paper: 0 O 1 I L.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
# Wrong codes that a candidate may type within the time before they have to wait.
MOST_WRONG = 10
WAIT_SECONDS = 600


def new_code() -> str:
    """Eight letters in two groups: typed on a phone without trouble, guessed in no time that matters."""
    letters = [secrets.choice(_LETTERS) for _place in range(LENGTH)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def key_of(candidate: Candidate, code: str) -> str:
    """The keyed hash of a code; each candidate's is their own."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return blind_index(f"{candidate.exam_id}:{candidate.number}:{plain}", purpose="exam-ticket") if plain else ""


def is_right(candidate: Candidate, code: str) -> bool:
    return bool(candidate.ticket_key) and secrets.compare_digest(candidate.ticket_key, key_of(candidate, code))


def proof(candidate: Candidate) -> str:
    """What travels with somebody whose ticket was right, until it is revoked or issued anew."""
    return candidate.ticket_key[:16]


def may_try(candidate: Candidate) -> bool:
    return int(cache.get(_counter(candidate), 0)) < MOST_WRONG


def note_wrong(candidate: Candidate) -> None:
    cache.add(_counter(candidate), 0, WAIT_SECONDS)
    cache.incr(_counter(candidate))


def _counter(candidate: Candidate) -> str:
    return f"exam-ticket-wrong-{candidate.pk}"
