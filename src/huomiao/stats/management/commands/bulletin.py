from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from huomiao.innovations.models import Call
from huomiao.stats import bulletin
from huomiao.stats.figures import counted, figures


class Command(BaseCommand):
    help = (
        "根据记录写出一次征集的新闻通稿；json 含每个数字的口径和记录查询。/ Write the press bulletin of a call from its records; "
        "json carries each figure with its definition and the query that lists its records."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--call", required=True, help="征集的网址名，如 wuxiao-2023 / the call's slug")
        parser.add_argument("--format", choices=["text", "json", "docx"], default="text", help="格式 / format")
        parser.add_argument("--to", type=Path, help="写入文件 / write to this file instead of standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        call = Call.objects.select_related("organiser", "priority_list").filter(slug=options["call"]).first()
        if call is None:
            known = "、".join(Call.objects.values_list("slug", flat=True)) or "—"
            raise CommandError(f"没有征集 {options['call']} / no such call. 现有 / there are: {known}")
        base, now = counted(call), timezone.now()
        with translation.override("zh-hans"):
            match options["format"]:
                case "json":
                    content = (bulletin.as_json(call, base, at=now) + "\n").encode()
                case "docx":
                    content = bulletin.as_docx(call, base, at=now)
                case _:
                    content = (bulletin.paragraph(call, figures(call, base)) + "\n").encode()
        if options["to"]:
            options["to"].write_bytes(content)
            self.stdout.write(f"{options['to']}  {len(content)} B")
        elif options["format"] == "docx":
            sys.stdout.buffer.write(content)
        else:
            self.stdout.write(content.decode(), ending="")
