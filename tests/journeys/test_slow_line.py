"""On a slow line a page can be used before its scripts are there: what was typed, ticked and chosen till then is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from huomiao.innovations.actions import drafts
from huomiao.innovations.states import Path
from huomiao.orgs.roles import Role
from huomiao.practice.models import MarkSheet
from tests.factories.exams import exam_ready
from tests.factories.marking import begun, exam_over, markers_of
from tests.factories.orgs import MembershipFactory
from tests.journeys import wizard
from tests.journeys.conftest import Window
from tests.journeys.province import photograph, province

pytestmark = pytest.mark.journey


@contextmanager
def late(window: Window, script: str) -> Iterator[None]:
    """Let ``script`` arrive only when the block is over, as on a bad line."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            held.append(route)

    window.page.route(f"**/{script}*", hold)
    yield
    while not held:
        window.page.wait_for_timeout(50)
    is_over = True
    for route in held:
        route.continue_()


def test_what_was_given_before_the_scripts_arrived_is_taken(open_window):
    place = province()
    draft = drafts.begin(place.call, unit=place.unit, path=Path.WORKER, by=place["worker"])
    window = open_window(place["worker"])
    with late(window, "declare.js"):
        window.page.goto(f"{window.address}/declarations/{draft.pk}/edit/basics/", wait_until="commit")
        window.page.get_by_label("成果名称").fill("早到的名称")
    wizard.saved_by_itself(window)
    with late(window, "upload.js"):
        window.page.goto(f"{window.address}/declarations/{draft.pk}/edit/papers/", wait_until="commit")
        window.page.locator("#id_picture").set_input_files(
            [{"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
        )
    expect(window.page.get_by_role("link", name="现场照片")).to_be_visible()
    draft.refresh_from_db()
    assert draft.title == "早到的名称"


def test_points_given_before_the_script_of_the_sheet_arrived_are_saved(open_window):
    exam = exam_over(candidates=1, singles=1, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    sheet = MarkSheet.objects.select_related("marker__user").get(place=1)
    window = open_window(sheet.marker.user)
    window.go("/mark-sheets/")
    window.follow(exam.title)
    address = window.page.get_by_role("link", name="接着评").first.get_attribute("href")
    with late(window, "mark_sheet.js"):
        window.page.goto(window.address + address, wait_until="commit")
        window.page.get_by_label("得分 ", exact=False).first.fill("7")
    expect(window.page.locator("[data-status]")).to_have_text("已保存")
    sheet.refresh_from_db()
    assert sheet.points == 7


def test_a_blueprint_changed_before_its_scripts_arrived_is_added_up_and_looked_for(open_window):
    exam = exam_ready(candidates=1, opened=timedelta(days=1), state="draft")
    window = open_window(MembershipFactory(organization=exam.organiser, role=Role.TRAINER).user)
    window.go(f"/exams/{exam.slug}/desk/")
    window.press("撤销组卷")
    window.agree()
    window.told("已撤销组卷")
    with late(window, "htmx"):
        window.page.goto(f"{window.address}/exams/{exam.slug}/blueprint/", wait_until="commit")
        window.page.get_by_label("题数").first.fill("6")
        window.page.get_by_label("题数").first.blur()
    window.told("共 6 题，满分 12 分")
    window.told("题库里符合的有 10 题，够用。")
