"""The kinds of question, each a module that knows one thing."""

from __future__ import annotations

from huomiao.practice.kinds.base import Answer, BadAnswer, BadQuestion, Body, Grade, Key, Kind

__all__ = ["Answer", "BadAnswer", "BadQuestion", "Body", "Grade", "Key", "Kind"]
