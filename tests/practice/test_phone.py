"""Without scripts, without a network, with somebody else's hands: plain papers, receipts, the worker that keeps the shell."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huomiao.files import actions as files
from huomiao.practice import shell
from huomiao.practice.device import person_key
from huomiao.practice.models import Attempt, QuestionFile, QuestionVersion
from huomiao.practice.states import Mode
from tests.factories.playing import worker, works
from tests.files.samples import png
from tests.practice.drills import Device, plan_for, right_answers

pytestmark = pytest.mark.django_db

KINDS = ("single", "multiple", "true_false", "fill", "ordering", "matching")


def all_right(page, attempt_versions):
    """What a form without scripts posts for all right answers: found by the texts that the page shows."""
    posted = {"token": re.search(r'name="token" value="([^"]+)"', page)[1]}
    for position, fieldset in enumerate(re.findall(r'<fieldset class="question".*?</fieldset>', page, re.DOTALL)):
        stem = re.search(r"第\d+题：[^<\n]*", fieldset)[0]
        version = next(version for version in attempt_versions if version.body["stem"] == stem)
        posted[f"q{position}"] = posted_answer(version, fieldset)
    return posted


def posted_answer(version, fieldset):
    body, key = version.body, version.key
    values = {
        re.sub(r"<[^>]+>", "", text).strip(): value
        for value, text in re.findall(r'value="(\w+)"[^>]*>(?:<span class="option-text">)?([^<]+)', fieldset)
    }
    if version.kind == "true_false":
        return "true" if key["right"] else "false"
    if version.kind == "fill":
        return [blank["accept"][0] for blank in key["blanks"]]
    if version.kind == "ordering":
        return [values[body["items"][own]["text"]] for own in key["order"]]
    if version.kind == "matching":
        return [values[body["right"][own]["text"]] for own in key["pairs"]]
    return [values[body["options"][own]["text"]] for own in key["right"]]


@pytest.fixture
def unit_and_bank():
    return works(12, kind=KINDS)


@pytest.fixture
def bank(unit_and_bank):
    return unit_and_bank[1]


@pytest.fixture
def device(unit_and_bank):
    return Device(worker(unit_and_bank[0]))


def user_of(device):
    return device.client.session["_auth_user_id"]


def test_every_kind_is_answered_without_scripts(device, bank):
    plan = plan_for_device(device, bank, count=12)
    page = device.client.get("/practice/plain/", {"plan": plan}).content.decode()

    response = device.client.post("/practice/plain/", all_right(page, list(QuestionVersion.objects.all())))

    attempt = Attempt.objects.get()
    assert (attempt.right, attempt.total) == (12, 12)
    shown = device.client.get(response.url).content.decode()
    assert "答对 12 / 12" in shown


def plan_for_device(device, bank, **choices):
    class Person:
        pk = int(user_of(device))

    return plan_for(Person, bank, **choices)


@pytest.mark.parametrize(
    ("kind", "again"), [("single", ["1"]), ("ordering", ["0", "0"])], ids=["another", "unreadable"]
)
def test_plain_paper_sent_twice_is_one_attempt(kind, again):
    unit, bank = works(1, kind=kind)
    device = Device(worker(unit))
    page = device.client.get("/practice/plain/", {"plan": plan_for_device(device, bank, count=1)}).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]

    first = device.client.post("/practice/plain/", {"token": token})
    second = device.client.post("/practice/plain/", {"token": token, "q0": again})

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert Attempt.objects.count() == 1


def test_plain_paper_that_cannot_be_read_is_shown_again_with_what_was_given(device):
    unit, bank = works(1, kind="ordering")
    device = Device(worker(unit))
    page = device.client.get("/practice/plain/", {"plan": plan_for_device(device, bank, count=1)}).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]

    response = device.client.post("/practice/plain/", {"token": token, "q0": ["1", "1", "2"]})

    assert response.status_code == 422
    assert response.content.decode().count('value="1" selected') == 2
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("plan", ["", "x", "x" * 5000])
def test_plain_paper_of_a_forged_plan_is_refused(device, plan):
    assert device.client.get("/practice/plain/", {"plan": plan}).status_code == 403


def test_plain_paper_of_somebody_else_is_refused(device, bank, unit_and_bank):
    other = Device(worker(unit_and_bank[0]))
    page = device.client.get("/practice/plain/", {"plan": plan_for_device(device, bank)}).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]

    assert other.client.get("/practice/plain/", {"plan": plan_for_device(device, bank)}).status_code == 403
    assert other.client.post("/practice/plain/", {"token": token}).status_code == 403


def test_receipt_is_checked_against_what_is_stored():
    unit, bank = works()
    device = Device(worker(unit))
    paper = device.paper(plan_for_device(device, bank))
    reply = device.submit(paper["token"], right_answers(paper))
    address = f"/practice/receipts/{reply['receipt']}/"

    assert "完全一致" in device.client.get(address).content.decode()
    assert "另一个账号的回执" in Device(worker(unit)).client.get(address).content.decode()
    Attempt.objects.update(right=1)
    assert "没有与它完全一致的答卷" in device.client.get(address).content.decode()
    assert device.client.get("/practice/receipts/forged/").status_code == 404


def test_receipt_leads_to_its_session():
    unit, bank = works()
    device = Device(worker(unit))
    paper = device.paper(plan_for_device(device, bank))
    code = device.submit(paper["token"], [None] * 10)["receipt"]

    assert "没答对的 10 题" in device.client.get(f"/practice/receipts/{code}/session/").content.decode()
    assert Device(worker(unit)).client.get(f"/practice/receipts/{code}/session/").status_code == 404
    assert device.client.get("/practice/receipts/forged/session/").status_code == 404


def test_worker_keeps_only_files_that_are_there_and_one_page():
    response = Client().get("/practice/sw.js")
    text = response.content.decode()

    assert response["Content-Type"] == "text/javascript"
    assert 'const OFFLINE = "/practice/offline/"' in text.replace("\\u002D", "-")
    assert [name for name in shell.FILES if finders.find(name) is None] == []
    assert shell.version() in text


def test_every_script_of_the_player_is_in_the_shell():
    """A module that is imported and not kept would leave the phone without a player when the network is away."""
    missing = set()
    for name in shell.FILES:
        if not name.endswith(".js"):
            continue
        text = Path(finders.find(name)).read_text(encoding="utf-8")
        folder = name.rsplit("/", 1)[0]
        for found in re.findall(r'from "(\.[^"]+)"|import "(\.[^"]+)"', text):
            parts = f"{folder}/{found[0] or found[1]}".split("/")
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            target = "/".join(part for part in parts if part != ".")
            if target not in shell.FILES:
                missing.add(target)
    assert missing == set()


def test_page_without_network_is_the_same_for_everybody(device):
    assert device.client.get("/practice/offline/").content == Client().get("/practice/offline/").content


def test_key_on_the_device_says_nothing_of_the_person(unit_and_bank):
    one, other = worker(unit_and_bank[0]), worker(unit_and_bank[0])

    assert person_key(one) == person_key(one) != person_key(other)
    assert len(person_key(one)) == 16


def test_picture_of_a_question_is_shown_to_who_may_practise_it(unit_and_bank, device):
    question = unit_and_bank[1].questions.first()
    stored = files.store(SimpleUploadedFile("a.png", png(), "image/png"), by=None)
    QuestionFile.objects.create(question=question, file=stored)
    # Some banks show one picture with several questions.
    QuestionFile.objects.create(question=unit_and_bank[1].questions.last(), file=stored)

    assert device.client.get(f"/practice/media/{stored.pk}/").status_code == 302
    stranger = Device(worker(works()[0]))
    assert stranger.client.get(f"/practice/media/{stored.pk}/").status_code == 404


def test_late_plain_paper_is_explained_as_not_counted(device, bank, monkeypatch):
    page = device.client.get(
        "/practice/plain/", {"plan": plan_for_device(device, bank, minutes=1, mode=Mode.MOCK)}
    ).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    later = int(datetime.now(UTC).timestamp() * 1000) + 10 * 60_000
    monkeypatch.setattr("huomiao.practice.hotpath.calls.clock", lambda: later)

    response = device.client.post("/practice/plain/", {"token": token}, follow=True)

    assert "交卷时限已过" in response.content.decode()
    assert Attempt.objects.count() == 0


def test_plan_is_not_read_after_its_time(device, bank):
    plan = plan_for_device(device, bank, expires_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert device.client.get("/practice/plain/", {"plan": plan}).status_code == 410


def test_device_is_marked_as_somebodys_until_they_sign_out(device):
    response = device.client.get("/practice/handover/")
    marked = response.cookies["practice-person"]

    assert len(marked.value) == 16
    assert (marked["path"], marked["samesite"], marked["httponly"]) == ("/practice/", "Lax", "")
    assert marked.value in response.content.decode()
    assert device.client.post("/accounts/logout/").cookies["practice-person"].value == ""
