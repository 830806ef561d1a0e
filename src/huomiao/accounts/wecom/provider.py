from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider

from huomiao.accounts.wecom.views import WecomAdapter


class WecomAccount(ProviderAccount):  # type: ignore[misc]  # allauth has no types
    def to_str(self) -> str:
        return str(self.account.extra_data.get("name") or self.account.uid)


class WecomProvider(OAuth2Provider):  # type: ignore[misc]  # allauth has no types
    id = "wecom"
    name = "企业微信"
    account_class = WecomAccount
    oauth2_adapter_class = WecomAdapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["userid"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"username": data["userid"], "name": data.get("name", "")}

    def get_default_scope(self) -> list[str]:
        return ["snsapi_privateinfo"]


provider_classes = [WecomProvider]
