"""No request makes the site fail: every address, as every role, with odd queries, odd keys, empty and hostile posts.

The addresses come from the resolver and the names of fields from the pages themselves, so what is added tomorrow is asked
today. A new kind of address fails here until ``Province.keys`` says what stands in it.
"""

from __future__ import annotations

import itertools
import logging
import re
import sys
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import QueryDict
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
from huomiao.orgs.models import ImportBatch as RosterBatch
from huomiao.orgs.models import Membership
from huomiao.orgs.states import BatchKind
from tests.factories.honours import HolderFactory, HonourFactory
from tests.factories.innovations import AuthorFactory, BenefitFactory, DeclarationFactory, call_with_rules
from tests.factories.notices import NoticeFactory, NoticeItemFactory, ObjectionFactory, WorkdayExceptionFactory
from tests.factories.orgs import RosterEntryFactory
from tests.factories.reviews import all_signed, review_ready, round_started
from tests.files import samples
from tests.innovations.scope_scene import ScopeScene
from tests.practice.standing import PracticeStanding

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "stranger", "worker", "secretary", "city_officer", "organiser", "expert", "marker")
# Who can open most tries everything, the others a part.
DEEP = ("organiser",)
ODD_NUMBERS = ("0", "2147483648", "9223372036854775808", "9" * 40)
ODD_TEXTS = ("x", "%F0%9F%98%80", "%00", "%FF%FE", "%27%22%3E%3Cscript%3E", "a" * 3000, "-1", "%C2%B2")
# What people, scanners and broken links put where a word or a number is meant.
ODD_VALUES = ("abc", "-1", "99999", "9" * 5000, "²", "\x00", "password", "__class__", "0x", "2026-13-45", "😀" * 3000)
WORST = ("\x00", "9" * 5000)
USUAL = ("page", "q", "sort", "order", "state", "tab", "show", "next", "fate", "add", "declaration", "notice", "sheet")
# What the frame of every page asks for.
EVERYWHERE = frozenset({"next"})
REMOTE = re.compile(r"dingtalk|feishu|wecom|openid_connect")


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
        honour = HonourFactory(unit=self.unit)
        HolderFactory(honour=honour, user=self.worker)
        notice = NoticeFactory(issuer=self.call.organiser)
        notice_item = NoticeItemFactory(notice=notice)
        objection = ObjectionFactory(item=notice_item)
        roster = RosterEntryFactory(organization=self.unit, user=self.worker)
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
        brought = RosterBatch(kind=BatchKind.ROSTER, organization=self.unit, by=self.secretary, file_name="名册.xlsx")
        brought.set_content(self.batch.content)
        brought.set_report({"rows": [], "sheets": [], "unknown_headers": []})
        brought.save()
        qr = ScanLogin.objects.create(
            claim_hash="0" * 64, shown_at=timezone.now(), expires_at=timezone.now() + timedelta(minutes=2)
        )
        given = CallAttachment.objects.create(call=self.call, file=file, title="通知附件")
        standing = PracticeStanding(self.call.organiser, worker=self.worker, officer=self.organiser)
        self.marker = standing.marker
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
            "roster": [roster.pk],
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
            "imports": [brought.pk],
            "honours": [honour.pk],
            "verify": [honour.code],
            "notices": [notice.pk],
            "items": [notice_item.pk],
            "objections": [objection.pk],
            "scan": [qr.code],
            "sessions": [1],
            "keys": [1],
            "files": [links.show(file, to=self.worker, name="x").split("/")[-2]],
            "errors": ["404"],
            "advance": [CallState.CHECKING, CallState.NOTICE],
            "edit": [*Step.values, *Section.values],
            "bulletin": ["json", "docx"],
            "workdays": [WorkdayExceptionFactory().pk],
            **standing.keys(),
        }


def _patterns(resolver=None, before=""):
    """Every address of the project as it is written in its ``path()``."""
    for one in (resolver or get_resolver()).url_patterns:
        written = before + str(one.pattern).replace("^(?P<provider_id>[^/]+)", "oidc")
        if isinstance(one, URLResolver):
            yield from _patterns(one, written)
        elif not REMOTE.search(f"{written}{one.name}"):
            yield "/" + written.replace("^", "").replace("\\Z", "").replace("$", "")


PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def _filled(written: str, province: Province) -> list[str]:
    """The address with what really stands there: every key where there is one, a few combinations where there are more."""
    choices = [[str(key) for key in _keys(written, match, province)] for match in PARAMETER.finditer(written)]
    return [_put(written, values) for values in itertools.islice(itertools.product(*choices), 8)]


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
    """Notices which names of the query a page asks for, so that odd values go where they are read and nowhere else."""

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

    def of(self, act) -> set[str]:
        """The names that ``act`` asks a query for."""
        self.names, self.is_on = set(), True
        try:
            act()
        finally:
            self.is_on = False
        return self.names


class Asked:
    """Asks as one role and keeps what went wrong; whatever a request changed is taken back."""

    def __init__(self, province: Province, role: str):
        self.client = province.client(role)
        self.role = role
        self.client.raise_request_exception = False
        self.faults: list[str] = []
        self.raised: list[BaseException] = []
        self.number = 0
        # Methods that an address has refused: it refuses them before it looks at anything else.
        self.refused: set[str] = set()

    def ask(self, method: str, address: str, *, data=None, **headers):
        if method in self.refused:
            return 405, ""
        cookies = self.client.cookies.copy()
        self.raised.clear()
        self.number += 1
        with transaction.atomic():
            if method == "post":
                response = self.client.post(address, data or {}, **headers)
            else:
                response = getattr(self.client, method)(address, **headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        self.client.cookies = cookies
        if response.status_code == 405:
            self.refused.add(method)
        if response.status_code >= 500:
            said = [f"{type(error).__name__}: {str(error)[:90]}" for error in self.raised]
            self.faults.append(f"{method} {address[:90]} {str(data)[:40] if data else ''} {said}")
        return response.status_code, body.decode("utf-8", "replace")

    def hear(self, sender, **_more):
        error = sys.exc_info()[1]
        if error:
            self.raised.append(error)


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _walk(role: str) -> Asked:
    province = Province()
    asked = Asked(province, role)
    got_request_exception.connect(asked.hear)
    try:
        with Reads() as reads:
            for written in dict.fromkeys(_patterns()):
                _try(asked, written, province, reads)
    finally:
        got_request_exception.disconnect(asked.hear)
    return asked


def _try(asked: Asked, written: str, province: Province, reads: Reads) -> None:
    asked.refused.clear()
    names: set[str] = set()
    opened = ""
    is_deep = asked.role in DEEP
    addresses = _filled(written, province)
    for address in addresses if is_deep else addresses[:2]:
        status, body = asked.ask("get", address)
        if status == 200 and "<form" in body:
            names |= set(re.findall(r'name="([\w-]+)"', body)) - {"csrfmiddlewaretoken"}
        opened = opened or (address if status < 400 else "")
        asked.ask("post", address)
    usual = opened or addresses[0]
    turn = ROLES.index(asked.role)
    odd = _odd(written, province)
    for address in odd if is_deep else odd[turn % 4 :: 4]:
        asked.ask("get", address)
        asked.ask("post", address)
    if not opened:
        return
    if is_deep:
        for method in ("head", "put", "delete", "options"):
            asked.ask(method, usual)
    # The others take turns through the odd values from address to address, so that each value meets each role somewhere.
    start = zlib.crc32(written.encode()) + turn
    values = ODD_VALUES if is_deep else {WORST[start % len(WORST)], ODD_VALUES[start % len(ODD_VALUES)]}
    # A page that asks its query for nothing is asked with one of them only.
    plain = usual + "?" + urlencode([(name, "abc") for name in {*USUAL, *names}])
    read = reads.of(lambda: asked.ask("get", plain)) - EVERYWHERE
    for value in values:
        if read:
            asked.ask("get", usual + "?" + urlencode([(name, value) for name in read | names]))
        asked.ask("post", usual, data=dict.fromkeys({*names, *USUAL, "version", "form-TOTAL_FORMS"}, value))
    if not is_deep:
        return
    if read:
        asked.ask("get", usual + "?q=%FF%FE&page=%C3%28&=&&&=x")
    asked.ask("post", usual, data={"file": SimpleUploadedFile("x.jpg", b"MZ\x90\x00"), "table": _not_a_workbook()})
    asked.ask(
        "get",
        usual,
        headers={
            "hx-request": "true",
            "accept": "application/json",
            "referer": "http://[",
            "range": f"bytes={WORST[1]}-",
        },
    )


def _not_a_workbook() -> SimpleUploadedFile:
    return SimpleUploadedFile("t.xlsx", b"no workbook")


@pytest.mark.parametrize("role", ROLES)
def test_no_request_is_answered_with_a_fault(role):
    asked = _walk(role)

    if asked.faults:
        pytest.fail("\n".join(dict.fromkeys(asked.faults)), pytrace=False)
    assert asked.number > 500
