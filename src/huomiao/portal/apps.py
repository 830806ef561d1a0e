from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "huomiao.portal"

    def ready(self) -> None:
        from huomiao.portal import press  # noqa: PLC0415 models are loaded only now

        press.register()
