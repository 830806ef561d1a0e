"""The press bulletin: a paragraph in the words of the trade, every number of it a figure with its records."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.states import CallState
from huomiao.orgs.states import Kind
from huomiao.stats.figures import Figure, figures

# The bulletin is a Chinese document whatever the reader's language.
UNION_WORDS = [
    (Kind.CITY, "{n}个设区市总工会"),
    (Kind.NEW_AREA, "{n}个新区工会联合会"),
]


def values(found: list[Figure]) -> dict[str, Figure]:
    """Figures by key."""
    return {figure.key: figure for figure in found}


def paragraph(call: Call, found: list[Figure]) -> str:
    """What is read out: total, unions, industries, categories, priority field, result."""
    by_key = values(found)

    def number(key: str) -> Any:
        return by_key[key].value if key in by_key else 0

    sources = [words.format(n=number(f"unions:{kind}")) for kind, words in UNION_WORDS if number(f"unions:{kind}")]
    direct = number(f"unions:{Kind.INDUSTRY}") + number(f"unions:{Kind.DIRECT}")
    if direct:
        sources.append(f"{direct}个产业和直属基层工会")
    categories = "、".join(f"{figure.label}{figure.value}项" for figure in found if figure.key.startswith("category:"))
    began = timezone.localtime(call.announced_at) if call.announced_at else None
    sentences = [
        (f"{began.month}月{began.day}日活动通知下发后，职工踊跃参与。" if began else "")
        + f"{call.year}年共收到{_joined(sources)}申报的“五小”项目{number('total')}个，"
        f"覆盖{number('divisions')}个行业，涉及{number('units')}家单位。",
        f"其中：{categories}。" if number("total") else "",
    ]
    if call.priority_list:
        sentences.append(
            f"“{call.priority_list.name}”领域项目{number('priority')}个，占比{number('priority_share')}%。"
        )
    if call.state == CallState.PUBLISHED:
        sentences.append(f"经形式审查、专家评审和公示，发布{call.award_wording}{number('published')}项。")
    return "".join(sentences)


def _joined(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return "、".join(parts[:-1]) + "及" + parts[-1]


def as_json(call: Call, base: QuerySet[Declaration], *, at: datetime) -> str:
    """The bulletin as data: the text, and each figure with its definition and the query that lists its records."""
    found = figures(call, base)
    content = {
        "call": call.slug,
        "title": call.title,
        "as_of": timezone.localtime(at).isoformat(timespec="seconds"),
        "text": paragraph(call, found),
        "figures": [
            {
                "key": figure.key,
                "label": figure.label,
                "value": float(figure.value) if figure.unit == "%" else figure.value,
                "unit": figure.unit,
                "definition": figure.definition,
                "records": {
                    "url": figure.url(call),
                    "command": _command(call, figure),
                    "query": {"call": call.slug, **figure.query},
                },
            }
            for figure in found
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _command(call: Call, figure: Figure) -> str:
    filters = "".join(f" --where {name}={value}" for name, value in figure.query.items())
    return f"huomiao export records --call {call.slug}{filters} --to records.xlsx"


def as_docx(call: Call, base: QuerySet[Declaration], *, at: datetime) -> bytes:
    """The bulletin as a Word document: the paragraph, then a table of figures with their definitions."""
    found = figures(call, base)
    document = Document()
    style = document.styles["Normal"]
    style.font.name = "仿宋"
    style.font.size = Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    document.core_properties.author = ""
    document.core_properties.title = call.title
    document.add_heading(call.title, level=1)
    text = document.add_paragraph(paragraph(call, found))
    text.paragraph_format.first_line_indent = Pt(28)
    document.add_heading("数据口径", level=2)
    table = document.add_table(rows=1, cols=3)
    table.style = "Table Grid"
    for cell, title in zip(table.rows[0].cells, ("指标", "数值", "口径"), strict=True):
        cell.text = title
    for figure in found:
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = figure.label, f"{figure.value}{figure.unit}", figure.definition
    document.add_paragraph(f"数据截至{timezone.localtime(at):%Y年%m月%d日 %H:%M}。")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
