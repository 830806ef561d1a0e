"""The officers' forms of an exam: its settings, its blueprint, and what they do with a sitting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.orgs.models import Organization
from huomiao.practice import sittings
from huomiao.practice.models import Sitting
from huomiao.practice.states import ExamState
from tests.factories.exams import exam_ready
from tests.factories.orgs import OrganizationFactory
from tests.factories.practice import TopicFactory
from tests.practice.exam_pages import begin, officer_of, post, signed_in


@pytest.fixture
def exam(db):
    return exam_ready(candidates=2)


def _settings(exam, **values):
    opens = timezone.localtime(exam.opens_at)
    return {
        "title": "安全考试", "text": "", "opens_at": opens.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (opens + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"), "minutes": 60, "late_minutes": 10,
        "early_minutes": 5, "attempts": 1, "pass_percent": 60, "banks": [bank.pk for bank in exam.banks.all()],
        "plan": exam.plan, "paper_count": 1, "shuffles_questions": "on", "shuffles_options": "on", "eligibility": "list",
        "networks": "10.8.0.0/16\n192.168.1.5", "spread_seconds": 30, "award": "", **values,
    }  # fmt: skip


def test_settings_are_saved_and_what_is_wrong_is_said_at_its_field(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))
    address = reverse("practice:exam-edit", args=[exam.slug])

    good = client.post(address, _settings(exam))
    bad = client.post(
        address,
        _settings(exam, minutes=240, networks="here", plan="fixed", early_minutes=300, eligibility="roster", title=""),
    )

    exam.refresh_from_db()
    assert good.status_code == 302
    assert (exam.title, exam.networks) == ("安全考试", ["10.8.0.0/16", "192.168.1.5/32"])
    assert bad.status_code == 422
    assert sorted(bad.context["form"].errors) == ["closes_at", "early_minutes", "networks", "title", "units"]


def test_units_below_are_named_by_their_codes(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    city = OrganizationFactory(parent=exam.organiser)
    works = OrganizationFactory(parent=Organization.objects.get(pk=city.pk), code="W1")
    client = signed_in(officer_of(exam))
    address = reverse("practice:exam-edit", args=[exam.slug])

    offered = list(client.get(address).context["form"].fields["units"].queryset)
    good = client.post(address, _settings(exam, eligibility="roster", unit_codes="W1"))
    bad = client.post(address, _settings(exam, eligibility="roster", unit_codes="W1 W2"))

    assert offered == [Organization.objects.get(pk=exam.organiser_id), Organization.objects.get(pk=city.pk)]
    assert (good.status_code, list(exam.units.all())) == (302, [Organization.objects.get(pk=works.pk)])
    assert bad.context["form"].errors == {"unit_codes": ["下级单位里没有这些组织代码：W2。"]}


def test_a_line_draws_from_its_part_of_the_knowledge_tree(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    trade = TopicFactory(name="电工")
    point = TopicFactory(name="验电", parent=trade)
    TopicFactory(name="别的工种")
    bank = exam.banks.get()
    bank.questions.filter(pk__in=list(bank.questions.values_list("pk", flat=True)[:3])).update(topic=point)
    client = signed_in(officer_of(exam))
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    page = client.get(address).content.decode()
    told = client.post(address, _lines(**{"lines-0-topic": trade.pk}), headers={"HX-Request": "true"}).content.decode()

    assert ("电工" in page, "验电" in page, "别的工种" in page) == (True, True, False)
    assert "题库里符合的有 3 题，还缺 3 题" in told


def test_what_can_no_longer_be_changed_is_shown_and_not_asked_for(exam):
    client = signed_in(officer_of(exam))
    settings = client.get(reverse("practice:exam-edit", args=[exam.slug])).content.decode()
    blueprint = client.get(reverse("practice:exam-blueprint", args=[exam.slug])).content.decode()

    assert '<fieldset class="stack" disabled>' in settings
    assert ">保存</button>" not in settings
    assert blueprint.count("blueprint-line") == exam.blueprint.count()


def test_a_built_exam_keeps_its_paper_rules(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))

    client.post(reverse("practice:exam-edit", args=[exam.slug]), _settings(exam, plan="drawn", shuffles_options=""))
    blueprint = client.post(reverse("practice:exam-blueprint", args=[exam.slug]), _lines())

    exam.refresh_from_db()
    assert (exam.plan, exam.shuffles_options) == ("fixed", True)
    assert blueprint.status_code == 409


def _lines(**values):
    return {
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0, "lines-0-title": "单选", "lines-0-kind": "single",
        "lines-0-count": 6, "lines-0-points": "1.5", "lines-0-level": "", "lines-0-difficulty": "", "lines-0-topic": "",
        "lines-1-title": "", "lines-1-kind": "single", "lines-1-count": "", "lines-1-points": "", **values,
    }  # fmt: skip


def test_the_blueprint_is_saved_and_says_what_the_banks_lack(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    officer = officer_of(exam)
    client = signed_in(officer)
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    told = client.post(address, _lines(**{"lines-0-count": 11}), headers={"HX-Request": "true"})
    saved = client.post(address, _lines())
    bad = client.post(address, _lines(**{"lines-0-count": "viele"}))

    assert "题库里符合的有 10 题，还缺 1 题" in told.content.decode()
    assert saved.status_code == 302
    assert list(exam.blueprint.values_list("kind", "count", "points")) == [("single", 6, Decimal("1.5"))]
    assert bad.status_code == 422
    assert 'value="viele"' in bad.content.decode()


def test_a_line_with_a_topic_that_is_not_offered_comes_back(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    kept = list(exam.blueprint.values_list("kind", "count"))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    used = client.post(address, _lines(**{"lines-0-topic": "99999"}))
    # A row that asks for nothing but the topic is asked for by itself: Django compares it with what was there.
    only = client.post(address, {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-topic": "99999"})

    assert (used.status_code, only.status_code) == (422, 422)
    assert used.context["rows"].forms[0].errors == {"topic": ["没有“99999”这个选项，请重新选择。"]}
    assert list(exam.blueprint.values_list("kind", "count")) == kept


def test_a_sitting_is_extended_collected_reopened_and_voided_each_with_a_reason(exam):
    candidate = exam.candidates.first()
    player, sheet = begin(candidate)
    officer = signed_in(officer_of(exam))
    sitting = Sitting.objects.get()

    def act(verb, **values):
        return officer.post(reverse(f"practice:exam-sitting-{verb}", args=[exam.slug, sitting.pk]), values).status_code

    no_reason = act("extend", minutes=10, note="")
    extended = act("extend", minutes=10, note="停电")
    saved = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    collected = act("collect", note="身体不适")
    over = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    reopened = act("reopen", minutes=5, note="误收")
    again = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    voided = act("void", note="替考")
    twice = act("void", note="替考")

    assert (no_reason, extended, collected, reopened, voided, twice) == (422, 302, 302, 302, 302, 409)
    assert saved["ends_at"] == sheet["ends_at"] + 600_000
    assert over["error"] == "over"
    assert again["saved"] == []
    sitting.refresh_from_db()
    assert (sitting.state, sitting.note) == ("void", "替考")
    from huomiao.core import history

    assert [entry.action for entry in history.of(sitting)] == [
        "sitting.voided",
        "sitting.reopened",
        "sitting.collected",
        "sitting.extended",
    ]


def test_the_clock_turn_is_registered():
    from huomiao.core import clock

    assert clock.TURNS["exams handed in"] is sittings.close_due
