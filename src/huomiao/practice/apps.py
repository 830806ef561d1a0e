from __future__ import annotations

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "huomiao.practice"
    verbose_name = "practice"

    def ready(self) -> None:
        # Models are loaded only now, so these cannot stand at the top.
        from huomiao.core import clock  # noqa: PLC0415
        from huomiao.orgs import merging as organizations  # noqa: PLC0415
        from huomiao.practice import follower, merging, rosters, sittings  # noqa: PLC0415

        organizations.register(merging.follow)
        clock.register("attempts counted", follower.turn)
        clock.register("checked answers forgotten", follower.forget_old_checks)
        clock.register("rosters counted", rosters.turn)
        clock.register("exams handed in", sittings.close_due)
