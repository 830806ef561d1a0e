from __future__ import annotations

from datetime import datetime

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "huomiao.files"

    def ready(self) -> None:
        # Models are loaded only now, so these cannot stand at the top.
        from huomiao.core import clock  # noqa: PLC0415
        from huomiao.files import actions  # noqa: PLC0415

        def purge(at: datetime) -> int:
            return actions.purge(at=at)

        clock.register("files nobody refers to", purge)
