from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from huomiao.practice import follower


class Command(BaseCommand):
    help = (
        "把新的练习记录计入积分、错题本和榜单。/ Count what was practised into points, wrong-answer books and boards. Run it "
        "with --forever beside the server; several may run, one works."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="持续运行 / go on until stopped")
        parser.add_argument(
            "--batch", type=int, default=follower.BATCH, help="每批条数 / attempts counted in one transaction"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["forever"]:
            self.stdout.write(str(follower.catch_up(limit=options["batch"])))
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_args: stop.set())
        follower.follow_forever(stop=stop, limit=options["batch"])
