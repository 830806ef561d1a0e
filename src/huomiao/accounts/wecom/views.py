from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest

from huomiao.accounts.wecom import client


class WecomAdapter(OAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    provider_id = "wecom"
    access_token_url = f"{client.API}/gettoken"
    authorize_url = client.SCAN_PAGE
    client_class = client.WecomClient

    def get_client(self, request: HttpRequest, app: Any) -> client.WecomClient:
        made: client.WecomClient = super().get_client(request, app)
        made.agent = app.settings.get("agent", "")
        return made

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        told = client.person(token.token, request.GET["code"])
        return self.get_provider().sociallogin_from_response(request, told)


oauth2_login = OAuth2LoginView.adapter_view(WecomAdapter)
oauth2_callback = OAuth2CallbackView.adapter_view(WecomAdapter)
