from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from huomiao.accounts.models import User
from huomiao.core.errors import DomainError
from huomiao.core.tables import Problem
from huomiao.innovations import call_tables
from huomiao.innovations.actions import call_sections
from huomiao.innovations.actions.experts import import_experts
from huomiao.innovations.actions.tables import HasProblems, import_declarations
from huomiao.innovations.models import Call
from huomiao.orgs.actions.imports import ImportRefused, import_roster, import_tree
from huomiao.orgs.models import Organization
from huomiao.portal.management import question_import


class Command(BaseCommand):
    help = (
        "从 Excel 或 CSV 导入：tree 组织、roster 名册、experts 专家、declarations 申报汇总表、quotas 名额、bank 试题（也可用 "
        "Word、文本、GIFT、Moodle XML、QTI 或整个文件夹）。/ Import a table from Excel or CSV. Nothing is imported while a row has a problem, unless --good-rows; every "
        "problem is named at its cell."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "kind", choices=["tree", "roster", "experts", "declarations", "quotas", "bank"], help="种类 / what"
        )
        parser.add_argument("file", type=Path, help="文件 / the table")
        parser.add_argument("--as", dest="by", help="以哪个账号的名义 / the account in whose name it is done")
        parser.add_argument("--org", help="组织代码 / code of the organization that brings it")
        parser.add_argument("--call", help="征集的网址名 / the call's slug")
        parser.add_argument(
            "--good-rows", action="store_true", help="只导入没有问题的行 / import the rows without problems"
        )
        question_import.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if options["kind"] == "bank":
            with translation.override("zh-hans"):
                question_import.run(path, by=self._user(options), options=options, out=self.stdout, err=self.stderr)
            return
        if not path.is_file():
            raise CommandError(f"没有这个文件 / no such file: {path}")
        kinds: dict[str, Callable[[bytes, str, dict[str, Any]], str]] = {
            "tree": self.tree,
            "roster": self.roster,
            "experts": self.experts,
            "declarations": self.declarations,
            "quotas": self.quotas,
        }
        with translation.override("zh-hans"):
            try:
                said = kinds[options["kind"]](path.read_bytes(), path.name, options)
            except ImportRefused as refused:
                self._name(refused.problems)
                raise CommandError(refused.message) from refused
            except HasProblems as refused:
                self._name(refused.report.problems)
                raise CommandError(refused.message) from refused
            except DomainError as refused:
                raise CommandError(refused.message) from refused
        self.stdout.write(said)

    def tree(self, content: bytes, name: str, options: dict[str, Any]) -> str:
        done = import_tree(content, name, by=self._maybe_user(options), only_good=options["good_rows"])
        self._name(done.problems)
        return f"新增 {done.new}，更新 {done.changed}，未变 {done.unchanged}，跳过 {done.skipped}"

    def roster(self, content: bytes, name: str, options: dict[str, Any]) -> str:
        organization = self._organization(options) if options["org"] else None
        done = import_roster(content, name, organization, self._maybe_user(options), only_good=options["good_rows"])
        self._name(done.problems)
        return f"新增 {done.new}，更新 {done.changed}，未变 {done.unchanged}，跳过 {done.skipped}"

    def experts(self, content: bytes, name: str, options: dict[str, Any]) -> str:
        done = import_experts(content, name, by=self._user(options))
        if not done.is_done:
            self._name(done.problems)
            raise CommandError(f"有 {len(done.problems)} 处问题，没有导入任何一行。")
        return f"新增 {len(done.added)}，更新 {len(done.updated)}"

    def declarations(self, content: bytes, name: str, options: dict[str, Any]) -> str:
        report = import_declarations(
            content,
            name,
            call=self._call(options),
            organization=self._organization(options),
            by=self._user(options),
            mode="good" if options["good_rows"] else "all",
            at=timezone.now(),
        )
        self._name(report.problems)
        return f"表中 {report.total} 行：导入 {report.imported}，更新 {report.updated}，跳过 {report.skipped}"

    def quotas(self, content: bytes, name: str, options: dict[str, Any]) -> str:
        call = self._call(options)
        maxima, table = call_tables.read(call, content, name)
        if table.problems:
            self._name(table.problems)
            raise CommandError(f"有 {len(table.problems)} 处问题，没有导入任何名额。")
        kept = {(quota.union_id, quota.category_id): quota.maximum for quota in call.quotas.all()}
        mix = list(call.mix_rules.values("pk", "measure", "minimum_percent", "note"))
        call_sections.save_quotas(call, {**kept, **maxima}, mix, by=self._user(options))
        return f"{len(maxima)} 个名额"

    def _name(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.stderr.write(f"{problem.sheet} {problem.cell} {problem.column}：{problem.message}（{problem.value}）")

    def _maybe_user(self, options: dict[str, Any]) -> User | None:
        return self._user(options) if options["by"] else None

    def _user(self, options: dict[str, Any]) -> User:
        if not options["by"]:
            raise CommandError("请用 --as 写明以哪个账号的名义导入 / say with --as in whose name")
        user = User.objects.filter(username__iexact=options["by"]).first()
        if user is None:
            raise CommandError(f"没有账号 {options['by']} / no such account")
        return user

    def _call(self, options: dict[str, Any]) -> Call:
        call = Call.objects.select_related("organiser").filter(slug=options["call"] or "").first()
        if call is None:
            known = "、".join(Call.objects.values_list("slug", flat=True)) or "—"
            raise CommandError(f"请用 --call 写明征集 / say which call with --call: {known}")
        return call

    def _organization(self, options: dict[str, Any]) -> Organization:
        found = Organization.objects.filter(code=options["org"] or "").first()
        if found is None:
            raise CommandError("请用 --org 写明组织代码 / say which organization with --org")
        return found
