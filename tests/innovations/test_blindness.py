"""Blind review as a promise: nothing that an expert can reach names whose work it is.

The addresses come from the resolver, so a page that is added tomorrow is asked today. Every address is asked as GET and
POST, with searches, sorts and filters, with keys of every kind; answers of every status count, and so do their headers,
the bytes of files, and the SQL of the expert's own pages.
"""

from __future__ import annotations

import io
import itertools
import logging
import re
import unicodedata
import uuid
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from huomiao.core.models import Entry as HistoryEntry
from huomiao.files.actions import store
from huomiao.innovations.actions import blind_material, sheets
from huomiao.innovations.models import Attachment, Sheet, Unsealing, Withheld
from huomiao.innovations.states import AttachmentRole, SheetState
from huomiao.orgs.models import FormerName, Organization
from huomiao.studios.models import Level, Studio
from tests.factories.innovations import AuthorFactory
from tests.factories.orgs import UnitFactory
from tests.factories.reviews import review_ready, round_started, scored
from tests.refusals import UNKNOWN, plain_refusals, unkept_templates

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet():
    """Thousands of refusals are asked for here; nobody need read of each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# Names that stand nowhere else in the site.
AUTHOR, SECOND, CONTACT, LEADER = "慕容雪霁", "宇文澄江", "尉迟望舒", "令狐秋水"
UNIT, SHORT, FORMER = "鲲岭琉光冶炼有限公司", "鲲岭琉光", "鹭洲旧炉冶炼厂"
UNION, STUDIO = "云溯市总工会", "令狐秋水劳模创新工作室"
PHONE, ID_NUMBER, PATENT = "13912345678", "360102198001011234", "ZL202399887766.5"
NAMES = (AUTHOR, SECOND, CONTACT, LEADER, UNIT, SHORT, FORMER, UNION, "云溯", STUDIO, PHONE, ID_NUMBER, PATENT)
# The order of the union tree is public; what ties an entry to it is not.
PUBLIC_ORGS = re.compile(r"^/(orgs|organizations|tree|units|unions)/")
EVERYTHING = "，".join(NAMES)

QUERIES = (
    "",
    f"q={AUTHOR}",
    f"q={UNIT}&sort=unit&order=desc",
    "q=&sort=author&page=2",
    f"union={UNION}&unit={SHORT}&author={SECOND}&show=open",
    "page=9999&show=signed&format=json",
)
POSTED = {
    "version": "0",
    "comment": "",
    "note": "看一看",
    "words": "某某",
    "q": "x",
    "text": "x",
    "pledge": "on",
    "state": "open",
}


def _picture() -> bytes:
    image = Image.new("RGB", (64, 48), "white")
    exif = Image.Exif()
    exif[0x013B] = AUTHOR
    exif[0x010E] = UNIT
    exif[0x8298] = UNION
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=SHORT.encode())
    return buffer.getvalue()


def _pdf(text_names: bool) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Author"] = AUTHOR
    pdf.docinfo["/Title"] = UNIT
    pdf.docinfo["/Keywords"] = PHONE
    with pdf.open_metadata() as meta:
        meta["dc:creator"] = [SECOND]
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def _document(*, names_in_text: bool) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(f"{UNIT}的{AUTHOR}完成。" if names_in_text else "换辊装置的结构与试验数据。")
    document.core_properties.author = AUTHOR
    document.core_properties.last_modified_by = SECOND
    document.core_properties.title = UNIT
    document.core_properties.comments = UNION
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def world(settings):
    """A running review in which every field and file of one declaration is full of names, and an expert who scores it."""
    settings.DEBUG = False
    review = review_ready(entries=3, experts=4)
    declaration = review.declarations[0]
    union = declaration.union
    Organization.objects.filter(pk=union.pk).update(name=UNION, short_name="云溯")
    unit = UnitFactory(parent=union, name=UNIT, short_name=SHORT)
    FormerName.objects.create(organization=unit, name=FORMER, until="2020-01-01")
    studio = Studio.objects.create(name=STUDIO, level=Level.PROVINCE, unit=unit, leader_name=LEADER)
    declaration.authors.all().delete()
    for place, name in enumerate((AUTHOR, SECOND), 1):
        AuthorFactory(declaration=declaration, place=place, name=name, phone=PHONE, id_number=ID_NUMBER)
    spaced = " ".join(AUTHOR) + "，" + "·".join(SHORT)
    wide = unicodedata.normalize("NFKC", PHONE).translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    for name in ("problem", "solution", "application", "social_benefit", "outlook", "abstract", "keywords"):
        setattr(
            declaration,
            name,
            f"{EVERYTHING}。{spaced}。电话{wide}。"[:110]
            if name == "keywords"
            else f"{EVERYTHING}。{spaced}。电话{wide}。",
        )
    declaration.title = f"{SHORT}{AUTHOR}换辊装置"
    declaration.unit, declaration.studio = unit, studio
    declaration.contact_name, declaration.contact_phone = CONTACT, PHONE
    declaration.save()
    declaration.benefits.create(kind="saving", amount="12.5", basis=EVERYTHING, period="2025")
    declaration.properties.create(kind="invention", number=PATENT, holder=UNIT, status="granted")
    uploads = (
        (f"{AUTHOR}.jpg", _picture(), AttachmentRole.PICTURE),
        (f"{UNIT}.pdf", _pdf(text_names=False), AttachmentRole.MATERIAL),
        (f"{SECOND}.docx", _document(names_in_text=True), AttachmentRole.MATERIAL),
        (f"{SHORT}.docx", _document(names_in_text=False), AttachmentRole.MATERIAL),
        (f"{CONTACT}.docx", _document(names_in_text=True), AttachmentRole.BENEFIT_PROOF),
    )
    for position, (name, content, role) in enumerate(uploads):
        file = store(SimpleUploadedFile(name, content), by=declaration.declared_by)
        Attachment.objects.create(
            declaration=declaration, file=file, role=role, caption=f"{AUTHOR}的图", position=position
        )
    made = round_started(review)
    entry = Unsealing.objects.get(declaration=declaration).entry
    expert = entry.sheets.select_related("expert__user").order_by("pk").first().expert
    # The scan that nobody could read was looked at and let through: its metadata must still be gone.
    for withheld in Withheld.objects.filter(reason="unreadable"):
        blind_material.let_through(withheld, by=review.organiser, note="看过")
    return review, made, declaration, entry, expert


def _routes(resolver=None, prefix="", namespace=()):
    """Every named address of the project with its converters."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inside = (*namespace, one.namespace) if one.namespace else namespace
            yield from _routes(one, prefix, inside)
        elif isinstance(one, URLPattern) and one.name:
            yield ":".join((*namespace, one.name)), one.pattern.converters, one.pattern.regex.groupindex


def _keys(world):
    """What may stand in an address: keys of everything that is tied to the declaration, the likeliest first."""
    _review, made, declaration, entry, expert = world
    attachments = list(declaration.attachments.all())
    numbers = [
        declaration.pk,
        entry.sheets.get(expert=expert).pk,
        made.pk,
        entry.pk,
        attachments[0].pk,
        declaration.unit_id,
    ]
    numbers += [entry.sheets.exclude(expert=expert).first().pk, entry.files.first().pk, Withheld.objects.first().pk]
    texts = [declaration.number, str(declaration.pk), declaration.unit.code, declaration.paper_code, "unknown"]
    return list(dict.fromkeys([*numbers, 999_999])), texts, [str(attachment.file_id) for attachment in attachments]


def _addresses(world):
    """The addresses of the whole project, each parameter filled with every key that fits its kind."""
    numbers, texts, files = _keys(world)
    review, made, _declaration, entry, _expert = world
    usual = {"slug": [review.call.slug, "unknown"], "number": [entry.number, *texts[:3]]}
    for name, converters, groups in _routes():
        choices = []
        for parameter in groups:
            kind = type(converters.get(parameter)).__name__
            if kind == "IntConverter":
                choices.append(numbers)
            elif kind == "UUIDConverter":
                choices.append([uuid.UUID(file) for file in files])
            else:
                choices.append(usual.get(parameter, texts))
        # Two parameters: the keys that belong together first, and a few that do not.
        filled = sorted(
            itertools.product(*choices), key=lambda values: -len({made.pk, entry.number, review.call.slug} & {*values})
        )
        if len(choices) > 1:
            filled = filled[:6]
        for values in filled:
            try:
                yield name, reverse(name, kwargs=dict(zip(groups, values, strict=True)))
            except Exception:  # noqa: BLE001 - a key of the wrong shape has no address
                continue


def _bytes_of(response) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{key}: {value}" for key, value in response.items()).encode()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body += b"\n".join(archive.read(name) for name in archive.namelist())
    if body[:4] == b"%PDF":
        with pikepdf.open(io.BytesIO(body)) as pdf:
            body += str(dict(pdf.docinfo)).encode() + str(pdf.open_metadata()).encode()
    return body + b"\n" + headers


def _named(content: bytes, *, sent: str = "") -> list[str]:
    """The names in an answer that the asker did not send themself."""
    text = (
        content.decode("utf-8", "ignore")
        + content.decode("utf-16-le", "ignore")
        + content.decode("utf-16-be", "ignore")
    )
    from html import unescape
    from urllib.parse import unquote

    text = unquote(unescape(text))
    return [name for name in NAMES if name in text and name not in sent]


# A call's page lists the quotas of every recommending union, those with entries and those without; the boards of practice
# rank all unions by how many of their people practise, and know nothing of entries.
NAMES_OF_RULES = {"innovations:call": (UNION, "云溯"), "practice:boards": (UNION, "云溯")}


def _is_public_of_the_tree(name: str) -> bool:
    """Pages of the union tree name units to anybody; they know nothing of entries."""
    return name.startswith("orgs:")


def _leaks(client: Client, world) -> list[str]:
    found, seen = [], set()
    # What is unknown gets the same page at every address: it is read once, and not drawn again.
    assert _named(_bytes_of(client.get("/nowhere/at-all/"))) == []
    with plain_refusals(UNKNOWN), unkept_templates():
        _walk(client, world, found, seen)
    assert len(seen) > 60
    return [" ".join((name, asked, *named)) for name, asked, named in found]


def _walk(client: Client, world, found: list[tuple[str, str, list[str]]], seen: set[str]) -> None:
    for name, address in _addresses(world):
        if _is_public_of_the_tree(name):
            continue
        # Every search, sort and filter once per page; every key once.
        for query in QUERIES if name not in seen else QUERIES[:1]:
            response = client.get(f"{address}?{query}")
            known = query + "".join(NAMES_OF_RULES.get(name, ()))
            if named := _named(_bytes_of(response), sent=known):
                found.append((name, f"GET {address}?{query}", named))
        # What changes the expert's own sheets or ends the session is tried elsewhere.
        if name not in DESTRUCTIVE:
            for headers in ({}, {"accept": "application/json"}, {"hx-request": "true"}) if name not in seen else ({},):
                response = client.post(address, POSTED, headers=headers)
                if named := _named(_bytes_of(response), sent="".join(NAMES_OF_RULES.get(name, ()))):
                    found.append((name, f"POST {address}", named))
        seen.add(name)


DESTRUCTIVE = {"innovations:sheet-recuse", "innovations:sheets-sign", "account_logout"}


def test_no_address_of_the_project_names_anybody_to_an_expert(world, client):
    _review, _made, _declaration, _entry, expert = world
    client.force_login(expert.user)
    client.raise_request_exception = False

    assert "\n".join(_leaks(client, world)) == ""


def test_before_publication_no_address_names_anybody_to_the_public(world, client):
    client.raise_request_exception = False

    assert "\n".join(_leaks(client, world)) == ""


def test_files_that_an_expert_downloads_carry_no_name_within(world, client):
    _review, _made, _declaration, entry, expert = world
    client.force_login(expert.user)
    sheet = entry.sheets.get(expert=expert)

    page = client.get(reverse("innovations:sheet", args=[sheet.pk])).content.decode()
    addresses = set(re.findall(r'(?:src|href)="(/files/[^"]+)"', page))

    assert len(addresses) >= 3
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert _named(_bytes_of(response)) == []
    # The link is the expert's own: nobody else opens it.
    other = Client()
    assert {other.get(address).status_code for address in addresses} == {404}


def test_the_named_document_is_withheld_and_the_clean_one_shown(world):
    _review, _made, _declaration, entry, _expert = world

    assert [withheld.attachment.file.name for withheld in Withheld.objects.filter(entry=entry, reason="names")] == [
        f"{SECOND}.docx"
    ]
    assert list(entry.files.values_list("label", flat=True))[:2] == ["图片1", "材料1"]
    assert [name for name in NAMES if name in str(list(entry.files.values_list("file__name", "file__text")))] == []


FORBIDDEN_TABLES = (
    "innovations_declaration",
    "innovations_author",
    "innovations_unsealing",
    "innovations_attachment",
    "innovations_withheld",
    "innovations_redaction",
    "innovations_conflict",
    "innovations_opinion",
    "innovations_result",
    "innovations_benefit",
    "innovations_intellectualproperty",
)


def _forbidden(captured) -> list[str]:
    return [
        query["sql"][:300]
        for query in captured
        if any(re.search(rf'"{table}"', query["sql"]) for table in FORBIDDEN_TABLES)
    ]


def test_no_sql_of_an_experts_page_names_a_table_of_identities(world, client):
    _review, _made, _declaration, entry, expert = world
    client.force_login(expert.user)
    sheet = entry.sheets.get(expert=expert)
    known = sheets.criteria(Sheet.objects.select_related("entry__round").get(pk=sheet.pk))
    full = {f"mark-{criterion.key}": "10" for criterion in known}

    with CaptureQueriesContext(
        connection,
    ) as captured:
        answers = [
            client.get(reverse("innovations:sheets")),
            client.get(reverse("innovations:sheets"), {"show": "open", "q": AUTHOR}),
            client.get(reverse("innovations:sheet", args=[sheet.pk])),
            client.get(reverse("innovations:sheet", args=[999_999])),
            client.post(reverse("innovations:sheet-save", args=[sheet.pk]), {"version": "0", **full}),
            client.post(reverse("innovations:sheet-save", args=[sheet.pk]), {"version": "0", **full}),
            client.get(reverse("innovations:sheets-sign")),
            client.get(reverse("innovations:my-relations")),
            client.post(reverse("innovations:my-relations"), {"person_name": "某人", "note": "亲属"}),
            client.post(
                reverse("innovations:sheets-sign"),
                {"sheet": sheet.pk, "pledge": "on", "password": "huomiao-test-1"},
            ),
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 302, 409, 200, 200, 302, 302]
    assert Sheet.objects.get(pk=sheet.pk).state == SheetState.SIGNED
    assert _forbidden(captured) == []


def test_recusing_touches_no_table_of_identities(world, client):
    _review, _made, _declaration, entry, expert = world
    client.force_login(expert.user)
    sheet = entry.sheets.get(expert=expert)

    with CaptureQueriesContext(connection) as captured:
        client.post(reverse("innovations:sheet-recuse", args=[sheet.pk]), {"note": "认出了"})

    assert Sheet.objects.get(pk=sheet.pk).state == SheetState.RECUSED
    assert _forbidden(captured) == []


def test_another_experts_sheet_is_as_unknown_as_none_at_all(world, client):
    _review, _made, _declaration, _entry, expert = world
    client.force_login(expert.user)
    others = Sheet.objects.exclude(expert=expert).first()

    def answers(key):
        pages = [client.get(reverse("innovations:sheet", args=[key]))]
        pages += [
            client.post(reverse(name, args=[key]), POSTED)
            for name in ("innovations:sheet-save", "innovations:sheet-recuse")
        ]
        return [
            (
                page.status_code,
                re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', b"", page.content).replace(
                    f"/{key}/".encode(), b"/KEY/"
                ),
            )
            for page in pages
        ]

    assert answers(others.pk) == answers(999_999)


def test_an_expert_sees_nobody_elses_marks_nor_how_many_there_are(world, client):
    _review, _made, _declaration, entry, expert = world
    other = entry.sheets.exclude(expert=expert).select_related("expert__user").first()
    client.force_login(expert.user)
    page = reverse("innovations:sheet", args=[entry.sheets.get(expert=expert).pk])

    def plain(response):
        return re.sub(
            r'value="[\w-]{40,}"|"X-CSRFToken": "[^"]+"|/files/[^"]+|nonce="[^"]+"', "", response.content.decode()
        )

    before = plain(client.get(page))
    sheets.sign([scored(other, "51.5", "33.5")], by=other.expert.user)

    assert plain(client.get(page)) == before


def test_an_error_in_the_middle_of_a_page_names_nobody(world, client, monkeypatch):
    _review, _made, _declaration, entry, expert = world
    client.force_login(expert.user)
    client.raise_request_exception = False
    monkeypatch.setattr("huomiao.innovations.views.sheets.industries.label", lambda code: 1 / 0)

    response = client.get(reverse("innovations:sheet", args=[entry.sheets.get(expert=expert).pk]))

    assert response.status_code == 500
    assert _named(_bytes_of(response)) == []


def test_an_experts_acts_leave_no_identity_in_the_history_of_sheets(world):
    _review, _made, _declaration, entry, expert = world
    sheet = entry.sheets.select_related("expert__user").get(expert=expert)

    sheets.sign([scored(sheet, "50", "30")], by=expert.user)

    kept = HistoryEntry.objects.filter(subject_type__in=["innovations.sheet", "innovations.entry"])
    assert kept.exists()
    assert _named(str(list(kept.values("subject_label", "note", "changes"))).encode()) == []
