from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "huomiao.notices"

    def ready(self) -> None:
        from huomiao.core import clock  # noqa: PLC0415 models are loaded only now
        from huomiao.notices import actions  # noqa: PLC0415 as above

        clock.register("notices closed", actions.close_due)
