from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from huomiao.core import history


class Command(BaseCommand):
    help = (
        "检查配置、数据库、文件存储与历史，指出要改什么。/ Check settings, database, file store and history, and say what to do. "
        "Exits 1 when something must change."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        checks: list[tuple[str, Callable[[], str]]] = [
            ("配置 settings", self.settings),
            ("数据库 database", self.database),
            ("文件 files", self.files),
            ("磁盘 disk", self.disk),
            ("历史 history", self.history),
        ]
        failed = 0
        for title, check in checks:
            try:
                self.stdout.write(f"✓ {title}: {check()}")
            except (CommandError, OSError) as failure:
                failed += 1
                self.stderr.write(f"✗ {title}: {failure}")
        if failed:
            raise CommandError(f"{failed} 项需要处理 / {failed} to mend")

    def settings(self) -> str:
        call_command("check", deploy=settings.PRODUCTION, fail_level="WARNING" if settings.PRODUCTION else "ERROR")
        return "生产 production" if settings.PRODUCTION else "演示或开发 demo or development"

    def database(self) -> str:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            raise CommandError(f"{len(missing)} 个迁移未执行 / migrations missing: huomiao manage migrate")
        return f"{connection.vendor} {'.'.join(str(part) for part in connection.get_database_version())}"

    def files(self) -> str:
        name = default_storage.save("check/probe", ContentFile(b"probe"))
        try:
            with default_storage.open(name) as probe:
                if probe.read() != b"probe":
                    raise CommandError("写入与读出不一致 / what was written is not what is read")
        finally:
            default_storage.delete(name)
        return f"可读写 readable and writable ({type(default_storage).__name__})"

    def disk(self) -> str:
        free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else "/").free
        if free < 2**30:
            raise CommandError(f"剩余空间不足 1 GB / less than 1 GB free: {free // 2**20} MB")
        return f"{free // 2**30} GB 可用 free"

    def history(self) -> str:
        problems = list(history.verify())
        if problems:
            first = problems[0]
            raise CommandError(
                f"{len(problems)} 处不符，首处 / first: {first.where}: {first.what} (huomiao verify-history)"
            )
        return f"{history.root()[0]} 条相符 entries hold"
