"""The kinds of question, each a module that knows one thing."""

from __future__ import annotations

from huomiao.practice.kinds import fill, matching, multiple, ordering, short, single, true_false
from huomiao.practice.kinds.base import Answer, BadAnswer, BadQuestion, Body, Grade, Key, Kind

# In the order in which papers and menus list them.
KINDS: dict[str, Kind] = {
    single.name: single,
    multiple.name: multiple,
    true_false.name: true_false,
    fill.name: fill,
    ordering.name: ordering,
    matching.name: matching,
    short.name: short,
}
GRADED = frozenset(name for name, kind in KINDS.items() if kind.is_graded)

__all__ = ["GRADED", "KINDS", "Answer", "BadAnswer", "BadQuestion", "Body", "Grade", "Key", "Kind"]
