"""When an article was published and updated: what stands beside its title, what the page states, what its address carries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.article import Evidence
from huomiao.newsdesk.pipeline.extract import moments
from huomiao.newsdesk.pipeline.extract.moments import MINUTE, Moment
from huomiao.newsdesk.pipeline.extract.page import Line
from huomiao.newsdesk.pipeline.extract.structured import Stated

_PUBLISHED = re.compile(
    r"发布|发表|发稿|發布|發表|發佈|刊发|时间|時間|日期|上传|录入|published|posted|date", re.IGNORECASE
)
# Days that documents carry and that are not the one on which they came out.
_OTHER_DAY = re.compile(r"成文|生成|制发|印发|实施|施行|生效|截止|截至|报名|开始|结束|失效|废止")
_UPDATED = re.compile(r"更新|修改|编辑于|編輯|updated|modified|last edited", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<![a-z])(?:time|date|pub-?(?:time|date)?|publish(?:ed)?|shijian|riqi|info|meta|source|byline|post-?(?:on|time))(?![a-z])|time|date"
)
# What a line beside the title has more of than this is prose in which a date happens to stand.
_LONGEST = 120
_SHORT = 25
_LABEL_UNITS = 8
_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment and what speaks for it."""

    moment: Moment
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Times:
    """When the article came out and was last changed; None where the page does not say."""

    published: Candidate | None
    updated: Candidate | None


def find(head: Sequence[Line], tail: Sequence[Line], stated: Stated, url: str) -> Times:
    """The times of an article. ``head`` are the lines around its title, ``tail`` those after its body."""
    shown, changed = _shown(head)
    declared = list(_declared(stated.published, 0.9))
    updates = list(_declared(stated.modified, 0.85))
    published = _best(shown, declared)
    if published is None:
        after, later = _shown(tail)
        published = next(iter(sorted(after, key=_rank)), None)
        changed = changed or later
    if published is None and changed:
        # A page that only says when it was updated means when it came out.
        published, changed = changed[0], changed[1:]
    if (in_url := moments.in_address(url)) is not None:
        if published is None:
            published = Candidate(in_url, Evidence(0.5, "address", url[:120]))
        elif published.evidence.confidence < 0.7 and published.moment.at.date() != in_url.at.date():
            published = Candidate(in_url, Evidence(0.55, "address", url[:120]))
    if published is not None and published.moment.to != MINUTE:
        published = _refined(head, published) or published
    if published is None and updates:
        published, updates = updates[0], []
    updated = next(
        (one for one in (*changed, *updates) if published is not None and one.moment.at > published.moment.at), None
    )
    return Times(published, updated)


def with_others(times: Times, values: Iterable[tuple[str, str]]) -> Times:
    """The times with the first that ``values`` (cue and value) state, where none was sure."""
    other = next(iter(_declared(values, 0.7)), None)
    if other is None or (times.published is not None and times.published.moment.to == MINUTE):
        return times
    return Times(other, times.updated)


def _refined(head: Sequence[Line], day: Candidate) -> Candidate | None:
    """The minute that a short line beside the title names with the same day, though without a year."""
    for line in head:
        if len(line.text) <= _LONGEST and (moment := moments.refined(line.spaced, day.moment.at)) is not None:
            return Candidate(moment, Evidence(0.8, "shown without a year", line.spaced[:120]))
    return None


def _best(shown: Sequence[Candidate], declared: Sequence[Candidate]) -> Candidate | None:
    """The shown time, unless only a stated one of the same day is exact to the minute."""
    best = min(shown, key=_rank, default=None)
    if best is None or (declared and best.evidence.confidence < _UNSURE):
        return next((one for one in declared if one.moment.to == MINUTE), None) or next(iter(declared), None)
    if best.moment.to != MINUTE:
        exact = next(
            (one for one in declared if one.moment.to == MINUTE and one.moment.at.date() == best.moment.at.date()), None
        )
        return exact or best
    return best


def _rank(candidate: Candidate) -> tuple[bool, float]:
    return candidate.moment.to != MINUTE, -candidate.evidence.confidence


def _shown(lines: Sequence[Line]) -> tuple[list[Candidate], list[Candidate]]:
    """The times that short lines show: of publication, and of updates."""
    published: list[Candidate] = []
    updated: list[Candidate] = []
    label = ""
    for line in lines:
        # In a table the words that say which day it is stand in the cell before.
        prior, label = label, line.text if line.units <= _LABEL_UNITS else ""
        if line.picture is not None or len(line.text) > _LONGEST or line.link_share > 0.7:
            continue
        text = line.spaced
        at = 0
        for moment in moments.moments(text):
            before = text[max(at, moment.start - 14) : moment.start] if moment.start else prior
            at = moment.end
            quote = text[:120]
            if _UPDATED.search(before) and not _PUBLISHED.search(
                _UPDATED.sub("", before)[-4:].replace("时间", "").replace("日期", "")
            ):
                updated.append(Candidate(moment, Evidence(0.85, "shown as updated", quote)))
                continue
            confidence = 0.8
            if _PUBLISHED.search(before):
                confidence = 0.95
            elif _is_labelled(line):
                confidence = 0.9
            elif line.units > _SHORT:
                confidence = 0.4
            if _OTHER_DAY.search(before):
                confidence = 0.3
            published.append(Candidate(moment, Evidence(confidence, "shown beside the title", quote)))
    return published, updated


def _is_labelled(line: Line) -> bool:
    return bool(line.box.label and _LABEL.search(line.box.label)) or any(
        label and _LABEL.search(label) for _text, label, _href, _is_bold in line.parts
    )


def _declared(values: Iterable[tuple[str, str]], confidence: float) -> Iterable[Candidate]:
    for cue, value in values:
        if (moment := moments.stated(value)) is not None:
            sure = confidence if moment.to == MINUTE else confidence - 0.2
            yield Candidate(moment, Evidence(sure, cue, value[:120]))
