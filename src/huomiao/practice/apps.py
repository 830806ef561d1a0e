from __future__ import annotations

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "huomiao.practice"
    verbose_name = "practice"

    def ready(self) -> None:
        # Models are loaded only now, so these cannot stand at the top.
        from huomiao.accounts import exports  # noqa: PLC0415
        from huomiao.core import clock  # noqa: PLC0415
        from huomiao.orgs import merging as organizations  # noqa: PLC0415
        from huomiao.practice import follower, merging, own_data, rosters, sittings  # noqa: PLC0415
        from huomiao.practice.actions import imports, marking  # noqa: PLC0415

        exports.register("courses", own_data.courses)
        exports.register("exams", own_data.exams)
        exports.register("key_reports", own_data.key_reports)
        exports.register("practice_sessions", own_data.sessions)
        organizations.register(merging.follow)
        clock.register("attempts counted", follower.turn)
        clock.register("checked answers forgotten", follower.forget_old_checks)
        clock.register("question files nobody decided about", imports.forget_old)
        clock.register("rosters counted", rosters.turn)
        clock.register("exams handed in", sittings.close_due)
        clock.register("exams marked", marking.begin_due)
