"""Serve the invented press of the demo until stopped; `huomiao demo` runs it beside the site."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huomiao.demo.press import plan
from huomiao.demo.press.server import Press


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        kept = plan.kept()
        if kept is None:
            raise CommandError("No press has been set up yet: run `huomiao demo`.")
        try:
            press = Press(kept.ports, kept.opened_at, timezone.now)
        except OSError as problem:
            # Without it nothing new is crawled; what was archived is read as ever.
            raise CommandError(
                f"演示新闻站点的端口被占用：{problem}。/ A port of the demo press is taken: {problem}."
            ) from problem
        over = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_signal: over.set())
        press.start()
        over.wait()
        press.stop()
