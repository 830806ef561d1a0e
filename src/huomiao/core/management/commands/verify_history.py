from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huomiao.core import history


class Command(BaseCommand):
    help = (
        "逐条校验操作历史的哈希链，并核对每条受保护记录。/ Verify the chain of the history and every guarded row against it. "
        "Exits 1 and names each row that was altered, removed or added behind its back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        problems = 0
        for problem in history.verify():
            problems += 1
            self.stderr.write(f"{problem.where}: {problem.what}")
        count, head = history.root()
        if problems:
            raise CommandError(f"{count} 条历史，{problems} 处不符 / {count} entries, {problems} do not hold")
        self.stdout.write(f"{count} 条历史全部相符 / {count} entries hold  {head}")
