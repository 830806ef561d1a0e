"""The topics that a file of questions names by their path below its bank's trade."""

from __future__ import annotations

from huomiao.practice.models import Bank, Topic
from huomiao.practice.rules.topics import MOST_DEPTH


class TopicPaths:
    """The knowledge tree below the bank's trade, by path; topics elsewhere by their code."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.base = bank.trade or Topic.objects.filter(code=bank.code).first()
        self._by_path: dict[tuple[str, ...], Topic] = {}
        self._by_code = {topic.code: topic for topic in Topic.objects.all()}
        self._found: dict[tuple[str, ...], Topic | None] = {}
        below = [
            topic for topic in self._by_code.values() if self.base is not None and topic.path.startswith(self.base.path)
        ]
        names: dict[str, tuple[str, ...]] = {}
        for topic in sorted(below, key=lambda each: each.path):
            parent = names.get(topic.path[: -Topic.steplen], ())
            names[topic.path] = () if topic.pk == self.base.pk else (*parent, topic.name)  # type: ignore[union-attr]  # there are topics below it
            self._by_path.setdefault(names[topic.path], topic)

    def find(self, path: tuple[str, ...]) -> Topic | None:
        """The topic at ``path`` below the bank's trade (whose own name may lead it), or the one with this code."""
        if path not in self._found:
            self._found[path] = self._find(path)
        return self._found[path]

    def _find(self, path: tuple[str, ...]) -> Topic | None:
        if self.base is not None and path[0] == self.base.name:
            path = path[1:]
        if path in self._by_path:
            return self._by_path[path]
        return self._by_code.get(path[0]) if len(path) == 1 else None

    def put(self, path: tuple[str, ...], topic: Topic) -> None:
        """``topic`` was made at ``path``; the empty path is the bank's own place in the tree."""
        if not path:
            self.base = topic
        self._by_path[path] = topic
        # A path may have been asked for before, with the trade's name in front or without.
        self._found.clear()

    def is_too_deep(self, path: tuple[str, ...]) -> bool:
        """Whether the tree cannot grow as far as ``path`` leads."""
        return (self.base.depth if self.base is not None else 1) + len(path) > MOST_DEPTH
