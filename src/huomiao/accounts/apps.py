from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "huomiao.accounts"

    def ready(self) -> None:
        from huomiao.accounts import exports  # noqa: PLC0415 - needs the models

        exports.register("account", exports.account)
