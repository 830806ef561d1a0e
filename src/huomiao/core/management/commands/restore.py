from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from huomiao.core import backups
from huomiao.core.errors import DomainError


class Command(BaseCommand):
    help = "从备份文件恢复数据库和全部文件。 / Restore the database and all files from an archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="备份文件 / the archive to read")
        parser.add_argument("--yes", action="store_true", help="清空现有数据后恢复 / replace the data that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["path"]
        if not source.is_file():
            raise CommandError(f"没有这个文件：{source} / No such file: {source}")
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        try:
            problems = backups.restore(source, replace=options["yes"], say=self.stdout.write)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if problems:
            for problem in problems:
                self.stderr.write(f"{problem.where}: {problem.what}")
            raise CommandError(
                "数据已恢复，但操作历史核对不上，见上。 / Restored, but the history does not hold; see above."
            )
        self.stdout.write(self.style.SUCCESS("恢复完成，操作历史核对无误。 / Restored; the history holds."))
