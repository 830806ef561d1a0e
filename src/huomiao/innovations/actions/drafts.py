"""Writing a declaration: beginning it, saving its steps as one types, its authors, rows and papers.

Saving a draft writes no history; what is handed in does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.accounts.models import User, phone_index
from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.files.models import Kind, StoredFile
from huomiao.innovations import completeness, naming
from huomiao.innovations.models import (
    Attachment,
    Author,
    Benefit,
    Call,
    Category,
    Declaration,
    EarlierAward,
    IntellectualProperty,
    PriorityField,
)
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import declarations as rules
from huomiao.innovations.states import EDITABLE, AttachmentRole, Path, Stage, Step
from huomiao.orgs.models import Organization

Row = TypeVar("Row", Benefit, IntellectualProperty, EarlierAward)

# What each role of a paper may be; whatever else is turned away by its bytes.
KINDS: dict[AttachmentRole, tuple[Kind, ...]] = dict.fromkeys(AttachmentRole, (Kind.PDF, Kind.OFFICE, Kind.IMAGE)) | {
    AttachmentRole.PICTURE: (Kind.IMAGE,),
    AttachmentRole.VIDEO: (Kind.VIDEO,),
}
# Signed papers belong to one year's form; a copy begins without them.
_NOT_COPIED = frozenset({AttachmentRole.AUTHORISATION, AttachmentRole.PLEDGE, AttachmentRole.SEALED_FORM})
COPIED_FIELDS = [
    "title",
    "section",
    "division",
    "source",
    "studio",
    "finished_on",
    "in_use_since",
    "contact_name",
    "contact_phone",
    "problem",
    "solution",
    "application",
    "social_benefit",
    "outlook",
    "abstract",
    "keywords",
    "ownership",
]
# A change of these is a change of what the author signed.
_SIGNED = ("name", "contribution")


class Conflict(DomainError):
    """The step was saved from elsewhere since this window read it. Both texts are kept; the person chooses."""

    code = "conflict"

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(_("这一步已在另一个窗口保存过。您刚才填写的内容没有丢失，请对照后选择保留哪一份。"))
        self.declaration = declaration


@transaction.atomic
def begin(call: Call, *, unit: Organization, path: Path, by: User) -> Declaration:
    """A new draft from ``unit``, with what is known of the person filled in."""
    if not rules.can_begin(by, call, unit, path):
        raise NotAllowed(_("您不能以该单位名义申报。请选择您所在的单位，或联系单位工会。"))
    if not call_rules.is_open(call, Stage.DECLARE, timezone.now()):
        raise WrongState(_("“%(call)s”目前不在申报时间内。") % {"call": call})
    declaration = Declaration.objects.create(
        call=call,
        path=path,
        unit=unit,
        declared_by=by,
        section=unit.section,
        division=unit.division,
        contact_name=by.name,
        contact_phone=by.phone,
    )
    if path == Path.WORKER:
        entry = by.roster_entries.filter(organization=unit, left_on=None).first()
        values: dict[str, Any] = {"phone": by.phone}
        if entry is not None:
            values = {name: getattr(entry, name) for name in ("gender", "post", "title", "is_frontline", "is_member")}
            values["phone"] = by.phone or entry.phone
        Author.objects.create(declaration=declaration, place=1, name=by.name, user=by, **values)
    history.record(declaration, "declaration.begun", by=by)
    return declaration


@transaction.atomic
def save(declaration: Declaration, step: Step, values: Mapping[str, Any], *, by: User, version: int) -> Declaration:
    """Save the fields of one step; nothing changes when they are as they were.

    Raises:
        Conflict: the step was saved from elsewhere after ``version``.
    """
    locked = _locked(declaration, step, by=by, version=version)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, values[name])
    if "title" in changed:
        _void_confirmations(locked)
    if changed:
        _saved(locked, step, changed)
    return locked


@transaction.atomic
def save_authors(declaration: Declaration, rows: Sequence[Mapping[str, Any]], *, by: User, version: int) -> Declaration:
    """Make the authors those of ``rows``, in that order. A row with the ``id`` of an author keeps that one.

    A confirmation is void when the author's name or contribution changes.
    """
    locked = _locked(declaration, Step.AUTHORS, by=by, version=version)
    existing = {author.pk: author for author in locked.authors.all()}
    authors: list[Author] = []
    is_changed = False
    for place, row in enumerate(rows, start=1):
        author = existing.pop(row.get("id") or 0, None) or Author(declaration=locked)
        values = {name: value for name, value in row.items() if name != "id"} | {"place": place}
        differing = [name for name, value in values.items() if author.pk is None or getattr(author, name) != value]
        for name in differing:
            setattr(author, name, values[name])
        if any(name in _SIGNED for name in differing):
            author.confirmed_at = author.confirmed_by = None
        if "name" in differing or "phone" in differing:
            author.user = _account(author, locked.unit)
        is_changed = is_changed or bool(differing)
        authors.append(author)
    if existing:
        locked.authors.filter(pk__in=existing).delete()
    if is_changed or existing:
        # Places are unique: out of the way first, then where they belong.
        for author in authors:
            if author.pk is not None:
                Author.objects.filter(pk=author.pk).update(place=author.place + 1000)
        for author in authors:
            author.save()
        check_papers(locked)
        _saved(locked, Step.AUTHORS, [])
    return locked


@transaction.atomic
def move_author(declaration: Declaration, place: int, *, by: User, down: bool) -> None:
    """Let the author at ``place`` change places with the one before or after; at the end of the list nothing happens."""
    locked = _locked(declaration, Step.AUTHORS, by=by, version=None)
    authors = list(locked.authors.all())
    first = place - 1 if down else place - 2
    if not 0 <= first < len(authors) - 1:
        return
    one, two = authors[first], authors[first + 1]
    Author.objects.filter(pk=one.pk).update(place=1000)
    Author.objects.filter(pk=two.pk).update(place=one.place)
    Author.objects.filter(pk=one.pk).update(place=two.place)
    _saved(locked, Step.AUTHORS, [])


@transaction.atomic
def save_benefits(
    declaration: Declaration,
    *,
    benefits: Sequence[Mapping[str, Any]],
    properties: Sequence[Mapping[str, Any]],
    awards: Sequence[Mapping[str, Any]],
    ownership: str,
    by: User,
    version: int,
) -> Declaration:
    """Make the benefits, rights and earlier awards those of the given rows."""
    locked = _locked(declaration, Step.BENEFITS, by=by, version=version)
    replaced = [
        _replace(Benefit, locked, benefits),
        _replace(IntellectualProperty, locked, properties),
        _replace(EarlierAward, locked, awards),
    ]
    if any(replaced) or locked.ownership != ownership:
        locked.ownership = ownership
        _saved(locked, Step.BENEFITS, ["ownership"])
    return locked


@transaction.atomic
def save_pledges(
    declaration: Declaration, *, excluded: Iterable[int], pledged: Iterable[str], consent: str, by: User, version: int
) -> Declaration:
    """Keep what was ticked, each pledge and exclusion with its text as it stands today."""
    locked = _locked(declaration, Step.SUBMIT, by=by, version=version)
    wanted, ticked = set(pledged), set(excluded)
    exclusions = [exclusion for exclusion in locked.call.exclusions.all() if exclusion.pk in ticked]
    given: dict[str, Any] = {
        pledge.key: {"text": pledge.text} for pledge in completeness.pledges() if pledge.key in wanted
    }
    given["exclusions"] = {str(exclusion.pk): exclusion.text for exclusion in exclusions}
    pks = [exclusion.pk for exclusion in exclusions]
    if (locked.pledges, locked.excluded_none, locked.consent) != (given, pks, consent):
        locked.pledges, locked.excluded_none, locked.consent = given, pks, consent
        _saved(locked, Step.SUBMIT, ["pledges", "excluded_none", "consent"])
    return locked


@transaction.atomic
def attach(declaration: Declaration, upload: File[Any], role: AttachmentRole, *, by: User) -> Attachment:
    """Keep a file with the declaration: checked by its bytes, stripped, and searched for names."""
    locked = _locked(declaration, Step.PAPERS, by=by, version=None)
    call = locked.call
    held = list(locked.attachments.values_list("role", flat=True))
    if len(held) >= call.limit("attachments"):
        raise Invalid(_("附件最多 %(most)s 个，请先删除不需要的。") % {"most": call.limit("attachments")})
    if role == AttachmentRole.PICTURE and held.count(role) >= call.limit("pictures"):
        raise Invalid(_("成果图片最多 %(most)s 张，请先删除不需要的。") % {"most": call.limit("pictures")})
    limit_mb = call.limit("video_mb" if role == AttachmentRole.VIDEO else "attachment_mb")
    stored = files.store(upload, by=by, kinds=KINDS[role], limit_mb=limit_mb)
    attachment = Attachment(declaration=locked, file=stored, role=role, position=len(held))
    attachment.names_found = names_in(stored, naming.of_declaration(locked))
    attachment.save()
    _saved(locked, Step.PAPERS, [])
    return attachment


@transaction.atomic
def describe(attachment: Attachment, *, caption: str, role: AttachmentRole, by: User) -> Attachment:
    """Change what a paper is called and what it is for."""
    locked = _locked(attachment.declaration, Step.PAPERS, by=by, version=None)
    if attachment.file.kind not in KINDS[role]:
        raise Invalid(
            _("“%(file)s”是%(kind)s，不能用作“%(role)s”。")
            % {"file": attachment, "kind": attachment.file.get_kind_display(), "role": role.label}
        )
    attachment.caption, attachment.role = caption, role
    attachment.names_found = names_in(attachment.file, naming.of_declaration(locked), caption)
    attachment.save(update_fields=["caption", "role", "names_found"])
    _saved(locked, Step.PAPERS, [])
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Take a paper off the declaration; the file itself is purged when nothing refers to it."""
    locked = _locked(attachment.declaration, Step.PAPERS, by=by, version=None)
    locked.attachments.filter(pk=attachment.pk).delete()
    _saved(locked, Step.PAPERS, [])


def check_papers(declaration: Declaration) -> None:
    """Search the papers again: the names to look for have changed."""
    attachments = list(declaration.attachments.select_related("file"))
    if not attachments:
        return
    names = naming.of_declaration(Declaration.objects.prefetch_related("authors").get(pk=declaration.pk))
    for attachment in attachments:
        attachment.names_found = names_in(attachment.file, names, attachment.caption)
    Attachment.objects.bulk_update(attachments, ["names_found"])


def names_in(file: StoredFile, names: Iterable[str], caption: str = "") -> list[str]:
    """Which names a file's text or caption contains."""
    return naming.found(f"{file.text}\n{caption}", names)


@transaction.atomic
def discard(declaration: Declaration, *, by: User) -> None:
    """Delete a draft that was never handed in."""
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    if not rules.can_discard(by, locked):
        raise NotAllowed(_("只有从未提交过的草稿可以删除。"))
    history.record(locked, "declaration.discarded", by=by)
    locked.delete()


@transaction.atomic
def copy(declaration: Declaration, *, to: Call, by: User) -> Declaration:
    """A new draft for another call with the texts, authors and papers of ``declaration``; everybody confirms anew."""
    if not rules.can_copy(by, declaration):
        raise NotAllowed(_("只能复制自己的申报。"))
    draft = begin(to, unit=declaration.unit, path=Path(declaration.path), by=by)
    for name in COPIED_FIELDS:
        setattr(draft, name, getattr(declaration, name))
    if declaration.category is not None:
        draft.category = Category.objects.filter(call=to, code=declaration.category.code).first()
    if declaration.field is not None and to.priority_list_id is not None:
        draft.field = PriorityField.objects.filter(list=to.priority_list_id, code=declaration.field.code).first()
    draft.save()
    draft.authors.all().delete()
    for author in declaration.authors.all():
        author.pk, author.declaration = None, draft
        author.confirmed_at = author.confirmed_by = None
        author.save()
    rows: list[Benefit | IntellectualProperty | EarlierAward | Attachment] = [
        *declaration.benefits.all(),
        *declaration.properties.all(),
        *declaration.earlier_awards.all(),
        *declaration.attachments.exclude(role__in=_NOT_COPIED),
    ]
    for row in rows:
        row.pk, row.declaration = None, draft
        row.save()
    return draft


def _locked(declaration: Declaration, step: Step, *, by: User, version: int | None) -> Declaration:
    """The declaration, locked and read afresh, if ``by`` may write this step of it from ``version``."""
    locked = Declaration.objects.select_for_update(of=("self",)).select_related("call", "unit").get(pk=declaration.pk)
    if locked.state not in EDITABLE:
        raise WrongState(
            _("“%(title)s”目前是“%(state)s”，不能修改。") % {"title": locked, "state": locked.get_state_display()}
        )
    if not rules.can_edit(by, locked):
        raise NotAllowed(_("只有申报人可以修改这份申报。"))
    if version is not None and locked.step_versions.get(step, 0) > version:
        raise Conflict(locked)
    return locked


def _saved(declaration: Declaration, step: Step, changed: Sequence[str]) -> None:
    declaration.version += 1
    declaration.step_versions[step] = declaration.version
    declaration.save(update_fields=[*changed, "version", "step_versions", "saved_at"])


def _void_confirmations(declaration: Declaration) -> None:
    declaration.authors.update(confirmed_at=None, confirmed_by=None)


def _replace(model: type[Row], declaration: Declaration, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Make the rows of ``model`` those given; returns whether anything changed."""
    existing = list(model._default_manager.filter(declaration=declaration).order_by("pk"))
    is_same = len(existing) == len(rows) and all(
        getattr(old, name) == value for old, row in zip(existing, rows, strict=True) for name, value in row.items()
    )
    if is_same:
        return False
    model._default_manager.filter(declaration=declaration).delete()
    model._default_manager.bulk_create([model(declaration=declaration, **row) for row in rows])
    return True


def _account(author: Author, unit: Organization) -> User | None:
    """The account of an author: by phone number and name, or the one person of that name on the unit's roster."""
    if author.phone:
        user = User.objects.filter(phone_key=phone_index(author.phone), name=author.name).first()
        if user is not None:
            return user
    entry = queries.on_the_roster(author.name, unit)
    return entry.user if entry else None
