from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from huomiao.accounts.actions import people
from huomiao.accounts.models import User
from huomiao.core.models import Entry
from huomiao.orgs import rules
from huomiao.orgs.actions import activation
from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory

pytestmark = pytest.mark.django_db

PASSWORD = "Feuer-und-Flamme-7"
MISMATCH = "没有找到相符的名册记录。请核对单位代码、姓名和工号（或手机号后四位），或联系本单位工会。"


@pytest.fixture
def unit():
    return UnitFactory(code="NC-JD-01", name="南昌矿山机械股份有限公司工会")


def enrol(unit, name="李小红", staff_number="G001", phone="13900001234", **more):
    entry = RosterEntryFactory(organization=unit, name=name, staff_number=staff_number, **more)
    entry.set_phone(phone)
    entry.save()
    return entry


def prove(client, unit="NC-JD-01", name="李小红", proof="G001", **extra):
    return client.post("/activate/", {"unit": unit, "name": name, "proof": proof}, **extra)


def choose(client, password=PASSWORD, again=None, **more):
    return client.post("/activate/password/", {"password": password, "again": again or password, **more})


@pytest.mark.parametrize(
    ("facts", "proof"),
    [
        ({}, "G001"),
        ({}, "g001"),
        ({}, "1234"),
        ({"unit": " nc-jd-01 "}, "G001"),
        ({"unit": "ＮＣ-ＪＤ-０１"}, "Ｇ００１"),
        ({"name": "李 小红"}, "１２３４"),
        ({"name": "李　小红 "}, "1234"),
    ],
)
def test_facts_open_the_next_page(client, unit, facts, proof):
    enrol(unit)

    assert prove(client, proof=proof, **facts)["Location"] == "/activate/password/"


@pytest.mark.parametrize("dot", ["·", "•", "・", "."])
def test_dots_in_names_are_all_the_same(client, unit, dot):
    enrol(unit, name="阿依古丽·买买提")

    assert prove(client, name=f"阿依古丽{dot}买买提").status_code == 302


def mismatches(unit):
    enrol(unit)
    enrol(unit, name="走了", staff_number="G009", phone="", left_on=date(2020, 1, 1))
    enrol(unit, name="无工号", staff_number="", phone="")
    gone = UnitFactory(code="GONE", is_active=False)
    enrol(gone, name="旧人", staff_number="G001", phone="")
    return {
        "unknown unit": {"unit": "NOWHERE"},
        "unknown name": {"name": "李大红"},
        "wrong number": {"proof": "G002"},
        "wrong tail": {"proof": "4321"},
        "another's number": {"name": "走了", "proof": "G001"},
        "has left": {"name": "走了", "proof": "G009"},
        "closed unit": {"unit": "GONE", "name": "旧人"},
        "empty staff number": {"name": "无工号", "proof": "无"},
        "tail of nothing": {"name": "无工号", "proof": "0000"},
        "wildcard": {"proof": "%"},
    }


@pytest.mark.parametrize(
    "kind",
    [
        "unknown unit",
        "unknown name",
        "wrong number",
        "wrong tail",
        "another's number",
        "has left",
        "closed unit",
        "empty staff number",
        "tail of nothing",
        "wildcard",
    ],
)
def test_every_mismatch_reads_the_same(client, unit, kind):
    facts = mismatches(unit)[kind]

    response = prove(client, **facts)

    assert response.status_code == 422
    assert response.context["form"].errors == {"__all__": [MISMATCH]}
    assert [response.context["form"][name].value() for name in facts] == list(facts.values())


def test_account_that_exists_counts_as_mismatch_until_all_facts_are_right(client, unit):
    entry = enrol(unit)
    activation.activate(entry, password=PASSWORD, at=timezone.now())

    wrong = prove(client, proof="G002")
    right = prove(client)

    assert wrong.context["form"].errors == {"__all__": [MISMATCH]}
    assert (right.status_code, right.context["form"].errors) == (
        409,
        {"__all__": ["您的账号已经开通，请直接登录。忘记密码时，请联系本单位工会。"]},
    )


def test_namesakes_with_one_tail_are_asked_for_the_number(client, unit):
    enrol(unit, staff_number="G001", phone="13900001234")
    second = enrol(unit, staff_number="G002", phone="13800001234")

    asked = prove(client, proof="1234")
    told = prove(client, proof="G002")

    assert asked.context["form"].errors == {"__all__": ["本单位有同名且手机号后四位相同的职工，请改填工号。"]}
    assert told.status_code == 302
    assert client.session["activation"]["entry"] == second.pk


def test_staff_number_wins_over_a_tail_that_looks_like_it(unit):
    enrol(unit, staff_number="G001", phone="13900001234")
    numbered = enrol(unit, staff_number="1234", phone="13800009999")

    assert activation.match(unit="NC-JD-01", name="李小红", proof="1234", on=timezone.localdate()) == numbered


def test_activation_makes_the_account_and_signs_in(client, unit):
    entry = enrol(unit)
    prove(client)

    response = choose(client)

    entry.refresh_from_db()
    user = entry.user
    assert response["Location"] == "/"
    assert get_user(client) == user
    assert (user.username, user.name, user.phone) == ("nc-jd-01-g001", "李小红", "13900001234")
    assert user.check_password(PASSWORD)
    assert entry.activated_at is not None
    assert list(Membership.objects.values_list("organization", "user", "role")) == [(unit.pk, user.pk, Role.MEMBER)]
    assert list(Entry.objects.order_by("pk").values_list("action", "actor_id")) == [
        ("account.created", user.pk),
        ("roster.activated", user.pk),
        ("membership.granted", user.pk),
    ]


def test_session_key_changes_at_activation(client, unit):
    enrol(unit)
    prove(client)
    before = client.session.session_key

    choose(client)

    assert client.session.session_key != before


def test_phone_is_asked_for_only_where_the_roster_has_none(client, unit):
    enrol(unit, name="李小红", staff_number="G001", phone="13900001234")
    enrol(unit, name="王强", staff_number="G002", phone="")
    prove(client)
    known = client.get("/activate/password/").context["form"].fields
    prove(client, name="王强", proof="G002")
    unknown = client.get("/activate/password/").context["form"].fields

    assert (list(known), list(unknown)) == (["password", "again"], ["phone", "password", "again"])


def test_phone_given_then_stands_on_account_and_roster(client, unit):
    entry = enrol(unit, phone="")
    prove(client)

    choose(client, phone="138 1234 5678")

    entry.refresh_from_db()
    assert (entry.phone, entry.user.phone) == ("13812345678", "13812345678")


def test_phone_may_be_left_out(client, unit):
    enrol(unit, phone="")
    enrol(unit, name="王强", staff_number="G002", phone="")
    prove(client)
    choose(client, phone="")
    other = Client()
    prove(other, name="王强", proof="G002")
    choose(other, phone="")

    assert list(User.objects.values_list("phone_key", flat=True)) == [None, None]


@pytest.mark.parametrize(
    ("phone", "password", "again", "field"),
    [
        ("123", PASSWORD, PASSWORD, "phone"),
        ("13700000000", PASSWORD, PASSWORD, "phone"),
        ("", "short-1", "short-1", "password"),
        ("", "1234567890", "1234567890", "password"),
        ("", "password", "password", "password"),
        ("", PASSWORD, PASSWORD + "x", "again"),
    ],
)
def test_bad_second_page_is_shown_again_at_its_field(client, unit, phone, password, again, field):
    other = UserFactory()
    people.change_phone(other, "13700000000", by=other)
    entry = enrol(unit, phone="")
    prove(client)

    response = choose(client, password, again, phone=phone)

    entry.refresh_from_db()
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert entry.user is None


def test_roster_phone_of_another_account_is_explained(client, unit):
    other = UserFactory()
    people.change_phone(other, "13900001234", by=other)
    entry = enrol(unit)
    prove(client)

    response = choose(client)

    entry.refresh_from_db()
    assert response.status_code == 422
    assert response.context["form"].errors["__all__"][0].startswith("名册上的手机号已用于一个账号")
    assert entry.user is None


def test_double_submit_makes_one_account(client, unit):
    entry = enrol(unit)
    other = Client()
    prove(client)
    prove(other)

    choose(client)
    late = choose(other)

    assert late.status_code == 409
    assert User.objects.count() == 1
    assert not get_user(other).is_authenticated
    entry.refresh_from_db()
    assert get_user(client) == entry.user


def test_second_page_needs_the_first(client, unit):
    enrol(unit)

    assert client.get("/activate/password/")["Location"] == "/activate/"
    assert choose(client)["Location"] == "/activate/"


def test_proven_facts_hold_a_quarter_of_an_hour(client, unit):
    enrol(unit)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        prove(client)
        clock.shift(timedelta(minutes=16))
        response = choose(client)

    assert response["Location"] == "/activate/"
    assert User.objects.count() == 0


def test_somebody_signed_in_ties_the_new_roster_to_their_account(client, unit):
    user = UserFactory(name="李小红")
    entry = enrol(unit)
    client.force_login(user)
    prove(client)

    asked = client.get("/activate/password/")
    client.post("/activate/password/")

    entry.refresh_from_db()
    assert "orgs/activation_tie.html" in [template.name for template in asked.templates]
    assert entry.user == user
    assert Membership.objects.filter(user=user, organization=unit, role=Role.MEMBER).count() == 1


def test_somebody_else_cannot_take_an_entry(client, unit):
    entry = enrol(unit)
    client.force_login(UserFactory(name="张三"))
    prove(client)

    response = client.post("/activate/password/")

    entry.refresh_from_db()
    assert response.status_code == 409
    assert entry.user is None


def test_guesses_about_one_person_are_limited_whatever_the_address(client, unit):
    enrol(unit)
    guesses = [prove(client, proof=f"{n:04d}", REMOTE_ADDR=f"192.0.2.{n + 1}").status_code for n in range(10)]

    response = prove(client, REMOTE_ADDR="192.0.2.99")

    assert set(guesses) == {422}
    assert response.status_code == 429


def test_guesses_from_one_address_are_limited_whoever_they_are_about(client, unit):
    enrol(unit)
    for number in range(30):
        prove(client, unit=f"U{number}", name=f"某{number}")

    assert prove(client).status_code == 429
    assert prove(client, REMOTE_ADDR="192.0.2.99").status_code == 302


def test_guesses_about_one_unit_are_limited(client, unit):
    enrol(unit)
    for number in range(100):
        prove(client, name=f"某{number}", REMOTE_ADDR=f"192.0.2.{number + 1}")

    assert prove(client, REMOTE_ADDR="198.51.100.1").status_code == 429


def test_whole_shift_may_activate_from_one_address(unit):
    for number in range(40):
        enrol(unit, name=f"工友{number}", staff_number=f"S{number}", phone="")

    answers = [prove(Client(), name=f"工友{number}", proof=f"S{number}").status_code for number in range(40)]

    assert answers == [302] * 40


def test_account_name_is_drawn_where_the_staff_number_is_missing_or_taken(unit):
    UserFactory(username="NC-JD-01-g001")
    taken = activation.activate(enrol(unit), password=PASSWORD, at=timezone.now())
    missing = activation.activate(
        enrol(unit, name="王强", staff_number="", phone=""), password=PASSWORD, at=timezone.now()
    )

    assert [len(user.username) for user in (taken, missing)] == [len("nc-jd-01-12345678")] * 2


def test_unit_code_in_the_address_is_filled_in(client):
    assert 'value="NC-JD-01"' in client.get("/activate/?unit=NC-JD-01").content.decode()


def test_code_of_a_unit_can_be_very_long(client):
    unit = UnitFactory(code="X" * 40)
    user = activation.activate(enrol(unit, staff_number="9" * 30), password=PASSWORD, at=timezone.now())

    assert len(user.username) <= 64
    assert Organization.objects.get(code="X" * 40) == unit


class TestHelp:
    """Somebody who cannot get in is helped by their union, and nobody's account is reached from below."""

    @pytest.fixture
    def province(self):
        return OrganizationFactory(code="JX")

    @pytest.fixture
    def entry(self, province):
        unit = UnitFactory(code="NC-JD-01", parent=province)
        entry = enrol(unit)
        activation.activate(entry, password=PASSWORD, at=timezone.now())
        entry.refresh_from_db()
        Entry.objects.all().delete()
        return entry

    def holder(self, organization, role):
        return MembershipFactory(organization=organization, role=role).user

    @pytest.mark.parametrize(
        ("where", "role", "expected"),
        [
            ("unit", Role.SECRETARY, True),
            ("province", Role.OFFICER, True),
            ("province", Role.ADMINISTRATOR, True),
            ("unit", Role.MEMBER, False),
            ("province", Role.EDITOR, False),
            ("elsewhere", Role.SECRETARY, False),
            ("elsewhere", Role.OFFICER, False),
        ],
    )
    def test_is_given_by_those_who_keep_the_roster(self, province, entry, where, role, expected):
        places = {"unit": entry.organization, "province": province, "elsewhere": UnitFactory()}

        assert rules.can_help_sign_in(self.holder(places[where], role), entry) is expected

    @pytest.mark.parametrize(
        ("where", "role", "expected"), [("unit", Role.SECRETARY, False), ("province", Role.OFFICER, True)]
    )
    def test_for_an_official_takes_power_over_their_post(self, province, entry, where, role, expected):
        MembershipFactory(organization=province, user=entry.user, role=Role.EDITOR)
        helper = self.holder({"unit": entry.organization, "province": province}[where], role)

        assert rules.can_help_sign_in(helper, entry) is expected

    def test_is_not_for_oneself(self, entry):
        MembershipFactory(organization=entry.organization, user=entry.user, role=Role.SECRETARY)

        assert rules.can_help_sign_in(entry.user, entry) is False

    def test_gives_a_password_that_works_once_and_must_be_changed(self, client, entry):
        helper = self.holder(entry.organization, Role.SECRETARY)
        client.force_login(helper)

        page = client.post(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/password/")

        password = page.context["password"]
        worker = Client()
        worker.post("/accounts/login/", {"login": "13900001234", "password": password})
        assert get_user(worker) == entry.user
        assert worker.get("/me/")["Location"].startswith("/accounts/password/change/")
        assert list(Entry.objects.values_list("action", "actor_id")) == [("account.password_given", helper.pk)]
        assert password not in client.get(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/").content.decode()

    def test_ends_a_lock(self, client, entry):
        for _attempt in range(5):
            Client().post("/accounts/login/", {"login": "nc-jd-01-g001", "password": "wrong"})
        client.force_login(self.holder(entry.organization, Role.SECRETARY))

        before = client.get(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/").context["locked_until"]
        client.post(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/unlock/")
        after = client.get(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/").context["locked_until"]

        assert before is not None
        assert after is None

    @pytest.mark.parametrize("what", ["password", "unlock"])
    def test_is_refused_without_the_power(self, client, province, entry, what):
        MembershipFactory(organization=province, user=entry.user, role=Role.OFFICER)
        client.force_login(self.holder(entry.organization, Role.SECRETARY))

        response = client.post(f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/{what}/")

        entry.user.refresh_from_db()
        assert response.status_code == 403
        assert entry.user.check_password(PASSWORD)

    @pytest.mark.parametrize("what", ["", "password/", "unlock/"])
    def test_is_not_to_be_found_from_elsewhere(self, client, entry, what):
        client.force_login(self.holder(UnitFactory(), Role.SECRETARY))
        path = f"/organizations/NC-JD-01/roster/{entry.pk}/sign-in/{what}"

        assert (client.post(path) if what else client.get(path)).status_code == 404
