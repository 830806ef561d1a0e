from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from huomiao.files import actions


class Command(BaseCommand):
    help = "删除一天以来没有任何记录引用的上传文件。 / Remove uploaded files that nothing has referred to for a day."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = actions.purge(at=timezone.now())
        self.stdout.write(f"已删除 {removed} 个文件。 / Removed {removed} files.")
