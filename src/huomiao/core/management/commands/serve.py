from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huomiao.core import serving


class Command(BaseCommand):
    help = (
        "启动网站和后台任务，Ctrl-C 停止。/ Serve the site and its background tasks; Ctrl-C stops both. "
        "The database is migrated and the static files are collected first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="监听地址 / address to bind")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="端口 / port")
        parser.add_argument(
            "--workers", type=int, default=int(os.environ.get("HUOMIAO_WORKERS", "1")), help="进程数 / worker processes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not serving.is_free(host, port):
            raise CommandError(
                f"端口 {port} 已被占用，请换一个，例如 PORT={port + 1}。/ "
                f"Port {port} is taken; choose another, for example PORT={port + 1}."
            )
        serving.prepare()
        # Its own message loop stops it on Ctrl-C; its companions follow when it has drained.
        server = serving.server(host, port, workers=options["workers"])
        self.stdout.write(f"火苗 Huomiao  http://{host}:{port}/  （Ctrl-C 停止 / Ctrl-C stops）")
        self.stdout.flush()
        with serving.companions(
            ["db_worker", "--no-startup-delay"],
            ["turn_clock", "--forever", "--verbosity=0"],
            ["follow_attempts", "--forever"],
            ["news", "crawl", "--forever"],
        ):
            server.serve()
