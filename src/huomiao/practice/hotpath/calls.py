"""One request of the hot path and its answer, whatever server stands around it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huomiao.core.errors import DomainError
from huomiao.practice.hotpath import origins
from huomiao.practice.hotpath.engine import Engine
from huomiao.practice.hotpath.errors import Busy, CannotWrite, Refusal
from huomiao.practice.hotpath.fragments import encode

logger = logging.getLogger(__name__)

# A paper of two hundred with the longest texts is far below; a photograph sent by mistake is far above.
MOST_BYTES = 256 * 1024

TOO_BIG = Refusal("too_big", 413, _("提交的内容太大，请检查后重试。"))
FOREIGN_PAGE = Refusal("foreign_page", 403, _("请从本站的页面提交。"))
NO_JSON = Refusal("unreadable", 415, _("这里只接受由练习页面发出的数据。请刷新页面后重试。"))
WRONG_METHOD = Refusal("wrong_method", 405, _("不支持这种请求方式。请从练习页面操作。"))
TOO_MANY = Refusal("too_many", 429, _("操作太频繁，请稍等几秒再试。"), retry_after=3)
SIGNED_OUT = Refusal("signed_out", 401, _("登录已过期，请重新登录。已作答的内容还在这台设备上。"))
_UNREADABLE = _("收到的数据不完整，请重试。")
_BUSY = Refusal("busy", 503, _("现在人很多，请稍等几秒再试，答案没有丢。"), retry_after=Busy.retry_after)
_FAULT = Refusal("fault", 500, _("系统出了点问题，已记录下来。请稍后重试，答案还在这台设备上。"))


def unreadable() -> Refusal:
    """What was posted is not what a page of ours posts."""
    return Refusal("unreadable", 400, _UNREADABLE)


@dataclass(slots=True)
class Call:
    """What somebody asks. ``now`` is the server's clock, in milliseconds."""

    user: int
    engine: Engine
    query: bytes
    body: bytes
    now: int
    language: str = ""
    # Whom the connection came from, and what a proxy says of it.
    client: str = ""
    forwarded: str = ""

    @property
    def address(self) -> str:
        """Where the request came from; the proxy's word counts only when the proxy is ours."""
        if settings.BEHIND_PROXY:
            return self.forwarded.rpartition(",")[2].strip() or self.client
        return self.client

    def asked(self, name: str) -> str:
        """The value of ``name`` in the address; "" when it is not there."""
        wanted = name.encode() + b"="
        for pair in self.query.split(b"&", 20):
            if pair.startswith(wanted):
                value = pair[len(wanted) :]
                return (unquote_to_bytes(value) if b"%" in value else value).decode("utf-8", "replace")
        return ""

    def sent(self) -> dict[str, Any]:
        """What was posted.

        Raises:
            Refusal: it is not a JSON object.
        """
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            found = self._sent_oddly()
        if not isinstance(found, dict):
            raise unreadable()
        return found

    def _sent_oddly(self) -> Any:
        """What was posted, where the strict reader gives up: browsers do send half an emoji, and get "?" for it."""
        try:
            whole = json.dumps(json.loads(self.body), ensure_ascii=False).encode("utf-8", "replace")
            return orjson.loads(whole)
        except (ValueError, RecursionError):
            raise unreadable() from None


class Reply(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    retry_after: int | None = None


Handler = Callable[[Call], Awaitable[Reply]]


class Route(NamedTuple):
    method: str
    handler: Handler


ROUTES: dict[str, Route] = {}


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Have ``handler`` answer ``method`` at ``path``, which begins with ``/p/``."""

    def register(handler: Handler) -> Handler:
        ROUTES[path] = Route(method, handler)
        return handler

    return register


def clock() -> int:
    """The server's time in milliseconds."""
    return time.time_ns() // 1_000_000


def refused(refusal: Refusal, language: str = "") -> Reply:
    """``refusal`` in the one shape that all refusals have, in the reader's language."""
    return _told(refusal.code, refusal.sentence, refusal.status, language, refusal.retry_after)


def _told(code: str, sentence: str | Promise, status: int, language: str, retry_after: int | None = None) -> Reply:
    with translation.override(language or translation.get_language()):
        return Reply(status, encode({"error": code, "detail": str(sentence)}), retry_after)


def unfit(*, host: str, origin: str, fetch_site: str, content_type: str, length: str) -> Refusal | None:
    """Why a posted request is not even read; None when it may be."""
    if not origins.is_our_page(host, origin, fetch_site):
        return FOREIGN_PAGE
    if content_type.partition(";")[0].strip() != "application/json":
        return NO_JSON
    if len(length) > len(str(MOST_BYTES)) or (length.isdecimal() and int(length) > MOST_BYTES):
        return TOO_BIG
    return None


async def answer(handler: Handler, call: Call) -> Reply:
    """What ``handler`` says to ``call``; refusals and faults become answers here, once for all."""
    if not call.engine.limiter.admits(call.user, call.now / 1000):
        return refused(TOO_MANY, call.language)
    try:
        return await handler(call)
    except Refusal as refusal:
        return refused(refusal, call.language)
    except DomainError as refusal:
        return _told(refusal.code, refusal.message, refusal.status, call.language)
    except Busy:
        return refused(_BUSY, call.language)
    except CannotWrite:
        return refused(_FAULT, call.language)  # the writer has said what it was
    except Exception:
        logger.exception("The hot path failed")
        return refused(_FAULT, call.language)
