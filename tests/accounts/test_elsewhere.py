"""Signing in with WeCom, DingTalk, Feishu or OpenID Connect, with recorded answers of theirs."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.test import Client

from huomiao.accounts.actions import people
from huomiao.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

WECOM = "https://qyapi.weixin.qq.com/cgi-bin"
DINGTALK = "https://api.dingtalk.com/v1.0"
FEISHU = "https://open.feishu.cn/open-apis"
OIDC = "https://id.example.org"
INSIDE = "Mozilla/5.0 (iPhone) Mobile wxwork/4.1 MicroMessenger/7.0"

ANSWERS = {
    f"{WECOM}/gettoken": {"errcode": 0, "errmsg": "ok", "access_token": "agent-token", "expires_in": 7200},
    f"{WECOM}/auth/getuserinfo": {"errcode": 0, "errmsg": "ok", "userid": "zhangsan"},
    f"{DINGTALK}/oauth2/userAccessToken": {"accessToken": "t", "refreshToken": "r", "expireIn": 7200, "corpId": "c"},
    f"{DINGTALK}/contact/users/me": {"nick": "三丰", "openId": "ding-1", "mobile": "13812345678", "stateCode": "86"},
    f"{FEISHU}/auth/v3/app_access_token/internal/": {"code": 0, "app_access_token": "a", "expire": 7200},
    f"{FEISHU}/authen/v1/access_token": {"code": 0, "data": {"access_token": "u", "expires_in": 7200}},
    f"{FEISHU}/authen/v1/user_info": {
        "code": 0,
        "data": {"name": "张三丰", "open_id": "ou-1", "mobile": "+8613812345678", "email": "z@example.org"},
    },
    f"{OIDC}/.well-known/openid-configuration": {
        "issuer": OIDC,
        "authorization_endpoint": f"{OIDC}/authorize",
        "token_endpoint": f"{OIDC}/token",
        "userinfo_endpoint": f"{OIDC}/userinfo",
        "jwks_uri": f"{OIDC}/keys",
    },
    f"{OIDC}/token": {"access_token": "o", "token_type": "Bearer", "expires_in": 3600},
    f"{OIDC}/userinfo": {"sub": "sub-1", "name": "张三丰", "email": "z@example.org", "email_verified": True},
}


class Answer:
    """One recorded answer, as much of it as allauth reads."""

    status_code = 200
    headers = {"content-type": "application/json"}

    def __init__(self, content):
        self._content = content
        self.text = json.dumps(content)
        self.content = self.text.encode()

    def json(self):
        return dict(self._content)

    def raise_for_status(self):
        pass


class Recorded:
    """Answers from the table; anything else is a mistake of the test."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        return False

    def request(self, method, url, **_more):
        self.asked.append(f"{method} {url}")
        return Answer(self.answers[url])

    def get(self, url, **more):
        return self.request("GET", url, **more)

    def post(self, url, **more):
        return self.request("POST", url, **more)


@pytest.fixture
def outside(monkeypatch):
    recorded = Recorded(dict(ANSWERS))
    monkeypatch.setattr(DefaultSocialAccountAdapter, "get_requests_session", lambda self: recorded)
    return recorded


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "wecom": {"APPS": [{"name": "企业微信", "client_id": "corp", "secret": "s", "settings": {"agent": "1000002"}}]},
        "dingtalk": {"APPS": [{"name": "钉钉", "client_id": "ding", "secret": "s"}]},
        "feishu": {"APPS": [{"name": "飞书", "client_id": "fei", "secret": "s"}]},
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "统一身份认证",
                    "client_id": "huomiao",
                    "secret": "s",
                    "settings": {"server_url": OIDC},
                }
            ]
        },
    }


@pytest.fixture
def person():
    user = UserFactory(name="张三丰")
    people.change_phone(user, "13812345678", by=user)
    return user


PATHS = {
    "wecom": ("/accounts/wecom/login/", "/accounts/wecom/login/callback/", "code"),
    "dingtalk": ("/accounts/dingtalk/login/", "/accounts/dingtalk/login/callback/", "authCode"),
    "feishu": ("/accounts/feishu/login/", "/accounts/feishu/login/callback/", "code"),
    "oidc": ("/accounts/oidc/oidc/login/", "/accounts/oidc/oidc/login/callback/", "code"),
}


def start(client, platform, process="login", **extra):
    return client.post(f"{PATHS[platform][0]}?process={process}", **extra)


def come_back(client, platform, sent, **extra):
    state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    _login, callback, name = PATHS[platform]
    return client.get(callback, {"state": state, name: "the-code"}, **extra)


def go_through(client, platform, **more):
    return come_back(client, platform, start(client, platform, **more))


def connect(person, platform, uid):
    return SocialAccount.objects.create(user=person, provider=platform, uid=uid)


@pytest.mark.parametrize(
    ("platform", "uid"), [("wecom", "zhangsan"), ("dingtalk", "ding-1"), ("feishu", "ou-1"), ("oidc", "sub-1")]
)
def test_connected_account_signs_in(client, outside, platform, uid):
    person = UserFactory()
    connect(person, platform, uid)

    response = go_through(client, platform)

    assert response["Location"] == "/"
    assert get_user(client) == person


@pytest.mark.parametrize("platform", list(PATHS))
def test_stranger_is_never_created(client, outside, platform):
    response = go_through(client, platform)

    assert "account/signup_closed.html" in [template.name for template in response.templates]
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("platform", ["dingtalk", "feishu"])
def test_number_that_the_platform_verified_signs_in_and_connects(client, outside, person, platform):
    go_through(client, platform)

    assert get_user(client) == person
    assert list(SocialAccount.objects.values_list("user", "provider")) == [(person.pk, platform)]


def test_address_that_the_platform_verified_signs_in(client, outside):
    person = UserFactory(email="Z@example.org")

    go_through(client, "oidc")

    assert get_user(client) == person


@pytest.mark.parametrize(
    ("platform", "url", "told"),
    [
        (
            "oidc",
            f"{OIDC}/userinfo",
            {"sub": "sub-1", "phone_number": "+8613812345678", "phone_number_verified": False},
        ),
        ("oidc", f"{OIDC}/userinfo", {"sub": "sub-1", "phone_number": "+8613812345678"}),
        ("oidc", f"{OIDC}/userinfo", {"sub": "sub-1", "email": "z@example.org", "email_verified": False}),
        (
            "dingtalk",
            f"{DINGTALK}/contact/users/me",
            {"openId": "d", "nick": "n", "mobile": "13812345678", "stateCode": "1"},
        ),
        ("dingtalk", f"{DINGTALK}/contact/users/me", {"openId": "d", "nick": "n"}),
    ],
)
def test_what_the_platform_did_not_verify_opens_nothing(client, outside, person, platform, url, told):
    User.objects.filter(pk=person.pk).update(email="z@example.org")
    outside.answers[url] = told

    go_through(client, platform)

    assert not get_user(client).is_authenticated
    assert SocialAccount.objects.count() == 0


def test_address_of_two_people_opens_neither(client, outside):
    UserFactory(email="z@example.org")
    UserFactory(email="z@example.org")

    go_through(client, "oidc")

    assert not get_user(client).is_authenticated


def test_no_number_or_address_is_stored(client, outside, person):
    go_through(client, "feishu")

    assert SocialAccount.objects.get().extra_data == {"name": "张三丰"}
    assert EmailAddress.objects.count() == 0


def test_second_sign_in_keeps_it_so(client, outside, person):
    go_through(client, "feishu")
    client.post("/accounts/logout/")
    go_through(client, "feishu")

    assert get_user(client) == person
    assert SocialAccount.objects.get().extra_data == {"name": "张三丰"}


def test_somebody_signed_in_connects_a_platform_and_lets_it_go(client, outside):
    person = UserFactory()
    client.force_login(person)

    go_through(client, "wecom", process="connect")
    account = SocialAccount.objects.get()
    listed = client.get("/accounts/3rdparty/").content.decode()
    client.post("/accounts/3rdparty/", {"account": account.pk})

    assert (account.user, account.uid) == (person, "zhangsan")
    assert "企业微信" in listed
    assert SocialAccount.objects.count() == 0


def test_platform_account_of_another_person_is_not_taken_over(client, outside):
    owner = UserFactory()
    connect(owner, "wecom", "zhangsan")
    client.force_login(UserFactory())

    go_through(client, "wecom", process="connect")

    assert SocialAccount.objects.get().user == owner


def test_closed_account_is_not_let_in(client, outside):
    person = UserFactory(is_active=False)
    connect(person, "wecom", "zhangsan")

    response = go_through(client, "wecom")

    assert response["Location"] == "/accounts/inactive/"
    assert not get_user(client).is_authenticated


def test_wecom_on_a_desktop_shows_its_code(client, outside):
    target = urlsplit(start(client, "wecom")["Location"])

    query = parse_qs(target.query)
    assert f"{target.scheme}://{target.netloc}{target.path}" == "https://login.work.weixin.qq.com/wwlogin/sso/login"
    assert (query["appid"], query["agentid"], query["login_type"]) == (["corp"], ["1000002"], ["CorpApp"])
    assert query["redirect_uri"] == ["http://testserver/accounts/wecom/login/callback/"]


def test_wecom_inside_its_app_may_tell_the_number(outside, person):
    outside.answers[f"{WECOM}/auth/getuserinfo"] = {"errcode": 0, "userid": "zhangsan", "user_ticket": "ticket"}
    outside.answers[f"{WECOM}/auth/getuserdetail"] = {"errcode": 0, "userid": "zhangsan", "mobile": "13812345678"}
    client = Client(headers={"User-Agent": INSIDE})

    sent = start(client, "wecom")
    come_back(client, "wecom", sent)

    assert sent["Location"].startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=corp&")
    assert sent["Location"].endswith("#wechat_redirect")
    assert outside.asked == [
        f"GET {WECOM}/gettoken",
        f"GET {WECOM}/auth/getuserinfo",
        f"POST {WECOM}/auth/getuserdetail",
    ]
    assert get_user(client) == person


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("gettoken", {"errcode": 40013, "errmsg": "invalid corpid"}),
        ("auth/getuserinfo", {"errcode": 40029, "errmsg": "invalid code"}),
        ("auth/getuserinfo", {"errcode": 0, "openid": "an-outsider"}),
    ],
)
def test_wecom_refusal_is_a_page_not_a_fault(client, outside, path, answer):
    outside.answers[f"{WECOM}/{path}"] = answer

    response = go_through(client, "wecom")

    assert "socialaccount/authentication_error.html" in [template.name for template in response.templates]
    assert not get_user(client).is_authenticated


def test_answer_without_our_state_is_refused(client, outside):
    response = client.get("/accounts/wecom/login/callback/", {"state": "planted", "code": "the-code"})

    assert "socialaccount/authentication_error.html" in [template.name for template in response.templates]
    assert outside.asked == []


def test_buttons_appear_only_for_what_is_configured(client, settings):
    shown = client.get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    hidden = client.get("/accounts/login/").content.decode()

    names = ["企业微信", "钉钉", "飞书", "统一身份认证"]
    assert [name in shown for name in names] == [True] * 4
    assert [name in hidden for name in names] == [False] * 4
