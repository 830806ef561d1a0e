from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from huomiao.practice import follower

REPORT_SECONDS = 5


class Command(BaseCommand):
    help = (
        "从练习记录重新统计全部积分、错题本和榜单。/ Count every attempt again into points, wrong-answer books and boards. "
        "The site may go on running; its pages say meanwhile that figures are being made again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        began = told = time.monotonic()

        def report(reached: int, last: int) -> None:
            nonlocal told
            if time.monotonic() - told > REPORT_SECONDS:
                told = time.monotonic()
                self.stdout.write(f"{reached} / {last}")
                self.stdout.flush()

        counted = follower.rebuild(report=report)
        seconds = max(time.monotonic() - began, 0.001)
        self.stdout.write(f"{counted} 次练习已重新统计 / attempts counted again, {counted / seconds:.0f}/s")
