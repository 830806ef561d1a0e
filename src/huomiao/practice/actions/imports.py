"""Bringing a file of questions into a bank: read in the background, looked at, then all of it or the good rows.

A file passes through ``BankImport.state``. Reading and writing run as background tasks that say how far they are and are
safe to run again: reading starts afresh, writing goes on with the rows that are not done.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.files.models import StoredFile
from huomiao.orgs.models import Organization
from huomiao.practice import importing
from huomiao.practice.actions import questions, reviewing
from huomiao.practice.formats import checking, registry, sheets, tables
from huomiao.practice.formats.archives import MOST_BYTES
from huomiao.practice.formats.draft import DraftQuestion, Finding, Media, Reading
from huomiao.practice.importing import DEFAULT_USE, Planned, TopicPaths
from huomiao.practice.models import Bank, BankImport, ImportMapping, ImportRow, Question, QuestionLabel
from huomiao.practice.queries import imports as queries
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import ImportState, RowFate, Use

if TYPE_CHECKING:
    from huomiao.accounts.models import User

logger = logging.getLogger(__name__)

CHUNK = 500
# After so long without a sign of life the work in the background is taken for dead and may be taken up again.
SILENCE = timedelta(minutes=2)
# A file that nobody decided about is forgotten after this.
KEPT_FOR = timedelta(days=7)
MEDIA_KINDS = ("image", "audio", "video")


class HasErrors(Invalid):
    """All of a file was to be imported, and some of it cannot be."""

    code = "has_problems"


# --- Bringing a file ----------------------------------------------------------------------------------------------


def bring(bank: Bank, content: bytes, file_name: str, *, by: User, at: datetime, now: bool = False) -> BankImport:
    """Keep a file and have it read in the background, or ``now``. Earlier files of theirs that wait are given up.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived.
        Invalid: the file is empty or too large.
    """
    if not rules.can_keep(by, bank):
        raise NotAllowed(_("只有管理这个题库的工会可以导入试题。"))
    if bank.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用再导入。"))
    if not content.strip(b"\x00 \r\n\t"):
        raise Invalid(_("文件是空的。请确认选对了文件，再重新上传。"))
    if len(content) > MOST_BYTES:
        raise Invalid(_("文件超过 %(limit)s MB。请分成几个文件上传。") % {"limit": MOST_BYTES // 1024 // 1024})
    with transaction.atomic():
        for old in queries.waiting(bank, by).select_for_update(of=("self",)):
            _forget(old, ImportState.DROPPED, at=at)
        batch = BankImport.objects.create(
            bank=bank,
            by=by,
            file_name=file_name[:200],
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            beat_at=at,
        )
        if not now:
            _start(read_file, batch)
    if now:
        read_file.call(batch.pk)
    return batch


def assign(batch: BankImport, plans: Sequence[sheets.SheetPlan], *, by: User, at: datetime, now: bool = False) -> None:
    """Read the tables again, with what ``by`` says each sheet and column is; remembered for the union's next such table.

    Raises:
        NotAllowed: it is somebody else's file, or ``by`` does not keep the bank any more.
        WrongState: it is being read or written, or over.
        Invalid: no sheet has a stem column.
    """
    if not any(plan.is_used and plan.is_readable for plan in plans):
        raise Invalid(_("请至少在一张工作表里指定哪一列是题干。"))
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.MAPPING, ImportState.PREVIEW})
        locked.sheets = [plan.as_json() for plan in plans]
        _remember(locked.bank.owner, plans, by=by, at=at)
        _begin(locked, ImportState.READING, at=at)
        if not now:
            _start(read_file, locked)
    if now:
        read_file.call(batch.pk)


def _remember(organization: Organization, plans: Sequence[sheets.SheetPlan], *, by: User, at: datetime) -> None:
    for plan in plans:
        if not (plan.is_used and plan.is_readable):
            continue
        mapping, _made = ImportMapping.objects.get_or_create(
            organization=organization, signature=plan.signature, defaults={"columns": {}, "at": at}
        )
        mapping.columns, mapping.by, mapping.at = plan.columns, by, at
        mapping.labels = {**mapping.labels, plan.name: plan.label}
        mapping.save()


def confirm(
    batch: BankImport,
    *,
    by: User,
    at: datetime,
    only_good: bool,
    shuffle: bool | None = None,
    use: str = DEFAULT_USE,
    then_submit: bool = False,
    now: bool = False,
) -> None:
    """Have the file written into the bank in the background: all of it, or with ``only_good`` what has no problem.

    Raises:
        NotAllowed, WrongState: as ``assign``; or another file is being written into this bank.
        HasErrors: all was asked for and there are problems, or there is nothing to import.
    """
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.PREVIEW})
        Bank.objects.select_for_update(of=("self",)).get(pk=locked.bank_id)
        if BankImport.objects.filter(bank_id=locked.bank_id, state=ImportState.WRITING).exists():
            raise WrongState(_("另一个文件正在导入这个题库，请等它完成后再导入。"))
        _need_good(locked.counts, locked.findings, only_good=only_good)
        locked.options = {
            **locked.options,
            "shuffle": locked.options.get("has_pattern", False) if shuffle is None else shuffle,
            "use": use if use in Use.values else DEFAULT_USE.value,
            "then_submit": then_submit,
            "only_good": only_good,
        }
        _begin(locked, ImportState.WRITING, at=at)
        if not now:
            _start(write_rows, locked)
    if now:
        write_rows.call(batch.pk)


def drop(batch: BankImport, *, by: User, at: datetime) -> None:
    """Give a file up; nothing of it is imported and it is gone.

    Raises:
        NotAllowed, WrongState: as ``assign``.
    """
    with transaction.atomic():
        states = {ImportState.READING, ImportState.MAPPING, ImportState.PREVIEW, ImportState.FAILED}
        locked = _lock(batch, by=by, states=states)
        _forget(locked, ImportState.DROPPED, at=at)
        history.record(locked, "bank.import_dropped", by=by, at=at)


def resume(batch: BankImport, *, by: User, at: datetime) -> None:
    """Take up work in the background that has said nothing for a while.

    Raises:
        NotAllowed: as ``assign``.
        WrongState: it is not stuck.
    """
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.READING, ImportState.WRITING})
        if not is_stuck(locked, at=at):
            raise WrongState(_("后台还在处理，请稍候。"))
        locked.beat_at = at
        locked.save(update_fields=["beat_at"])
        work = read_file if locked.state == ImportState.READING else write_rows
        _start(work, locked)


def is_stuck(batch: BankImport, *, at: datetime) -> bool:
    """Whether the work in the background has died, as far as one can tell."""
    return batch.is_working and batch.beat_at is not None and batch.beat_at < at - SILENCE


def forget_old(at: datetime) -> int:
    """The clock's turn: files that nobody decided about for a week are gone; returns how many."""
    old = BankImport.objects.filter(
        created_at__lt=at - KEPT_FOR,
        state__in=[ImportState.READING, ImportState.MAPPING, ImportState.PREVIEW, ImportState.FAILED],
    )
    count = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            batch = old.select_for_update(of=("self",)).filter(pk=pk).first()
            if batch is not None:
                _forget(batch, ImportState.DROPPED, at=at)
                count += 1
    return count


def _start(work: Any, batch: BankImport) -> None:
    """Have ``work`` done in the background once this is committed."""
    transaction.on_commit(partial(work.enqueue, batch.pk))


def _lock(batch: BankImport, *, by: User, states: Iterable[ImportState]) -> BankImport:
    locked = (
        BankImport.objects.select_for_update(of=("self",)).select_related("bank__owner", "bank__trade").get(pk=batch.pk)
    )
    if locked.by_id != by.pk:
        raise NotAllowed(_("只有上传的人可以处理这个文件。"))
    if not rules.can_keep(by, locked.bank):
        raise NotAllowed(_("只有管理这个题库的工会可以导入试题。"))
    if locked.state not in set(states):
        raise WrongState(
            _("这个文件现在是“%(state)s”，不能这样处理。请刷新页面查看。") % {"state": ImportState(locked.state).label}
        )
    return locked


def _begin(batch: BankImport, state: ImportState, *, at: datetime) -> None:
    batch.state = state
    batch.done = batch.total = 0
    batch.beat_at = at
    batch.save(update_fields=["state", "done", "total", "beat_at", "sheets", "options"])


def _forget(batch: BankImport, state: ImportState, *, at: datetime) -> None:
    """Drop the file and what was read from it; the counts stay."""
    batch.state = state
    batch.done_at = at
    batch.content = b""
    batch.sheets = []
    batch.save(update_fields=["state", "done_at", "content", "sheets", "counts", "options", "findings", "refusal"])
    if state == ImportState.DROPPED:
        batch.rows.all().delete()


def _need_good(counts: Mapping[str, int], findings: Sequence[Mapping[str, Any]], *, only_good: bool) -> None:
    fatal = [finding["message"] for finding in findings if finding["is_error"]]
    if fatal:
        raise HasErrors(fatal[0])
    if counts.get(RowFate.ERROR) and not only_good:
        raise HasErrors(
            _("有 %(count)s 道题有问题，没有导入任何题。可以改好再上传，或只导入没有问题的题。")
            % {"count": counts[RowFate.ERROR]}
        )
    if not counts.get(RowFate.NEW) and not counts.get(RowFate.CHANGED):
        raise HasErrors(_("没有需要新增或更新的题。"))


# --- Reading, in the background -----------------------------------------------------------------------------------


@task()
def read_file(pk: int) -> str:
    """Read a file that waits for it and work out each question's fate; returns the state that it is left in."""
    batch = (
        BankImport.objects.select_related("bank__owner", "bank__trade").filter(pk=pk, state=ImportState.READING).first()
    )
    if batch is None:
        return ""
    try:
        reading = _read(batch)
        if reading is not None:
            _plan(batch, reading)
    except DomainError as refusal:
        _leave(batch, ImportState.FAILED, refusal=refusal.message)
    except Exception:
        logger.exception("Reading the questions of import %s broke", pk)
        _leave(
            batch,
            ImportState.FAILED,
            refusal=_("读取时出了意外，问题已记录。请换一种格式保存后重新上传，或联系管理员。"),
        )
    return batch.state


def _read(batch: BankImport) -> Reading | None:
    """What the file holds; None where columns must be assigned first."""
    content = bytes(batch.content)
    batch.format = registry.recognise(content, batch.file_name)
    reader = registry.READERS[batch.format]
    if reader.read is not None:
        return reader.read(content)
    book = sheets.open_tables(content)
    if batch.sheets:
        plans = [sheets.SheetPlan.from_json(values) for values in batch.sheets]
    else:
        plans = sheets.plan(book, queries.remembered(batch.bank.owner))
        batch.sheets = [plan.as_json() for plan in plans]
        if not any(plan.is_used for plan in plans):
            _leave(batch, ImportState.MAPPING)
            return None
    return tables.read(book, plans, progress=partial(_beat, batch))


def _plan(batch: BankImport, reading: Reading) -> None:
    made = importing.plan(batch.bank, reading.drafts, reading.media, progress=partial(_beat, batch))
    kinds = Counter(row.draft.kind for row in made.rows if row.fate in {RowFate.NEW, RowFate.CHANGED, RowFate.SAME})
    pictures = {
        name for row in made.rows if row.fate != RowFate.ERROR for names in row.draft.media.values() for name in names
    }
    batch.counts = {**made.counts, "kinds": dict(kinds), "pictures": len(pictures)}
    batch.options = {"has_pattern": made.has_pattern, "seen": queries.mark(batch.bank)}
    batch.findings = [vars(finding) for finding in (*reading.findings, *made.findings)]
    with transaction.atomic():
        batch.rows.all().delete()
        ImportRow.objects.bulk_create(
            [_row(batch, number, planned) for number, planned in enumerate(made.rows, 1)], batch_size=CHUNK
        )
        _leave(batch, ImportState.PREVIEW)


def _row(batch: BankImport, number: int, planned: Planned) -> ImportRow:
    draft = planned.draft
    return ImportRow(
        batch=batch,
        number=number,
        sheet=draft.sheet[:120],
        line=draft.line,
        code=planned.code or draft.code,
        kind=draft.kind,
        stem=draft.stem[:120],
        fate=planned.fate,
        draft=draft.as_json(),
        question_id=planned.question_id,
    )


def _beat(batch: BankImport, done: int, total: int) -> None:
    batch.done, batch.total = done, total
    BankImport.objects.filter(pk=batch.pk).update(done=done, total=total, beat_at=timezone.now())


def _leave(batch: BankImport, state: ImportState, *, refusal: str = "") -> None:
    batch.state, batch.refusal = state, refusal
    fields = ["state", "refusal", "format", "sheets", "counts", "options", "findings"]
    # Somebody may have given it up meanwhile: then it stays given up.
    values = {name: getattr(batch, name) for name in fields}
    BankImport.objects.filter(pk=batch.pk, state__in=[ImportState.READING, ImportState.WRITING]).update(**values)


# --- Writing, in the background -----------------------------------------------------------------------------------


@task()
def write_rows(pk: int) -> str:
    """Write a confirmed file into its bank, a chunk at a time; returns the state that it is left in."""
    batch = (
        BankImport.objects.select_related("bank__owner", "bank__trade", "by")
        .filter(pk=pk, state=ImportState.WRITING)
        .first()
    )
    if batch is None:
        return ""
    try:
        _Writing(batch).run()
    except DomainError as refusal:
        # Something changed since the preview, such as the right to keep the bank: show it, with what is still open.
        _leave(batch, ImportState.PREVIEW, refusal=refusal.message)
    except Exception:
        logger.exception("Writing the questions of import %s broke", pk)
        _leave(
            batch,
            ImportState.PREVIEW,
            refusal=_("导入时出了意外，问题已记录，已导入的部分不会重复。可以再次确认导入。"),
        )
    return batch.state


class _Writing:
    """One confirmed file while it is written."""

    def __init__(self, batch: BankImport) -> None:
        self.batch, self.bank, self.by = batch, batch.bank, batch.by
        self.options = batch.options
        self.media: Media | None = None
        self.topics: TopicPaths | None = None
        self.stored: dict[str, dict[str, str]] = {}

    def run(self) -> None:
        wanted = [RowFate.NEW, RowFate.CHANGED]
        rows = self.batch.rows.filter(fate__in=wanted).order_by("number")
        total = rows.count()
        done = rows.filter(is_done=True).count()
        if not done and self.options.get("seen") != queries.mark(self.bank):
            self._plan_again()
            total = rows.count()
        _beat(self.batch, done, total)
        while chunk := list(rows.filter(is_done=False)[:CHUNK]):
            with transaction.atomic():
                self._write(chunk)
            done += len(chunk)
            _beat(self.batch, done, total)
        self._finish()

    def _plan_again(self) -> None:
        """The bank has changed since the preview: what was new then may stand in it by now."""
        rows = list(self.batch.rows.order_by("number"))
        made = importing.plan(self.bank, [DraftQuestion.from_json(row.draft) for row in rows], self._media())
        moved = []
        for row, planned in zip(rows, made.rows, strict=True):
            if (row.fate, row.question_id) != (planned.fate, planned.question_id):
                row.fate, row.question_id = planned.fate, planned.question_id
                moved.append(row)
        with transaction.atomic():
            ImportRow.objects.bulk_update(moved, ["fate", "question"], batch_size=CHUNK)
            self.batch.counts = {**self.batch.counts, **made.counts}
            BankImport.objects.filter(pk=self.batch.pk).update(counts=self.batch.counts)
        only_good = bool(self.options.get("only_good"))
        _need_good(self.batch.counts, [vars(finding) for finding in made.findings], only_good=only_good)

    def _media(self) -> Media:
        if self.media is None:
            self.media = _media_of(self.batch)
        return self.media

    def _write(self, chunk: list[ImportRow]) -> None:
        drafts = [DraftQuestion.from_json(row.draft) for row in chunk]
        topics = self._topics(drafts)
        known = {
            question.pk: question
            for question in Question.objects.filter(bank=self.bank, pk__in=[row.question_id for row in chunk if row.question_id])
            .select_related("topic", "latest")
        }  # fmt: skip
        kept = [
            self._kept(row, draft, known.get(row.question_id or 0), topics)
            for row, draft in zip(chunk, drafts, strict=True)
        ]
        saved = questions.save_many(self.bank, kept, by=self.by, at=timezone.now())
        labels = [
            QuestionLabel(question=one.question, name=label[:40])
            for one, draft in zip(saved, drafts, strict=True)
            for label in draft.labels
        ]
        QuestionLabel.objects.bulk_create(labels, ignore_conflicts=True, batch_size=CHUNK)
        ImportRow.objects.filter(pk__in=[row.pk for row in chunk]).update(is_done=True)
        if self.options.get("then_submit") and (fresh := [one.question.pk for one in saved if one.has_version]):
            reviewing.submit(self.bank, fresh, by=self.by, at=timezone.now())

    def _topics(self, drafts: Sequence[DraftQuestion]) -> TopicPaths:
        if self.topics is None:
            self.topics = TopicPaths(self.bank)
        for path in sorted({draft.topic for draft in drafts if draft.topic}):
            self.topics.create(path, by=self.by)
        return self.topics

    def _kept(
        self, row: ImportRow, draft: DraftQuestion, question: Question | None, topics: TopicPaths
    ) -> questions.Draft:
        """The draft as the bank keeps it; what the file leaves empty stays as the bank has it."""
        latest = question.latest if question is not None else None
        facts = importing.given_facts(draft, topics)
        body, key, explained = draft.body, draft.key, []
        if latest is not None and self._is_same(draft, latest):
            body, key = latest.body, latest.key
            explained = latest.explanation_media
        else:
            seed = f"{self.bank.pk} {row.code or draft.stem}"
            arranged = importing.mixed(draft, seed, with_options=bool(self.options.get("shuffle")))
            body, key = checking.with_media(arranged, self._medium), arranged.key
            explained = checking.explanation_media(arranged, self._medium)
            if latest is not None and not draft.media:
                body["media"], explained = latest.body.get("media", []), latest.explanation_media
        return questions.Draft(
            kind=draft.kind,
            body=body,
            key=key,
            code=question.code if question is not None else draft.code,
            explanation=draft.explanation or (latest.explanation if latest is not None else ""),
            explanation_media=explained,
            use=facts.get("use") or (question.use if question is not None else self.options.get("use", DEFAULT_USE)),
            topic=topics.find(draft.topic) if draft.topic else question.topic if question is not None else None,
            level=draft.level or (question.level if question is not None else ""),
            difficulty=draft.difficulty or (question.difficulty if question is not None else 3),
            source=draft.source or (question.source if question is not None else ""),
        )

    def _is_same(self, draft: DraftQuestion, latest: Any) -> bool:
        """Whether what is asked and right stays: then the version's own wording and order stay too."""
        if draft.kind != latest.kind or draft.media:
            return False
        return importing.compared(draft.kind, draft.body, draft.key) == importing.compared(
            latest.kind, latest.body, latest.key
        )

    def _medium(self, name: str) -> dict[str, str]:
        """The stored file behind a name: kept once, and not again when the bank shows the same bytes already."""
        if name not in self.stored:
            upload = File(io.BytesIO(self._media().read(name)), name=name.rpartition("/")[2])
            file = files.store(upload, by=self.by, kinds=MEDIA_KINDS)
            twin = (
                StoredFile.objects.filter(sha256=file.sha256, question_uses__question__bank=self.bank)
                .exclude(pk=file.pk)
                .first()
            )
            if twin is not None:
                file = twin
            self.stored[name] = {"file": str(file.pk), "kind": file.kind, "alt": ""}
        return self.stored[name]

    def _finish(self) -> None:
        at = timezone.now()
        with transaction.atomic():
            locked = BankImport.objects.select_for_update(of=("self",)).get(pk=self.batch.pk)
            _forget(locked, ImportState.DONE, at=at)
            # What had no problem stands in the bank now; the others' rows stay for the report, without their contents.
            locked.rows.filter(fate__in=[RowFate.NEW, RowFate.CHANGED, RowFate.SAME]).delete()
            counts = {fate.value: locked.counts.get(fate.value, 0) for fate in RowFate}
            history.record(
                self.bank,
                "bank.imported",
                by=self.by,
                at=at,
                note=_("来自文件：%(file)s") % {"file": locked.file_name},
                changes={"counts": ["", counts], "sha256": ["", locked.sha256]},
            )
            self.batch.state = locked.state


def _media_of(batch: BankImport) -> Media:
    """The pictures in the file, read again from it."""
    content = bytes(batch.content)
    reader = registry.READERS[batch.format]
    return reader.read(content).media if reader.read is not None else sheets.open_tables(content).media


def findings_of(values: Sequence[Mapping[str, Any]]) -> list[Finding]:
    return [Finding(**value) for value in values]
