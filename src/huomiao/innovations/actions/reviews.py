"""What those who run a round do: prepare it blind, assign experts, watch, reopen, lock."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files.actions import store
from huomiao.files.models import Kind, StoredFile
from huomiao.innovations import assignment, blinding, conflicts
from huomiao.innovations.actions import calls, results
from huomiao.innovations.models import (
    Attachment,
    Call,
    Conflict,
    Declaration,
    Entry,
    EntryFile,
    Expert,
    Redaction,
    Round,
    Rubric,
    Sheet,
    Unsealing,
    Withheld,
)
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import (
    BLIND_ROLES,
    AttachmentRole,
    CallState,
    GradesBy,
    PropertyStatus,
    RoundState,
    SheetState,
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
# Which criterion decides between equals, unless the organiser says otherwise.
TIE_BREAKS = ("创新性", "经济效益", "实用性", "先进性")
# How many places above the lowest possible the busiest expert may have, for the sake of a better fit.
DEFAULT_SLACK = 2


# --- Preparing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare(
    call: Call,
    *,
    by: User,
    name: str = "",
    grades_by: GradesBy = GradesBy.ALL,
    slack: int = DEFAULT_SLACK,
    seed: int | None = None,
) -> Round:
    """Begin a round: freeze the rules, give every accepted declaration a number, and strike names out of what it shows.

    Raises:
        NotAllowed: ``by`` does not run the call.
        WrongState: the call is not being checked, or a round is under way.
        Invalid: something is missing that a round needs; the message says what.
    """
    locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
    if not call_rules.can_edit(by, locked):
        raise NotAllowed(_("只有主办单位可以组织评审。"))
    if locked.state != CallState.CHECKING:
        raise WrongState(_("征集处于“形式审查”阶段时才能建立评审轮次。"))
    if queries.open_round(locked.pk):
        raise WrongState(_("已有一轮评审正在进行，请先完成它。"))
    if waiting := queries.waiting_for_check(locked.pk):
        raise Invalid(_("还有 %(number)d 项成果没有完成形式审查。") % {"number": waiting})
    declarations = list(queries.with_people(queries.ready_for_review(locked.pk)).order_by("pk"))
    if not declarations:
        raise Invalid(_("没有通过形式审查的成果，无法建立评审轮次。"))
    without = sorted({str(d.category) for d in declarations if not d.category or not d.category.rubric_id})
    if without:
        raise Invalid(_("这些类别还没有评分标准：%(names)s。") % {"names": "、".join(without)})
    review = Round.objects.create(
        call=locked,
        name=name or _("专家评审"),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        rules=_frozen_rules(locked, declarations, grades_by=grades_by, slack=slack),
    )
    _make_entries(review, declarations)
    history.record(review, "round.prepared", by=by, note=_("%(number)d 项成果") % {"number": len(declarations)})
    find_conflicts(review, by=by)
    return review


def _frozen_rules(
    call: Call, declarations: Sequence[Declaration], *, grades_by: GradesBy, slack: int
) -> dict[str, Any]:
    used = {d.category.rubric_id for d in declarations if d.category}
    rubrics = Rubric.objects.filter(pk__in=used).prefetch_related("criteria__bands")
    frozen: dict[str, dict[str, Any]] = {
        str(rubric.pk): {
            "name": rubric.name,
            "criteria": [
                {
                    "id": str(criterion.pk),
                    "name": criterion.name,
                    "description": criterion.description,
                    "points": criterion.points,
                    "bands": [
                        {
                            "label": band.label,
                            "low": f"{band.low.normalize():f}",
                            "high": f"{band.high.normalize():f}",
                            "description": band.description,
                        }
                        for band in criterion.bands.all()
                    ],
                }
                for criterion in rubric.criteria.all()
            ],
        }
        for rubric in rubrics
    }
    names = {criterion["name"] for rubric in frozen.values() for criterion in rubric["criteria"]}
    return {
        "experts_per_entry": call.experts_per_entry,
        "load_cap": call.load_cap,
        "aggregation": call.aggregation,
        "basis": call.basis,
        "blind": call.is_blind,
        "avoids_same_union": call.avoids_same_union,
        "slack": slack,
        "grades_by": str(grades_by),
        "tie_breaks": [name for name in TIE_BREAKS if name in names],
        "rubrics": frozen,
    }


def _make_entries(review: Round, declarations: Sequence[Declaration]) -> None:
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


def _locked(review: Round, *, by: User, states: Iterable[RoundState]) -> Round:
    """The round under lock, if ``by`` runs it and it is in one of ``states``."""
    locked = Round.objects.select_for_update(of=("self",)).select_related("call__organiser").get(pk=review.pk)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办单位可以组织评审。"))
    if locked.state not in set(states):
        raise WrongState(_("本轮评审目前是“%(state)s”，不能这样做。") % {"state": locked.get_state_display()})
    return locked


OPEN = (RoundState.PREPARING, RoundState.SCORING)


@transaction.atomic
def redact(entry: Entry, *, words: str, by: User, at: datetime | None = None) -> int:
    """Strike ``words`` out of the entry by hand, wherever they stand; returns in how many places.

    Raises:
        Invalid: the words are too short or stand nowhere in the entry.
    """
    _locked(entry.round, by=by, states=OPEN)
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
    review = _locked(shown.entry.round, by=by, states=OPEN)
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
    _locked(withheld.entry.round, by=by, states=OPEN)
    if not note.strip():
        raise Invalid(_("请写明为什么可以放行。"))
    return _settle(withheld, withheld.attachment.file, by=by, note=note, action="entry.file_let_through", at=at)


@transaction.atomic
def supply_copy(withheld: Withheld, upload: File[Any], *, by: User, at: datetime | None = None) -> EntryFile:
    """Put a redacted copy in the place of a withheld file.

    Raises:
        Invalid: the upload is no good, or it still holds a name.
    """
    review = _locked(withheld.entry.round, by=by, states=OPEN)
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


# --- Conflicts and assignment -------------------------------------------------------------------------------------


@transaction.atomic
def find_conflicts(review: Round, *, by: User) -> int:
    """Look for conflicts between everybody in the pool and every declaration of the round; returns how many there are."""
    locked = _locked(review, by=by, states=OPEN)
    experts = list(Expert.objects.filter(is_active=True).select_related("user", "unit").order_by("pk"))
    declarations = list(queries.with_people(Declaration.objects.filter(unsealings__entry__round=locked)).order_by("pk"))
    facts = queries.declaration_facts(declarations)
    found = [
        Conflict(round=locked, expert_id=expert.key, declaration_id=declaration.key, kind=one.kind, note=one.note[:200])
        for expert in queries.expert_facts(experts)
        for declaration in facts
        for one in conflicts.find(expert, declaration, avoids_same_union=locked.rules["avoids_same_union"])
    ]
    locked.conflicts.all().delete()
    Conflict.objects.bulk_create(found, batch_size=1000)
    history.record(locked, "round.conflicts_found", by=by, note=str(len(found)))
    return len(found)


@transaction.atomic
def assign(review: Round, *, by: User, seed: int | None = None) -> assignment.Outcome:
    """Find conflicts afresh and give every entry its experts; where that cannot be done, say why and change nothing."""
    locked = _locked(review, by=by, states=[RoundState.PREPARING])
    find_conflicts(locked, by=by)
    if seed is not None:
        locked.seed = seed
    experts = list(
        Expert.objects.filter(is_active=True).select_related("user").prefetch_related("fields").order_by("pk")
    )
    entries = list(locked.entries.order_by("pk"))
    fit = queries.fits(entries, experts)
    outcome = assignment.solve(_problem(locked, entries, experts, fit))
    report = _report(locked, outcome, entries, experts)
    locked.assignment_report = report
    locked.save(update_fields=["assignment_report", "seed"])
    review.assignment_report, review.seed = report, locked.seed
    if outcome.is_complete:
        Sheet.objects.filter(entry__round=locked).delete()
        Sheet.objects.bulk_create(
            (
                Sheet(entry_id=entry, expert_id=expert, fit=round(fit[entry, expert], 2))
                for entry, chosen in outcome.assigned.items()
                for expert in chosen
            ),
            batch_size=1000,
        )
    history.record(
        locked,
        "round.assigned" if outcome.is_complete else "round.assignment_failed",
        by=by,
        changes={"seed": ["", locked.seed], "busiest": ["", outcome.busiest], "fit": ["", outcome.fit_sum]},
    )
    return outcome


def _problem(
    review: Round, entries: Sequence[Entry], experts: Sequence[Expert], fit: dict[tuple[int, int], float]
) -> assignment.Problem:
    entry_of = queries.entry_of_declaration(review)
    active = {expert.pk for expert in experts}
    barred = {
        (entry_of[declaration], expert): kind
        for expert, declaration, kind in review.conflicts.values_list("expert", "declaration", "kind")
        if expert in active
    }
    wishes = wishes_of(review)
    barred |= {(entry, expert): "forbidden" for entry, expert in wishes["forbidden"] if expert in active}
    pinned = frozenset(pair for pair in wishes["pinned"] if pair[1] in active and pair not in barred)
    return assignment.Problem(
        entries=[entry.pk for entry in entries],
        caps={expert.pk: int(review.rules["load_cap"]) for expert in experts},
        per_entry=int(review.rules["experts_per_entry"]),
        fit=fit,
        barred=barred,
        pinned=pinned,
        seed=review.seed,
        slack=int(review.rules["slack"]),
    )


def wishes_of(review: Round) -> dict[str, list[tuple[int, int]]]:
    """The pairs (entry, expert) that the organiser wants, and those they do not want."""
    kept = review.rules.get("wishes", {})
    return {kind: [(pair[0], pair[1]) for pair in kept.get(kind, [])] for kind in ("pinned", "forbidden")}


@transaction.atomic
def wish(review: Round, *, entry: Entry, expert: Expert, kind: str, by: User, note: str = "") -> None:
    """Pin or forbid a pair for the next assignment, or (kind "") take either back.

    Raises:
        Invalid: a pinned pair is in conflict.
    """
    locked = _locked(review, by=by, states=[RoundState.PREPARING])
    if entry.round_id != locked.pk:
        raise Invalid(_("这项成果不在本轮评审中。"))
    if kind == "pinned":
        _refuse_conflict(locked, entry, expert)
    pair = (entry.pk, expert.pk)
    wishes = {name: [one for one in pairs if one != pair] for name, pairs in wishes_of(locked).items()}
    if kind:
        wishes[kind].append(pair)
    locked.rules["wishes"] = {name: [list(one) for one in pairs] for name, pairs in wishes.items()}
    locked.save(update_fields=["rules"])
    review.rules = locked.rules
    history.record(locked, f"round.pair_{kind or 'freed'}", by=by, note=f"{entry.number} {expert} {note}".strip())


def _report(
    review: Round, outcome: assignment.Outcome, entries: Sequence[Entry], experts: Sequence[Expert]
) -> dict[str, Any]:
    numbers = {entry.pk: entry for entry in entries}
    names = {expert.pk: str(expert) for expert in experts}
    per_entry = int(review.rules["experts_per_entry"])
    return {
        "complete": outcome.is_complete,
        "seed": review.seed,
        "entries": len(entries),
        "experts": len(experts),
        "wanted": len(entries) * per_entry,
        "room": len(experts) * int(review.rules["load_cap"]),
        "fit_sum": outcome.fit_sum,
        "fit_mean": round(outcome.fit_sum / max(1, sum(outcome.loads.values())), 2),
        "busiest": outcome.busiest,
        "idlest": outcome.idlest,
        "extra_places": outcome.extra_places,
        "raise_caps": len(outcome.raise_caps),
        "cap_that_works": outcome.cap_that_works,
        "impossible_pins": [[numbers[entry].number, names[expert]] for entry, expert in outcome.impossible_pins],
        "shortages": [
            {
                "number": numbers[one.entry].number,
                "title": numbers[one.entry].title,
                "field": numbers[one.entry].field_name,
                "lacking": one.lacking,
                "eligible": one.eligible,
                "barred": one.barred,
                "too_few": one.eligible < per_entry,
            }
            for one in outcome.shortages
        ],
    }


def _refuse_conflict(review: Round, entry: Entry, expert: Expert) -> None:
    found = Conflict.objects.filter(round=review, expert=expert, declaration__unsealings__entry=entry).first()
    if found:
        raise Invalid(
            _("%(expert)s 须回避 %(number)s 号：%(reason)s。")
            % {"expert": expert, "number": entry.number, "reason": found.get_kind_display()}
        )


@transaction.atomic
def give(entry: Entry, *, to: Expert, by: User, note: str = "") -> Sheet:
    """Give an entry one more expert by hand: in the place of one who withdrew, or while preparing.

    Raises:
        Invalid: the expert is in conflict, not in the pool, had this entry before, or the entry has all its experts.
    """
    review = _locked(entry.round, by=by, states=OPEN)
    if not to.is_active:
        raise Invalid(_("%(expert)s 已不在专家库中。") % {"expert": to})
    _refuse_conflict(review, entry, to)
    _refuse_fresh_conflict(review, entry, to)
    if Sheet.objects.filter(entry=entry, expert=to).exists():
        raise Invalid(_("%(expert)s 已经分到过这项成果。") % {"expert": to})
    holding = entry.sheets.exclude(state=SheetState.RECUSED).count()
    if holding >= int(review.rules["experts_per_entry"]):
        raise Invalid(_("%(number)s 号的评审专家已经满额。") % {"number": entry.number})
    expert = Expert.objects.prefetch_related("fields").get(pk=to.pk)
    sheet = Sheet.objects.create(entry=entry, expert=to, fit=round(queries.fits([entry], [expert])[entry.pk, to.pk], 2))
    history.record(sheet, "sheet.given", by=by, note=f"{to} {note}".strip())
    return sheet


def _refuse_fresh_conflict(review: Round, entry: Entry, expert: Expert) -> None:
    """Relations declared since the last look count at once."""
    known = Expert.objects.select_related("user", "unit").get(pk=expert.pk)
    declarations = list(queries.with_people(Declaration.objects.filter(unsealings__entry=entry)))
    for facts in queries.declaration_facts(declarations):
        found = conflicts.find(
            queries.expert_facts([known])[0], facts, avoids_same_union=review.rules["avoids_same_union"]
        )
        if found:
            raise Invalid(
                _("%(expert)s 须回避 %(number)s 号：%(reason)s。")
                % {"expert": expert, "number": entry.number, "reason": found[0].kind.label}
            )


@transaction.atomic
def swap(sheet: Sheet, *, to: Expert, by: User, note: str = "") -> Sheet:
    """Take an unsigned sheet from its expert and give the entry to another.

    Raises:
        WrongState: the sheet is signed.
        Invalid: as ``give``; or scoring has begun and no reason is given.
    """
    review = _locked(sheet.entry.round, by=by, states=OPEN)
    locked = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if locked.state not in rules.UNSIGNED:
        raise WrongState(_("评分表已经签署或回避，不能改派。"))
    if review.state == RoundState.PREPARING:
        history.record(locked, "sheet.taken_back", by=by, note=str(locked.expert))
        locked.delete()
    else:
        if not note.strip():
            raise Invalid(_("评分已经开始，请写明改派的原因。"))
        locked.state = SheetState.RECUSED
        locked.recusal_note = _("主办方改派：%(note)s") % {"note": note.strip()[:150]}
        locked.save(update_fields=["state", "recusal_note"])
        history.record(locked, "sheet.taken_back", by=by, note=note)
    return give(sheet.entry, to=to, by=by, note=note)


# --- Scoring ------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(review: Round, *, by: User, at: datetime | None = None) -> Round:
    """Open the round to its experts, and move the call to its review.

    Raises:
        Invalid: an entry lacks experts, or an expert came into conflict with one since the assignment.
    """
    locked = _locked(review, by=by, states=[RoundState.PREPARING])
    lacking = queries.unassigned(locked)
    if lacking:
        raise Invalid(_("还有 %(number)d 项成果的评审专家不足，请先完成分配。") % {"number": len(lacking)})
    find_conflicts(locked, by=by)
    if clashing := queries.clashing(locked):
        names = "、".join(f"{sheet.entry.number} {sheet.expert}" for sheet in clashing[:10])
        raise Invalid(_("分配之后出现了须回避的情形，请改派或重新分配：%(names)s。") % {"names": names})
    locked.state = review.state = RoundState.SCORING
    locked.started_at = review.started_at = at or timezone.now()
    locked.save(update_fields=["state", "started_at"])
    calls.move(locked.call, CallState.REVIEWING, by=by, at=at)
    history.record(locked, "round.started", by=by, changes={"state": [RoundState.PREPARING, RoundState.SCORING]})
    return locked


@transaction.atomic
def remind(review: Round, *, experts: Sequence[Expert], by: User, at: datetime | None = None) -> int:
    """Remind experts of their unsigned sheets: it stands on their list the next time they look; returns how many."""
    locked = _locked(review, by=by, states=[RoundState.SCORING])
    waiting = set(
        Sheet.objects.filter(entry__round=locked, state__in=rules.UNSIGNED, expert__in=experts).values_list(
            "expert", flat=True
        )
    )
    moment = (at or timezone.now()).isoformat()
    reminders = {**locked.assignment_report.get("reminders", {}), **{str(pk): moment for pk in waiting}}
    locked.assignment_report = {**locked.assignment_report, "reminders": reminders}
    locked.save(update_fields=["assignment_report"])
    history.record_many([one for one in experts if one.pk in waiting], "expert.reminded", by=by, note=locked.name)
    return len(waiting)


@transaction.atomic
def reopen(sheet: Sheet, *, by: User, note: str) -> Sheet:
    """Let an expert change a signed sheet again; the history keeps what it was.

    Raises:
        WrongState: the sheet is not signed.
        Invalid: no reason is given.
    """
    _locked(sheet.entry.round, by=by, states=[RoundState.SCORING])
    locked = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if locked.state != SheetState.SIGNED:
        raise WrongState(_("这份评分表没有签署，不需要退回。"))
    if not note.strip():
        raise Invalid(_("请写明退回重评的原因。"))
    locked.state = sheet.state = SheetState.DRAFT
    locked.signed_at = sheet.signed_at = None
    locked.version += 1
    locked.save(update_fields=["state", "signed_at", "version"])
    history.record(
        locked,
        "sheet.reopened",
        by=by,
        note=note,
        changes={"state": [SheetState.SIGNED, SheetState.DRAFT]},
    )
    return locked


@transaction.atomic
def lock(review: Round, *, by: User, note: str = "", at: datetime | None = None) -> Round:
    """End the scoring, compute the results, and move the call on to deciding.

    Raises:
        Invalid: sheets are missing and no reason is given, or an entry has no signed sheet at all.
    """
    locked = _locked(review, by=by, states=[RoundState.SCORING])
    without = [entry.number for entry in queries.entries(locked) if not entry.signed_count]
    if without:
        raise Invalid(_("这些成果还没有一份签署的评分：%(numbers)s。") % {"numbers": "、".join(without[:10])})
    wanted = locked.entries.count() * int(locked.rules["experts_per_entry"])
    signed = Sheet.objects.filter(entry__round=locked, state=SheetState.SIGNED).count()
    if signed < wanted and not note.strip():
        raise Invalid(_("还差 %(number)d 份评分表。如需就此结束评分，请写明原因。") % {"number": wanted - signed})
    locked.state = review.state = RoundState.LOCKED
    locked.locked_at = review.locked_at = at or timezone.now()
    locked.save(update_fields=["state", "locked_at"])
    history.record(
        locked,
        "round.locked",
        by=by,
        note=note,
        changes={"state": [RoundState.SCORING, RoundState.LOCKED], "signed": [wanted, signed]},
    )
    results.compute(locked, by=by)
    calls.move(locked.call, CallState.DECIDING, by=by, at=at)
    return locked


@transaction.atomic
def unlock(review: Round, *, by: User, note: str, at: datetime | None = None) -> Round:
    """Open a locked round again, before anything was released; its results are withdrawn.

    Raises:
        Invalid: no reason is given.
    """
    locked = _locked(review, by=by, states=[RoundState.LOCKED])
    if not note.strip():
        raise Invalid(_("请写明重新开放评分的原因。"))
    results.withdraw(locked, by=by, note=note)
    locked.state = review.state = RoundState.SCORING
    locked.locked_at = review.locked_at = None
    locked.save(update_fields=["state", "locked_at"])
    history.record(
        locked, "round.unlocked", by=by, note=note, changes={"state": [RoundState.LOCKED, RoundState.SCORING]}
    )
    calls.move(locked.call, CallState.REVIEWING, by=by, note=note, at=at)
    return locked
