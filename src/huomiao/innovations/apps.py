from __future__ import annotations

from django.apps import AppConfig


class InnovationsConfig(AppConfig):
    name = "huomiao.innovations"

    def ready(self) -> None:
        # Models are loaded only now, so these cannot stand at the top.
        from huomiao.accounts import exports  # noqa: PLC0415
        from huomiao.core import clock  # noqa: PLC0415
        from huomiao.innovations import merging, own_data  # noqa: PLC0415
        from huomiao.innovations.actions import publication, tables  # noqa: PLC0415
        from huomiao.notices import subjects  # noqa: PLC0415
        from huomiao.orgs import merging as organizations  # noqa: PLC0415

        subjects.register("innovations.call", publication.Results())
        exports.register("declarations", own_data.declarations)
        clock.register("summary tables forgotten", tables.forget_old)
        organizations.register(merging.follow)
        clock.register("abandoned tables", tables.forget_old)
