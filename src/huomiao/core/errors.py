"""Refusals: outcomes that a person can do something about, in a sentence that says what."""

from __future__ import annotations


class DomainError(Exception):
    """A change was refused. The message is for the person who asked: what is wrong and what to do.

    ``core.middleware`` turns it into a message, a fragment or JSON, once for all views; nothing catches it in between.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class WrongState(DomainError):
    """The thing is not in a state in which this can be done (any more)."""

    code = "wrong_state"


class NotAllowed(DomainError):
    """The person may know of the thing but may not do this to it."""

    code = "not_allowed"
    status = 403


class Invalid(DomainError):
    """What was given cannot be used; the message names the field or row."""

    code = "invalid"
    status = 422
