from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from huomiao.core import backups


class Command(BaseCommand):
    help = "把数据库和全部文件写进一个备份文件。 / Write the database and all files into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="备份文件，如 huomiao.tar.gz / the archive to write")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["path"]
        if target.exists():
            raise CommandError(f"{target} 已存在，不会覆盖。 / {target} exists and is not overwritten.")
        try:
            backups.write(target, say=self.stdout.write)
        except OSError as failure:
            raise CommandError(f"写不了 {target}：{failure} / cannot write {target}") from failure
        self.stdout.write(self.style.SUCCESS(f"备份完成：{target} / Done: {target}"))
