"""Two promises: a marker never learns whose answer it is, and before the release nobody outside learns a mark or a key.

The addresses come from the resolver, so a page that is added tomorrow is asked today; every address of practice is asked as GET and
POST, with keys of every kind that exist and one that does not. As JSON it is asked once for each way in which its page answered.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from functools import partial
from html import unescape
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice.actions import corrections
from huomiao.practice.models import MarkSheet, QuestionVersion, SavedAnswer, Script, ScriptOwner, Sitting
from huomiao.practice.states import CorrectionKind, ExamState
from tests.factories.marking import (
    begun,
    committing,
    exam_over,
    mark_all,
    markers_of,
    officer_of,
    released,
    sittings_of,
)
from tests.factories.orgs import MembershipFactory
from tests.refusals import UNKNOWN, plain_refusals, unkept_templates

pytestmark = pytest.mark.django_db

NAME, UNIT, SHORT, NUMBER, ACCOUNT = "慕容雪霁", "鲲岭琉光冶炼有限公司", "鲲岭琉光", "KS7744991", "murong.xueji"
IDENTITY = (NAME, UNIT, SHORT, NUMBER, ACCOUNT)
# What only a key, an explanation or a mark could say.
KEY, EXPLANATION, REFERENCE, REASON = "钥匙甲乙丙丁", "解析子丑寅卯", "参考辰巳午未", "更正申酉戌亥"
SECRETS = (KEY, EXPLANATION, REFERENCE, REASON)
POINTS = "7.77"


@pytest.fixture(autouse=True)
def _quiet():
    """Hundreds of refusals are asked for here; nobody need read of each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world():
    """An exam under marking in which one candidate's name, unit and number, every key and every mark can be told."""
    exam = exam_over(candidates=3, singles=2, shorts=1, shows_answers=False, slug="kaoshi")
    sitting = sittings_of(exam)[0]
    Organization.objects.filter(pk=sitting.candidate.unit_id).update(name=UNIT, short_name=SHORT)
    User.objects.filter(pk=sitting.candidate.user_id).update(name=NAME, username=ACCOUNT)
    type(sitting.candidate).objects.filter(pk=sitting.candidate_id).update(number=NUMBER)
    # The candidate says who they are in the very answer.
    saved = SavedAnswer.objects.get(sitting=sitting, position=2)
    saved.answer = f"{NAME}答：{SHORT}的做法是先断电。我是{UNIT}的，准考证号{NUMBER}。"
    saved.save()
    for version in QuestionVersion.objects.all():
        version.explanation = EXPLANATION
        if version.kind == "short":
            version.key = {"reference": REFERENCE, "points": [{"text": f"{REFERENCE}要点", "points": 3}]}
        else:
            version.key = {**version.key, "note": KEY}
        version.save()
    markers_of(exam, 3)
    begun(exam)
    Sitting.objects.filter(exam=exam).update(machine_points=POINTS)
    return exam


def routes(resolver=None, namespace=()):
    """Every named address of the project with its parameters."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inside = (*namespace, one.namespace) if one.namespace else namespace
            yield from routes(one, inside)
        elif isinstance(one, URLPattern) and one.name:
            yield ":".join((*namespace, one.name)), one.pattern.converters, one.pattern.regex.groupindex


def addresses(exam, names=("practice",)):
    """The addresses of practice, each parameter filled with every key that fits its kind while the others are real."""
    own, other = sittings_of(exam)[:2]
    marker = exam.markers.first()
    sheets = MarkSheet.objects.order_by("pk")
    numbers = {
        own.pk,
        own.candidate_id,
        other.pk,
        sheets.filter(marker=marker).values_list("pk", flat=True)[0],
        sheets.exclude(marker=marker).values_list("pk", flat=True)[0],
        Script.objects.values_list("pk", flat=True)[0],
        exam.papers.get().items[0][0],
        999_999,
    }
    texts = {"slug": [exam.slug, "unknown"], "letter": ["A"], "what": ["paper", "sheet", "key"], "code": [exam.slug]}
    for name, converters, groups in routes():
        if name.split(":")[0] not in names:
            continue
        choices = [
            sorted(numbers) if type(converters.get(one)).__name__ == "IntConverter" else texts.get(one, ["unknown"])
            for one in groups
        ]
        usual = [one[0] for one in choices]
        varied = {(*usual[:at], value, *usual[at + 1 :]) for at, one in enumerate(choices) for value in one}
        for values in sorted(varied, key=str) or [()]:
            try:
                yield name, reverse(name, kwargs=dict(zip(groups, values, strict=True)))
            except Exception:  # noqa: BLE001 - a key of the wrong shape has no address
                continue


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body += b"\n".join(archive.read(name) for name in archive.namelist())
    headers = "\n".join(f"{key}: {value}" for key, value in response.items())
    return unquote(unescape(body.decode("utf-8", "ignore"))) + headers


POSTED = {"points": "1", "version": "99", "text": "请看一看", "note": "x", "reason": "x", "number": "x", "q": "x"}
# Boards name the units of the tree to everybody and know nothing of exams; the hand-over ends the session.
LEFT_OUT = {"practice:handover", "practice:boards"}


def told(client, exam, words, *, names=("practice",)):
    """Where any of ``words`` is told, over every address and in every form."""
    client.raise_request_exception = False
    # What is unknown gets the same page at every address: it is read once, and not drawn again.
    nowhere = text_of(client.get("/nowhere/at-all/"))
    assert [word for word in words if word in nowhere] == []
    with plain_refusals(UNKNOWN), unkept_templates():
        return walked(client, exam, words, names)


def walked(client, exam, words, names):
    found, asked = [], 0
    ways = set()
    for name, place in addresses(exam, names):
        if name in LEFT_OUT:
            continue
        for ask in (client.get, partial(client.post, data=POSTED)):
            answers = [ask(place)]
            method = answers[0].request["REQUEST_METHOD"]
            if (way := (name, method, answers[0].status_code)) not in ways:
                ways.add(way)
                answers.append(ask(place, headers={"accept": "application/json"}))
            for answer in answers:
                asked += 1
                assert answer.status_code < 500, place
                text = text_of(answer)
                found += [f"{method} {place}: {word}" for word in words if word in text]
    assert asked > 300
    return sorted(set(found))


def test_no_address_names_anybody_to_a_marker(world, client):
    client.force_login(world.markers.first().user)

    assert told(client, world, IDENTITY) == []


def test_a_marker_who_also_runs_practice_elsewhere_learns_no_more(world, client):
    user = world.markers.first().user
    MembershipFactory(user=user, role=Role.TRAINER)
    client.force_login(user)

    assert told(client, world, IDENTITY) == []


def test_the_boards_of_the_marking_tie_no_answer_to_anybody(world, client):
    """Who runs the exam knows the candidates and sees the scripts, and never both on one page."""
    mark_all(world, {1: "1", 2: "9", 3: "5"})
    client.force_login(officer_of(world))
    marked = "〔已隐去〕"

    for name in ("exam-marking", "exam-disputed", "exam-locked"):
        text = text_of(client.get(reverse(f"practice:{name}", args=[world.slug])))
        assert not any(word in text for word in IDENTITY)
    for name in ("exam-results", "exam-result"):
        args = [world.slug] if name == "exam-results" else [world.slug, sittings_of(world)[0].pk]
        text = text_of(client.get(reverse(f"practice:{name}", args=args)))
        assert marked not in text
        assert "先断电" not in text
    assert marked in text_of(client.get(reverse("practice:exam-locked", args=[world.slug])))


FORBIDDEN = re.compile(
    r"practice_(sitting|candidate|scriptowner|savedanswer|itemmark|signal|markerunit|adjustment|scorechange)\b",
    re.IGNORECASE,
)


def test_the_sql_of_a_markers_pages_joins_nothing_that_names(world, client):
    sheet = MarkSheet.objects.select_related("marker__user").first()
    client.force_login(sheet.marker.user)
    places = [
        reverse("practice:mark-exams"),
        reverse("practice:mark-sheets", args=[world.slug]),
        reverse("practice:mark-sheets", args=[world.slug]) + "?show=open&page=9",
        reverse("practice:mark-sheet", args=[sheet.pk]),
    ]

    for place in places:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(place).status_code == 200
        assert [query["sql"] for query in captured if FORBIDDEN.search(query["sql"])] == []
    with CaptureQueriesContext(connection) as captured:
        client.post(reverse("practice:mark-sheet-save", args=[sheet.pk]), {"points": "3", "version": "0"})
        client.post(reverse("practice:mark-sheets-lock", args=[world.slug]))
    assert [query["sql"] for query in captured if FORBIDDEN.search(query["sql"])] == []


def test_numbers_of_scripts_do_not_follow_the_order_of_candidates():
    exam = exam_over(candidates=12, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)

    owners = ScriptOwner.objects.filter(script__exam=exam).order_by("sitting__candidate__number")
    order = list(owners.values_list("script__number", flat=True))

    assert sorted(order) == list(range(1, 13))
    assert order != sorted(order)


# --- Before the release --------------------------------------------------------------------------------------------


def correct(exam):
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])
    officer = officer_of(exam)
    with committing(execute=True):
        made = corrections.propose(
            exam,
            version,
            kind=CorrectionKind.ALL_RIGHT,
            key=None,
            reason=REASON,
            by=officer,
            at=timezone.now(),
        )
        corrections.apply(made, by=officer, at=timezone.now())


@pytest.mark.parametrize("state", [ExamState.MARKING, ExamState.REVIEWED])
def test_before_the_release_no_address_tells_a_candidate_marks_or_keys(state, world, client):
    correct(world)
    mark_all(world, "7.5")
    Sitting.objects.filter(exam=world).update(points=POINTS, machine_points=POINTS)
    type(world).objects.filter(pk=world.pk).update(state=state)
    client.force_login(sittings_of(world)[0].candidate.user)

    assert told(client, world, (*SECRETS, POINTS)) == []


def test_before_the_release_no_address_tells_the_public_anything(world, client):
    correct(world)
    type(world).objects.filter(pk=world.pk).update(state=ExamState.REVIEWED)

    assert told(client, world, (*SECRETS, POINTS, *IDENTITY)) == []


def test_after_the_release_a_candidate_reads_marks_and_never_keys_that_are_not_shown(world, client):
    mark_all(world, "7.5")
    released(world)
    client.force_login(sittings_of(world)[0].candidate.user)

    assert told(client, world, (KEY, EXPLANATION, REFERENCE)) == []


def test_the_sql_of_a_candidates_result_fetches_no_key_that_is_not_shown(world, client):
    correct(world)
    mark_all(world, "7.5")
    released(world)
    sitting = sittings_of(world)[0]
    client.force_login(sitting.candidate.user)

    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("practice:my-result", args=[sitting.pk])).status_code == 200

    key = re.compile(r'"practice_(questionversion|keycorrection)"\."(key|explanation)"')
    assert [query["sql"] for query in captured if key.search(query["sql"])] == []
