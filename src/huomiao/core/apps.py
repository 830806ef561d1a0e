from __future__ import annotations

from django.apps import AppConfig

from huomiao.core import sentences


class CoreConfig(AppConfig):
    name = "huomiao.core"

    def ready(self) -> None:
        from huomiao.core import lookups  # noqa: F401, PLC0415 - registers its lookup, which needs the models' fields

        sentences.speak_plainly()
