"""A walk over all addresses: each asked by everybody, with odd keys, odd queries and hostile posts, until somebody falls."""

from __future__ import annotations

import itertools
import re
import sys
import zlib
from typing import NamedTuple

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.urls import URLResolver, get_resolver
from django.utils.http import urlencode

from tests.standing import ROLES, Province

DEEP = ROLES[0]
# So many of the addresses that one way of writing stands for: of the first role, of the others.
MOST_FILLED, FEW_FILLED = 6, 3
ODD_NUMBERS = ("0", "2147483648", "9223372036854775808", "9" * 40)
ODD_TEXTS = ("x", "%F0%9F%98%80", "%00", "%FF%FE", "%27%22%3E%3Cscript%3E", "a" * 3000, "-1", "%C2%B2")
# What people, scanners and broken links put where a word or a number is meant; some are numbers that no column holds.
ODD_VALUES = ("-1", "99999", "9" * 20, "9" * 5000, "²", "\x00", "__class__", "2026-13-45", "😀" * 3000)
# A table of rows says first how many it has: with these it lies, with the others each of two rows is odd.
LIES = ("-1", "99999", "9" * 20, "9" * 5000, "\x00")
ODD_JSON = (
    '{"token": 1, "answers": {}, "plan": []}',
    "[" * 3000,
    '{"token": "\\u0000", "position": 1e999, "answers": [null]}',
)
USUAL = ("page", "q", "sort", "order", "state", "tab", "show", "fate", "add", "declaration", "notice", "sheet")
# What the frame of every page asks for.
EVERYWHERE = frozenset({"next"})
REMOTE = re.compile(r"dingtalk|feishu|wecom|openid_connect")
KNOWN_NOT = frozenset({401, 403, 404, 405})


def patterns(resolver=None, before="", app=""):
    """Every address of the project as it is written in its ``path()``, with the app that it belongs to."""
    for one in (resolver or get_resolver()).url_patterns:
        written = before + str(one.pattern).replace("^(?P<provider_id>[^/]+)", "oidc")
        if isinstance(one, URLResolver):
            yield from patterns(one, written, app or one.urlconf_module.__name__.split(".")[1])
        elif not REMOTE.search(f"{written}{one.name}"):
            yield app, "/" + written.replace("^", "").replace("\\Z", "").replace("$", "")


PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def _filled(written: str, province: Province) -> list[str]:
    """The address with what really stands there: every key where there is one, a few combinations where there are more."""
    choices = [[str(key) for key in _keys(written, match, province)] for match in PARAMETER.finditer(written)]
    return [_put(written, values) for values in itertools.islice(itertools.product(*choices), MOST_FILLED)]


def _keys(written: str, match: re.Match[str], province: Province) -> list:
    """What stands after a word of an address; where two apps use one word, the words before it tell them apart."""
    words = [PARAMETER.sub(r"\2", word) for word in re.split(r"[/.]", written[: match.start()].strip("/."))]
    for name in (f"{words[0]}/{words[-1]}", f"{words[-2]}/{words[-1]}" if len(words) > 1 else "", words[-1]):
        if name in province.keys:
            return province.keys[name]
    raise KeyError(f"say in Province.keys what stands after {words[-1]!r} in {written}")


def _odd(written: str, province: Province) -> list[str]:
    """The address with odd keys in the last place, and with odd ones everywhere."""
    kinds = [match[1] for match in PARAMETER.finditer(written)]
    if not kinds:
        return []
    last = [*ODD_NUMBERS] if kinds[-1] == "int" else [*ODD_TEXTS]
    return [_put(written, [value if kind == kinds[-1] else "1" for kind in kinds]) for value in last]


def _put(written: str, values) -> str:
    left = iter(values)
    return PARAMETER.sub(lambda _match: str(next(left)), written)


class Reads:
    """Notices which names of its query or its form a view asks for, so that odd values go where they are read and nowhere else."""

    NAMES = ("__getitem__", "get", "getlist", "__contains__")

    def __init__(self):
        self.names: set[str] = set()
        self.watched: QueryDict | None = None
        self.undo: list = []

    def __enter__(self):
        reads = self
        for name in self.NAMES:
            original = getattr(QueryDict, name)

            def watched(query, key, *rest, _original=original, **more):
                if not query._mutable and isinstance(key, str) and reads.is_on:
                    reads.names.add(key)
                return _original(query, key, *rest, **more)

            self.undo.append((name, QueryDict.__dict__.get(name)))
            setattr(QueryDict, name, watched)
        self.is_on = False
        return self

    def __exit__(self, *_error):
        for name, own in self.undo:
            if own is None:
                delattr(QueryDict, name)
            else:
                setattr(QueryDict, name, own)

    def of(self, act) -> tuple[Answer, set[str]]:
        """The answer, and the names that the view asked its query or its form for."""
        self.names, self.is_on = set(), True
        try:
            answer = act()
        finally:
            self.is_on = False
        return answer, self.names


class Answer(NamedTuple):
    """What came back, and whether whoever asked was let in."""

    status: int
    text: str = ""
    location: str = ""

    @property
    def is_open(self) -> bool:
        return self.status < 400 and not self._leads_to_signing_in

    @property
    def is_reached(self) -> bool:
        """Whether the view went on to look at what was posted."""
        return self.status not in KNOWN_NOT and not self._leads_to_signing_in

    @property
    def _leads_to_signing_in(self) -> bool:
        return self.status == 302 and self.location.startswith("/accounts/login/?")


class Asked:
    """Asks as one role and keeps what went wrong; whatever a request changed is taken back."""

    def __init__(self, province: Province, role: str):
        self.client = province.client(role)
        self.client.raise_request_exception = False
        self.role = role
        self.faults: list[str] = []
        self.raised: list[BaseException] = []
        self.number = 0
        # Methods that an address has refused: it refuses them before it looks at anything else.
        self.refused: set[str] = set()

    def ask(self, method: str, address: str, **sent) -> Answer:
        if method in self.refused:
            return Answer(405)
        answer = self._ask(method, address, **sent)
        if answer.status == 429:
            cache.clear()
            answer = self._ask(method, address, **sent)
        if answer.status == 405:
            self.refused.add(method)
        return answer

    def _ask(self, method: str, address: str, **sent) -> Answer:
        cookies = self.client.cookies.copy()
        self.raised.clear()
        self.number += 1
        with transaction.atomic():
            response = getattr(self.client, method)(address, **sent)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        self.client.cookies = cookies
        if response.status_code >= 500:
            said = [f"{type(error).__name__}: {str(error)[:90]}" for error in self.raised]
            self.faults.append(f"{self.role} {method} {address[:90]} {str(sent.get('data', ''))[:60]} {said}")
        text = body.decode("utf-8", "replace") if b"<form" in body else ""
        return Answer(response.status_code, text, response.get("Location", ""))

    def hear(self, sender, **_more):
        error = sys.exc_info()[1]
        if error:
            self.raised.append(error)


class Walk:
    """One way of writing an address, asked by everybody."""

    def __init__(self, written: str, province: Province, reads: Reads):
        self.written = written
        self.addresses = _filled(written, province)
        self.odd = _odd(written, province)
        self.reads = reads
        self.turn = itertools.count(zlib.crc32(written.encode()))
        # Names that have met every odd value.
        self.asked_for: set[str] = set()
        self.posted: set[str] = set()
        self.has_met_odd_keys = False
        self.has_met_odd_bodies = False

    def by(self, asked: Asked) -> None:
        """What ``asked`` finds there, and whatever nobody before them could try."""
        asked.refused.clear()
        is_deep = asked.role == DEEP
        opened, reached, names = "", "", set()
        for address in self.addresses[: MOST_FILLED if is_deep else FEW_FILLED]:
            found = asked.ask("get", address)
            names |= set(re.findall(r'name="([\w-]+)"', found.text)) - {"csrfmiddlewaretoken"}
            opened = opened or (address if found.is_open else "")
            # Where a page is not known of, what it takes is not either: one post tells.
            if is_deep or found.is_open or found.status == 405 or address == self.addresses[0]:
                posted, read = self.reads.of(lambda address=address: asked.ask("post", address))
                if posted.is_reached:
                    reached = reached or address
                    names |= read
            if not is_deep and (opened or reached):
                break
        if not self.has_met_odd_keys and (opened or reached or asked.role == ROLES[-1]):
            self.has_met_odd_keys = True
            method = "post" if "get" in asked.refused else "get"
            for address in self.odd:
                asked.ask(method, address)
        if opened:
            self._query(asked, opened)
        if reached:
            self._post(asked, reached, names - EVERYWHERE)
        if opened and is_deep:
            self._rest(asked, opened)

    def _query(self, asked: Asked, address: str) -> None:
        value = self._next() if self.asked_for else "abc"
        query = urlencode(dict.fromkeys((*USUAL, *self.asked_for), value))
        _answer, read = self.reads.of(lambda: asked.ask("get", f"{address}?{query}"))
        new = read - EVERYWHERE - self.asked_for
        self.asked_for |= new
        for value in ODD_VALUES if new else ():
            asked.ask("get", address + "?" + urlencode(dict.fromkeys(new, value)))

    def _post(self, asked: Asked, address: str, names: set[str]) -> None:
        value = "1" if names - self.posted else self._next()
        # A view asks for more once something was posted.
        _answer, read = self.reads.of(lambda: asked.ask("post", address, data=_rows(names, value)))
        new = (names | read) - EVERYWHERE - self.posted
        self.posted |= new
        for value in ODD_VALUES if new else ():
            asked.ask("post", address, data=_rows(new, value))
        if self.has_met_odd_bodies:
            return
        self.has_met_odd_bodies = True
        files = {"file": SimpleUploadedFile("x.jpg", b"MZ\x90\x00"), "table": _not_a_workbook()}
        asked.ask("post", address, data=files)
        for body in () if self.posted else ODD_JSON:
            asked.ask("post", address, data=body, content_type="application/json")

    def _next(self) -> str:
        """The others take turns through the odd values from address to address."""
        return ODD_VALUES[next(self.turn) % len(ODD_VALUES)]

    def _rest(self, asked: Asked, address: str) -> None:
        asked.ask("put", address)
        odd = {"accept": "application/json", "referer": "http://[", "range": f"bytes={'9' * 5000}-"}
        for method in ("head", "get"):
            answer = asked.ask(method, address + "?q=%FF%FE&page=%C3%28&=&&&=x", headers={"hx-request": "true", **odd})
            if answer.status != 405:
                break


def _rows(names: set[str], value: str) -> dict[str, str]:
    return {name: _of_rows(name, value) for name in names}


def _of_rows(name: str, value: str) -> str:
    if name.endswith("-TOTAL_FORMS"):
        return value if value in LIES else "2"
    return "0" if name.endswith("-INITIAL_FORMS") else value


def _not_a_workbook() -> SimpleUploadedFile:
    return SimpleUploadedFile("t.xlsx", b"no workbook")
