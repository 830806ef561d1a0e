from __future__ import annotations

import ast
from pathlib import Path

import huomiao
from huomiao.core import acts


def recorded_actions() -> set[str]:
    """Every act that the source writes into the history by a name that stands there."""
    found = set()
    for path in Path(huomiao.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            if name in {"record", "record_many"}:
                given += node.args[1:2]
            found |= {one.value for one in given if isinstance(one, ast.Constant) and "." in str(one.value)}
    return found


def test_every_act_has_words():
    assert sorted(recorded_actions() - set(acts.WORDS)) == []
