from __future__ import annotations

from django.apps import AppConfig


class NewsdeskConfig(AppConfig):
    name = "huomiao.newsdesk"
    verbose_name = "news desk"

    def ready(self) -> None:
        from huomiao.core import clock  # noqa: PLC0415 models are loaded only now
        from huomiao.newsdesk import classifying, following, turns, websub  # noqa: PLC0415 as above

        clock.register("news classifier taught", classifying.teach_when_due)
        clock.register("news taken in", turns.take_in)
        clock.register("news digests", following.make_due)
        clock.register("news hubs asked", websub.ask_due)
