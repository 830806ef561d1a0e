"""Keeping a question: every change of what is asked makes a new version, and nothing else does.

One question or twenty thousand go the same way (``save`` is ``save_many`` of one), so that an import writes the same
versions and the same history as the editor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files.models import StoredFile
from huomiao.practice import alike
from huomiao.practice.kinds import KINDS, BadQuestion, Body, Key, parts
from huomiao.practice.models import Bank, Question, QuestionFile, QuestionVersion, Topic
from huomiao.practice.models.banks import EASIEST, HARDEST
from huomiao.practice.queries import usable_files
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import QuestionState, Use

if TYPE_CHECKING:
    from huomiao.accounts.models import User

EXPLANATION_LIMIT = 4000
CODE_LIMIT = 60
SOURCE_LIMIT = 120
BATCH = 500


@dataclass(frozen=True)
class Draft:
    """A question as somebody wants it kept. Without a ``code`` it gets the bank's next free number."""

    kind: str
    body: Body
    key: Key
    code: str = ""
    explanation: str = ""
    explanation_media: Sequence[dict[str, str]] = ()
    use: str = Use.BOTH
    topic: Topic | None = None
    level: str = ""
    difficulty: int = 3
    source: str = ""


@dataclass(frozen=True)
class Saved:
    """What became of a draft."""

    question: Question
    is_new: bool
    # Whether there is a new version: what is asked, what is right or why has changed.
    has_version: bool
    # Whether anything at all has changed.
    has_changed: bool


@dataclass(frozen=True)
class _Content:
    kind: str
    body: Body
    key: Key
    explanation: str
    explanation_media: list[dict[str, str]]
    digest: str

    @property
    def files(self) -> set[str]:
        return {medium["file"] for medium in parts.media_in([self.body, self.explanation_media])}


def save(
    bank: Bank,
    *,
    by: User | None,
    at: datetime,
    kind: str,
    body: Body,
    key: Key,
    code: str = "",
    explanation: str = "",
    explanation_media: Sequence[dict[str, str]] = (),
    use: str = Use.BOTH,
    topic: Topic | None = None,
    level: str = "",
    difficulty: int = 3,
    source: str = "",
    question: Question | None = None,
    seen: int | None = None,
    is_new: bool = False,
) -> Question:
    """Keep one question: ``question``, or the one with this ``code``, or a new one.

    ``seen`` is the number of the version that was on the screen when somebody began to write; with ``is_new`` nothing
    that is there already is changed.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived, or somebody else has changed the question since ``seen``.
        BadQuestion: it cannot be asked or graded.
        Invalid: its number belongs to another question, or a file is not theirs.
    """
    draft = Draft(kind, body, key, code, explanation, explanation_media, use, topic, level, difficulty, source)
    with transaction.atomic():
        locked = _lock(bank, by=by)
        if question is not None:
            draft = _renumbered(locked, question, draft, seen=seen)
        elif is_new and Question.objects.filter(bank=locked, code=parts.plain(code)).exists():
            raise Invalid(_taken(parts.plain(code)))
        return _keep(locked, [draft], by=by, at=at)[0].question


@transaction.atomic
def save_many(bank: Bank, drafts: Iterable[Draft], *, by: User | None, at: datetime) -> list[Saved]:
    """Keep many questions, those with known codes as new versions of what is there; all of them or none.

    Raises:
        NotAllowed, WrongState, BadQuestion, Invalid: as ``save``; the first that fails.
    """
    locked = _lock(bank, by=by)
    return _keep(locked, list(drafts), by=by, at=at)


def content_digest(kind: str, body: Body, key: Key, explanation: str, explanation_media: Sequence[Any] = ()) -> str:
    """What tells versions apart: equal for what is asked, right and explained in the same way."""
    content = [kind, body, key, explanation, list(explanation_media)]
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _lock(bank: Bank, *, by: User | None) -> Bank:
    locked = Bank.objects.select_for_update(of=("self",)).select_related("owner").get(pk=bank.pk)
    if by is not None and not rules.can_keep(by, locked):
        raise NotAllowed(_("只有管理这个题库的工会可以修改试题。"))
    if locked.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用再修改试题。"))
    return locked


def _renumbered(bank: Bank, question: Question, draft: Draft, *, seen: int | None) -> Draft:
    """``draft`` under the number that ``question`` has, after giving it the one that ``draft`` wants."""
    locked = Question.objects.select_for_update(of=("self",)).select_related("latest").get(pk=question.pk, bank=bank)
    if seen is not None and locked.latest is not None and locked.latest.number != seen:
        raise WrongState(_("这道题刚刚被别人修改过。请复制您的修改，打开最新内容后再保存。"))
    code = parts.plain(draft.code) or locked.code
    if code != locked.code:
        if Question.objects.filter(bank=bank, code=code).exists():
            raise Invalid(_taken(code))
        Question.objects.filter(pk=locked.pk).update(code=code)
    return replace(draft, code=code)


def _taken(code: str) -> str:
    return _("编号“%(code)s”已经是另一道题的编号，请换一个。") % {"code": code}


def _keep(bank: Bank, drafts: list[Draft], *, by: User | None, at: datetime) -> list[Saved]:
    coded = _with_codes(bank, drafts)
    contents = {code: _content(draft) for code, draft in coded.items()}
    _check_files(bank, contents.values(), by=by)
    known = _known(bank, list(coded))
    changes = [_changed(bank, known.get(code), code, draft, contents[code]) for code, draft in coded.items()]
    _write([change for change in changes if change.has_changed], by=by, at=at)
    return [Saved(change.question, change.is_new, change.content is not None, change.has_changed) for change in changes]


def _with_codes(bank: Bank, drafts: list[Draft]) -> dict[str, Draft]:
    """The drafts by code; those without one are numbered on from how many the bank has."""
    given = [parts.plain(draft.code) for draft in drafts]
    free = iter(()) if all(given) else _free_codes(bank, taken=set(given))
    coded: dict[str, Draft] = {}
    for draft, wanted in zip(drafts, given, strict=True):
        code = wanted or next(free)
        if len(code) > CODE_LIMIT:
            raise Invalid(_("编号“%(code)s…”太长，最多 %(limit)d 个字符。") % {"code": code[:20], "limit": CODE_LIMIT})
        if code in coded:
            raise Invalid(_("编号“%(code)s”出现了两次，每道题的编号不能相同。") % {"code": code})
        coded[code] = draft
    return coded


def _free_codes(bank: Bank, *, taken: set[str]) -> Iterator[str]:
    codes = set(Question.objects.filter(bank=bank).values_list("code", flat=True))
    for number in count(len(codes) + 1):
        code = f"{number:04d}"
        if code not in codes and code not in taken:
            yield code


def _content(draft: Draft) -> _Content:
    kind = KINDS.get(draft.kind)
    if kind is None:
        raise BadQuestion(_("没有“%(kind)s”这种题型。") % {"kind": draft.kind}, field="kind")
    body, key = kind.check(draft.body, draft.key)
    explanation = parts.text_of(draft.explanation, field="explanation", limit=EXPLANATION_LIMIT)
    media = parts.media_of(list(draft.explanation_media), field="explanation")
    if not EASIEST <= draft.difficulty <= HARDEST:
        raise BadQuestion(_("难度应在 1 到 5 之间。"), field="difficulty")
    digest = content_digest(kind.name, body, key, explanation, media)
    return _Content(kind.name, body, key, explanation, media, digest)


def _check_files(bank: Bank, contents: Iterable[_Content], *, by: User | None) -> None:
    """A question shows files that its writer uploaded or that the bank shows already, never somebody else's."""
    named = sorted({file for content in contents for file in content.files})
    rows = StoredFile.objects.all() if by is None else usable_files.in_bank(bank, by=by)
    for batch in _batches(named):
        found = {str(pk) for pk in rows.filter(pk__in=batch).values_list("pk", flat=True)}
        if not found.issuperset(batch):
            raise Invalid(_("有一个图片、音频或视频已经不在了，请重新上传。"))


def _known(bank: Bank, codes: list[str]) -> dict[str, Question]:
    known: dict[str, Question] = {}
    rows = Question.objects.filter(bank=bank).select_related("latest").annotate(last_number=Max("versions__number"))
    for batch in _batches(codes):
        known.update({question.code: question for question in rows.filter(code__in=batch)})
    return known


def _batches(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


@dataclass
class _Change:
    """What a draft does to a question: ``content`` is the new version's, ``moved`` the fields that change beside it."""

    question: Question
    is_new: bool
    content: _Content | None
    number: int
    moved: dict[str, list[Any]]

    @property
    def has_changed(self) -> bool:
        return self.is_new or self.content is not None or bool(self.moved)


def _changed(bank: Bank, question: Question | None, code: str, draft: Draft, content: _Content) -> _Change:
    is_new = question is None
    question = question or Question(bank=bank, code=code)
    latest = question.latest
    has_version = latest is None or latest.digest != content.digest
    wanted = {name: getattr(draft, name) for name in ("use", "level", "difficulty")}
    wanted |= {"source": parts.plain(draft.source)[:SOURCE_LIMIT], "topic_id": draft.topic.pk if draft.topic else None}
    if has_version:
        # What was agreed to was another text; what is published stays in use until this one is agreed to.
        wanted |= {"state": QuestionState.DRAFT, "kind": content.kind, "stem": content.body["stem"]}
    moved = {
        name: [getattr(question, name), value] for name, value in wanted.items() if getattr(question, name) != value
    }
    if "stem" in moved:
        question.sketch = alike.sketch(wanted["stem"])
    for name, value in wanted.items():
        setattr(question, name, value)
    number = 1 if is_new else question.last_number + 1  # type: ignore[attr-defined]  # annotated by _known
    return _Change(question, is_new, content if has_version else None, number, moved)


def _write(changes: list[_Change], *, by: User | None, at: datetime) -> None:
    new = [change.question for change in changes if change.is_new]
    Question.objects.bulk_create(new, batch_size=BATCH)
    again = [change for change in changes if change.content is not None]
    versions = QuestionVersion.objects.bulk_create(
        [_version(change.question, change.number, change.content, by=by, at=at) for change in again if change.content],
        batch_size=BATCH,
    )
    for version in versions:
        version.question.latest = version
    # An upsert of rows that exist: many times quicker than a statement for each.
    Question.objects.bulk_create(
        [change.question for change in changes],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "state",
            "use",
            "topic",
            "level",
            "difficulty",
            "source",
            "kind",
            "stem",
            "sketch",
            "latest",
            "changed_at",
        ],
        batch_size=BATCH,
    )
    uses = {(change.question.pk, file) for change in again if change.content for file in change.content.files}
    QuestionFile.objects.bulk_create(
        [QuestionFile(question_id=question, file_id=UUID(file)) for question, file in sorted(uses)],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    _record(changes, by=by, at=at)


def _version(question: Question, number: int, content: _Content, *, by: User | None, at: datetime) -> QuestionVersion:
    return QuestionVersion(
        question=question,
        number=number,
        kind=content.kind,
        body=content.body,
        key=content.key,
        explanation=content.explanation,
        explanation_media=content.explanation_media,
        digest=content.digest,
        by=by,
        at=at,
    )


def _record(changes: list[_Change], *, by: User | None, at: datetime) -> None:
    history.record_many([change.question for change in changes if change.is_new], "question.created", by=by, at=at)
    kept = [change for change in changes if not change.is_new]
    # The texts stand in the versions; the history names which one it is.
    history.record_many(
        [change.question for change in kept],
        "question.changed",
        by=by,
        at=at,
        changes=[
            {name: pair for name, pair in change.moved.items() if name != "stem"}
            | ({"version": [change.number - 1, change.number]} if change.content else {})
            for change in kept
        ],
    )
