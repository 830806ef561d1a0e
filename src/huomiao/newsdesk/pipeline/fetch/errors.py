"""Why a page could not be had. The reason is a word that the desk explains to an editor."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What kept a page from us. The first group will not mend itself; the second may."""

    BAD_ADDRESS = "bad_address"
    NOT_PUBLIC = "not_public"
    ROBOTS = "robots"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    UNDECODABLE = "undecodable"
    REDIRECTS = "redirects"
    REFUSED = "refused"
    GONE = "gone"

    NO_SUCH_HOST = "no_such_host"
    UNREACHABLE = "unreachable"
    BAD_CERTIFICATE = "bad_certificate"
    PROTOCOL = "protocol"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    SERVER_ERROR = "server_error"
    ROBOTS_UNREACHABLE = "robots_unreachable"


LASTING = frozenset(list(Reason)[: list(Reason).index(Reason.GONE) + 1])


class FetchFailed(Exception):
    """A page could not be had, for ``reason``; ``detail`` is for the log and says nothing that a person must read."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class HostRests(Exception):
    """The host is left alone for more than ``seconds``: longer than a task should wait in memory."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} rests for {seconds:.0f} s")
        self.host = host
        self.seconds = seconds
