from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.newsdesk import archiving, classifying, crawling, importing, packaging, searching
from huomiao.newsdesk.actions import sources
from huomiao.newsdesk.pipeline.archive import fixity
from huomiao.newsdesk.pipeline.backfill import run
from huomiao.newsdesk.pipeline.backfill.cluster import NoRay
from huomiao.newsdesk.pipeline.backfill.ledger import AlreadyRunning, OtherJob
from huomiao.newsdesk.pipeline.backfill.units import NothingToDo
from huomiao.newsdesk.pipeline.crawl import Totals
from huomiao.orgs.models import Organization


class Command(BaseCommand):
    help = (
        "资讯台：采集、收录、重建索引、导入与导出存档、批量提取。/ The news desk: crawl, take in, rebuild the index, "
        "import and export archives, extract in bulk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        wanted = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        crawl = wanted.add_parser("crawl", help="采集到期的网页 / fetch what is due, keep it, read it")
        crawl.add_argument("--forever", action="store_true", help="一直运行 / go on until stopped")
        crawl.add_argument(
            "--delay", type=float, default=1.0, help="同一主机两次请求间隔的秒数 / seconds between requests"
        )
        wanted.add_parser("take-in", help="收录已取回的网页 / read, relate and index what was fetched")
        wanted.add_parser("rebuild-index", help="重建检索索引 / build the search index anew while the old one answers")
        wanted.add_parser("teach", help="重新训练分类 / teach the classifier with what editors decided")
        wanted.add_parser("check", help="校验存档 / read the whole archive and compare every digest")
        brought = wanted.add_parser("import", help="导入 WARC/ARC 文件 / bring in WARC and ARC files")
        brought.add_argument("paths", nargs="+", type=Path)
        brought.add_argument("--name", required=True, help="来源名称 / name of the source")
        brought.add_argument("--org", required=True, help="维护单位代码 / code of the union that keeps it")
        brought.add_argument("--as", dest="account", required=True, help="以谁的名义 / in whose name")
        export = wanted.add_parser("export", help="导出 WACZ / write a package that other players open")
        export.add_argument("target", type=Path)
        export.add_argument("--query", default="", help="只导出检索到的文章 / only the articles that a query finds")
        backfill = wanted.add_parser(
            "backfill", help="批量提取 WARC / extract whole archives on all cores or a cluster"
        )
        backfill.add_argument("paths", nargs="+", type=Path)
        backfill.add_argument("--engine", choices=sorted(run.ENGINES), default="local")
        backfill.add_argument("--workers", type=int)
        backfill.add_argument("--to", type=Path, default=Path("extracted"))

    def handle(self, *_args: Any, what: str, **options: Any) -> None:
        getattr(self, "_" + what.replace("-", "_"))(options)

    def _crawl(self, options: dict[str, Any]) -> None:
        try:
            totals = crawling.crawl(forever=options["forever"], delay_seconds=options["delay"])
        except crawling.AlreadyCrawling:
            raise CommandError("本机已有采集程序在运行。/ Another process of this machine crawls already.") from None
        self.stdout.write(self._told(totals))

    def _told(self, totals: Totals) -> str:
        outcomes = ", ".join(f"{outcome.value} {count}" for outcome, count in sorted(totals.outcomes.items()))
        return f"{totals.visits} visits ({outcomes}), {totals.found} addresses found"

    def _take_in(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{crawling.take_in()} articles indexed")

    def _rebuild_index(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{searching.rebuild()} articles indexed")

    def _teach(self, _options: dict[str, Any]) -> None:
        made = classifying.teach()
        self.stdout.write(f"{made.decisions} decisions, {classifying.file_unfiled()} articles filed")

    def _check(self, _options: dict[str, Any]) -> None:
        found = 0
        for one in fixity.check(archiving.folder()):
            found += 1
            self.stdout.write(
                f"{one.file} {one.offset if one.offset is not None else ''} {one.kind.value} {one.detail}"
            )
        if found:
            raise CommandError(f"存档有 {found} 处问题。/ {found} findings.")
        self.stdout.write("存档完好。/ The archive is as it was written.")

    def _import(self, options: dict[str, Any]) -> None:
        keeper = Organization.objects.filter(code=options["org"], is_active=True).first()
        account = User.objects.filter(username__iexact=options["account"]).first()
        if keeper is None or account is None:
            raise CommandError("没有这个组织或账号。/ No such organization or account.")
        source = sources.add_archive(options["name"], keeper=keeper, by=account)
        for path in options["paths"]:
            if not path.is_file():
                raise CommandError(f"没有文件 {path} / no such file")
            count = importing.bring(path, source, at=timezone.now())
            self.stdout.write(f"{path}: {count}")

    def _export(self, options: dict[str, Any]) -> None:
        if options["target"].suffix.lower() != ".wacz":
            raise CommandError(
                f"文件名要以 .wacz 结尾，例如 {options['target'].stem}.wacz，播放器按它识别。"
                "/ The name must end in .wacz: players know a package by it."
            )
        count = packaging.export(options["target"], query=options["query"], at=timezone.now())
        self.stdout.write(f"{options['target']}: {count}")

    def _backfill(self, options: dict[str, Any]) -> None:
        try:
            report = run.backfill(
                options["paths"],
                to=options["to"],
                engine=options["engine"],
                workers=options["workers"],
                progress=self._backfilled,
            )
        except (NothingToDo, AlreadyRunning, OtherJob, NoRay, run.GaveUp) as problem:
            raise CommandError(str(problem)) from problem
        self._backfilled(report)

    def _backfilled(self, progress: run.Progress) -> None:
        self.stdout.write(
            f"{progress.units_done}/{progress.units} units, {progress.articles} articles, "
            f"{progress.problems} problems, {progress.pages_per_second:.0f} pages/s"
        )
