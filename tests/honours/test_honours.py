from __future__ import annotations

import io
import zipfile
from datetime import date

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.honours import actions, certificates, codes, queries, rules
from huomiao.honours.models import CODE_ALPHABET, Honour, Status
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.honours import HolderFactory, HonourFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return OrganizationFactory(name="省总工会")


@pytest.fixture
def organiser(province):
    return MembershipFactory(organization=province, role=Role.ORGANISER).user


@pytest.fixture
def unit(province):
    return UnitFactory(parent=province, name="赣江钢铁厂")


def grant(source, unit, by, **values):
    given = {
        "series": "wuxiao",
        "year": 2023,
        "programme": "2023年征集",
        "award": "优秀成果",
        "grade": "一等",
        "work": "快换装置",
        "unit": unit,
        "unit_name": unit.name if unit else "某厂",
        "awarded_by": "省总工会",
        "awarded_on": date(2023, 12, 5),
        "holders": [("李建国", None), ("王芳", None)],
    }
    return actions.grant(source, by=by, **(given | values))


def words(content: bytes) -> str:
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return "".join(text.split())


# --- Granting and revoking ----------------------------------------------------------------------------------------


def test_grant_enters_the_honour_with_its_holders_in_order(unit, organiser):
    honour = grant(unit, unit, organiser)

    assert honour.number == "赣五小证字〔2023〕0001号"
    assert list(honour.holders.values_list("place", "name")) == [(1, "李建国"), (2, "王芳")]
    assert [entry.action for entry in history.of(honour)] == ["honour.granted"]


def test_grant_for_the_same_source_again_changes_nothing(unit, organiser):
    first = grant(unit, unit, organiser)

    assert grant(unit, unit, organiser, grade="二等") == first
    assert list(Honour.objects.values_list("grade", flat=True)) == ["一等"]


def test_numbers_count_per_pattern_and_year_and_pass_over_taken_ones(unit, organiser):
    HonourFactory(number="赣五小证字〔2023〕0002号")

    numbers = [
        grant(None, unit, organiser).number,
        grant(None, unit, organiser).number,
        grant(None, unit, organiser, year=2024).number,
        grant(None, unit, organiser, number_pattern="天工杯〔{year}〕{count:03d}号").number,
        grant(None, unit, organiser, number="旧证第7号").number,
    ]

    assert numbers == [
        "赣五小证字〔2023〕0001号",
        "赣五小证字〔2023〕0003号",
        "赣五小证字〔2024〕0001号",
        "天工杯〔2023〕001号",
        "旧证第7号",
    ]


def test_revoked_honour_stays_and_is_not_granted_again(unit, organiser):
    honour = grant(unit, unit, organiser)

    actions.revoke(honour, by=organiser, reason="经查与往年成果重复")

    assert Honour.objects.get().status == Status.REVOKED
    assert next((entry.action, entry.note) for entry in history.of(honour)) == ("honour.revoked", "经查与往年成果重复")
    with pytest.raises(WrongState):
        actions.revoke(honour, by=organiser, reason="再次")
    with pytest.raises(WrongState):
        grant(unit, unit, organiser)


def test_revoking_without_a_reason_is_refused(unit, organiser):
    with pytest.raises(Invalid):
        actions.revoke(grant(unit, unit, organiser), by=organiser, reason="  ")


@pytest.mark.django_db(transaction=True)
def test_register_is_guarded(unit, organiser):
    honour = grant(unit, unit, organiser)
    assert list(history.verify()) == []

    Honour.objects.update(grade="特等")
    honour.holders.filter(place=1).update(name="张三")

    found = [problem.where for problem in history.verify()]
    assert found == [f"honours.honour {honour.pk}", f"honours.holder {honour.holders.get(place=1).pk}"]


@pytest.mark.parametrize(
    ("role", "at", "expected"),
    [
        (Role.ORGANISER, "province", True),
        (Role.ORGANISER, "elsewhere", False),
        (Role.OFFICER, "province", False),
        (Role.SECRETARY, "unit", False),
        (Role.ADMINISTRATOR, "province", False),
    ],
)
def test_who_may_grant_and_revoke(province, unit, role, at, expected):
    place = {"province": province, "unit": unit, "elsewhere": OrganizationFactory()}[at]
    user = MembershipFactory(organization=place, role=role).user
    honour = HonourFactory(unit=unit)

    assert rules.can_grant(user, unit) is expected
    assert rules.can_revoke(user, honour) is expected
    if not expected:
        with pytest.raises(NotAllowed):
            grant(None, unit, user)
        with pytest.raises(NotAllowed):
            actions.revoke(honour, by=user, reason="不该")


# --- The register -------------------------------------------------------------------------------------------------


def test_register_finds_by_work_unit_holder_number_and_year():
    wanted = HonourFactory(work="轧辊快换", unit_name="赣江钢铁厂", number="第1号", year=2022)
    HolderFactory(honour=wanted, name="欧阳文慧")
    other = HonourFactory(work="别的", unit_name="别的厂", number="第2号", year=2023)

    def found(**filters):
        return list(queries.search(queries.published(), **filters))

    for text in ("轧辊", "赣江", "欧阳", "第1号", "轧辊 欧阳"):
        assert found(text=text) == [wanted]
    assert found(year=2023) == [other]
    assert found(text="没有的") == []


def test_register_does_not_show_revoked_honours(client):
    HonourFactory(work="被撤销的", status=Status.REVOKED)
    HonourFactory(work="有效的")

    page = client.get(reverse("honours:list")).content.decode()

    assert ("有效的" in page, "被撤销的" in page) == (True, False)


def test_register_needs_a_constant_number_of_queries(client):
    counts = []
    for more in (1, 2):
        for _one in range(more):
            HolderFactory()
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("honours:list"))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_register_says_what_to_do_when_nothing_is_found(client):
    assert "名录还是空的" in client.get(reverse("honours:list")).content.decode()
    HonourFactory()
    assert "没有找到" in client.get(reverse("honours:list"), {"q": "没有的"}).content.decode()


def test_earlier_finds_the_same_work_and_the_same_people_of_the_unit():
    same_work = HonourFactory(work="快换装置", unit_name="甲厂")
    same_people = HonourFactory(work="别的", unit_name="乙厂")
    HolderFactory(honour=same_people, name="李建国")
    namesake = HonourFactory(work="又一个", unit_name="丙厂")
    HolderFactory(honour=namesake, name="李建国")
    HonourFactory(work="快换装置", status=Status.REVOKED)
    HonourFactory(work="快换装置", series="别的系列")

    found = queries.earlier(series="wuxiao", names=["李建国"], unit="乙厂", work=" 快换装置 ")

    assert set(found) == {same_work, same_people}
    assert list(queries.earlier(series="wuxiao", work="快换装置", before=2023)) == []


# --- Verification -------------------------------------------------------------------------------------------------


def test_verification_shows_name_award_and_status_and_nothing_else(client):
    honour = HonourFactory(work="保密的成果名", unit_name="保密的单位", status_note="保密的原因")
    HolderFactory(honour=honour, name="李建国")

    page = client.get(honour.get_absolute_url()).content.decode()

    for shown in ("李建国", "职工“五小”优秀创新成果（一等）", "有效"):
        assert shown in page
    for hidden in ("保密的成果名", "保密的单位", "保密的原因", honour.number):
        assert hidden not in page


def test_verification_of_a_revoked_honour_says_so_without_the_reason(client):
    honour = HonourFactory(status=Status.REVOKED, status_note="保密的原因")

    page = client.get(honour.get_absolute_url()).content.decode()

    assert ("已被撤销" in page, "保密的原因" in page) == (True, False)


def test_typed_code_is_found_in_any_shape(client):
    honour = HonourFactory(code="ABCDEFGHJKQ7")

    for typed in ("abcdefghjkq7", "ABCD-EFGH-JKQ7", "abcd efgh jk q7", "ＡＢＣＤＥＦＧＨＪＫＱ７", "abcdefghjko1"):
        assert queries.found_by(typed) == honour
        response = client.get(reverse("honours:verify-form"), {"code": typed})
        assert response.status_code == 302


def test_unknown_code_says_what_to_check(client):
    response = client.get(reverse("honours:verify", args=["ABCDEFGHJKMN"]))

    assert response.status_code == 404
    assert "容易看错" in response.content.decode()


@pytest.mark.parametrize("typed", ["", "短", "ABCDEFGHJKM!", "A" * 40, "<script>alert(1)</script>"])
def test_what_is_no_code_is_explained_at_the_field(client, typed):
    response = client.get(reverse("honours:verify-form"), {"code": typed})

    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()


def test_lookups_from_one_address_are_limited(client):
    honour = HonourFactory()
    statuses = [client.get(honour.get_absolute_url()).status_code for _time in range(32)]

    assert statuses == [200] * 30 + [429] * 2


@given(st.text(alphabet=CODE_ALPHABET, min_size=12, max_size=12))
def test_printed_code_reads_as_itself(code):
    assert codes.readings(codes.grouped(code)) == [code]


@given(st.text(max_size=30))
def test_readings_are_always_codes(typed):
    assert all(len(code) == 12 and set(code) <= set(CODE_ALPHABET) for code in codes.readings(typed))


# --- Certificates -------------------------------------------------------------------------------------------------


def test_certificate_carries_names_work_award_and_number():
    honour = HonourFactory(work="#快换* 装置", number="赣五小证字〔2023〕0042号")
    for place, name in enumerate(("李建国", "欧阳文慧"), start=1):
        HolderFactory(honour=honour, place=place, name=name)

    text = words(certificates.certificate(honour, absolute=lambda path: f"https://example.test{path}"))

    for shown in (
        "李建国、欧阳文慧同志",
        "你们完成的成果《#快换*装置》",
        "职工“五小”优秀创新成果",
        "赣五小证字〔2023〕0042号",
        "二〇二三年十二月五日",
    ):
        assert shown in text


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ((2023, 12, 5), "二〇二三年十二月五日"),
        ((2020, 10, 20), "二〇二〇年十月二十日"),
        ((2026, 1, 31), "二〇二六年一月三十一日"),
    ],
)
def test_day_is_written_in_chinese_numerals(day, written):
    assert certificates.written_day(*day) == written


def test_certificate_leads_to_the_verification_page(client):
    import zxingcpp

    from huomiao.files import pages

    honour = HonourFactory()
    content = certificates.certificate(honour, absolute=lambda path: f"https://example.test{path}")

    read = zxingcpp.read_barcodes(pages.picture(content, 0, longest_side=1600))

    assert [one.text for one in read] == [f"https://example.test{honour.get_absolute_url()}"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("holder", 200), ("another", 404), ("officer of the branch", 200), ("officer elsewhere", 404), ("organiser", 200)],
)
def test_certificate_is_for_holders_and_their_unions(client, province, unit, organiser, who, status):
    honour = HonourFactory(unit=unit)
    holder = UserFactory()
    HolderFactory(honour=honour, user=holder)
    user = {
        "holder": lambda: holder,
        "another": UserFactory,
        "officer of the branch": lambda: MembershipFactory(organization=unit, role=Role.SECRETARY).user,
        "officer elsewhere": lambda: MembershipFactory(role=Role.OFFICER).user,
        "organiser": lambda: organiser,
    }[who]()
    client.force_login(user)

    assert client.get(reverse("honours:certificate", args=[honour.pk])).status_code == status


def test_certificate_of_a_revoked_honour_is_not_printed(client):
    holder = UserFactory()
    honour = HonourFactory(status=Status.REVOKED)
    HolderFactory(honour=honour, user=holder)
    client.force_login(holder)

    assert client.get(reverse("honours:certificate", args=[honour.pk])).status_code == 404
    assert "已被撤销" in client.get(reverse("honours:mine")).content.decode()


def test_organiser_downloads_the_filtered_certificates_as_one_zip(client, unit, organiser):
    HonourFactory(unit=unit, year=2023, number="第1号", work="甲/乙")
    HonourFactory(unit=unit, year=2022, number="第2号")
    HonourFactory(year=2023, number="别处第3号")
    client.force_login(organiser)

    response = client.get(reverse("honours:certificates"), {"year": 2023})
    content = b"".join(response.streaming_content)

    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["第1号 甲_乙.pdf"]


def test_zip_is_for_organisers(client):
    client.force_login(UserFactory())

    assert client.get(reverse("honours:certificates")).status_code == 403


def test_organiser_revokes_on_the_page(client, unit, organiser):
    honour = grant(unit, unit, organiser)
    client.force_login(organiser)

    assert client.post(reverse("honours:revoke", args=[honour.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("honours:revoke", args=[honour.pk]), {"reason": "重复获奖"})

    honour.refresh_from_db()
    assert (honour.status, honour.status_note) == (Status.REVOKED, "重复获奖")
