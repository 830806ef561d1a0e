from __future__ import annotations

from datetime import timedelta

import pytest

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import checking
from huomiao.innovations.actions import checks as actions
from huomiao.innovations.models import Declaration, Likeness
from huomiao.innovations.queries import checks, recommendations
from huomiao.innovations.states import AttachmentRole, CallState, Decision, Path, State
from tests.factories.innovations import AuthorFactory
from tests.innovations.test_recommendations_climb import NOW, Scene

pytestmark = pytest.mark.django_db


class CheckScene(Scene):
    def __init__(self):
        super().__init__()
        self.call.state = CallState.CHECKING
        self.call.save()
        self.exclusions = list(self.call.exclusions.values_list("text", flat=True))

    def recommended(self, **values):
        values.setdefault("rank", 1)
        declaration = self.declaration(state=State.RECOMMENDED, **values)
        Declaration.objects.filter(pk=declaration.pk).update(desk=None)
        declaration.refresh_from_db()
        AuthorFactory(declaration=declaration)
        return declaration


@pytest.fixture
def scene():
    return CheckScene()


def hints(declaration):
    found = recommendations.with_papers(Declaration.objects.filter(pk=declaration.pk)).get()
    return [(hint.text, hint.blocks) for hint in checking.hints(found, found.call)]


def test_passing_accepts_and_says_who_checked(scene):
    declaration = scene.recommended()

    opinion = actions.pass_(declaration, by=scene.organiser, at=NOW, exclusions=scene.exclusions)

    declaration.refresh_from_db()
    assert declaration.state == State.ACCEPTED
    assert (opinion.decision, opinion.by, opinion.organization) == (
        Decision.PASS,
        scene.organiser,
        scene.call.organiser,
    )
    assert opinion.details == {"exclusions": scene.exclusions}


def test_passing_needs_every_exclusion_ticked(scene):
    with pytest.raises(Invalid, match="还差"):
        actions.pass_(scene.recommended(), by=scene.organiser, at=NOW)


def test_passing_what_stands_out_needs_a_reason(scene):
    declaration = scene.recommended(title="名" * 31)

    with pytest.raises(Invalid, match="超出字数"):
        actions.pass_(declaration, by=scene.organiser, at=NOW, exclusions=scene.exclusions)
    actions.pass_(declaration, by=scene.organiser, at=NOW, exclusions=scene.exclusions, text="名称可接受")

    declaration.refresh_from_db()
    assert declaration.state == State.ACCEPTED


@pytest.mark.parametrize("who", ["secretary", "county_officer", "city_officer"])
def test_only_the_organiser_checks(scene, who):
    with pytest.raises(NotAllowed):
        actions.pass_(scene.recommended(), by=getattr(scene, who), at=NOW, exclusions=scene.exclusions)


@pytest.mark.parametrize("state", [CallState.OPEN, CallState.REVIEWING, CallState.PUBLISHED])
def test_forms_are_checked_in_their_stage_only(scene, state):
    scene.call.state = state
    scene.call.save()

    with pytest.raises(WrongState):
        actions.refuse(scene.recommended(), by=scene.organiser, at=NOW, text="重复")


def test_many_pass_and_what_stands_out_is_left_and_named(scene):
    clean, wrong = scene.recommended(), scene.recommended(title="名" * 31, rank=2)

    outcome = actions.pass_many([clean, wrong], by=scene.organiser, at=NOW, exclusions=scene.exclusions)

    assert [opinion.declaration.pk for opinion in outcome.done] == [clean.pk]
    assert [declaration.pk for declaration, _reason in outcome.refused] == [wrong.pk]
    assert checks.counts(scene.call) == checks.Counts(waiting=1, correcting=0, accepted=1, refused=0)


def test_refusing_needs_a_reason_and_can_be_taken_back(scene):
    declaration = scene.recommended()
    with pytest.raises(Invalid):
        actions.refuse(declaration, by=scene.organiser, at=NOW, text="")

    actions.refuse(declaration, by=scene.organiser, at=NOW, text="已获省级奖励")
    declaration.refresh_from_db()
    assert declaration.state == State.REFUSED
    actions.undo(declaration, by=scene.organiser, at=NOW)

    declaration.refresh_from_db()
    assert declaration.state == State.RECOMMENDED


def test_two_checkers_at_once_the_second_is_refused(scene):
    first = scene.recommended()
    second = Declaration.objects.get(pk=first.pk)
    actions.refuse(first, by=scene.organiser, at=NOW, text="重复")

    with pytest.raises(WrongState):
        actions.pass_(second, by=scene.organiser, at=NOW, exclusions=scene.exclusions)


def test_correction_keeps_its_place_and_comes_back_to_the_organiser(scene):
    declaration = scene.recommended(rank=3)

    actions.send_back(declaration, by=scene.organiser, at=NOW, text="补证明", until=NOW + timedelta(days=5))

    declaration.refresh_from_db()
    assert (declaration.state, declaration.rank, declaration.desk) == (State.RETURNED, 3, scene.call.organiser)
    assert declaration.correct_by == NOW + timedelta(days=5)
    assert declaration.handed_in["title"] == declaration.title
    assert [d.pk for d in checks.in_tab(scene.call, "correcting")] == [declaration.pk]


def test_corrected_declaration_waits_again_and_passes(scene):
    declaration = scene.recommended()
    Declaration.objects.filter(pk=declaration.pk).update(state=State.SUBMITTED, desk=scene.call.organiser)
    declaration.refresh_from_db()
    assert [d.pk for d in checks.in_tab(scene.call, "waiting")] == [declaration.pk]

    actions.pass_(declaration, by=scene.organiser, at=NOW, exclusions=scene.exclusions)

    declaration.refresh_from_db()
    assert (declaration.state, declaration.desk, declaration.correct_by) == (State.ACCEPTED, None, None)


def test_correction_is_ended_only_after_its_term(scene):
    declaration = scene.recommended()
    actions.send_back(declaration, by=scene.organiser, at=NOW, text="补证明", until=NOW + timedelta(days=5))

    with pytest.raises(WrongState):
        actions.recall(declaration, by=scene.organiser, at=NOW)
    actions.recall(declaration, by=scene.organiser, at=NOW + timedelta(days=6))

    assert [d.pk for d in checks.in_tab(scene.call, "waiting")] == [declaration.pk]


def test_term_of_a_correction_lies_ahead(scene):
    with pytest.raises(Invalid):
        actions.send_back(scene.recommended(), by=scene.organiser, at=NOW, text="补证明", until=NOW)


def test_hints_name_missing_papers_of_a_workers_declaration(scene):
    declaration = scene.recommended(path=Path.WORKER)

    assert hints(declaration) == [
        (f"缺少{AttachmentRole.AUTHORISATION.label}", True),
        (f"缺少{AttachmentRole.PLEDGE.label}", True),
        ("成果图片不足", False),
        (f"完成人未确认：{declaration.authors.get().name}", False),
    ]


def test_likeness_stands_in_the_way_until_an_officer_cleared_it(scene):
    declaration, other = scene.recommended(), scene.recommended(title="另一项")
    found = Likeness.objects.create(declaration=declaration, other=other, share="0.812")
    assert (f"与“{other.title}”文字相似 81%", True) in hints(declaration)

    found.cleared_note = "同一单位的上下游工序"
    found.save()

    assert hints(declaration) == [("成果图片不足", False)]
