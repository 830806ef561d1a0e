from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from docx import Document

from huomiao.innovations.queries.calls import unions
from huomiao.innovations.states import CallState, State
from huomiao.stats import bulletin, figures
from tests.factories.innovations import DeclarationFactory, call_with_rules
from tests.factories.orgs import UnitFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2023, 12, 5, 4, tzinfo=UTC)


@pytest.fixture
def call():
    call = call_with_rules(
        slug="wuxiao-2023", year=2023, announced_at=datetime(2023, 7, 27, 1, tzinfo=UTC), state=CallState.PUBLISHED
    )
    first, second = unions(call)
    invention, creation = call.categories.all()
    for union, category, state in [
        (first, invention, State.PUBLISHED),
        (first, creation, State.UNSUCCESSFUL),
        (second, creation, State.UNSUCCESSFUL),
    ]:
        unit = UnitFactory(parent=union, division="39")
        DeclarationFactory(call=call, unit=unit, union=union, category=category, field=None, division="39", state=state)
    return call


def test_the_paragraph_reads_its_numbers_from_the_figures(call):
    text = bulletin.paragraph(call, figures.figures(call, figures.counted(call)))

    assert text == (
        "7月27日活动通知下发后，职工踊跃参与。2023年共收到2个设区市总工会申报的“五小”项目3个，覆盖1个行业，涉及3家单位。"
        "其中：小发明1项、小创造2项。"
        f"“{call.priority_list.name}”领域项目0个，占比0.0%。"
        f"经形式审查、专家评审和公示，发布{call.award_wording}1项。"
    )


def test_the_json_carries_each_figure_with_definition_and_query(call):
    content = json.loads(bulletin.as_json(call, figures.counted(call), at=NOON))

    invention = next(figure for figure in content["figures"] if figure["key"] == "category:c0")
    assert invention == {
        "key": "category:c0",
        "label": "小发明",
        "value": 1,
        "unit": "项",
        "definition": "申报项目中类别为“小发明”的数量。",
        "records": {
            "url": "/figures/wuxiao-2023/records/?category=c0",
            "command": "huomiao export records --call wuxiao-2023 --where category=c0 --to records.xlsx",
            "query": {"call": "wuxiao-2023", "category": "c0"},
        },
    }
    assert content["as_of"] == "2023-12-05T12:00:00+08:00"


def test_the_command_prints_json(call):
    out = io.StringIO()

    call_command("bulletin", call="wuxiao-2023", format="json", stdout=out)

    values = {figure["key"]: figure["value"] for figure in json.loads(out.getvalue())["figures"]}
    assert (values["total"], values["category:c0"], values["category:c1"]) == (3, 1, 2)


def test_the_command_writes_a_word_document(call, tmp_path):
    target = tmp_path / "bulletin.docx"

    call_command("bulletin", call="wuxiao-2023", format="docx", to=target, stdout=io.StringIO())

    document = Document(str(target))
    assert "共收到2个设区市总工会" in "".join(paragraph.text for paragraph in document.paragraphs)
    assert [cell.text for cell in document.tables[0].rows[1].cells][:2] == ["申报项目", "3项"]


def test_an_unknown_call_names_those_that_exist(call):
    with pytest.raises(CommandError, match="wuxiao-2023"):
        call_command("bulletin", call="nothing")
