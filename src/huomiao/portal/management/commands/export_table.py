from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from huomiao.accounts.models import User
from huomiao.core.errors import DomainError
from huomiao.core.tables import SheetOut, write_table
from huomiao.innovations import call_tables, summary_columns
from huomiao.innovations.models import Call
from huomiao.innovations.queries.tables import out_rows
from huomiao.orgs.actions import roster
from huomiao.orgs.importing import trees
from huomiao.orgs.models import Organization
from huomiao.practice.actions import exports
from huomiao.practice.formats.registry import WRITERS
from huomiao.practice.models import Bank
from huomiao.stats import figures
from huomiao.stats.tables import records_workbook


class Command(BaseCommand):
    help = (
        "导出为 Excel：tree 组织、roster 名册、declarations 申报汇总表、records 统计数字背后的记录、quotas 名额；bank 题库可选格式。/ "
        "Export to Excel, banks in other formats too. What went out can come in again by `huomiao import`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "kind", choices=["tree", "roster", "declarations", "records", "quotas", "bank"], help="种类 / what"
        )
        parser.add_argument("--to", type=Path, required=True, help="写入的文件 / the file to write")
        parser.add_argument("--call", help="征集的网址名 / the call's slug")
        parser.add_argument("--bank", help="题库代码 / a bank's code")
        parser.add_argument(
            "--format", default="excel", choices=sorted(WRITERS), help="题库的格式 / the format of a bank"
        )
        parser.add_argument("--org", help="组织代码 / an organization's code")
        parser.add_argument("--as", dest="by", help="以哪个账号的名义（名册必填）/ in whose name (rosters need it)")
        parser.add_argument(
            "--reason", default="", help="导出名册的原因，会记入历史 / why a roster is taken; kept in the history"
        )
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="记录的口径，可多次 / which records; repeatable",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            try:
                content = self._content(options)
            except DomainError as refused:
                raise CommandError(refused.message) from refused
        options["to"].write_bytes(content)
        self.stdout.write(f"{options['to']}  {len(content)} B")

    def _content(self, options: dict[str, Any]) -> bytes:
        match options["kind"]:
            case "tree":
                return self._tree()
            case "roster":
                return self._roster(options)
            case "quotas":
                return call_tables.workbook(self._call(options))
            case "records":
                return self._records(options)
            case "bank":
                return self._bank(options)
            case _:
                call = self._call(options)
                found = call.declarations.filter(submitted_at__isnull=False).order_by("union__path", "rank", "pk")
                return write_table(
                    [SheetOut("汇总表", summary_columns.columns(call), out_rows(found), heading=call.title)]
                )

    def _bank(self, options: dict[str, Any]) -> bytes:
        bank = Bank.objects.select_related("owner").filter(code=options["bank"] or "").first()
        if bank is None:
            known = "、".join(Bank.objects.values_list("code", flat=True)) or "—"
            raise CommandError(f"请用 --bank 写明题库 / say which bank with --bank: {known}")
        user = User.objects.filter(username__iexact=options["by"] or "").first()
        if user is None:
            raise CommandError(
                "题库里有答案，请用 --as 写明以哪个账号的名义 / a bank holds keys: say with --as in whose name"
            )
        written = exports.export(bank, options["format"], by=user, at=timezone.now())
        for finding in written.findings:
            self.stderr.write(finding.message)
        return written.content

    def _tree(self) -> bytes:
        everything = Organization.objects.filter(is_active=True).select_related("territory").order_by("path")
        codes = {organization.path: organization.code for organization in everything}
        rows = (
            {
                "code": organization.code,
                "name": organization.name,
                "short_name": organization.short_name,
                "kind": organization.kind,
                "parent": codes.get(organization.path[: -Organization.steplen], ""),
                "nature": organization.nature,
                "industry": organization.section + organization.division,
                "territory": organization.territory.code if organization.territory else "",
                "head_count": organization.head_count,
                "member_count": organization.member_count,
            }
            for organization in everything
        )
        return write_table([SheetOut("组织", trees.COLUMNS, rows, heading="组织表")])

    def _roster(self, options: dict[str, Any]) -> bytes:
        organization = Organization.objects.filter(code=options["org"] or "").first()
        user = User.objects.filter(username__iexact=options["by"] or "").first()
        if organization is None or user is None:
            raise CommandError("名册需要 --org 和 --as / a roster needs --org and --as")
        return roster.export(organization, by=user, reason=options["reason"])

    def _records(self, options: dict[str, Any]) -> bytes:
        call = self._call(options)
        query: dict[str, str] = {}
        for condition in options["where"]:
            name, equals, value = condition.partition("=")
            if not equals:
                raise CommandError(f"--where {condition}：应为 口径=值，例如 category=faming / expected KEY=VALUE")
            query[name] = value
        base = figures.handed_in(call) if query.get("scope") == "all" else figures.counted(call)
        found = figures.records(base, query).select_related("category", "union", "unit", "field")
        return records_workbook(call, found.prefetch_related("authors").order_by("union__path", "rank", "pk"))

    def _call(self, options: dict[str, Any]) -> Call:
        call = Call.objects.select_related("organiser").filter(slug=options["call"] or "").first()
        if call is None:
            known = "、".join(Call.objects.values_list("slug", flat=True)) or "—"
            raise CommandError(f"请用 --call 写明征集 / say which call with --call: {known}")
        return call
