from __future__ import annotations

import re

import pytest

from huomiao.innovations.models import Declaration
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.innovations import call_with_rules
from tests.factories.orgs import MembershipFactory
from tests.factories.summary_tables import planted, units_below

pytestmark = pytest.mark.journey
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_import_with_errors_then_good_rows(open_window):
    call = call_with_rules(categories=5)
    city = Organization.objects.filter(kind=Kind.CITY).order_by("path")[0]
    units = units_below(city, 12)
    officer = MembershipFactory(organization=city, role=Role.OFFICER).user
    table = planted(city, units, rows=60)
    window = open_window(officer)
    window.go(f"/calls/{call.slug}/summary-tables/")
    window.keep("import-new")
    window.page.locator("input[type=file]").set_input_files(
        [{"name": "汇总表.xlsx", "mimeType": XLSX, "buffer": table.content}]
    )
    window.press("上传并预览")
    window.heading("汇总表.xlsx")
    window.keep("import-preview")
    figures = dict(re.findall(r"(\S+) (\d+)", window.page.get_by_label("按结果筛选").inner_text().replace("\n", " ")))
    assert int(figures["全部"]) == table.rows

    window.page.get_by_label("按结果筛选").get_by_role("link", name="有问题").click()
    window.page.wait_for_url(re.compile("fate=problem"))
    shown: set[tuple[str, str]] = set()
    while True:
        for row in window.page.locator("tbody tr").filter(has=window.page.locator(".cell-problem")).all():
            sheet = row.locator("td").first.inner_text().split()[0]
            shown |= {(sheet, cell) for cell in row.locator(".cell-problem code").all_inner_texts()}
        onward = window.page.get_by_role("link", name="下一页")
        if not onward.count():
            break
        onward.click()
    assert shown == table.cells
    window.keep("import-problems")

    good = int(figures["新增"])
    window.press(f"只导入没有问题的 {good} 行")
    window.agree()
    window.told("已导入")
    window.keep("import-done")
    assert Declaration.objects.filter(call=call).count() == good
    assert good + int(figures["有问题"]) == table.rows
