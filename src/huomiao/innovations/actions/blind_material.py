"""What experts see of a declaration: its entry with names struck out, and the files that name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.files.actions import store
from huomiao.files.models import Kind, StoredFile
from huomiao.innovations import blinding
from huomiao.innovations.actions.round_access import OPEN, locked_round
from huomiao.innovations.models import (
    Attachment,
    Declaration,
    Entry,
    EntryFile,
    Redaction,
    Round,
    Unsealing,
    Withheld,
)
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.states import (
    BLIND_ROLES,
    AttachmentRole,
    PropertyStatus,
    WithheldReason,
)

if TYPE_CHECKING:
    from django.core.files.base import File

    from huomiao.accounts.models import User

# What of a declaration an expert reads, in this order.
TEXTS = ("problem", "solution", "application", "social_benefit", "outlook")
FILE_LABELS = {
    AttachmentRole.PICTURE: gettext_lazy("图片"),
    AttachmentRole.VIDEO: gettext_lazy("视频"),
    AttachmentRole.MATERIAL: gettext_lazy("材料"),
}
# Files whose words can be read, and so be checked for names.
READABLE = frozenset({Kind.PDF, Kind.OFFICE})


def make_entries(review: Round, declarations: Sequence[Declaration]) -> None:
    """Entries in the order of their random numbers, so that not even their keys tell the order of declaring."""
    words = queries.identifying_words(declarations) if review.rules["blind"] else {}
    numbered = sorted(zip(blinding.numbers(len(declarations), seed=review.seed), declarations, strict=True))
    pairs: list[tuple[Entry, Declaration]] = []
    for entry_number, declaration in numbered:
        own = words.get(declaration.pk, ())
        texts = _texts(declaration, blind=review.rules["blind"])
        shown = blinding.strike_all(texts, own) if review.rules["blind"] else texts
        category = declaration.category
        if category is None or category.rubric_id is None:  # ``prepare`` has refused these
            raise Invalid(_("“%(title)s”没有类别。") % {"title": declaration})
        pairs.append(
            (
                Entry(
                    round=review,
                    number=entry_number,
                    category_name=category.name,
                    field_name=declaration.field.name if declaration.field else "",
                    division=declaration.division,
                    rubric_id=category.rubric_id,
                    title=shown.title[:200],
                    sections=shown.sections,
                    benefits=shown.benefits,
                ),
                declaration,
            )
        )
    Entry.objects.bulk_create([entry for entry, _declaration in pairs])
    Unsealing.objects.bulk_create(Unsealing(entry=entry, declaration=declaration) for entry, declaration in pairs)
    for entry, declaration in pairs:
        _make_files(entry, declaration, words.get(declaration.pk, ()), blind=review.rules["blind"])


def _texts(declaration: Declaration, *, blind: bool) -> blinding.Texts:
    sections = [
        {"heading": str(Declaration._meta.get_field(name).verbose_name), "text": getattr(declaration, name)}  # type: ignore[union-attr]  # text fields all have one
        for name in TEXTS
        if getattr(declaration, name)
    ]
    rights = [
        f"{right.get_kind_display()}（{right.get_status_display()}）"
        for right in declaration.properties.all()
        if right.status != PropertyStatus.LAPSED
    ]
    if rights:
        sections.append({"heading": _("知识产权"), "text": "、".join(rights)})
    if not blind:
        authors = "、".join(author.name for author in declaration.authors.all())
        sections.append({"heading": _("申报单位与完成人"), "text": f"{declaration.unit}　{authors}"})
    benefits = [
        {
            "kind": str(benefit.get_kind_display()),
            "amount": f"{benefit.amount:f}",
            "period": benefit.period,
            "basis": benefit.basis,
        }
        for benefit in declaration.benefits.all()
    ]
    return blinding.Texts(declaration.title, sections, benefits)


def _make_files(entry: Entry, declaration: Declaration, words: Sequence[str], *, blind: bool) -> None:
    for attachment in declaration.attachments.select_related("file"):
        if attachment.role not in BLIND_ROLES:
            continue
        reason, names = _objection(attachment, words) if blind else (None, [])
        if reason:
            Withheld.objects.create(entry=entry, attachment=attachment, reason=reason, names=names)
        else:
            _show_file(entry, attachment.file, AttachmentRole(attachment.role))


def _objection(attachment: Attachment, words: Sequence[str]) -> tuple[WithheldReason | None, list[str]]:
    """Why an attachment may not go to experts as it is. A picture's words cannot be read: the organiser looks at it."""
    if names := blinding.find(attachment.file.text, words):
        return WithheldReason.NAMES, names
    if attachment.file.kind in READABLE and not attachment.file.text.strip():
        return WithheldReason.UNREADABLE, []
    return None, []


def _show_file(entry: Entry, file: StoredFile, role: AttachmentRole) -> EntryFile:
    """A copy of ``file`` under a label that tells nothing: its own bytes, no uploader, no text, no name."""
    position = (entry.files.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    count = entry.files.filter(label__startswith=str(FILE_LABELS[role])).count() + 1
    label = f"{FILE_LABELS[role]}{count}"
    copy = StoredFile(
        name=f"{label}.{file.extension}",
        kind=file.kind,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        width=file.width,
        height=file.height,
    )
    copy.location = _copy_bytes(file.location, copy.pk.hex)
    copy.preview = _copy_bytes(file.preview, f"{copy.pk.hex}-preview")
    copy.save()
    return EntryFile.objects.create(entry=entry, file=copy, label=label, position=position)


def _copy_bytes(location: str, name: str) -> str:
    if not location or not default_storage.exists(location):
        return ""
    with default_storage.open(location) as content:
        return default_storage.save(f"{name[:2]}/{name[2:4]}/{name}{PurePath(location).suffix}", content)


@transaction.atomic
def redact(entry: Entry, *, words: str, by: User, at: datetime | None = None) -> int:
    """Strike ``words`` out of the entry by hand, wherever they stand; returns in how many places.

    Raises:
        Invalid: the words are too short or stand nowhere in the entry.
    """
    locked_round(entry.round, by=by, states=OPEN)
    words = words.strip()
    if len(words) < blinding.SHORTEST:
        raise Invalid(_("请至少填写两个字。"))
    before = blinding.Texts(entry.title, entry.sections, entry.benefits)
    after = blinding.strike_all(before, [words])
    places = _struck(after) - _struck(before)
    if after == before:
        raise Invalid(_("评审文本里没有“%(words)s”。") % {"words": words})
    entry.title, entry.sections, entry.benefits = after.title, after.sections, after.benefits
    entry.save(update_fields=["title", "sections", "benefits"])
    Redaction.objects.get_or_create(
        entry=entry, words=words[:200], defaults={"by": by, "made_at": at or timezone.now()}
    )
    # The words themselves may name somebody, so the history only says that and how often.
    history.record(entry, "entry.redacted", by=by, changes={"places": [0, max(places, 1)]})
    return max(places, 1)


def _struck(texts: blinding.Texts) -> int:
    everything = [texts.title, *(s["text"] for s in texts.sections), *(b["basis"] for b in texts.benefits)]
    return sum(text.count(blinding.STRUCK) for text in everything)


@transaction.atomic
def withhold(shown: EntryFile, *, by: User, note: str) -> None:
    """Take a file away from the experts: somebody saw a name in it."""
    review = locked_round(shown.entry.round, by=by, states=OPEN)
    if not note.strip():
        raise Invalid(_("请写明隐藏的原因。"))
    source = (
        Attachment.objects.filter(
            declaration__unsealings__entry=shown.entry, file__sha256=shown.file.sha256, role__in=BLIND_ROLES
        )
        .order_by("pk")
        .first()
    )
    if source:
        Withheld.objects.update_or_create(
            entry=shown.entry,
            attachment=source,
            defaults={"reason": WithheldReason.BY_HAND, "names": [], "settled_at": None},
        )
    shown.delete()
    history.record(shown.entry, "entry.file_withheld", by=by, note=note, changes={"file": [shown.label, ""]})
    history.record(review, "round.file_withheld", by=by, note=f"{shown.entry.number} {shown.label}")


@transaction.atomic
def let_through(withheld: Withheld, *, by: User, note: str, at: datetime | None = None) -> EntryFile:
    """Show a withheld file after all: somebody looked and found that it names nobody."""
    locked_round(withheld.entry.round, by=by, states=OPEN)
    if not note.strip():
        raise Invalid(_("请写明为什么可以放行。"))
    return _settle(withheld, withheld.attachment.file, by=by, note=note, action="entry.file_let_through", at=at)


@transaction.atomic
def supply_copy(withheld: Withheld, upload: File[Any], *, by: User, at: datetime | None = None) -> EntryFile:
    """Put a redacted copy in the place of a withheld file.

    Raises:
        Invalid: the upload is no good, or it still holds a name.
    """
    review = locked_round(withheld.entry.round, by=by, states=OPEN)
    file = store(upload, by=by, kinds=(Kind.IMAGE, Kind.PDF, Kind.OFFICE, Kind.VIDEO))
    declaration = queries.with_people(Declaration.objects.filter(pk=withheld.attachment.declaration_id)).get()
    words = queries.identifying_words([declaration])[declaration.pk] if review.rules["blind"] else ()
    if found := blinding.find(file.text, words):
        raise Invalid(_("这份文件里仍有：%(names)s。请处理后再上传。") % {"names": "、".join(found)})
    return _settle(withheld, file, by=by, note="", action="entry.copy_supplied", at=at)


def _settle(
    withheld: Withheld, file: StoredFile, *, by: User, note: str, action: str, at: datetime | None
) -> EntryFile:
    locked = Withheld.objects.select_for_update().get(pk=withheld.pk)
    if locked.settled_at:
        raise WrongState(_("这份附件已经处理过了。"))
    locked.settled_at = at or timezone.now()
    locked.save(update_fields=["settled_at"])
    shown = _show_file(withheld.entry, file, AttachmentRole(withheld.attachment.role))
    history.record(withheld.entry, action, by=by, note=note, changes={"file": ["", shown.label]})
    return shown
