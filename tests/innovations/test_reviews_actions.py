from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import blinding
from huomiao.innovations.actions import assignments, blind_material, results, reviews, sheets
from huomiao.innovations.models import (
    Attachment,
    Entry,
    EntryFile,
    Redaction,
    Result,
    Sheet,
    Unsealing,
    Withheld,
)
from huomiao.innovations.states import (
    AttachmentRole,
    CallState,
    ConflictKind,
    RoundState,
    SheetState,
    State,
    WithheldReason,
)
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import DeclarationFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.reviews import all_signed, review_ready, round_started, scored

pytestmark = pytest.mark.django_db


def _actions(subject):
    return list(history.of(subject).order_by("pk").values_list("action", flat=True))


# --- Preparing ------------------------------------------------------------------------------------------------------


def test_preparing_numbers_entries_at_random_and_freezes_the_rules():
    review = review_ready(entries=6)

    made = reviews.prepare(review.call, by=review.organiser, seed=11)

    order = list(Unsealing.objects.order_by("entry__number").values_list("declaration", flat=True))
    assert sorted(order) == [declaration.pk for declaration in review.declarations] != order
    assert [entry.pk for entry in Entry.objects.order_by("number")] == sorted(
        Entry.objects.values_list("pk", flat=True)
    )
    assert (made.rules["experts_per_entry"], made.rules["tie_breaks"]) == (3, ["创新性", "实用性"])
    review.call.experts_per_entry = 1
    review.call.save()
    made.refresh_from_db()
    assert made.rules["experts_per_entry"] == 3
    assert _actions(made) == ["round.prepared", "round.conflicts_found"]


def test_preparing_strikes_names_out_of_every_text():
    review = review_ready(entries=2)
    first = review.declarations[0]
    first.title = "星河0精密铸造公司的快换装置"
    first.solution = "由欧 阳·甲0设计，星河０精密铸造有限公司使用，电话13800005678。"
    first.save()

    reviews.prepare(review.call, by=review.organiser)

    entry = Entry.objects.get(pk=Unsealing.objects.get(declaration=first).entry_id)
    assert entry.title == "［隐去］公司的快换装置"
    assert [s["text"] for s in entry.sections if s["heading"] == "主要内容与创新点"] == [
        "由［隐去］设计，［隐去］使用，电话［隐去］。"
    ]


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda review: review.call.categories.update(rubric=None), Invalid),
        (lambda review: DeclarationFactory(call=review.call, state=State.RECOMMENDED), Invalid),
        (lambda review: review.call.declarations.update(state=State.REFUSED), Invalid),
        (lambda review: type(review.call).objects.filter(pk=review.call.pk).update(state=CallState.OPEN), WrongState),
        (lambda review: reviews.prepare(review.call, by=review.organiser), WrongState),
    ],
    ids=["no rubric", "unchecked", "none accepted", "still open", "already one"],
)
def test_a_round_is_refused_when_something_is_missing(spoil, refusal):
    review = review_ready(entries=1)
    spoil(review)

    with pytest.raises(refusal):
        reviews.prepare(review.call, by=review.organiser)


def test_only_who_runs_the_call_prepares():
    review = review_ready(entries=1)

    with pytest.raises(NotAllowed):
        reviews.prepare(review.call, by=UserFactory())


def _attach(declaration, *, text, name="a.pdf", kind="pdf", role=AttachmentRole.MATERIAL):
    from huomiao.files.models import StoredFile

    file = StoredFile.objects.create(
        name=name, kind=kind, media_type="application/pdf", size=1, sha256=name, location="", text=text
    )
    return Attachment.objects.create(declaration=declaration, file=file, role=role, caption="星河0精密铸造有限公司的图")


def test_an_attachment_with_a_name_in_it_is_withheld_and_a_clean_one_is_copied():
    review = review_ready(entries=1)
    declaration = review.declarations[0]
    _attach(declaration, text="由欧阳甲0 完成", name="named.pdf")
    _attach(declaration, text="", name="scan.pdf")
    _attach(declaration, text="换辊装置说明", name="星河说明.pdf")
    _attach(declaration, text="换辊装置说明", name="proof.pdf", role=AttachmentRole.BENEFIT_PROOF)

    reviews.prepare(review.call, by=review.organiser)

    assert list(Withheld.objects.values_list("attachment__file__name", "reason", "names")) == [
        ("named.pdf", WithheldReason.NAMES, ["欧阳甲0"]),
        ("scan.pdf", WithheldReason.UNREADABLE, []),
    ]
    assert list(EntryFile.objects.values_list("label", "file__name", "file__text", "file__owner")) == [
        ("材料1", "材料1.", "", None)
    ]


def test_a_withheld_file_is_let_through_with_a_reason_or_replaced_by_a_clean_copy():
    review = review_ready(entries=1)
    _attach(review.declarations[0], text="", name="scan.pdf")
    _attach(review.declarations[0], text="欧阳甲0", name="named.pdf")
    reviews.prepare(review.call, by=review.organiser)
    scan, named = Withheld.objects.all()

    with pytest.raises(Invalid):
        blind_material.let_through(scan, by=review.organiser, note=" ")
    blind_material.let_through(scan, by=review.organiser, note="逐页看过")
    from PIL import Image

    picture = Image.new("RGB", (40, 30), "white")
    import io

    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    blind_material.supply_copy(named, SimpleUploadedFile("欧阳甲0.png", buffer.getvalue()), by=review.organiser)

    assert list(EntryFile.objects.values_list("label", flat=True)) == ["材料1", "材料2"]
    assert not EntryFile.objects.filter(file__name__contains="欧阳").exists()
    assert not Withheld.objects.filter(settled_at=None).exists()
    with pytest.raises(WrongState):
        blind_material.let_through(scan, by=review.organiser, note="再来一次")


def test_a_shown_file_can_be_taken_away_again():
    review = review_ready(entries=1)
    _attach(review.declarations[0], text="换辊装置", name="plain.pdf")
    reviews.prepare(review.call, by=review.organiser)

    blind_material.withhold(EntryFile.objects.get(), by=review.organiser, note="图中有厂名")

    assert EntryFile.objects.count() == 0
    assert list(Withheld.objects.values_list("reason", flat=True)) == [WithheldReason.BY_HAND]


def test_words_are_struck_out_by_hand_everywhere_and_recorded():
    review = review_ready(entries=1)
    reviews.prepare(review.call, by=review.organiser)
    entry = Entry.objects.get()

    places = blind_material.redact(entry, words="滑轨式", by=review.organiser)

    entry.refresh_from_db()
    assert places == 1
    assert f"设计了{blinding.STRUCK}快换机构，两人即可操作。" in [section["text"] for section in entry.sections]
    assert list(Redaction.objects.values_list("words", flat=True)) == ["滑轨式"]
    assert [(e.action, "滑轨式" in str(e.changes) + e.note) for e in history.of(entry)] == [("entry.redacted", False)]
    with pytest.raises(Invalid):
        blind_material.redact(entry, words="没有这句", by=review.organiser)


# --- Assignment -----------------------------------------------------------------------------------------------------


def test_assigning_gives_every_entry_its_experts_and_is_reproducible():
    review = review_ready(entries=6, experts=6)
    made = reviews.prepare(review.call, by=review.organiser, seed=3)

    assert assignments.assign(made, by=review.organiser).is_complete
    first = sorted(Sheet.objects.values_list("entry", "expert"))
    assignments.assign(made, by=review.organiser)

    assert sorted(Sheet.objects.values_list("entry", "expert")) == first
    assert len(first) == 18
    assert made.assignment_report["busiest"] <= 5


def test_an_impossible_assignment_changes_nothing_and_says_why():
    review = review_ready(entries=2, experts=2)
    made = reviews.prepare(review.call, by=review.organiser)

    outcome = assignments.assign(made, by=review.organiser)

    assert not outcome.is_complete
    assert Sheet.objects.count() == 0
    made.refresh_from_db()
    assert [(one["lacking"], one["eligible"], one["too_few"]) for one in made.assignment_report["shortages"]] == [
        (1, 2, True),
        (1, 2, True),
    ]


def test_pins_that_cannot_stand_are_named_in_the_report():
    review = review_ready(entries=2, experts=8)
    made = reviews.prepare(review.call, by=review.organiser)
    made.rules["load_cap"] = 1
    made.save()
    busy = review.experts[0]
    for entry in made.entries.all():
        assignments.wish(made, entry=entry, expert=busy, kind="pinned", by=review.organiser)

    outcome = assignments.assign(made, by=review.organiser)

    assert not outcome.is_complete
    assert [name for _number, name in made.assignment_report["impossible_pins"]] == [str(busy)]
    assert Sheet.objects.count() == 0


def test_a_pinned_pair_stands_and_a_forbidden_one_does_not():
    review = review_ready(entries=2, experts=5)
    made = reviews.prepare(review.call, by=review.organiser)
    entry = made.entries.first()
    assignments.wish(made, entry=entry, expert=review.experts[0], kind="pinned", by=review.organiser)
    assignments.wish(made, entry=entry, expert=review.experts[1], kind="forbidden", by=review.organiser)

    assignments.assign(made, by=review.organiser)

    given = set(Sheet.objects.filter(entry=entry).values_list("expert", flat=True))
    assert review.experts[0].pk in given
    assert review.experts[1].pk not in given


def test_a_conflict_can_neither_be_pinned_nor_given_by_hand():
    review = review_ready(entries=1, experts=5)
    expert = review.experts[0]
    expert.unit = review.declarations[0].unit
    expert.save()
    made = reviews.prepare(review.call, by=review.organiser)
    entry = made.entries.get()

    with pytest.raises(Invalid):
        assignments.wish(made, entry=entry, expert=expert, kind="pinned", by=review.organiser)
    with pytest.raises(Invalid):
        assignments.give(entry, to=expert, by=review.organiser)


def test_a_swap_moves_an_unsigned_sheet():
    review = review_ready(entries=1, experts=4)
    made = round_started(review)
    sheet = Sheet.objects.order_by("pk").first()
    spare = next(e for e in review.experts if not e.sheets.exists())

    with pytest.raises(Invalid):
        assignments.swap(sheet, to=spare, by=review.organiser)
    assignments.swap(sheet, to=spare, by=review.organiser, note="专家出差")

    sheet.refresh_from_db()
    assert (sheet.state, sheet.recusal_note) == (SheetState.RECUSED, "主办方改派：专家出差")
    assert spare.sheets.get().state == SheetState.ASSIGNED
    assert made.entries.get().sheets.exclude(state=SheetState.RECUSED).count() == 3


# --- Scoring --------------------------------------------------------------------------------------------------------


def test_starting_opens_the_round_and_moves_the_call():
    review = review_ready()

    made = round_started(review)

    review.call.refresh_from_db()
    assert (made.state, review.call.state) == (RoundState.SCORING, CallState.REVIEWING)


def test_a_round_without_experts_does_not_start():
    review = review_ready()
    made = reviews.prepare(review.call, by=review.organiser)

    with pytest.raises(Invalid):
        reviews.start(made, by=review.organiser)


def test_a_round_does_not_start_while_an_expert_has_come_to_handle_what_they_score():
    review = review_ready()
    made = reviews.prepare(review.call, by=review.organiser)
    assignments.assign(made, by=review.organiser)
    sheet = Sheet.objects.select_related("entry", "expert__user").first()
    declaration = Unsealing.objects.get(entry=sheet.entry).declaration
    MembershipFactory(organization=declaration.union, user=sheet.expert.user, role=Role.OFFICER)

    with pytest.raises(Invalid, match=f"{sheet.entry.number} {sheet.expert}"):
        reviews.start(made, by=review.organiser)

    made.refresh_from_db()
    assert made.state == RoundState.PREPARING
    assignments.assign(made, by=review.organiser)
    assert reviews.start(made, by=review.organiser).state == RoundState.SCORING
    assert not Sheet.objects.filter(expert=sheet.expert, entry=sheet.entry).exists()


def _becomes_officer(sheet):
    """The sheet's expert takes an office in the branch that its entry comes from."""
    declaration = Unsealing.objects.get(entry=sheet.entry).declaration
    MembershipFactory(organization=declaration.union, user=sheet.expert.user, role=Role.OFFICER)
    return User.objects.get(pk=sheet.expert.user_id)


def test_an_expert_who_takes_an_office_signs_nothing_before_conflicts_were_looked_for_again(client):
    review = review_ready()
    made = round_started(review)
    sheet = Sheet.objects.select_related("entry__round__call", "expert__user").first()
    scored(sheet, "40", "30")
    others = Sheet.objects.filter(expert=sheet.expert).exclude(entry=sheet.entry)
    expert = _becomes_officer(sheet)

    with pytest.raises(WrongState, match="重新核对回避"):
        sheets.sign([sheet], by=expert)
    client.force_login(review.organiser)
    page = client.get(reverse("innovations:round", args=[made.pk]))
    assert page.context["new_officers"] == [sheet.expert]
    assert client.post(reverse("innovations:round-recheck", args=[made.pk])).status_code == 302

    sheet.refresh_from_db()
    assert (sheet.state, sheet.marks, sheet.recusal_note) == (SheetState.RECUSED, {}, ConflictKind.UNION.label)
    assert client.get(reverse("innovations:round", args=[made.pk])).context["new_officers"] == []
    # What does not concern that branch may be signed now.
    declarations = Unsealing.objects.filter(entry__in=others.values("entry")).values_list("declaration", flat=True)
    assert declarations
    for other in others.exclude(state=SheetState.RECUSED).select_related("entry__round__call", "expert__user"):
        assert sheets.sign([scored(other, "40", "30")], by=User.objects.get(pk=expert.pk)) == 1


def test_a_round_is_not_locked_over_a_conflict_that_came_up_while_scoring():
    review = review_ready()
    made = round_started(review)
    all_signed(made)
    sheet = Sheet.objects.select_related("entry", "expert__user").first()
    _becomes_officer(sheet)

    with pytest.raises(Invalid, match=f"{sheet.entry.number} {sheet.expert}"):
        reviews.lock(made, by=review.organiser)

    taken = assignments.recheck(made, by=review.organiser)
    assert sheet.pk in {one.pk for one in taken}
    assert [problem for problem in history.verify() if "sheet" in problem.where] == []
    assert reviews.lock(made, by=review.organiser, note="缺一份").state == RoundState.LOCKED


def test_a_draft_is_kept_and_its_version_guards_it():
    review = review_ready()
    round_started(review)
    sheet = Sheet.objects.select_related("expert__user").first()
    key = sheets.criteria(sheet)[0].key

    saved = sheets.save(sheet, marks={key: "30.5"}, comment="好", version=0, by=sheet.expert.user)

    assert (saved.state, saved.marks, saved.total, saved.version) == (SheetState.DRAFT, {key: "30.5"}, None, 1)
    with pytest.raises(sheets.Stale):
        sheets.save(sheet, marks={key: "1"}, comment="", version=0, by=sheet.expert.user)
    with pytest.raises(Invalid):
        sheets.save(sheet, marks={key: "60.5"}, comment="", version=1, by=sheet.expert.user)
    with pytest.raises(NotAllowed):
        sheets.save(sheet, marks={}, comment="", version=1, by=review.organiser)


def test_a_signed_sheet_is_fixed_and_only_reopened_with_a_reason():
    review = review_ready()
    round_started(review)
    sheet = Sheet.objects.select_related("expert__user").first()
    expert = sheet.expert.user
    with pytest.raises(Invalid):
        sheets.sign([sheet], by=expert)
    scored(sheet, "40", "30")

    assert sheets.sign([sheet], by=expert) == 1
    assert sheets.sign([sheet], by=expert) == 0
    with pytest.raises(WrongState):
        scored(sheet, "41", "30")
    with pytest.raises(Invalid):
        reviews.reopen(sheet, by=review.organiser, note="")
    reviews.reopen(sheet, by=review.organiser, note="专家申请更正")
    scored(sheet, "45", "30")
    sheets.sign([sheet], by=expert)

    sheet.refresh_from_db()
    assert sheet.total == Decimal("75.0")
    assert [entry.changes["total"][1] for entry in history.of(sheet).filter(action="sheet.signed")] == ["75", "70"]
    assert [p for p in history.verify() if p.where.startswith("innovations.sheet")] == []


def test_a_recusal_frees_the_place_for_another():
    review = review_ready(entries=1, experts=4)
    round_started(review)
    sheet = Sheet.objects.select_related("expert__user", "entry").first()
    with pytest.raises(Invalid):
        sheets.recuse(sheet, note="", by=sheet.expert.user)

    sheets.recuse(sheet, note="看出是谁的成果", by=sheet.expert.user)

    spare = next(e for e in review.experts if not e.sheets.exists())
    with pytest.raises(Invalid):
        assignments.give(sheet.entry, to=sheet.expert, by=review.organiser)
    assignments.give(sheet.entry, to=spare, by=review.organiser)
    assert sheet.entry.sheets.exclude(state=SheetState.RECUSED).count() == 3


def test_reminding_reaches_only_those_with_something_left():
    review = review_ready(entries=1, experts=3)
    made = round_started(review)
    done, *_rest = Sheet.objects.select_related("expert__user")
    sheets.sign([scored(done, "40", "30")], by=done.expert.user)

    assert reviews.remind(made, experts=review.experts, by=review.organiser) == 2


# --- Results --------------------------------------------------------------------------------------------------------


def test_locking_needs_every_sheet_or_a_reason_and_computes():
    review = review_ready()
    made = round_started(review)
    all_signed(made)
    late = Sheet.objects.first()
    reviews.reopen(late, by=review.organiser, note="更正")

    with pytest.raises(Invalid):
        reviews.lock(made, by=review.organiser)
    reviews.lock(made, by=review.organiser, note="专家住院")

    review.call.refresh_from_db()
    assert review.call.state == CallState.DECIDING
    assert sorted(Result.objects.values_list("sheets", flat=True)) == [2, 3, 3, 3]
    assert [p for p in history.verify() if "result" in p.where or "sheet" in p.where] == []


def test_an_entry_without_a_signed_sheet_cannot_be_passed_over():
    review = review_ready(entries=1)
    made = round_started(review)

    with pytest.raises(Invalid):
        reviews.lock(made, by=review.organiser, note="就这样")


def test_the_raw_score_is_the_calls_aggregate_and_the_place_follows_it():
    review = review_ready(entries=2, experts=3)
    made = round_started(review)
    for entry, mine in enumerate(made.entries.order_by("pk")):
        for index, sheet in enumerate(mine.sheets.select_related("expert__user").order_by("pk")):
            sheets.sign([scored(sheet, str(40 + entry), str(20 + index))], by=sheet.expert.user)

    reviews.lock(made, by=review.organiser)

    # Trimmed: of 60, 61, 62 the middle one; one more of each for the second entry.
    assert list(Result.objects.order_by("entry").values_list("raw", flat=True)) == [Decimal("61.00"), Decimal("62.00")]


def test_grades_are_proposed_by_number_and_changed_by_hand_only_with_a_reason():
    review = review_ready(entries=5)
    made = round_started(review)
    all_signed(made)
    reviews.lock(made, by=review.organiser)

    results.propose(made, by=review.organiser)

    by_score = Result.objects.order_by("-raw").values_list("grade", flat=True)
    assert list(by_score) == ["一等", "二等", "二等", "", ""]
    last = Result.objects.order_by("raw").first()
    with pytest.raises(Invalid):
        results.set_grade(last, grade="二等", by=review.organiser, note=" ")
    with pytest.raises(Invalid):
        results.set_grade(last, grade="特等", by=review.organiser, note="好")
    results.set_grade(last, grade="二等", by=review.organiser, note="评委会复议")
    assert history.of(last).first().changes == {"grade": ["", "二等"]}
    assert [p for p in history.verify() if "result" in p.where] == []


def test_a_round_is_opened_again_with_a_reason_and_its_results_withdrawn():
    review = review_ready(entries=2)
    made = round_started(review)
    all_signed(made)
    reviews.lock(made, by=review.organiser)

    reviews.unlock(made, by=review.organiser, note="发现漏评")

    review.call.refresh_from_db()
    assert (Result.objects.count(), review.call.state) == (0, CallState.REVIEWING)
    assert [p for p in history.verify() if "result" in p.where] == []
    reviews.lock(made, by=review.organiser)
    assert Result.objects.count() == 2


def test_results_are_released_only_once_the_notice_has_begun():
    review = review_ready(entries=2)
    made = round_started(review)
    all_signed(made)
    reviews.lock(made, by=review.organiser)
    with pytest.raises(Invalid):
        results.release(made, by=review.organiser)
    type(review.call).objects.update(state=CallState.NOTICE)

    assert results.release(made, by=review.organiser).state == RoundState.RELEASED
