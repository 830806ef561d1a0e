from __future__ import annotations

from django.apps import AppConfig


class InnovationsConfig(AppConfig):
    name = "huomiao.innovations"

    def ready(self) -> None:
        from huomiao.accounts import exports  # noqa: PLC0415 models are loaded only now
        from huomiao.innovations import own_data  # noqa: PLC0415 as above
        from huomiao.innovations.actions import publication  # noqa: PLC0415 models are loaded only now
        from huomiao.notices import subjects  # noqa: PLC0415 as above

        subjects.register("innovations.call", publication.Results())
        exports.register("declarations", own_data.declarations)
