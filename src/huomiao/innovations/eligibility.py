"""Whether a result may be declared: what the register, other declarations and the declaration itself say against it.

Everything here warns and shows its evidence; a person decides. What refuses outright stands in ``completeness``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history, likeness
from huomiao.honours.models import Honour, Status
from huomiao.innovations import naming
from huomiao.innovations.models import Author, Declaration, Likeness, LikenessBand
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.states import BLIND_ROLES, HANDED_IN, AttachmentRole, Path, State, Step

Found = TypeVar("Found", bound=Model)

# A text with fewer 4-grams says too little to be compared.
FEWEST_SHINGLES = 40
# From this share on a likeness is kept and shown.
LIKE = 0.3
# The title alone counts against an earlier award of the same person and unit from this share on.
SAME_TITLE = 0.6
MOST_LIKENESSES = 5
MOST_PASSAGES = 20
# How many of a text's candidates (those that share most bands) are compared exactly.
MOST_CANDIDATES = 30
# First authors with more entries than this in one call are pointed out.
MOST_ENTRIES = 2
# Years before the call's in which a result may have been finished without question.
YEARS_BACK = 1
CHUNK = 200
_KEYS_PER_QUERY = 5000
# Of these the writer may bring the same work again.
_WITHOUT_RESULT = frozenset({State.DECLINED, State.REFUSED, State.UNSUCCESSFUL})


@dataclass(frozen=True)
class Match:
    """Another declaration, or an earlier award, that a text is like: the share in common, and the passages."""

    share: Decimal
    passages: tuple[str, ...]
    other: Declaration | None = None
    honour: Honour | None = None

    @property
    def percent(self) -> int:
        return round(self.share * 100)


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against a declaration: why, and the step and control where it could be mended."""

    code: str
    message: str
    step: Step
    target: str = ""


def findings(declaration: Declaration, *, on: date | None = None) -> list[Finding]:
    """What its own facts say against ``declaration``, in the order of the steps."""
    return [
        *_title(declaration),
        *_dates(declaration, on or timezone.localdate()),
        *_people(declaration),
        *_awards(declaration),
        *_sealed_papers(declaration),
        *_names_in_papers(declaration),
    ]


def _title(declaration: Declaration) -> Iterator[Finding]:
    named = naming.company_in_title(declaration.title, declaration.unit)
    if named:
        message = _("成果名称中出现“%(name)s”。名称一般不写单位、企业或品牌名称，盲评时也会被遮盖。") % {"name": named}
        yield Finding("company_in_title", message, Step.BASICS, "id_title")
    if declaration.title.rstrip("。").endswith("研究"):
        message = _("成果名称一般不以“研究”结尾，请直接写做成了什么。")
        yield Finding("research_in_title", message, Step.BASICS, "id_title")


def _dates(declaration: Declaration, today: date) -> Iterator[Finding]:
    finished, in_use, year = declaration.finished_on, declaration.in_use_since, declaration.call.year
    if finished and finished.year < year - YEARS_BACK:
        message = _("完成日期（%(day)s）早于%(year)s年度较多，请在“应用情况”中写明本年度产生的效益。")
        yield Finding("finished_early", message % {"day": finished, "year": year}, Step.BASICS, "id_finished_on")
    if finished and in_use and in_use < finished:
        message = _("投入使用日期早于完成日期，请核对。")
        yield Finding("used_before_finished", message, Step.BASICS, "id_in_use_since")
    if in_use and (today - in_use).days < 30:
        message = _("投入使用不足一个月，请确认已经产生效益并能够举证。")
        yield Finding("hardly_used", message, Step.BASICS, "id_in_use_since")


def _people(declaration: Declaration) -> Iterator[Finding]:
    authors = list(declaration.authors.all())
    if not authors:
        return
    first = authors[0]
    same = Q(name=first.name, declaration__unit=declaration.unit_id)
    if first.user_id is not None:
        same |= Q(user=first.user_id)
    others = Author.objects.filter(same, place=1, declaration__call=declaration.call_id)
    count = others.filter(declaration__state__in=HANDED_IN).exclude(declaration=declaration.pk).count() + 1
    most = int(declaration.call.limits.get("entries", MOST_ENTRIES))
    if count > most:
        message = _("“%(name)s”在本次征集中作为第一完成人已有 %(count)s 项（含本项），一般不超过 %(most)s 项。")
        values = {"name": first.name, "count": count, "most": most}
        yield Finding("many_entries", message % values, Step.AUTHORS, "id_authors-0-name")
    waiting = [author.name for author in queries.unconfirmed(declaration)]
    if waiting:
        message = _("尚未确认的完成人：%(names)s。可先提交，审核前请本人在线确认或由单位工会登记纸质签名。")
        yield Finding("unconfirmed", message % {"names": "、".join(waiting)}, Step.AUTHORS)


def _awards(declaration: Declaration) -> Iterator[Finding]:
    for place, award in enumerate(declaration.earlier_awards.all()):
        message = _("已填写曾获奖励“%(name)s”，请确认不属于不予受理的情形。") % {"name": award}
        yield Finding("earlier_award", message, Step.BENEFITS, f"id_awards-{place}-name")


def _sealed_papers(declaration: Declaration) -> Iterator[Finding]:
    """A worker's own declaration needs two papers with the seal of their unit's union by the form check."""
    if declaration.path != Path.WORKER:
        return
    present = {attachment.role for attachment in declaration.attachments.all()}
    for role in (AttachmentRole.AUTHORISATION, AttachmentRole.PLEDGE):
        if role not in present:
            message = _("还没有上传“%(paper)s”（单位工会盖章）。职工自主申报在形式审查时须查验。")
            yield Finding("sealed_paper", message % {"paper": role.label}, Step.PAPERS, role.value)


def _names_in_papers(declaration: Declaration) -> Iterator[Finding]:
    for attachment in declaration.attachments.all():
        if attachment.role in BLIND_ROLES and attachment.names_found:
            message = _("专家可见的附件“%(file)s”中出现：%(names)s。请删去后重新上传，或改为不给专家看的用途。")
            values = {"file": attachment, "names": "、".join(attachment.names_found)}
            yield Finding("names_in_paper", message % values, Step.PAPERS, f"attachment-{attachment.pk}")


# --- Likeness -----------------------------------------------------------------------------------------------------


def scan(declarations: Iterable[Declaration]) -> int:
    """Bring signatures and likenesses of ``declarations`` up to date; returns how many likenesses they have.

    All are indexed before the first is compared, so two of the same import find each other. A likeness that an
    officer cleared keeps its note. Safe to run again.
    """
    given = list(declarations)
    index_honours()
    for chunk in _chunks(given):
        _index(chunk)
    scanned = {declaration.pk for declaration in given}
    return sum(_keep(matches(chunk), chunk, scanned) for chunk in _chunks(given))


def index_honours() -> int:
    """Take the awards that joined the register since into the index; returns how many."""
    indexed = LikenessBand.objects.filter(honour=OuterRef("pk"))
    fresh = Honour.objects.filter(~Exists(indexed)).exclude(work_text="").values_list("pk", "work_text")
    count = 0
    rows: list[LikenessBand] = []
    for pk, text in fresh:
        # One row stands for a text that is too short, so that it counts as indexed.
        keys = likeness.bands(likeness.signature(text)) if _is_long(likeness.shingles(text)) else [0]
        rows += [LikenessBand(honour_id=pk, key=key) for key in keys]
        count += 1
    LikenessBand.objects.bulk_create(rows, batch_size=5000)
    return count


@transaction.atomic
def _index(declarations: Sequence[Declaration]) -> None:
    rows: list[LikenessBand] = []
    for declaration in declarations:
        text = declaration.text
        declaration.signature = likeness.signature(text)
        if _is_long(likeness.shingles(text)):
            rows += [LikenessBand(declaration=declaration, key=key) for key in likeness.bands(declaration.signature)]
    LikenessBand.objects.filter(declaration__in=[declaration.pk for declaration in declarations]).delete()
    LikenessBand.objects.bulk_create(rows, batch_size=5000)
    Declaration.objects.bulk_update(declarations, ["signature"], batch_size=CHUNK)


def matches(declarations: Sequence[Declaration]) -> dict[int, list[Match]]:
    """What each declaration (a draft too) is like, most alike first."""
    candidates = _candidates(declarations)
    others = Declaration.objects.filter(state__in=HANDED_IN).select_related("call", "unit")
    by_pk = {found.pk: found for found in _in_chunks(others, {pk for one in candidates.values() for pk in one[0]})}
    awarded = Honour.objects.filter(status=Status.VALID)
    honours = {found.pk: found for found in _in_chunks(awarded, {pk for one in candidates.values() for pk in one[1]})}
    texts = {pk: likeness.shingles(found.text) for pk, found in by_pk.items()}
    works = {pk: likeness.shingles(found.work_text) for pk, found in honours.items()}
    by_title = _awards_of_same_title(declarations)
    found: dict[int, list[Match]] = {}
    for declaration in declarations:
        text = declaration.text
        grams = likeness.shingles(text)
        mine: list[Match] = []
        like_declarations, like_honours = candidates[declaration.pk]
        for pk in like_honours:
            if pk in honours and (share := likeness.containment(grams, works[pk])) >= LIKE:
                shared = _shared(text, honours[pk].work_text)
                mine.append(Match(_rounded(share), shared, honour=honours[pk]))
        known = {match.honour.pk for match in mine if match.honour}
        mine += [match for match in by_title.get(declaration.pk, ()) if match.honour and match.honour.pk not in known]
        mine = [match for match in mine if not _is_source(match.honour, declaration.pk)]
        awarded_pks = {str(match.honour.source_id) for match in mine if match.honour and _is_ours(match.honour)}
        for pk in like_declarations:
            other = by_pk.get(pk)
            if other is None or str(pk) in awarded_pks or _may_come_again(declaration, other):
                continue
            if (share := likeness.containment(grams, texts[pk])) >= LIKE:
                mine.append(Match(_rounded(share), _shared(text, other.text), other=other))
        found[declaration.pk] = sorted(mine, key=lambda match: -match.share)[:MOST_LIKENESSES]
    return found


def _candidates(declarations: Sequence[Declaration]) -> dict[int, tuple[list[int], list[int]]]:
    """The declarations and honours worth comparing with each of ``declarations``: those that share most bands."""
    keys: dict[int, list[int]] = defaultdict(list)
    for declaration in declarations:
        text = declaration.text
        if _is_long(likeness.shingles(text)):
            for key in likeness.bands(likeness.signature(text)):
                keys[key].append(declaration.pk)
    shared: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    wanted = list(keys)
    for start in range(0, len(wanted), _KEYS_PER_QUERY):
        rows = LikenessBand.objects.filter(key__in=wanted[start : start + _KEYS_PER_QUERY])
        for key, other, honour in rows.values_list("key", "declaration", "honour"):
            for pk in keys[key]:
                if other != pk:
                    shared[pk]["honour" if honour else "other", honour or other] += 1
    found: dict[int, tuple[list[int], list[int]]] = {}
    for declaration in declarations:
        best = [of for of, _count in shared[declaration.pk].most_common(MOST_CANDIDATES)]
        found[declaration.pk] = (
            [pk for kind, pk in best if kind == "other"],
            [pk for kind, pk in best if kind == "honour"],
        )
    return found


def _awards_of_same_title(declarations: Sequence[Declaration]) -> dict[int, list[Match]]:
    """The earlier awards of equal title, or of a like title with a holder among the authors at the same unit."""
    titles = {declaration.title for declaration in declarations if declaration.title}
    authors: dict[int, set[str]] = defaultdict(set)
    for pk, name in Author.objects.filter(declaration__in=[d.pk for d in declarations]).values_list(
        "declaration", "name"
    ):
        authors[pk].add(name)
    names = {name for group in authors.values() for name in group}
    units = {declaration.unit_id for declaration in declarations}
    of_holders = Q(holders__name__in=names, unit__in=units)
    awarded = Honour.objects.filter(Q(work__in=titles) | of_holders, status=Status.VALID).exclude(work="").distinct()
    honours = list(awarded.prefetch_related("holders"))
    by_work: dict[str, list[Honour]] = defaultdict(list)
    by_unit: dict[int | None, list[Honour]] = defaultdict(list)
    for honour in honours:
        by_work[honour.work].append(honour)
        by_unit[honour.unit_id].append(honour)
    found: dict[int, list[Match]] = {}
    for declaration in declarations:
        mine = {honour.pk: Match(Decimal(1), (honour.work,), honour=honour) for honour in by_work[declaration.title]}
        for honour in by_unit[declaration.unit_id]:
            is_theirs = any(holder.name in authors[declaration.pk] for holder in honour.holders.all())
            share = likeness.likeness(declaration.title, honour.work) if is_theirs else 0.0
            if share >= SAME_TITLE:
                mine.setdefault(honour.pk, Match(_rounded(share), (honour.work,), honour=honour))
        found[declaration.pk] = list(mine.values())
    return found


@transaction.atomic
def _keep(found: dict[int, list[Match]], declarations: Sequence[Declaration], scanned: set[int]) -> int:
    """Store what was found; a declaration of the same call that was not scanned learns of it too."""
    pks = [declaration.pk for declaration in declarations]
    calls = {declaration.pk: declaration.call_id for declaration in declarations}
    known = {
        (row.declaration_id, row.other_id, row.honour_id): row
        for row in Likeness.objects.filter(Q(declaration__in=pks) | Q(other__in=pks))
    }
    wanted: dict[tuple[int, int | None, int | None], Match] = {}
    for pk, mine in found.items():
        for match in mine:
            other = match.other
            wanted[pk, other.pk if other else None, match.honour.pk if match.honour else None] = match
            if other is not None and other.pk not in scanned and other.call_id == calls[pk]:
                wanted[other.pk, pk, None] = match
    rows: list[Likeness] = []
    for key, match in wanted.items():
        row = known.pop(key, None) or Likeness(declaration_id=key[0], other_id=key[1], honour_id=key[2])
        row.share, row.passages = match.share, list(match.passages)
        rows.append(row)
    gone = [row.pk for row in known.values() if row.declaration_id in scanned and not row.cleared_note]
    Likeness.objects.filter(pk__in=gone).delete()
    Likeness.objects.bulk_create([row for row in rows if row.pk is None], batch_size=500)
    Likeness.objects.bulk_update([row for row in rows if row.pk is not None], ["share", "passages"], batch_size=500)
    return sum(len(mine) for mine in found.values())


def _shared(text: str, other: str) -> tuple[str, ...]:
    """The longest passages in common, as ``text`` has them."""
    found = sorted(likeness.passages(text, other), key=lambda passage: -passage.length)[:MOST_PASSAGES]
    return tuple(text[passage.start : passage.end] for passage in sorted(found, key=lambda passage: passage.start))


def _is_long(grams: frozenset[str]) -> bool:
    return len(grams) >= FEWEST_SHINGLES


def _is_ours(honour: Honour) -> bool:
    return honour.source_type == history.subject_type(Declaration)


def _is_source(honour: Honour | None, pk: int) -> bool:
    """Whether the award was given for this very declaration."""
    return honour is not None and _is_ours(honour) and honour.source_id == str(pk)


def _may_come_again(declaration: Declaration, other: Declaration) -> bool:
    """Whether ``other`` is the same writer's attempt of another call that came to nothing."""
    is_earlier = other.call_id != declaration.call_id and other.state in _WITHOUT_RESULT
    return is_earlier and (other.declared_by_id == declaration.declared_by_id or other.unit_id == declaration.unit_id)


def _rounded(share: float) -> Decimal:
    return Decimal(str(round(share, 3)))


def _chunks(given: Sequence[Declaration]) -> Iterator[Sequence[Declaration]]:
    for start in range(0, len(given), CHUNK):
        yield given[start : start + CHUNK]


def _in_chunks(rows: QuerySet[Found], pks: Iterable[int]) -> Iterator[Found]:
    """The rows with these keys, without a query that names too many."""
    wanted = sorted(pks)
    for start in range(0, len(wanted), _KEYS_PER_QUERY):
        yield from rows.filter(pk__in=wanted[start : start + _KEYS_PER_QUERY])
