"""WeCom's way of OAuth: the agent's own token asks who the code belongs to; there is no token per person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error

API = "https://qyapi.weixin.qq.com/cgi-bin"
SCAN_PAGE = "https://login.work.weixin.qq.com/wwlogin/sso/login"
INSIDE_PAGE = "https://open.weixin.qq.com/connect/oauth2/authorize"


class WecomClient(OAuth2Client):  # type: ignore[misc]  # allauth has no types
    agent = ""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """Inside the WeCom app its own page asks, and may tell the phone number; elsewhere a code is scanned."""
        common = {"redirect_uri": self.callback_url, "state": self.state or "", "agentid": self.agent}
        if "wxwork" in self.request.headers.get("User-Agent", ""):
            query = {"appid": self.consumer_key, "response_type": "code", "scope": " ".join(scope), **common}
            return f"{INSIDE_PAGE}?{urlencode(query)}#wechat_redirect"
        query = {"login_type": "CorpApp", "appid": self.consumer_key, **common}
        return f"{SCAN_PAGE}?{urlencode(query)}"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        """The agent's token, with the code it is to be used for."""
        answer = call("GET", "gettoken", {"corpid": self.consumer_key, "corpsecret": self.consumer_secret})
        return {"access_token": answer["access_token"], "expires_in": answer.get("expires_in")}


def person(token: str, code: str) -> dict[str, Any]:
    """What WeCom tells of the person with that code: always the userid, name and mobile where it may."""
    found = call("GET", "auth/getuserinfo", {"access_token": token, "code": code})
    userid = found.get("userid")
    if not userid:
        raise OAuth2Error("WeCom knows the person as an outsider only: no userid.")
    told: dict[str, Any] = {"userid": userid}
    ticket = found.get("user_ticket")
    if ticket:
        detail = call("POST", "auth/getuserdetail", {"access_token": token}, {"user_ticket": ticket})
        told |= {key: detail[key] for key in ("name", "mobile") if detail.get(key)}
    return told


def call(method: str, path: str, query: dict[str, str], body: dict[str, str] | None = None) -> dict[str, Any]:
    """One call; whatever is not a success by WeCom's own error code is an ``OAuth2Error``."""
    with get_adapter().get_requests_session() as session:
        response = session.request(method, f"{API}/{path}", params=query, json=body)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
    if answer.get("errcode", 0) != 0:
        raise OAuth2Error(f"WeCom refused {path}: {answer.get('errcode')}")
    return answer
