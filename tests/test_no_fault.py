"""No request makes the site fail: every address, as every role, with odd queries, odd keys, empty and hostile posts.

The addresses come from the resolver and the names of fields from the pages themselves and from what a view asks its query
and its form for, so what is added tomorrow is asked today. A new kind of address fails here until ``Province.keys`` says
what stands in it. Each odd value goes once to each name of each view, by the first role that reaches it.
"""

from __future__ import annotations

import itertools
import logging
import re
import sys
import zlib
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import QueryDict
from django.test import override_settings
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from django.utils.http import urlencode

from huomiao.accounts.models import ScanLogin
from huomiao.files import links
from huomiao.files.actions import store
from huomiao.innovations.actions import results, reviews
from huomiao.innovations.models import (
    Attachment,
    CallAttachment,
    ImportBatch,
    Likeness,
    Relation,
    Result,
    ScanPile,
    ScanSheet,
    Sheet,
    SummaryTable,
    Unsealing,
    Withheld,
)
from huomiao.innovations.states import AttachmentRole, CallState, Section, State, Step, WithheldReason
from huomiao.orgs.models import Membership
from huomiao.orgs.roles import Role
from tests.factories.innovations import AuthorFactory, BenefitFactory, DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory
from tests.factories.reviews import all_signed, review_ready, round_started
from tests.files import samples
from tests.innovations.scope_scene import ScopeScene
from tests.newsdesk.desk.standing import NewsStanding
from tests.practice.standing import PracticeStanding
from tests.refusals import plain_refusals, unkept_templates

pytestmark = pytest.mark.django_db

# Who can open most comes first and tries everything, the others what differs for them.
ROLES = ("organiser", "expert", "marker", "worker", "secretary", "city_officer", "stranger", "anonymous")
DEEP = ROLES[0]
APPS = (
    "portal",
    "core",
    "accounts",
    "orgs",
    "files",
    "honours",
    "notices",
    "innovations",
    "practice",
    "newsdesk",
    "stats",
)
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


class Province(ScopeScene):
    """One of everything that an address can name, at the stages at which its pages differ."""

    def __init__(self):
        super().__init__("open")
        self.draft = self.declaration(state=State.DRAFT, declared_by=self.worker, number=None)
        self.review = review_ready(entries=2, experts=4, organiser=self.call.organiser)
        self.round = round_started(self.review)
        sheet = Sheet.objects.filter(entry__round=self.round).select_related("expert__user").first()
        self.expert = sheet.expert.user
        done = review_ready(entries=2, experts=4, organiser=self.call.organiser)
        self.done = round_started(done)
        all_signed(self.done)
        reviews.lock(self.done, by=done.organiser)
        results.propose(self.done, by=done.organiser)
        self.published_call = call_with_rules(organiser=self.call.organiser, state=CallState.PUBLISHED, year=2025)
        self.published = DeclarationFactory(
            call=self.published_call,
            state=State.PUBLISHED,
            grade="一等",
            category=self.published_call.categories.first(),
            unit=self.unit,
            declared_by=self.worker,
        )
        AuthorFactory(declaration=self.published, user=self.worker)
        BenefitFactory(declaration=self.published)
        like = Likeness.objects.create(declaration=self.item, other=self.published, share="0.6", passages=[[0, 0, 5]])
        file = store(SimpleUploadedFile("照片.jpg", samples.jpeg()), by=self.worker)
        paper = Attachment.objects.create(declaration=self.draft, file=file, role=AttachmentRole.PICTURE)
        entry = sheet.entry
        secret = Attachment.objects.create(
            declaration=Unsealing.objects.get(entry=entry).declaration, file=file, role=AttachmentRole.MATERIAL
        )
        hidden = Withheld.objects.create(entry=entry, attachment=secret, reason=WithheldReason.UNREADABLE)
        shown = entry.files.create(file=file, label="图片1")
        pile = ScanPile.objects.create(call=self.call, by=self.city_officer)
        scan = ScanSheet.objects.create(pile=pile, position=1, file=file)
        table = SummaryTable.objects.create(
            call=self.review.call,
            union=self.review.declarations[0].union,
            signed_by=self.city_officer,
            signed_at=timezone.now(),
        )
        relation = Relation.objects.create(expert=sheet.expert, person_name="某人", note="亲属")
        qr = ScanLogin.objects.create(
            claim_hash="0" * 64, shown_at=timezone.now(), expires_at=timezone.now() + timedelta(minutes=2)
        )
        given = CallAttachment.objects.create(call=self.call, file=file, title="通知附件")
        standing = PracticeStanding(self.call.organiser, worker=self.worker, officer=self.organiser)
        self.marker = standing.marker
        MembershipFactory(organization=self.call.organiser, user=self.organiser, role=Role.EDITOR)
        news = NewsStanding(self.call.organiser, reader=self.organiser)
        calls = [self.call.slug, self.review.call.slug, done.call.slug, self.published_call.slug]
        declarations = [self.draft, self.item, self.review.declarations[0], self.published]
        # What stands in an address after each of its words.
        self.keys = {
            "calls": calls,
            "figures": calls,
            "declarations": [one.pk for one in declarations],
            "published": [self.published.number, self.published.pk],
            "organizations": [self.unit.code, self.city.code],
            "recommendations": [self.city.code],
            "roster": [self.entry.pk],
            "people": [Membership.objects.get(user=self.worker, organization=self.unit).pk],
            "rubrics": [self.call.categories.first().rubric_id],
            "attachments": [paper.pk, given.pk],
            "authors": [self.item.authors.first().pk],
            "likenesses": [like.pk],
            "rounds": [self.round.pk, self.done.pk],
            "entries": [entry.number],
            "entry-files": [shown.pk],
            "withheld": [hidden.pk],
            "given": [sheet.pk],
            "sheets": [sheet.pk],
            "results": [Result.objects.filter(round=self.done).first().pk],
            "opinions": [self.opinion.pk],
            "import-batches": [ImportBatch.objects.first().pk],
            "scan-piles": [pile.pk],
            "scan-sheets": [scan.pk],
            "summary-tables": [table.pk],
            "experts": [sheet.expert.pk],
            "relations": [relation.pk],
            "imports": [self.brought.pk],
            "honours": [self.honour.pk],
            "verify": [self.honour.code],
            "notices": [self.item_shown.notice_id],
            "items": [self.item_shown.pk],
            "objections": [self.objection.pk, self.accepted.pk],
            "scan": [qr.code],
            "sessions": [1],
            "keys": [1],
            "files": [links.show(file, to=self.worker, name="x").split("/")[-2]],
            "errors": ["404"],
            "advance": [CallState.CHECKING, CallState.NOTICE],
            "edit": [*Step.values, *Section.values],
            "bulletin": ["json", "docx"],
            "workdays": [self.workday.pk],
            **standing.keys(),
            **news.keys(),
        }


def _patterns(resolver=None, before="", app=""):
    """Every address of the project as it is written in its ``path()``, with the app that it belongs to."""
    for one in (resolver or get_resolver()).url_patterns:
        written = before + str(one.pattern).replace("^(?P<provider_id>[^/]+)", "oidc")
        if isinstance(one, URLResolver):
            yield from _patterns(one, written, app or one.urlconf_module.__name__.split(".")[1])
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


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, files):
    """Stands for all the walks: each request is taken back."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=files):
        made = Province()
        made.sign_in(*ROLES[:-1])
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet(settings, files):
    settings.MEDIA_ROOT = files
    logging.disable(logging.CRITICAL)
    with unkept_templates():
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("app", APPS)
def test_no_request_is_answered_with_a_fault(app, province):
    everybody = [Asked(province, role) for role in ROLES]
    written = dict.fromkeys(address for of, address in _patterns() if of == app)
    for asked in everybody:
        got_request_exception.connect(asked.hear)
        # The pages that say no are drawn for each role here, and cost nothing after.
        asked.ask("get", "/nowhere/at-all/")
    with Reads() as reads, plain_refusals():
        for one in written:
            walk = Walk(one, province, reads)
            cache.clear()
            for asked in everybody:
                walk.by(asked)

    faults = [fault for asked in everybody for fault in asked.faults]
    if faults:
        pytest.fail("\n".join(dict.fromkeys(faults)), pytrace=False)
    assert {asked.role: asked.number > len(written) for asked in everybody} == dict.fromkeys(ROLES, True)


def test_the_walk_reaches_every_address():
    assert {app for app, _written in _patterns()} == set(APPS)
