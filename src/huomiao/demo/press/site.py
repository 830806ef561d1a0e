"""What a site answers to an address: pure functions of the path and of how long the press has been open."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huomiao.demo import pictures
from huomiao.demo.press.stories import Picture, Story


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of a response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def tag(self) -> str:
        """The entity tag: the same for the same bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


NOT_FOUND = Answer(404, {"Content-Type": "text/plain; charset=utf-8"}, "没有这个页面。".encode())


@dataclass
class Site(ABC):
    """A site of the press. ``base`` is its own address and ``names`` are those that papers go by, by site."""

    base: str
    stories: list[Story]
    names: dict[str, str]
    opened_at: datetime
    addresses: dict[str, tuple[Story, int]] = field(init=False)
    _pictures: dict[str, Picture] = field(init=False)

    def __post_init__(self) -> None:
        self.addresses = {
            self.page_path(self.path_of(story), number): (story, number)
            for story in self.stories
            for number in range(1, len(story.pages) + 1)
        }
        self._pictures = {
            self.image_path(story, number): picture
            for story in self.stories
            for number, picture in enumerate(story.pictures, 1)
        }

    def answer(self, path: str, since: timedelta) -> Answer:
        """What ``path`` shows when the press has been open for ``since``."""
        if path == "/robots.txt":
            return self.text("text/plain", self.robots())
        if path.startswith("/img/"):
            return self._picture(path)
        shown = self.special(path, since) or self._article(path, since)
        return shown or NOT_FOUND

    def robots(self) -> str:
        return "User-agent: *\nDisallow: /admin/\n"

    def text(self, kind: str, content: str) -> Answer:
        return Answer(200, {"Content-Type": f"{kind}; charset=utf-8"}, content.encode())

    def _article(self, path: str, since: timedelta) -> Answer | None:
        if path not in self.addresses:
            return None
        story, number = self.addresses[path]
        return self.article(story.as_of(since), number)

    def page_path(self, path: str, number: int) -> str:
        """The address of page ``number`` of an article."""
        return path if number == 1 else path.replace(".htm", f"_{number}.htm")

    def image_path(self, story: Story, number: int) -> str:
        return f"/img/{story.key}-{number}.jpg"

    def _picture(self, path: str) -> Answer:
        picture = self._pictures.get(path)
        if picture is None:
            return NOT_FOUND
        # Whoever takes a story takes its picture: the drawing follows the caption.
        seed = int(hashlib.sha256(picture.caption.encode()).hexdigest()[:6], 16)
        return Answer(200, {"Content-Type": "image/jpeg"}, pictures.drawing(seed))

    @abstractmethod
    def path_of(self, story: Story) -> str:
        """Where a story stands on this site."""

    @abstractmethod
    def special(self, path: str, since: timedelta) -> Answer | None:
        """The front page, lists, feeds; None for another path."""

    @abstractmethod
    def article(self, story: Story, number: int) -> Answer:
        """Page ``number`` of ``story``."""
