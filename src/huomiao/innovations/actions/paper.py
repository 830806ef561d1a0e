"""Sealed forms: one put with its declaration, or a pile read sheet by sheet and filed by the code on each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.files import pages
from huomiao.files.actions import store
from huomiao.files.models import Kind, StoredFile
from huomiao.innovations import scans
from huomiao.innovations.models import Attachment, Call, Declaration, ScanPile, ScanSheet
from huomiao.innovations.queries import paper
from huomiao.innovations.rules import paper as rules
from huomiao.innovations.states import AttachmentRole, SheetFate

if TYPE_CHECKING:
    from huomiao.accounts.models import User

PAPER_KINDS = (Kind.PDF, Kind.IMAGE)
MOST_PILE_FILES = 300
MOST_PILE_PAGES = 600
PILE_MB = 50
FORM_MB = 20
FORM_PAGES = 30


def attach_form(declaration: Declaration, upload: File[Any], *, by: User) -> Attachment:
    """Keep the sealed form of one declaration, in place of an earlier one.

    Raises:
        Invalid: the file cannot be used, or carries the code of another declaration.
    """
    if not rules.can_attach_form(by, declaration):
        raise NotAllowed(_("您不能为这项申报上传盖章申报表。"))
    file = store(upload, by=by, kinds=PAPER_KINDS, limit_mb=FORM_MB, most_pages=FORM_PAGES)
    codes = {code for page in range(file.pages or 1) if (code := _code(file, page))}
    if codes and declaration.paper_code not in codes:
        raise Invalid(_("这份申报表的二维码属于另一项申报，请核对后重新上传。"))
    return _replace_form(declaration, file, by=by)


def open_pile(call: Call, uploads: Sequence[File[Any]], *, by: User) -> ScanPile:
    """Keep a pile of scans, its sheets waiting to be read. Every file is checked before any is kept as a sheet."""
    if not rules.can_bring_pile(by, call):
        raise NotAllowed(_("现在不能为这次征集上传盖章申报表。"))
    if not uploads:
        raise Invalid(_("请选择扫描件：一个多页 PDF，或多张图片。"))
    if len(uploads) > MOST_PILE_FILES:
        raise Invalid(_("一次最多上传 %(most)d 个文件，请分几次上传。") % {"most": MOST_PILE_FILES})
    files = [
        store(upload, by=by, kinds=PAPER_KINDS, limit_mb=PILE_MB, most_pages=MOST_PILE_PAGES) for upload in uploads
    ]
    with transaction.atomic():
        pile = ScanPile.objects.create(call=call, by=by)
        places = [(file, page) for file in files for page in range(file.pages or 1)]
        ScanSheet.objects.bulk_create(
            ScanSheet(pile=pile, position=position, file=file, page=page)
            for position, (file, page) in enumerate(places, start=1)
        )
        history.record(pile, "paper.brought", by=by, changes={"sheets": ["", len(places)]})
    return pile


def read_on(pile: ScanPile, *, by: User, seconds: float = 4.0) -> int:
    """Read waiting sheets for about ``seconds``; returns how many still wait. When none do, the forms are filed.

    Safe to call twice at once: a sheet that was read meanwhile is not read again, and filing what is filed does nothing.
    """
    _need(pile, by)
    until = time.monotonic() + seconds
    for sheet in pile.sheets.filter(fate=SheetFate.WAITING).select_related("file"):
        declaration, fate = _match(pile, _code(sheet.file, sheet.page), by)
        ScanSheet.objects.filter(pk=sheet.pk, fate=SheetFate.WAITING).update(declaration=declaration, fate=fate)
        if time.monotonic() > until:
            break
    left = pile.sheets.filter(fate=SheetFate.WAITING).count()
    if not left:
        _file_all(pile, by=by)
    return left


def assign(sheet: ScanSheet, number: str, *, by: User) -> Declaration:
    """Say by hand whose form a sheet is, by the declaration's number; its form is put together anew."""
    _need(sheet.pile, by)
    declaration = paper.sealable(by, sheet.pile.call).filter(number=number.strip()).first()
    if declaration is None:
        raise Invalid(
            _("没有找到编号为“%(number)s”的申报，或它不属于您负责的工会。请核对申报表右上方的编号。")
            % {"number": number}
        )
    with transaction.atomic():
        sheet.declaration, sheet.fate = declaration, SheetFate.MATCHED
        sheet.save(update_fields=["declaration", "fate"])
        _file(sheet.pile, declaration, by=by)
    return declaration


def set_aside(sheet: ScanSheet, *, by: User) -> None:
    """Leave a sheet out: a blank page, a cover, something else."""
    _need(sheet.pile, by)
    if sheet.attachment_id is not None:
        raise Invalid(_("这一页已经归入申报，不能再设为不使用。"))
    sheet.declaration, sheet.fate = None, SheetFate.SET_ASIDE
    sheet.save(update_fields=["declaration", "fate"])


def _need(pile: ScanPile, by: User) -> None:
    if not rules.can_work_on(by, pile):
        raise NotAllowed(_("只有上传的人可以处理这批扫描件。"))


def _code(file: StoredFile, page: int) -> str:
    content = _content(file)
    if file.kind != Kind.PDF:
        return scans.code_in(pages.opened(content))
    codes = (scans.code_in(pages.picture(content, page, longest_side=size)) for size in scans.SIZES)
    return next(filter(None, codes), "")


def _content(file: StoredFile) -> bytes:
    with default_storage.open(file.location) as stored:
        return bytes(stored.read())


def _match(pile: ScanPile, code: str, by: User) -> tuple[Declaration | None, SheetFate]:
    if not code:
        return None, SheetFate.UNREADABLE
    declaration = Declaration.objects.filter(paper_code=code, call=pile.call).first()
    if declaration is None:
        return None, SheetFate.UNKNOWN
    if not paper.sealable(by, pile.call).filter(pk=declaration.pk).exists():
        return None, SheetFate.OUTSIDE
    return declaration, SheetFate.MATCHED


def _file_all(pile: ScanPile, *, by: User) -> None:
    waiting = pile.sheets.filter(fate=SheetFate.MATCHED, attachment=None).values("declaration")
    for declaration in Declaration.objects.filter(pk__in=waiting):
        _file(pile, declaration, by=by)


@transaction.atomic
def _file(pile: ScanPile, declaration: Declaration, *, by: User) -> Attachment | None:
    """Put together the declaration's sheets of this pile as its sealed form; nothing when they already are."""
    sheets = list(
        pile.sheets.select_for_update(of=("self",))
        .filter(declaration=declaration, fate=SheetFate.MATCHED)
        .select_related("file")
    )
    if all(sheet.attachment_id for sheet in sheets):
        return None
    content = scans.together((_content(sheet.file), sheet.file.kind, sheet.page) for sheet in sheets)
    name = _("盖章申报表 %(number)s.pdf") % {"number": declaration.number or declaration.pk}
    file = store(ContentFile(content, name=name), by=by, kinds=PAPER_KINDS)
    attachment = _replace_form(declaration, file, by=by)
    pile.sheets.filter(pk__in=[sheet.pk for sheet in sheets]).update(attachment=attachment)
    return attachment


@transaction.atomic
def _replace_form(declaration: Declaration, file: StoredFile, *, by: User) -> Attachment:
    """Make ``file`` the declaration's sealed form. An earlier one goes; the history says that it was there."""
    Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    earlier = list(declaration.attachments.filter(role=AttachmentRole.SEALED_FORM).select_related("file"))
    attachment = Attachment.objects.create(declaration=declaration, file=file, role=AttachmentRole.SEALED_FORM)
    before = ", ".join(one.file.sha256[:16] for one in earlier)
    for one in earlier:
        one.delete()
    action = "paper.replaced" if earlier else "paper.attached"
    history.record(declaration, action, by=by, changes={"sealed_form": [before, file.sha256[:16]]})
    return attachment
