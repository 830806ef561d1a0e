"""What is printed: the declaration form and the summary table, as PDF; and the piles of scans that came back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import pdf, qr
from huomiao.core.encryption import mask
from huomiao.innovations.completeness import pledges
from huomiao.innovations.models import Call, Declaration, Opinion, ScanPile, SummaryTable
from huomiao.innovations.states import HANDED_IN, Decision, State
from huomiao.orgs import industries
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import ancestors, has_power, reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import Kind

if TYPE_CHECKING:
    from datetime import date

    from huomiao.accounts.models import User

# What the QR code says before the declaration's paper code. Letters and digits only, so that the code stays small.
CODE_PREFIX = "HUOMIAO-FORM-"
# Signed and sealed forms belong to declarations that have been handed in, and to drafts about to be.
SEALABLE = frozenset(State) - {State.WITHDRAWN, State.REVOKED}


def form_pdf(declaration: Declaration, *, with_phone: bool) -> bytes:
    """The declaration form. The contact's number is printed only for who may read it."""
    return pdf.render("innovations/declaration.typ", form_data(declaration, with_phone=with_phone))


def summary_pdf(table: SummaryTable) -> bytes:
    """The summary table that a union prints and seals: its rows as they were frozen."""
    return pdf.render("innovations/summary.typ", summary_data(table))


def form_code(declaration: Declaration) -> str:
    """What the QR code in the form's corner says."""
    return CODE_PREFIX + declaration.paper_code.upper()


def paper_code(text: str) -> str:
    """The paper code inside what a QR code says; "" when it is not one of ours."""
    return text.removeprefix(CODE_PREFIX).lower() if text.startswith(CODE_PREFIX) else ""


def sealable(user: User | AnonymousUser, call: Call) -> QuerySet[Declaration]:
    """The declarations of ``call`` whose sealed forms ``user`` handles: those of the branches they recommend for."""
    paths = reach(user, Power.RECOMMEND)
    in_reach = within(paths, "unit__path") | within(paths, "union__path")
    if has_power(user, Power.RUN_CALLS, call.organiser):
        in_reach = Q()
    return Declaration.objects.filter(in_reach, call=call, state__in=SEALABLE).exclude(
        state=State.DRAFT, submitted_at=None
    )


def piles(user: User, call: Call) -> QuerySet[ScanPile]:
    """The piles that ``user`` brought to ``call``, newest first."""
    return ScanPile.objects.filter(call=call, by=user).order_by("-pk")


# --- What stands on the form --------------------------------------------------------------------------------------


def form_data(declaration: Declaration, *, with_phone: bool) -> dict[str, Any]:
    """Every word and number of the form, ready for the template."""
    union = declaration.union or _recommending_union(declaration.unit)
    industry = industries.label(declaration.division or declaration.section)
    day = timezone.localdate(declaration.submitted_at) if declaration.submitted_at else None
    phone = declaration.contact_phone
    return {
        "heading": _("申报表"),
        "call": declaration.call.title,
        "number": _("编号 %(number)s") % {"number": declaration.number} if declaration.number else "",
        "organiser": declaration.call.organiser.name,
        "qr": qr.svg_image(form_code(declaration)),
        "mark": "" if declaration.state in HANDED_IN else str(_("未提交")),
        "cover": [
            [_("成果名称"), declaration.title],
            [_("成果类别"), str(declaration.category or "")],
            [_("申报单位"), declaration.unit.name],
            [_("推荐工会"), union.name if union else ""],
            [_("申报日期"), _day(day)],
        ],
        "title": declaration.title,
        "category": str(declaration.category or ""),
        "path": declaration.get_path_display(),
        "unit": declaration.unit.name,
        "nature": declaration.unit.get_nature_display(),
        "industry": industry,
        "field": str(declaration.field or _("不属于重点领域")),
        "union": union.name if union else "",
        "source": _joined(declaration.get_source_display(), declaration.studio),
        "finished": _day(declaration.finished_on),
        "in_use": _day(declaration.in_use_since),
        "contact": declaration.contact_name,
        "phone": phone if with_phone else mask(phone),
        "ownership": declaration.ownership,
        "consent": declaration.get_consent_display(),
        "authors": _authors(declaration),
        "essays": _essays(declaration),
        "benefits": [
            {
                "kind": one.get_kind_display(),
                "amount": f"{one.amount:,.2f}",
                "period": one.period,
                "basis": one.basis,
            }
            for one in declaration.benefits.all()
        ],
        "properties": [
            {
                "kind": one.get_kind_display(),
                "number": one.number,
                "holder": one.holder,
                "status": one.get_status_display(),
            }
            for one in declaration.properties.all()
        ],
        "awards": [
            {"name": one.name, "level": one.level, "year": str(one.year or ""), "by": one.awarded_by}
            for one in declaration.earlier_awards.all()
        ],
        "pledges": [
            *[pledge.text for pledge in pledges()],
            *_exclusions(declaration),
        ],
        "opinions": _opinions(declaration, union),
    }


def _authors(declaration: Declaration) -> list[dict[str, Any]]:
    return [
        {
            "place": author.place,
            "name": author.name,
            "gender": author.gender,
            "born": author.born_in,
            "post": author.post,
            "title": author.title,
            "frontline": _("是") if author.is_frontline else _("否"),
            "confirmed": _("已在线确认") if author.confirmed_at else "",
            "contribution": author.contribution,
        }
        for author in declaration.authors.all()
    ]


def _essays(declaration: Declaration) -> list[list[str]]:
    call = declaration.call
    names = (
        ("problem", _("问题与背景")),
        ("solution", _("主要内容与创新点")),
        ("application", _("应用情况")),
        ("social_benefit", _("社会效益")),
        ("outlook", _("推广前景")),
    )
    return [
        [title, _("（%(limit)s 字以内）") % {"limit": call.limit(name)}, getattr(declaration, name)]
        for name, title in names
    ]


def _exclusions(declaration: Declaration) -> list[str]:
    texts = [exclusion.text.rstrip("。；") for exclusion in declaration.call.exclusions.all()]
    return [_("本成果不属于下列情形：%(texts)s。") % {"texts": "；".join(texts)}] if texts else []


def _opinions(declaration: Declaration, union: Organization | None) -> list[dict[str, str]]:
    """The three places for a seal, with what was already said on line."""
    middle = _union_between(declaration.unit, union)
    said: dict[int, Opinion] = {}
    for opinion in declaration.opinions.all():
        if opinion.decision in {Decision.FORWARD, Decision.RECOMMEND}:
            said[opinion.organization_id] = opinion
    places = (
        (_("申报单位工会意见"), declaration.unit),
        (_("县（市、区）、园区工会意见"), middle),
        (_("推荐工会意见"), union),
        (_("%(organiser)s意见") % {"organiser": declaration.call.organiser.name}, declaration.call.organiser),
    )
    boxes = []
    for title, organization in places:
        known = said.get(organization.pk) if organization else None
        boxes.append(
            {
                "title": title,
                "by": organization.name if organization and known else "",
                "text": (known.text or known.get_decision_display()) if known else "",
                "day": _day(timezone.localdate(known.made_at)) if known else _("　　　年　　月　　日"),
            }
        )
    return boxes


def _recommending_union(unit: Organization) -> Organization | None:
    """The union directly below the root that the unit belongs to: what the form will name before submission."""
    return next((one for one in [*ancestors(unit), unit] if one.depth == 2), None)


def _union_between(unit: Organization, union: Organization | None) -> Organization | None:
    between = [one for one in ancestors(unit) if one.kind in {Kind.COUNTY, Kind.PARK}]
    return next((one for one in reversed(between) if union is None or one.pk != union.pk), None)


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _day(day: date | None) -> str:
    return (
        _("%(year)s 年 %(month)s 月 %(day)s 日") % {"year": day.year, "month": day.month, "day": day.day} if day else ""
    )


# --- What stands on the summary table -----------------------------------------------------------------------------


def summary_data(table: SummaryTable) -> dict[str, Any]:
    """Every cell of the summary table, ready for the template."""
    counts = Counter(row["category"] for row in table.rows)
    counted = _("、").join(
        _("%(category)s %(count)s 项") % {"category": category, "count": count} for category, count in counts.items()
    )
    return {
        "heading": _("%(call)s推荐汇总表") % {"call": table.call.title},
        "union": table.union.name,
        "day": _day(timezone.localdate(table.signed_at)),
        "signed": _("%(name)s 签发") % {"name": table.signed_by},
        "hash": table.rows_hash[:16],
        "counts": _("其中：%(counts)s。") % {"counts": counted} if counted else "",
        "rows": [
            [
                str(row["rank"]),
                row["number"],
                row["title"],
                row["category"],
                _("、").join(row["authors"]),
                row["unit"],
                industries.label(row["division"] or row["section"]),
                row["field"],
                row["contact"],
            ]
            for row in table.rows
        ],
    }
