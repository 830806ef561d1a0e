from __future__ import annotations

from django.apps import AppConfig

from huomiao.core import sentences


class CoreConfig(AppConfig):
    name = "huomiao.core"

    def ready(self) -> None:
        sentences.speak_plainly()
