from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image, ImageFilter

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.files import pages
from huomiao.innovations.actions import paper
from huomiao.innovations.actions.recommendations import rows_hash, table_rows
from huomiao.innovations.models import Attachment, ScanSheet, SummaryTable
from huomiao.innovations.queries import paper as queries
from huomiao.innovations.rules import paper as rules
from huomiao.innovations.states import AttachmentRole, CallState, SheetFate, State
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import (
    AuthorFactory,
    BenefitFactory,
    CallFactory,
    DeclarationFactory,
    IntellectualPropertyFactory,
    OpinionFactory,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory()


@pytest.fixture
def city(call):
    return OrganizationFactory(parent=call.organiser, kind="city", name="新余市总工会")


@pytest.fixture
def officer(city):
    return MembershipFactory(organization=city, role=Role.OFFICER).user


def declared(call, city, **values):
    return DeclarationFactory(call=call, unit=UnitFactory(parent=city), union=city, **values)


def form(declaration) -> bytes:
    return queries.form_pdf(declaration, with_phone=False)


def joined(*contents: bytes) -> ContentFile:
    whole = pikepdf.new()
    for content in contents:
        whole.pages.extend(pikepdf.open(io.BytesIO(content)).pages)
    out = io.BytesIO()
    whole.save(out)
    return ContentFile(out.getvalue(), name="扫描.pdf")


def photographed(content: bytes, *, page: int = 0, turned: int = 0, blurred: float = 0) -> ContentFile:
    picture = pages.picture(content, page, longest_side=1800).rotate(turned, expand=True, fillcolor="white")
    picture = picture.filter(ImageFilter.GaussianBlur(blurred))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60)
    return ContentFile(out.getvalue(), name="照片.jpg")


def blank() -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(out, "PNG")
    return ContentFile(out.getvalue(), name="空白.png")


def words(content: bytes) -> str:
    """The text without spaces: type-setting puts a thin one between Chinese and digits."""
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return text.replace(" ", "")


def sealed_pages(declaration) -> list[int]:
    return [one.file.pages for one in Attachment.objects.filter(declaration=declaration, role="sealed_form")]


# --- The form -----------------------------------------------------------------------------------------------------


def test_form_shows_what_was_typed_and_nothing_as_markup(call, city):
    declaration = declared(call, city, title="*轧辊* #快换 $装置$", solution='第一段\n= 第二段 #import "x"')
    AuthorFactory(declaration=declaration, name="欧阳文慧")
    BenefitFactory(declaration=declaration)
    IntellectualPropertyFactory(declaration=declaration)
    OpinionFactory(declaration=declaration, organization=declaration.unit, text="情况属实，同意申报。")

    text = words(form(declaration))

    for expected in (
        "*轧辊*#快换$装置$",
        '=第二段#import"x"',
        "欧阳文慧",
        "12.50",
        "ZL202020202020.2",
        "情况属实，同意申报。",
        "新余市总工会",
        declaration.number,
    ):
        assert expected in text


def test_form_prints_the_number_in_full_only_where_it_may_be_read(call, city):
    declaration = declared(call, city, contact_phone="13812345678")

    assert "138****5678" in words(queries.form_pdf(declaration, with_phone=False))
    assert "13812345678" in words(queries.form_pdf(declaration, with_phone=True))
    AuthorFactory(declaration=declaration, phone="13900001234", id_number="360102198001011234")
    assert "13900001234" not in words(queries.form_pdf(declaration, with_phone=True))
    assert "360102198001011234" not in words(queries.form_pdf(declaration, with_phone=True))


def test_every_page_of_the_form_carries_its_code(call, city):
    from huomiao.innovations import scans

    declaration = declared(call, city, solution="一段文字。\n" * 120)
    content = form(declaration)

    codes = [scans.code_in(picture) for picture in pages.pictures(content, longest_side=1800)]

    assert len(codes) > 5
    assert set(codes) == {declaration.paper_code}


def test_form_of_a_draft_says_so(call, city):
    assert "未提交" in words(form(declared(call, city, state=State.DRAFT)))
    assert "未提交" not in words(form(declared(call, city)))


def test_form_is_downloaded_by_who_may_open_the_declaration(client, call, city, officer):
    declaration = declared(call, city)
    address = reverse("innovations:form-pdf", args=[declaration.pk])

    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    client.force_login(officer)
    response = client.get(address)
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_form_needs_a_constant_number_of_queries(call, city, django_assert_max_num_queries):
    declaration = declared(call, city)
    for place in range(1, 6):
        AuthorFactory(declaration=declaration, place=place)

    with django_assert_max_num_queries(12):
        form(declaration)


# --- The summary table --------------------------------------------------------------------------------------------


@pytest.fixture
def table(call, city, officer):
    declarations = [declared(call, city, rank=rank, title=f"成果甲{rank}") for rank in (1, 2)]
    for declaration in declarations:
        AuthorFactory(declaration=declaration, name="李建国")
    rows = table_rows(declarations)
    from django.utils import timezone

    return SummaryTable.objects.create(
        call=call, union=city, rows=rows, rows_hash=rows_hash(rows), signed_by=officer, signed_at=timezone.now()
    )


def test_summary_shows_the_frozen_rows_and_their_hash(table):
    text = words(queries.summary_pdf(table))

    for expected in ("成果甲1", "成果甲2", "李建国", "共2项", table.rows_hash[:16], "新余市总工会"):
        assert expected in text
    assert "13800005678" not in text


def test_summary_is_downloaded_by_its_union_only(client, table, officer):
    address = reverse("innovations:summary-pdf", args=[table.pk])

    client.force_login(MembershipFactory(organization=OrganizationFactory(kind="city"), role=Role.OFFICER).user)
    assert client.get(address).status_code == 404
    client.force_login(officer)
    assert client.get(address).status_code == 200


# --- One sealed form ----------------------------------------------------------------------------------------------


def test_sealed_form_is_kept_and_a_later_one_takes_its_place(call, city, officer):
    declaration = declared(call, city)

    paper.attach_form(declaration, joined(form(declaration)), by=officer)
    paper.attach_form(declaration, photographed(form(declaration)), by=officer)

    assert [one.file.kind for one in declaration.attachments.all()] == ["image"]
    assert [entry.action for entry in history.of(declaration)] == ["paper.replaced", "paper.attached"]


def test_sealed_form_of_another_declaration_is_refused(call, city, officer):
    declaration, other = declared(call, city), declared(call, city)

    with pytest.raises(Invalid, match="另一项申报"):
        paper.attach_form(declaration, joined(form(other)), by=officer)

    assert list(declaration.attachments.all()) == []


def test_sealed_form_without_a_readable_code_is_taken_on_trust(call, city, officer):
    declaration = declared(call, city)

    paper.attach_form(declaration, blank(), by=officer)

    assert declaration.attachments.get().role == AttachmentRole.SEALED_FORM


@pytest.mark.parametrize(
    ("who", "call_state", "expected"),
    [
        ("writer", CallState.OPEN, True),
        ("writer", CallState.NOTICE, False),
        ("officer", CallState.CHECKING, True),
        ("officer", CallState.PUBLISHED, False),
        ("secretary", CallState.OPEN, True),
        ("another city", CallState.OPEN, False),
        ("organiser", CallState.CHECKING, True),
        ("stranger", CallState.OPEN, False),
    ],
)
def test_who_may_attach_a_form(city, call, who, call_state, expected):
    declaration = declared(call, city)
    call.state = declaration.call.state = call_state
    call.save()
    user = {
        "writer": lambda: declaration.declared_by,
        "officer": lambda: MembershipFactory(organization=city, role=Role.OFFICER).user,
        "secretary": lambda: MembershipFactory(organization=declaration.unit, role=Role.SECRETARY).user,
        "another city": lambda: (
            MembershipFactory(
                organization=OrganizationFactory(parent=call.organiser, kind="city"), role=Role.OFFICER
            ).user
        ),
        "organiser": lambda: MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user,
        "stranger": UserFactory,
    }[who]()

    assert rules.can_attach_form(user, declaration) is expected


# --- Piles --------------------------------------------------------------------------------------------------------


def fates(pile) -> list[str]:
    return list(pile.sheets.values_list("fate", flat=True))


def test_pile_is_split_by_code_and_filed(call, city, officer):
    first, second = declared(call, city), declared(call, city)
    count = pages.count(form(first))
    upload = joined(form(first), form(second))

    pile = paper.open_pile(call, [upload], by=officer)
    while paper.read_on(pile, by=officer, seconds=0):
        pass

    assert fates(pile) == [SheetFate.MATCHED] * count * 2
    assert (sealed_pages(first), sealed_pages(second)) == ([count], [count])
    with default_storage.open(first.attachments.get().file.location) as stored:
        assert first.number in words(stored.read())


def test_pile_of_photographs_turned_and_soft_is_read(call, city, officer):
    declaration = declared(call, city)
    content = form(declaration)
    uploads = [
        photographed(content, page=0, turned=3),
        photographed(content, page=1, turned=90),
        photographed(content, page=2, turned=180, blurred=0.8),
    ]

    pile = paper.open_pile(call, uploads, by=officer)
    paper.read_on(pile, by=officer, seconds=60)

    assert fates(pile) == [SheetFate.MATCHED] * 3
    assert sealed_pages(declaration) == [3]


def test_sheets_that_cannot_be_filed_say_why(call, city, officer):
    elsewhere = OrganizationFactory(parent=call.organiser, kind="city")
    outside, other_call = declared(call, elsewhere), declared(CallFactory(), city)
    uploads = [blank(), *(photographed(form(one)) for one in (outside, other_call))]

    pile = paper.open_pile(call, uploads, by=officer)
    paper.read_on(pile, by=officer, seconds=60)

    assert fates(pile) == [SheetFate.UNREADABLE, SheetFate.OUTSIDE, SheetFate.UNKNOWN]
    assert Attachment.objects.count() == 0


def test_unreadable_sheet_assigned_by_hand_joins_its_form(call, city, officer):
    declaration = declared(call, city)
    pile = paper.open_pile(call, [photographed(form(declaration)), blank()], by=officer)
    paper.read_on(pile, by=officer, seconds=60)
    sheet = pile.sheets.get(fate=SheetFate.UNREADABLE)

    paper.assign(sheet, f" {declaration.number} ", by=officer)

    assert sealed_pages(declaration) == [2]
    assert pile.sheets.filter(attachment=declaration.attachments.get()).count() == 2


def test_sheet_is_not_assigned_to_a_declaration_of_another_branch(call, city, officer):
    outside = declared(call, OrganizationFactory(parent=call.organiser, kind="city"))
    pile = paper.open_pile(call, [blank()], by=officer)
    paper.read_on(pile, by=officer)

    with pytest.raises(Invalid, match="没有找到"):
        paper.assign(pile.sheets.get(), outside.number, by=officer)


def test_reading_again_changes_nothing(call, city, officer):
    declaration = declared(call, city)
    pile = paper.open_pile(call, [photographed(form(declaration))], by=officer)
    paper.read_on(pile, by=officer, seconds=60)
    before = declaration.attachments.get()

    assert paper.read_on(pile, by=officer) == 0
    assert declaration.attachments.get() == before
    assert [entry.action for entry in history.of(declaration)] == ["paper.attached"]


def test_pile_is_worked_on_by_who_brought_it_only(call, city, officer):
    pile = paper.open_pile(call, [blank()], by=officer)
    colleague = MembershipFactory(organization=city, role=Role.OFFICER).user

    with pytest.raises(NotAllowed):
        paper.read_on(pile, by=colleague)


def test_pile_is_refused_whole_when_one_file_is_bad(call, officer):
    with pytest.raises(Invalid, match="空的"):
        paper.open_pile(call, [blank(), ContentFile(b"", name="坏.pdf")], by=officer)

    assert ScanSheet.objects.count() == 0


# --- Pages --------------------------------------------------------------------------------------------------------


def test_pile_pages_from_bringing_to_setting_aside(client, call, city, officer):
    declaration = declared(call, city, title="快换装置")
    client.force_login(officer)
    overview = reverse("innovations:paper", args=[call.slug])
    assert "快换装置" in client.get(overview).content.decode()

    brought = client.post(overview, {"file": [photographed(form(declaration)), blank()]})
    address = brought["Location"]
    assert "已识别" in client.get(address).content.decode()
    answer = client.post(f"{address}read/", headers={"Accept": "application/json"})
    assert answer.json() == {"waiting": 0, "total": 2}
    page = client.get(address).content.decode()
    assert ("未识别到二维码" in page, "快换装置" in page) == (True, True)
    sheet = ScanSheet.objects.get(fate=SheetFate.UNREADABLE)
    picture = client.get(reverse("innovations:paper-sheet-picture", args=[sheet.pk]))
    assert Image.open(io.BytesIO(b"".join(picture.streaming_content))).height == 700

    client.post(reverse("innovations:paper-sheet-set-aside", args=[sheet.pk]))

    assert "有 1 页未使用" in client.get(address).content.decode()
    assert "全部申报都已有盖章申报表" in client.get(overview).content.decode()


def test_bad_pile_is_explained_at_its_field(client, call, officer):
    client.force_login(officer)

    response = client.post(reverse("innovations:paper", args=[call.slug]), {"file": [ContentFile(b"MZ", name="a.pdf")]})

    assert response.status_code == 422
    assert "可执行程序" in response.content.decode()


def test_pile_of_somebody_else_is_not_found(client, call, city, officer):
    pile = paper.open_pile(call, [blank()], by=officer)
    client.force_login(MembershipFactory(organization=city, role=Role.OFFICER).user)

    assert client.get(pile.get_absolute_url()).status_code == 404
    assert client.get(reverse("innovations:paper-sheet-picture", args=[pile.sheets.get().pk])).status_code == 404


def test_overview_needs_a_constant_number_of_queries(client, call, city, officer, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(officer)
    counts = []
    for more in (1, 2):
        for _one in range(more):
            declared(call, city)
            paper.open_pile(call, [blank()], by=officer)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("innovations:paper", args=[call.slug]))
        counts.append(len(captured))

    assert counts[0] == counts[1]
