from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from huomiao.core import clock

PAUSE_SECONDS = 60


class Command(BaseCommand):
    help = (
        "处理到期事项（如公示期满）。/ Do what is due: notices that end, codes that expire. Run it every minute by a timer, "
        "or with --forever beside the server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="每分钟执行一次 / once a minute until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            close_old_connections()
            for name, count in clock.run(timezone.now()).items():
                if count and options["verbosity"]:
                    self.stdout.write(f"{name}: {count}")
            if not options["forever"]:
                return
            time.sleep(PAUSE_SECONDS)
