"""The demo province's question banks as the tables that a training officer would bring. Written for the demo."""

from __future__ import annotations

from huomiao.demo.questions import electrician, safety, welder
from huomiao.demo.questions.row import BankTable, Row

BANKS: list[BankTable] = [
    BankTable("demo-safety", "安全生产与应急常识（演示）", "", safety.ROWS),
    BankTable("demo-electrician", "电工岗位练兵题库（演示）", "电工", electrician.ROWS),
    BankTable("demo-welder", "焊工岗位练兵题库（演示）", "焊工", welder.ROWS),
]

__all__ = ["BANKS", "BankTable", "Row"]
