"""What the form check can see by itself: missing papers, texts over their limits, likeness, names where none may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from huomiao.innovations.models import Call, Declaration, Likeness
from huomiao.innovations.states import BLIND_ROLES, AttachmentRole, Path

# A share of text in common from which an officer must look and say why it is not the same.
LIKE = Decimal("0.5")
LIMITED_TEXTS = ("title", "problem", "solution", "application", "social_benefit", "outlook", "abstract")


@dataclass(frozen=True)
class Hint:
    """One thing to look at before deciding. Only what ``blocks`` stands in the way of passing many at once."""

    text: str
    blocks: bool = True

    @property
    def tone(self) -> str:
        return "bad" if self.blocks else "warn"


def hints(declaration: Declaration, call: Call) -> list[Hint]:
    """What stands out in ``declaration``, from what ``queries.recommendations.with_papers`` fetched with it."""
    return [*_papers(declaration, call), *_limits(declaration, call), *_people(declaration), *_earlier(declaration)]


def is_clean(found: Iterable[Hint]) -> bool:
    """Whether nothing stands in the way of passing without a word."""
    return not any(hint.blocks for hint in found)


def uncleared(declaration: Declaration) -> list[Likeness]:
    """The texts it is too much like, as long as no officer has said why that is all right."""
    return [found for found in declaration.likenesses.all() if found.share >= LIKE and not found.cleared_note]


def _papers(declaration: Declaration, call: Call) -> Iterable[Hint]:
    attachments = list(declaration.attachments.all())
    roles = {attachment.role for attachment in attachments}
    if declaration.path == Path.WORKER:
        for role in (AttachmentRole.AUTHORISATION, AttachmentRole.PLEDGE):
            if role not in roles:
                yield Hint(_("缺少%(paper)s") % {"paper": role.label})
    if call.needs_sealed_form and AttachmentRole.SEALED_FORM not in roles:
        yield Hint(_("缺少盖章申报表"))
    pictures = sum(attachment.role == AttachmentRole.PICTURE for attachment in attachments)
    if pictures < call.limit("min_pictures"):
        yield Hint(_("成果图片不足"), blocks=False)
    for attachment in attachments:
        if attachment.role in BLIND_ROLES and attachment.names_found:
            yield Hint(_("评审材料“%(file)s”中出现人名或单位名") % {"file": attachment})


def _limits(declaration: Declaration, call: Call) -> Iterable[Hint]:
    if declaration.category_id is None:
        yield Hint(_("未选择类别"))
    for name in LIMITED_TEXTS:
        limit, length = call.limit(name), len(getattr(declaration, name))
        if length > limit:
            label = label_of(name)
            yield Hint(
                _("%(field)s超出字数：%(length)s / %(limit)s 字") % {"field": label, "length": length, "limit": limit}
            )


def label_of(name: str) -> str:
    """What a field of the declaration is called on the page."""
    return next(str(found.verbose_name) for found in Declaration._meta.fields if found.name == name)


def _people(declaration: Declaration) -> Iterable[Hint]:
    authors = list(declaration.authors.all())
    if not authors:
        yield Hint(_("没有完成人"))
    missing = [author.name for author in authors if author.confirmed_at is None]
    if declaration.path == Path.WORKER and missing:
        yield Hint(_("完成人未确认：%(names)s") % {"names": "、".join(missing)}, blocks=False)


def _earlier(declaration: Declaration) -> Iterable[Hint]:
    if awards := [award.name for award in declaration.earlier_awards.all()]:
        yield Hint(_("曾获奖：%(names)s") % {"names": "、".join(awards)}, blocks=False)
    for found in uncleared(declaration):
        like = found.other or found.honour
        percent = round(found.share * 100)
        yield Hint(_("与“%(like)s”文字相似 %(percent)s%%") % {"like": like, "percent": percent})
