"""What a kind of question knows: how it is shown, how an answer is read, how it is graded. No HTTP, no database.

Three shapes travel through every kind, all plain JSON:

``body``
    What a taker may see: ``{"stem": str, "media": [media, …], …}``. ``media`` is
    ``{"file": uuid, "kind": "image" | "audio" | "video", "alt": str}``.
``key``
    What is right. Never sent before the answer is graded.
``answer``
    What was given, in the version's *own* order of options, whatever order the taker saw. Stored like that.

Options and items are shown in a drawn order (``order[shown place] = own place``), and what a taker sends speaks of
shown places, so neither says anything about the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise

from huomiao.core.errors import Invalid

Body = dict[str, Any]
Key = dict[str, Any]
Answer = Any


class BadAnswer(Invalid):
    """What was sent is no possible answer to this question."""

    code = "bad_answer"


class BadQuestion(Invalid):
    """A body or key that cannot be asked or graded; ``field`` names the part that is wrong."""

    code = "bad_question"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Grade:
    """How much of an answer is right, from 0 to 1; ``fraction`` is None where people must mark it."""

    fraction: float | None

    @property
    def is_right(self) -> bool:
        return self.fraction is not None and self.fraction >= 1


# Most answers are one or the other, and a drill grades thousands a second.
RIGHT, WRONG = Grade(1.0), Grade(0.0)


class Kind(Protocol):
    """One kind of question; a module of this package."""

    name: str
    label: str | Promise
    # Whether a machine can grade it.
    is_graded: bool

    def check(self, body: Body, key: Key) -> tuple[Body, Key]:
        """The question in its plain shape.

        Raises:
            BadQuestion: it cannot be asked or graded.
        """

    def places(self, body: Body) -> int:
        """How many things (options, items, right-hand sides) are shown in a drawn order; 0 when none."""

    def shown(self, body: Body, order: Sequence[int]) -> Body:
        """``body`` as a taker sees it, in ``order``. Holds nothing of the key."""

    def read(self, body: Body, sent: Any, order: Sequence[int]) -> Answer:
        """What a taker sent (in shown places), turned into the version's own order; None for no answer.

        Raises:
            BadAnswer: it is no possible answer to this question.
        """

    def grade(self, body: Body, key: Key, answer: Answer, *, partial: bool = False) -> Grade:
        """How right ``answer`` is. With ``partial`` an answer that is not wholly right gets what its kind gives it."""

    def sent(self, answer: Answer, order: Sequence[int]) -> Any:
        """The inverse of ``read``: an own-order answer in shown places, to fill a page again."""

    def solution(self, body: Body, key: Key, order: Sequence[int]) -> Any:
        """The right answer in shown places, for the reply that grades."""

    def in_words(self, body: Body, answer: Answer) -> str:
        """An own-order answer as people write it: "AC", "正确", "3.5 mm"."""

    def key_in_words(self, body: Body, key: Key) -> str:
        """The right answer as people write it."""
