"""What a declaration still lacks before it can be handed in: each gap with the step and field where it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.innovations.models import Declaration
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.states import AttachmentRole, PropertyKind, Step

TEXTS: dict[str, Step] = {
    "title": Step.BASICS,
    "problem": Step.CONTENT,
    "solution": Step.CONTENT,
    "application": Step.CONTENT,
    "social_benefit": Step.CONTENT,
    "outlook": Step.CONTENT,
    "abstract": Step.CONTENT,
}
OPTIONAL_TEXTS = frozenset({"social_benefit", "outlook"})
REQUIRED = ("title", "category", "division", "source", "finished_on", "in_use_since", "contact_name", "contact_phone")


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or too long, and the control to mend it with (its id on the page of ``step``)."""

    step: Step
    target: str
    message: str


@dataclass(frozen=True)
class Pledge:
    """One thing that the declarer pledges, as it is put to them today."""

    key: str
    name: str
    text: str


def pledges() -> list[Pledge]:
    """What has to be pledged before handing in."""
    return [
        Pledge(
            "authorisation",
            _("成果授权"),
            _("本人（本团队）同意将该成果用于本次征集的推荐、评审和公示，并按所选公开范围发布、推广。"),
        ),
        Pledge(
            "truth",
            _("真实承诺"),
            _("申报内容和附件真实、准确，成果权属清楚，完成人及排序已经全体完成人同意；如有不实，愿承担相应责任。"),
        ),
        Pledge(
            "privacy",
            _("个人信息"),
            _("同意各级工会为本次征集使用申报表中的姓名、岗位和联系方式；联系方式不对外公开。"),
        ),
    ]


def gaps(declaration: Declaration, *, on: date | None = None) -> list[Gap]:
    """Everything that stands in the way of handing it in, in the order of the steps."""
    today = on or timezone.localdate()
    return [
        *_basics(declaration, today),
        *_authors(declaration),
        *_content(declaration),
        *_benefits(declaration),
        *_papers(declaration),
        *_pledges(declaration),
    ]


def by_step(found: Iterable[Gap]) -> dict[Step, int]:
    """How many gaps each step has."""
    counts = dict.fromkeys(Step, 0)
    for gap in found:
        counts[gap.step] += 1
    return counts


def _too_long(declaration: Declaration, name: str) -> Iterator[Gap]:
    limit, length = declaration.call.limit(name), len(getattr(declaration, name))
    if length > limit:
        yield Gap(
            TEXTS[name],
            f"id_{name}",
            _("“%(field)s”最多 %(limit)s 字，现有 %(length)s 字，请精简 %(over)s 字。")
            % {"field": queries.label(name), "limit": limit, "length": length, "over": length - limit},
        )


def _basics(declaration: Declaration, today: date) -> Iterator[Gap]:
    for name in REQUIRED:
        if not getattr(declaration, name):
            yield Gap(Step.BASICS, f"id_{name}", _("请填写“%(field)s”。") % {"field": queries.label(name)})
    yield from _too_long(declaration, "title")
    if declaration.category is not None and declaration.category.call_id != declaration.call_id:
        yield Gap(Step.BASICS, "id_category", _("所选类别不属于本次征集，请重新选择。"))
    for name in ("finished_on", "in_use_since"):
        day = getattr(declaration, name)
        if day and day > today:
            yield Gap(Step.BASICS, f"id_{name}", _("“%(field)s”不能晚于今天。") % {"field": queries.label(name)})


def _authors(declaration: Declaration) -> Iterator[Gap]:
    authors = list(declaration.authors.all())
    most = declaration.call.limit("authors")
    if not authors:
        yield Gap(Step.AUTHORS, "id_authors-0-name", _("请至少填写一名完成人。"))
    if len(authors) > most:
        yield Gap(
            Step.AUTHORS,
            f"id_authors-{most}-name",
            _("完成人最多 %(most)s 人，现有 %(count)s 人。") % {"most": most, "count": len(authors)},
        )
    limit = declaration.call.limit("contribution")
    seen: set[str] = set()
    for place, author in enumerate(authors):
        if not author.name:
            yield Gap(
                Step.AUTHORS, f"id_authors-{place}-name", _("请填写第 %(place)s 完成人的姓名。") % {"place": place + 1}
            )
        elif author.name in seen and author.user_id is None:
            yield Gap(Step.AUTHORS, f"id_authors-{place}-name", _("完成人“%(name)s”重复填写。") % {"name": author.name})
        seen.add(author.name)
        target = f"id_authors-{place}-contribution"
        if not author.contribution.strip():
            yield Gap(Step.AUTHORS, target, _("请填写完成人“%(name)s”的贡献。") % {"name": author.name})
        elif len(author.contribution) > limit:
            yield Gap(
                Step.AUTHORS,
                target,
                _("完成人“%(name)s”的贡献最多 %(limit)s 字，现有 %(length)s 字。")
                % {"name": author.name, "limit": limit, "length": len(author.contribution)},
            )


def _content(declaration: Declaration) -> Iterator[Gap]:
    for name, step in TEXTS.items():
        if step != Step.CONTENT:
            continue
        if not getattr(declaration, name).strip() and name not in OPTIONAL_TEXTS:
            yield Gap(step, f"id_{name}", _("请填写“%(field)s”。") % {"field": queries.label(name)})
        yield from _too_long(declaration, name)


def _benefits(declaration: Declaration) -> Iterator[Gap]:
    limit = declaration.call.limit("basis")
    benefits = list(declaration.benefits.all())
    if not benefits and not declaration.social_benefit.strip():
        yield Gap(Step.BENEFITS, "id_benefits-0-amount", _("经济效益和社会效益至少填写一项。"))
    for place, benefit in enumerate(benefits):
        if not benefit.amount:
            yield Gap(
                Step.BENEFITS,
                f"id_benefits-{place}-amount",
                _("请填写“%(kind)s”的金额。") % {"kind": benefit.get_kind_display()},
            )
        target = f"id_benefits-{place}-basis"
        if not benefit.basis.strip():
            yield Gap(Step.BENEFITS, target, _("请说明“%(kind)s”的计算依据。") % {"kind": benefit.get_kind_display()})
        elif len(benefit.basis) > limit:
            yield Gap(
                Step.BENEFITS,
                target,
                _("“%(kind)s”的计算依据最多 %(limit)s 字，现有 %(length)s 字。")
                % {"kind": benefit.get_kind_display(), "limit": limit, "length": len(benefit.basis)},
            )
    for place, right in enumerate(declaration.properties.all()):
        if not right.number and right.kind != PropertyKind.OTHER:
            yield Gap(
                Step.BENEFITS,
                f"id_properties-{place}-number",
                _("请填写“%(kind)s”的专利号或登记号。") % {"kind": right.get_kind_display()},
            )
    if not declaration.ownership.strip():
        yield Gap(Step.BENEFITS, "id_ownership", _("请填写“%(field)s”。") % {"field": queries.label("ownership")})


def _papers(declaration: Declaration) -> Iterator[Gap]:
    attachments = list(declaration.attachments.all())
    pictures = sum(attachment.role == AttachmentRole.PICTURE for attachment in attachments)
    fewest, most = declaration.call.limit("min_pictures"), declaration.call.limit("pictures")
    if pictures < fewest:
        yield Gap(
            Step.PAPERS,
            "id_picture",
            _("请上传成果图片：至少 %(fewest)s 张，现有 %(count)s 张。") % {"fewest": fewest, "count": pictures},
        )
    if pictures > most:
        yield Gap(
            Step.PAPERS,
            "id_picture",
            _("成果图片最多 %(most)s 张，现有 %(count)s 张。") % {"most": most, "count": pictures},
        )
    if declaration.properties.exists() and not any(a.role == AttachmentRole.PATENT for a in attachments):
        yield Gap(Step.PAPERS, "id_patent", _("填写了知识产权，请上传证书或受理通知书。"))


def _pledges(declaration: Declaration) -> Iterator[Gap]:
    excluded = set(declaration.excluded_none)
    for exclusion in declaration.call.exclusions.all():
        if exclusion.pk not in excluded:
            yield Gap(
                Step.SUBMIT,
                f"id_exclusion-{exclusion.pk}",
                _("请确认不属于：%(text)s。") % {"text": exclusion.text.rstrip("。")},
            )
    for pledge in pledges():
        if pledge.key not in declaration.pledges:
            yield Gap(Step.SUBMIT, f"id_pledge-{pledge.key}", _("请勾选“%(name)s”。") % {"name": pledge.name})
    if not declaration.consent:
        yield Gap(Step.SUBMIT, "id_consent", _("请选择公开范围。"))
