from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from huomiao.orgs.roles import OFFICIAL_ROLES, Role
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

PASSWORD = "huomiao-test-1"
INDEX = "/accounts/2fa/"
ACTIVATE = "/accounts/2fa/totp/activate/"


def code_of(secret, offset=0):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + offset))


def sign_in(client, person):
    return client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})


def set_up(client, person):
    """Turn the authenticator app on as a person would; returns its secret."""
    sign_in(client, person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": ACTIVATE})
    secret = client.get(ACTIVATE).context["form"].secret
    response = client.post(ACTIVATE, {"code": code_of(secret)})
    assert response.status_code == 302
    return secret


@pytest.fixture
def person():
    return UserFactory(name="张三丰")


@pytest.fixture
def officer():
    return MembershipFactory(role=Role.OFFICER).user


def test_setting_up_asks_for_the_password_again(client, person):
    sign_in(client, person)

    response = client.get(ACTIVATE)

    assert response["Location"] == f"/accounts/reauthenticate/?next={ACTIVATE.replace('/', '%2F')}"


def test_authenticator_is_set_up_with_recovery_codes_and_kept_encrypted(client, person):
    secret = set_up(client, person)

    kinds = dict(Authenticator.objects.filter(user=person).values_list("type", "data"))
    assert sorted(kinds) == ["recovery_codes", "totp"]
    assert kinds["totp"]["secret"] != secret
    assert kinds["totp"]["secret"].startswith("gAAAA")
    assert kinds["recovery_codes"]["seed"].startswith("gAAAA")
    assert client.get("/me/").context["has_second_factor"] is True


def test_wrong_code_at_set_up_shows_the_same_secret_again(client, person):
    sign_in(client, person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": ACTIVATE})
    secret = client.get(ACTIVATE).context["form"].secret

    response = client.post(ACTIVATE, {"code": "000000"})

    assert response.status_code == 422
    assert response.context["form"].secret == secret
    assert response.context["form"].errors == {"code": ["验证码不正确，请检查手机时间是否准确后重试。"]}


def test_password_alone_no_longer_signs_in(client, person):
    secret = set_up(client, person)
    fresh = Client()

    halfway = sign_in(fresh, person)
    assert halfway["Location"] == "/accounts/2fa/authenticate/"
    assert not get_user(fresh).is_authenticated
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.context["form"].errors == {"code": ["验证码不正确，请检查手机时间是否准确后重试。"]}
    # The code of the set-up is spent; the next one is within the tolerance.
    fresh.post("/accounts/2fa/authenticate/", {"code": code_of(secret, 1)})

    assert get_user(fresh) == person


def test_recovery_code_works_once(client, person):
    set_up(client, person)
    code = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()

    for fresh in (first, second):
        sign_in(fresh, person)
        fresh.post("/accounts/2fa/authenticate/", {"code": code})

    assert get_user(first) == person
    assert not get_user(second).is_authenticated


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        (INDEX, ["验证器应用", "通行密钥", "恢复码"]),
        ("/accounts/2fa/recovery-codes/", ["恢复码", "下载"]),
        ("/accounts/2fa/recovery-codes/generate/", ["生成恢复码"]),
        ("/accounts/2fa/totp/deactivate/", ["关闭验证器应用"]),
        ("/accounts/2fa/webauthn/", ["还没有通行密钥"]),
        ("/accounts/2fa/webauthn/add/", ["添加通行密钥"]),
        ("/accounts/reauthenticate/", ["确认是您本人", "输入动态验证码或恢复码"]),
        ("/accounts/2fa/reauthenticate/", ["确认是您本人", "输入密码"]),
    ],
)
def test_pages_are_in_our_look(client, person, path, marks):
    set_up(client, person)

    response = client.get(path)

    page = response.content.decode()
    assert response.status_code == 200
    assert "core/base.html" in [template.name for template in response.templates]
    assert [mark for mark in marks if mark not in page] == []


def test_authenticator_can_be_turned_off(client, person):
    set_up(client, person)

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user=person).exists()


class TestRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.MFA_REQUIRED = True

    @pytest.mark.parametrize("role", list(Role))
    def test_of_those_who_act_for_others(self, client, role):
        user = MembershipFactory(role=role).user
        client.force_login(user)

        response = client.get("/me/")

        held = role in OFFICIAL_ROLES
        assert (response.status_code, response.get("Location")) == (
            (302, "/accounts/2fa/?next=%2Fme%2F") if held else (200, None)
        )

    def test_not_when_the_setting_is_off(self, client, officer, settings):
        settings.MFA_REQUIRED = False
        client.force_login(officer)

        assert client.get("/me/").status_code == 200

    @pytest.mark.parametrize("path", ["/", "/me/", "/me/export/", "/scan/anything/"])
    def test_before_anything_else(self, client, officer, path):
        client.force_login(officer)

        assert client.get(path)["Location"].startswith("/accounts/2fa/?next=")

    @pytest.mark.parametrize("path", [INDEX, "/accounts/reauthenticate/", "/accounts/logout/"])
    def test_but_the_way_there_is_open(self, client, officer, path):
        client.force_login(officer)

        assert client.get(path).status_code == 200

    def test_until_it_is_set_up(self, client, officer):
        set_up(client, officer)

        assert client.get("/me/").status_code == 200

    def test_changes_are_held_too(self, client, officer):
        client.force_login(officer)

        response = client.post("/me/language/", {"language": "en"})

        officer.refresh_from_db()
        assert (response["Location"], officer.language) == (INDEX, "")


@pytest.mark.parametrize("sent", ["9" * 5000, "[" * 100_000, "x", "[]", "{}"])
def test_a_device_that_says_nonsense_is_told_so(db, client, sent):
    client.get(reverse("mfa_login_webauthn"))

    response = client.post(reverse("mfa_login_webauthn"), {"credential": sent})

    assert response.status_code in {200, 302}
    assert "_auth_user_id" not in client.session
