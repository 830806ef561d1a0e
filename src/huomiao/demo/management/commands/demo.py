from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.core import serving
from huomiao.demo import newsroom, people
from huomiao.demo.press import plan
from huomiao.demo.press.server import HOST
from huomiao.demo.province import PROVINCE_CODE
from huomiao.demo.story import Story, is_told
from huomiao.orgs.models import Organization


class Command(BaseCommand):
    help = (
        "载入演示省（只在第一次）并启动网站。/ Load the demo province (the first time only) and serve it. "
        "--scale multiplies it for benchmarks; --no-serve only loads."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="监听地址 / address to bind")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="端口 / port")
        parser.add_argument("--scale", type=int, default=1, help="规模倍数 / how many times the year 2023")
        parser.add_argument("--no-serve", action="store_true", help="只载入 / load only")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("生产环境不载入演示数据。/ Production takes no demo data.")
        serving.prepare()
        if not is_told():
            if Organization.objects.exists():
                raise CommandError(
                    "数据库里已有真实数据，演示省不会混入其中。换一个 HUOMIAO_DATA 再试。/ "
                    "There is real data already; point HUOMIAO_DATA elsewhere to see the demo."
                )
            self._load(options["scale"])
        self._accounts()
        if options["no_serve"]:
            return
        self._open_press(options["port"])
        # The invented press is on this machine, where the crawler asks nobody unless it is told that it may.
        os.environ.setdefault("HUOMIAO_NEWS_NETWORKS", f"{HOST}/32")
        # One of its articles is corrected after three minutes; whoever looks at the demo should see that happen.
        os.environ.setdefault("HUOMIAO_NEWS_LOOK_AGAIN", "45")
        with serving.companions(["demo_press"]):
            call_command("serve", host=options["host"], port=options["port"], stdout=self.stdout)

    def _load(self, scale: int) -> None:
        self.stdout.write("正在载入演示省，约一分钟… / Loading the demo province, about a minute…")
        began = time.monotonic()
        Story(lambda line: self.stdout.write(f"  {line}"), scale=scale).tell()
        self.stdout.write(f"  用时 {time.monotonic() - began:.0f} 秒 / seconds")

    def _open_press(self, port: int) -> None:
        """Set the press up at the first start, and have the news desk watch it."""
        kept = plan.kept() or plan.made(timezone.now(), beside=port)
        if not newsroom.is_settled():
            made = {name: User.objects.get(username=name) for name in ("editor", "worker")}
            root = Organization.objects.get(code=PROVINCE_CODE)
            newsroom.settle(kept, root=root, editor=made["editor"], worker=made["worker"], at=timezone.now())

    def _accounts(self) -> None:
        self.stdout.write("\n演示账号，密码都是 / demo accounts, all with the password  " + people.PASSWORD)
        for account in people.ACCOUNTS:
            self.stdout.write(f"  {account.username:<10} {account.name:\u3000<3}  {account.what}  {people.PASSWORD}")
        self.stdout.write("")
