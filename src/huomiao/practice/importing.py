"""What a file of questions would do to a bank: every question's fate, and the order in which options are kept.

Blanks never make a difference: the same question typed with and without a space before its unit is the same question.
A cell that a file leaves empty changes nothing that the bank knows already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice import option_order
from huomiao.practice.formats.draft import DraftQuestion, Finding, Media
from huomiao.practice.models import Bank
from huomiao.practice.rules.topics import MOST_DEPTH
from huomiao.practice.same_questions import (
    Known,
    Token,
    compared,
    drafts_media,
    folded,
    identified,
    known_of,
    media_token,
)
from huomiao.practice.states import RowFate, Use
from huomiao.practice.topic_paths import TopicPaths

MOST_NEW_TOPICS = 2000
DEFAULT_USE = Use.BOTH
_NAMES_LETTERS = re.compile(
    r"(?:选项?|答案|故)\s*[A-H]|(?<![A-Za-z])[A-H]\s*(?:项|选项|、[A-H]|(?:是)?(?:错|对|正确|不正确))"
)

Progress = Callable[[int, int], None]


@dataclass
class Planned:
    """One question of the file and its fate."""

    draft: DraftQuestion
    fate: RowFate
    question_id: int | None = None
    # The bank's code of the question that it changes; "" gives a new question the next free one.
    code: str = ""


@dataclass
class Plan:
    """The fates of all questions, and what there is to say about the file as a whole."""

    rows: list[Planned]
    findings: list[Finding] = field(default_factory=list)
    new_topics: list[tuple[str, ...]] = field(default_factory=list)
    # The share of choice questions whose right options are the first ones; None where there are too few to say.
    first_share: float | None = None

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.fate for row in self.rows)
        return {fate.value: counted[fate] for fate in RowFate}

    @property
    def has_pattern(self) -> bool:
        return self.first_share is not None and self.first_share >= option_order.PATTERN_SHARE


def plan(bank: Bank, drafts: Sequence[DraftQuestion], media: Media, *, progress: Progress | None = None) -> Plan:
    """Each draft's fate in ``bank``. Drafts get further findings; those that repeat an earlier one lend it their labels."""
    topics = TopicPaths(bank)
    known = known_of(bank)
    by_code = {question.code: question for question in known}
    by_identity: dict[str, Known] = {}
    for question in known:
        by_identity.setdefault(question.identity, question)
    made = Plan([])
    token = media_token(media)
    seen_codes: dict[str, Planned] = {}
    seen_identities: dict[str, Planned] = {}
    for number, draft in enumerate(drafts, 1):
        row = _planned(draft, by_code, by_identity, topics, token, seen_codes, seen_identities)
        made.rows.append(row)
        if progress is not None and number % 500 == 0:
            progress(number, len(drafts))
    # Labels that later copies lent: now it is known whether a question that looked unchanged gets new ones.
    for row in made.rows:
        if row.fate == RowFate.SAME and row.question_id is not None:
            mine = by_code.get(row.code)
            if mine is not None and not mine.labels.issuperset(row.draft.labels):
                row.fate = RowFate.CHANGED
    made.new_topics = _new_topics(made.rows, topics)
    made.first_share = option_order.first_share(
        row.draft for row in made.rows if row.draft.is_good and row.fate != RowFate.DOUBLE
    )
    _tell(made, bank)
    return made


def _planned(
    draft: DraftQuestion,
    by_code: dict[str, Known],
    by_identity: dict[str, Known],
    topics: TopicPaths,
    token: Token,
    seen_codes: dict[str, Planned],
    seen_identities: dict[str, Planned],
) -> Planned:
    if draft.topic and topics.find(draft.topic) is None and topics.is_too_deep(draft.topic):
        draft.blame("topic", _("知识点的层级太多，连同工种最多 %(most)s 层。") % {"most": MOST_DEPTH})
    if not draft.is_good:
        return Planned(draft, RowFate.ERROR)
    print_ = compared(draft.kind, draft.body, draft.key)
    pictures = drafts_media(draft, token) if draft.media else ""
    identity = identified(draft.kind, draft.body) + pictures
    earlier = seen_codes.get(draft.code) if draft.code else None
    alike = seen_identities.get(identity)
    if earlier is not None or (alike is not None and not (draft.code and alike.draft.code)):
        return _repeated(draft, earlier if earlier is not None else alike, print_)
    question = by_code.get(draft.code) if draft.code else by_identity.get(identity)
    row = Planned(draft, RowFate.NEW, code=draft.code)
    seen_identities.setdefault(identity, row)
    if draft.code:
        seen_codes[draft.code] = row
        _compare_codes(draft, alike, by_identity.get(identity), print_)
    if question is None:
        return row
    row.question_id, row.code = question.pk, question.code
    has_changed = (
        print_ != question.print
        or (bool(pictures) and pictures != question.media)
        or (bool(draft.explanation) and folded(draft.explanation) != question.explanation)
        or any(question.facts[name] != value for name, value in given_facts(draft, topics).items())
    )
    row.fate = RowFate.CHANGED if has_changed else RowFate.SAME
    return row


def _compare_codes(draft: DraftQuestion, alike: Planned | None, known: Known | None, print_: str) -> None:
    """Two codes are two questions, whatever they read; but it is said when they read alike."""
    code = alike.draft.code if alike is not None else known.code if known is not None else draft.code
    if code == draft.code:
        return
    if alike is not None:
        has_same_key = compared(alike.draft.kind, alike.draft.body, alike.draft.key) == print_
    else:
        has_same_key = known is not None and known.print == print_
    message = (
        _("与编号 %(code)s 的题内容相同，编号不同，仍作为两道题导入。")
        if has_same_key
        else _("与编号 %(code)s 的题题目相同、答案不同，请核对。")
    )
    draft.note("code", message % {"code": code})


def _repeated(draft: DraftQuestion, earlier: Planned | None, print_: str) -> Planned:
    """A question that stands in the file already: a copy lends its labels, anything else is a contradiction."""
    if earlier is None:
        return Planned(draft, RowFate.NEW)
    first = earlier.draft
    where = (
        f"{first.sheet} " + _("第 %(line)s 行") % {"line": first.line}
        if first.sheet
        else _("第 %(line)s 行") % {"line": first.line}
    )
    if compared(first.kind, first.body, first.key) == print_:
        first.labels = tuple(dict.fromkeys([*first.labels, *draft.labels]))
        draft.note("stem", _("与%(where)s是同一道题，只导入一次。") % {"where": where})
        return Planned(draft, RowFate.DOUBLE, earlier.question_id)
    if draft.code and draft.code == first.code:
        draft.blame(
            "code", _("编号与%(where)s相同，内容却不同。请改正编号或内容。") % {"where": where}, value=draft.code
        )
    else:
        draft.blame("answer", _("与%(where)s题目相同，答案却不同。请核对后只保留一道。") % {"where": where})
    return Planned(draft, RowFate.ERROR)


def given_facts(draft: DraftQuestion, topics: TopicPaths) -> dict[str, Any]:
    """The facts that the file gives: what it leaves empty is not there."""
    facts: dict[str, Any] = {}
    if draft.use:
        facts["use"] = draft.use
    if draft.level:
        facts["level"] = draft.level
    if draft.difficulty is not None:
        facts["difficulty"] = draft.difficulty
    if draft.source:
        facts["source"] = draft.source
    if draft.topic:
        found = topics.find(draft.topic)
        facts["topic_id"] = found.pk if found is not None else draft.topic
    return facts


# --- What there is to say ---------------------------------------------------------------------------------------------


def _new_topics(rows: Iterable[Planned], topics: TopicPaths) -> list[tuple[str, ...]]:
    wanted: dict[tuple[str, ...], None] = {}
    for row in rows:
        if row.fate in {RowFate.NEW, RowFate.CHANGED} and row.draft.topic and topics.find(row.draft.topic) is None:
            path = row.draft.topic
            for depth in range(1, len(path) + 1):
                if topics.find(path[:depth]) is None:
                    wanted[path[:depth]] = None
    return list(wanted)


def _tell(made: Plan, bank: Bank) -> None:
    if made.has_pattern and made.first_share is not None:
        made.findings.append(
            Finding(
                _("选择题里有 %(share)d%% 的正确答案排在最前面几项。建议导入时打乱选项的存放顺序，免得从位置猜出答案。")
                % {"share": round(100 * made.first_share)},
                is_error=False,
            )
        )
        named = sum(
            bool(_NAMES_LETTERS.search(row.draft.explanation))
            for row in made.rows
            if row.draft.kind in option_order.CHOICES
        )
        if named:
            made.findings.append(
                Finding(
                    _("有 %(count)s 道题的解析提到了选项字母，打乱顺序后字母对不上，请改写成文字。") % {"count": named},
                    is_error=False,
                )
            )
    if made.new_topics:
        names = "、".join(path[-1] for path in made.new_topics[:8])
        made.findings.append(
            Finding(
                _("将在知识点树里新建 %(count)s 个知识点：%(names)s%(more)s")
                % {"count": len(made.new_topics), "names": names, "more": "…" if len(made.new_topics) > 8 else ""},
                is_error=False,
            )
        )
    if len(made.new_topics) > MOST_NEW_TOPICS:
        made.findings.append(
            Finding(_("新的知识点超过 %(most)s 个。请检查知识点一列是否指定对了。") % {"most": MOST_NEW_TOPICS})
        )
    if not made.rows:
        made.findings.append(Finding(_("文件里没有读到试题。")))
