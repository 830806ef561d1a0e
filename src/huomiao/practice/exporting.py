"""The questions of a bank as drafts, for the writers of ``formats``."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huomiao.files.models import StoredFile
from huomiao.practice.formats.checking import without_media
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Media, option_place
from huomiao.practice.kinds.parts import media_in
from huomiao.practice.models import Question, QuestionLabel, Topic

MOST_MEDIA_BYTES = 300 * 1024 * 1024


def drafts_of(questions: QuerySet[Question]) -> tuple[list[DraftQuestion], Media, list[Finding]]:
    """The newest versions of ``questions`` with their pictures, and what was too large to come along."""
    # What each stored file is called in the export, once it is known to come along.
    rows = list(questions.select_related("latest", "topic").order_by("code"))
    paths = _topic_paths()
    labels: dict[int, list[str]] = {}
    for pk, name in (
        QuestionLabel.objects.filter(question__in=questions).order_by("name").values_list("question_id", "name")
    ):
        labels.setdefault(pk, []).append(name)
    drafts: list[DraftQuestion] = []
    wanted: dict[str, str] = {}
    for number, question in enumerate(rows, 1):
        version = question.latest
        if version is None:
            continue
        draft = DraftQuestion(
            kind=version.kind,
            body=without_media(version.body),
            key=version.key,
            code=question.code,
            explanation=version.explanation,
            topic=paths.get(question.topic_id or 0, ()),
            level=question.level,
            difficulty=question.difficulty,
            use=question.use,
            source=question.source,
            labels=tuple(labels.get(question.pk, ())),
            line=number,
        )
        _name_media(draft, STEM, version.body.get("media", ()), wanted)
        for index, option in enumerate(version.body.get("options", ())):
            _name_media(draft, option_place(index), option.get("media", ()), wanted)
        _name_media(draft, EXPLANATION, version.explanation_media, wanted)
        drafts.append(draft)
    media, findings = _read(wanted)
    for draft in drafts:
        named = {place: [wanted[file] for file in files if wanted[file]] for place, files in draft.media.items()}
        draft.media = {place: names for place, names in named.items() if names}
    return drafts, media, findings


def _name_media(draft: DraftQuestion, place: str, media: Iterable[dict[str, str]], wanted: dict[str, str]) -> None:
    for medium in media_in(list(media)):
        wanted.setdefault(medium["file"], "")
        draft.media.setdefault(place, []).append(medium["file"])


def _topic_paths() -> dict[int, tuple[str, ...]]:
    """Each topic's path below its trade."""
    by_path: dict[str, tuple[str, ...]] = {}
    paths: dict[int, tuple[str, ...]] = {}
    for topic in Topic.objects.order_by("path"):
        above = by_path.get(topic.path[: -Topic.steplen])
        by_path[topic.path] = () if above is None else (*above, topic.name)
        paths[topic.pk] = by_path[topic.path] or (topic.name,)
    return paths


def _read(wanted: dict[str, str]) -> tuple[Media, list[Finding]]:
    media, findings, total = Media(), [], 0
    for start in range(0, len(wanted), 500):
        for file in StoredFile.objects.filter(pk__in=list(wanted)[start : start + 500]):
            total += file.size
            if total > MOST_MEDIA_BYTES:
                findings.append(
                    Finding(_("图片和音视频太大，“%(name)s”没有带上。") % {"name": file.name}, is_error=False)
                )
                continue
            name = wanted[str(file.pk)] = f"images/{file.pk.hex[:12]}.{file.extension}"
            with default_storage.open(file.location) as stored:
                media.add(name, stored.read())
    return media, findings
