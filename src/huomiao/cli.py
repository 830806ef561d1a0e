"""The `huomiao` command: the few things that people run, each a management command under its everyday name."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import ManagementUtility, execute_from_command_line

# name: (management command, Chinese, English)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "serve": ("serve", "启动网站和后台任务", "serve the site and its background tasks"),
    "demo": ("demo", "载入演示省并启动", "load the demo province and serve it"),
    "check": ("doctor", "检查配置、数据库、文件与历史", "check settings, database, files and history"),
    "import": ("import_table", "从 Excel 导入组织、名册、专家、申报、名额、试题", "import tables from Excel"),
    "export": ("export_table", "导出汇总表、组织、结果、题库", "export tables and banks"),
    "bulletin": ("bulletin", "根据记录写出新闻通稿和数据口径", "write the press bulletin from the records"),
    "news": ("news", "资讯台：采集、收录、存档、批量提取", "the news desk: crawl, archive, index, extract in bulk"),
    "verify-history": ("verify_history", "校验操作历史是否被改动", "verify that the history is unaltered"),
    "backup": ("backup", "备份数据库和文件", "back up database and files"),
    "restore": ("restore", "从备份恢复", "restore from a backup"),
    "manage": ("", "运行任意 Django 管理命令", "run any Django management command"),
}


def usage() -> str:
    """What `huomiao` alone prints."""
    lines = ["用法 / usage: huomiao <命令 command> [--help]", ""]
    lines += [f"  {name:<15}{chinese}  ·  {english}" for name, (_command, chinese, english) in COMMANDS.items()]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run ``huomiao`` with ``arguments`` (those of the process when None)."""
    given = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")
    if not given or given[0] in {"-h", "--help", "help"}:
        print(usage())  # noqa: T201  # a command line's answer
        return
    name, *rest = given
    if name not in COMMANDS:
        print(f"没有“{name}”这个命令 / no such command: {name}\n\n{usage()}", file=sys.stderr)  # noqa: T201  # likewise
        raise SystemExit(2)
    command = COMMANDS[name][0]
    if not command:
        execute_from_command_line([f"huomiao {name}", *rest])
        return
    # Run under its everyday name, so that its help and its complaints name what was typed.
    django.setup()
    ManagementUtility().fetch_command(command).run_from_argv(["huomiao", name, *rest])
