from __future__ import annotations

from django.apps import AppConfig


class WecomConfig(AppConfig):
    """WeCom (企业微信) as a platform to sign in with; has no models."""

    name = "huomiao.accounts.wecom"
    label = "wecom"
