"""The demo province as the tables that its unions would bring: everything is loaded by the import that users have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.demo.province import CLUSTERS, Province
from huomiao.demo.results import Person, Result
from huomiao.innovations.defaults.priorities import PLAN_1269
from huomiao.orgs import industries

FIELD_NAMES = {code: name for code, name, _group in PLAN_1269.fields}


def tree(province: Province) -> bytes:
    """组织表: one row per organization."""
    titles = {
        "code": "组织代码", "name": "名称", "short_name": "简称", "kind": "类型", "parent": "上级代码", "nature": "单位性质",
        "division": "行业", "head_count": "职工数", "member_count": "会员数",
    }  # fmt: skip
    return _table("组织", "江西省工会组织表（演示）", titles, province.tree)


def roster(people: dict[str, list[Person]], phones: dict[str, str]) -> bytes:
    """职工名册: the people of every unit; ``phones`` by staff number."""
    titles = {
        "unit": "单位代码", "name": "姓名", "staff_number": "工号", "phone": "手机号", "post": "工种/岗位",
        "title": "职称/技能等级", "frontline": "一线职工",
    }  # fmt: skip
    rows = [
        {
            "unit": unit,
            "name": person.name,
            "staff_number": person.staff_number,
            "phone": phones.get(person.staff_number, ""),
            "post": person.post,
            "title": person.title,
            "frontline": "否" if person.post in {"班组长", "调度员"} else "是",
        }
        for unit, group in people.items()
        for person in group
    ]
    return _table("名册", "职工名册（演示）", titles, rows)


def experts(rows: Sequence[dict[str, str]]) -> bytes:
    """专家表."""
    titles = {
        "name": "姓名", "username": "账号", "unit": "单位", "title": "职称", "fields": "重点领域", "divisions": "行业大类", "keywords": "专长",
    }  # fmt: skip
    return _table("专家", "评审专家推荐表（演示）", titles, rows)


def summary(union: str, year: int, results: Sequence[Result]) -> bytes:
    """汇总表: what a recommending union sends, ranked."""
    titles = {
        "order": "序号", "title": "成果名称", "category": "类别", "authors": "完成人", "post": "工种", "unit": "单位",
        "division": "行业", "field": "重点领域", "contact": "联系人", "phone": "联系方式", "source": "来源",
        "finished_on": "完成日期", "in_use_since": "投入使用日期", "problem": "问题与背景", "solution": "主要内容与创新点",
        "application": "应用情况", "saving": "年节约支出（万元）", "basis": "计算依据", "social_benefit": "社会效益",
        "outlook": "推广前景", "abstract": "公开摘要", "consent": "公开范围",
    }  # fmt: skip
    rows = [
        {
            "order": place,
            "title": result.title,
            "category": result.category,
            "authors": "、".join(author.name for author in result.authors),
            "post": result.authors[0].post,
            "unit": result.unit.name,
            "division": industries.DIVISIONS[result.unit.division],
            "field": field_name(result) or "否",
            "contact": result.authors[-1].name,
            # Numbers of a range that no operator has given out.
            "phone": f"1990000{place:04d}",
            "source": ["班组", "攻关小组", "个人"][place % 3],
            "finished_on": result.finished_on.isoformat(),
            "in_use_since": result.finished_on.replace(day=28).isoformat(),
            "problem": result.problem,
            "solution": result.solution,
            "application": result.application,
            "saving": str(result.saving),
            "basis": result.basis,
            "social_benefit": result.social_benefit,
            "outlook": result.outlook,
            "abstract": result.abstract,
            "consent": ["可公开全文", "可公开全文", "仅公开摘要", "不公开内容"][place % 4],
        }
        for place, result in enumerate(results, start=1)
    ]
    return _table("汇总表", f"{year}年职工“五小”创新成果推荐汇总表（{union}）", titles, rows)


def field_name(result: Result) -> str:
    """The priority field that a result names; some name the cluster instead of the chain."""
    if not result.is_priority:
        return ""
    division = result.unit.division
    code = CLUSTERS[division] if division in CLUSTERS and len(result.title) % 3 == 0 else result.unit.field
    return FIELD_NAMES[code]


def _table(sheet: str, heading: str, titles: dict[str, str], rows: Sequence[dict[str, Any]]) -> bytes:
    columns = [Column(key, title) for key, title in titles.items()]
    return write_table([SheetOut(sheet, columns, rows, heading=heading)])
