"""Writing a confirmed file into its bank, a chunk at a time, by the actions that people use themselves."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.files import actions as files
from huomiao.files.models import StoredFile
from huomiao.practice import import_reading, importing, option_order
from huomiao.practice.actions import questions, reviewing
from huomiao.practice.actions import topics as tree
from huomiao.practice.formats import checking
from huomiao.practice.formats.draft import DraftQuestion, Media
from huomiao.practice.import_batches import CHUNK, beat, forget, need_good
from huomiao.practice.importing import DEFAULT_USE
from huomiao.practice.models import BankImport, ImportRow, Question, QuestionLabel, Topic
from huomiao.practice.queries import imports as queries
from huomiao.practice.same_questions import compared
from huomiao.practice.states import ImportState, RowFate, TopicKind
from huomiao.practice.topic_paths import TopicPaths

MEDIA_KINDS = ("image", "audio", "video")


class Writing:
    """One confirmed file while it is written."""

    def __init__(self, batch: BankImport) -> None:
        self.batch, self.bank, self.by = batch, batch.bank, batch.by
        self.options = batch.options
        self.media: Media | None = None
        self.topics: TopicPaths | None = None
        self.stored: dict[str, dict[str, str]] = {}

    def run(self) -> None:
        """Write what is not done yet, a chunk at a time.

        Raises:
            DomainError: the bank has changed since the preview, and it cannot go on.
        """
        wanted = [RowFate.NEW, RowFate.CHANGED]
        rows = self.batch.rows.filter(fate__in=wanted).order_by("number")
        total = rows.count()
        done = rows.filter(is_done=True).count()
        if not done and self.options.get("seen") != queries.mark(self.bank):
            self._plan_again()
            total = rows.count()
        beat(self.batch, done, total)
        while chunk := list(rows.filter(is_done=False)[:CHUNK]):
            with transaction.atomic():
                self.write(chunk)
            done += len(chunk)
            beat(self.batch, done, total)
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
        need_good(self.batch.counts, [vars(finding) for finding in made.findings], only_good=only_good)

    def _media(self) -> Media:
        if self.media is None:
            self.media = import_reading.media_of(self.batch)
        return self.media

    def write(self, chunk: list[ImportRow]) -> None:
        """Write these rows; whoever calls makes it one transaction."""
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
            self._make_topic(self.topics, path)
        return self.topics

    def _make_topic(self, topics: TopicPaths, path: tuple[str, ...]) -> Topic:
        """The topic at ``path``, made with all above it that is missing."""
        found = topics.find(path)
        if found is not None:
            return found
        base = topics.base
        if base is None:
            base = tree.add(code=self.bank.code, name=self.bank.name, kind=TopicKind.TRADE, parent=None, by=self.by)
            topics.put((), base)
        if path[0] == base.name:
            path = path[1:]
        parent = self._make_topic(topics, path[:-1]) if len(path) > 1 else base
        # Below a trade or subject stand subjects, below a point only points.
        kind = TopicKind.POINT if parent.kind == TopicKind.POINT else TopicKind.SUBJECT
        digest = hashlib.sha256("\n".join(path).encode()).hexdigest()[:10]
        made = tree.add(code=f"{self.bank.code[:29]}-{digest}", name=path[-1], kind=kind, parent=parent, by=self.by)
        topics.put(path, made)
        return made

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
            arranged = option_order.mixed(draft, seed, with_options=bool(self.options.get("shuffle")))
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
        return compared(draft.kind, draft.body, draft.key) == compared(latest.kind, latest.body, latest.key)

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
            forget(locked, ImportState.DONE, at=at)
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
