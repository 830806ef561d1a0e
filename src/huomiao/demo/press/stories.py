"""The texts of the press, read from ``stories/*.txt``: what each site wrote itself, and what it took from whom.

A file holds stories with ``====`` between them: lines ``name: value``, an empty line, then blocks with empty lines between
them. A block is a paragraph, ``## heading``, ``- list``, ``> quote``, ``| table |`` or ``![1]``, the place of the first picture;
``####`` begins the next page. ``时间`` is a local moment, or days before the press opened and an hour. After ``修订: seconds`` stand
the title and the blocks that change so long after the start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent / "stories"
ZONE = ZoneInfo("Asia/Shanghai")
SITES = ("gongren", "zaixian", "kandian")


@dataclass(frozen=True)
class Picture:
    """A picture of a story: its caption, and who took or gave it."""

    caption: str
    credit: str


@dataclass(frozen=True)
class Revision:
    """What a site changes ``after`` the press has opened."""

    after: timedelta
    title: str
    blocks: dict[int, str]


@dataclass(frozen=True)
class Story:
    """One article of one site. ``pages`` are its pages, each a tuple of blocks."""

    site: str
    key: str
    title: str
    category: str
    published_at: datetime
    pages: tuple[tuple[str, ...], ...]
    kicker: str = ""
    reporter: str = ""
    editor: str = ""
    pictures: tuple[Picture, ...] = ()
    # Whose text it is, where it is somebody else's.
    taken_from: str = ""
    revision: Revision | None = None

    def as_of(self, since: timedelta) -> Story:
        """The story as it stands ``since`` the press opened."""
        if self.revision is None or since < self.revision.after:
            return self
        blocks = list(self.pages[0])
        for number, text in self.revision.blocks.items():
            blocks[number] = text
        return replace(self, title=self.revision.title, pages=(tuple(blocks), *self.pages[1:]))


def read(opened_on: date) -> dict[str, list[Story]]:
    """All stories by site, newest first; days are counted back from ``opened_on``."""
    found: dict[str, list[Story]] = {site: [] for site in SITES}
    by_key: dict[str, Story] = {}
    for site in SITES:
        for part in re.split(r"^====\n", (FOLDER / f"{site}.txt").read_text("utf-8"), flags=re.MULTILINE):
            story = _story(site, part.strip(), opened_on, by_key)
            by_key[f"{site}/{story.key}"] = story
            found[site].append(story)
        found[site].sort(key=lambda story: story.published_at, reverse=True)
    return found


def _story(site: str, part: str, opened_on: date, known: dict[str, Story]) -> Story:
    head, _gap, rest = part.partition("\n\n")
    facts = _facts(head)
    told_at = _moment(facts["时间"], opened_on)
    if "转" in facts:
        return _repost(site, facts, told_at, known[facts["转"]])
    body, _mark, revision = rest.partition("\n\n修订: ")
    pages = tuple(tuple(_blocks(page)) for page in body.split("####"))
    return Story(
        site=site,
        key=facts["key"],
        title=facts["标题"],
        category=facts["类别"],
        published_at=told_at,
        pages=pages,
        kicker=facts.get("引题", ""),
        reporter=facts.get("记者", ""),
        editor=facts.get("编辑", ""),
        pictures=(_picture(facts["图"]),) if "图" in facts else (),
        revision=_revision(revision, pages[0]) if revision else None,
    )


def _repost(site: str, facts: dict[str, str], told_at: datetime, source: Story) -> Story:
    """Somebody else's story under a title of one's own: perhaps with a new lead, perhaps without its last paragraphs."""
    blocks = [block for page in source.pages for block in page]
    if "丢段" in facts:
        blocks = blocks[: int(facts["丢段"])]
    if "导语" in facts:
        blocks.insert(0, facts["导语"])
    return replace(
        source,
        site=site,
        key=facts["key"],
        title=facts["标题"],
        kicker="",
        published_at=told_at,
        pages=(tuple(blocks),),
        taken_from=source.site,
        revision=None,
    )


def _facts(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.splitlines())
    return {name.strip(): value.strip() for name, _colon, value in pairs}


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in text.strip().split("\n\n") if block.strip()]


def _picture(text: str) -> Picture:
    _key, caption, credit = (piece.strip() for piece in text.split("|"))
    return Picture(caption, credit)


def _revision(text: str, blocks: tuple[str, ...]) -> Revision:
    seconds, *lines = text.splitlines()
    title, changed = "", {}
    for line in lines:
        name, _colon, value = line.partition(": ")
        if name == "标题":
            title = value
        else:
            changed[int(name.removeprefix("段落 ")) - 1] = value
    if any(number >= len(blocks) for number in changed):
        raise ValueError(f"The revision of {title!r} changes a block that is not there")
    return Revision(timedelta(seconds=int(seconds)), title, changed)


def _moment(text: str, opened_on: date) -> datetime:
    day, hour = text.split()
    on = opened_on + timedelta(days=int(day)) if day.startswith("-") else date.fromisoformat(day)
    return datetime.combine(on, datetime.strptime(hour, "%H:%M").time(), ZONE)  # noqa: DTZ007 - an hour alone
