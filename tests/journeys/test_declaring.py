from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath

import pytest
from playwright.sync_api import Route, expect

import huomiao.innovations
from huomiao.innovations.actions import drafts
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import Path, State
from tests.journeys import wizard
from tests.journeys.conftest import Window
from tests.journeys.province import STORY, UNIT, WORKER, photograph, province

pytestmark = pytest.mark.journey

# Everything to press in the main part that is too small for a finger (WCAG 2.2, 24 CSS pixels), links in running text
# aside: those are exempt there, and no line of text is a button.
SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main a.button, main summary, main input, main select")]
  .filter((one) => one.type !== "hidden" && one.offsetParent && !one.closest(".visually-hidden") && !one.matches(".visually-hidden"))
  .map((one) => [one, (one.matches("[type=checkbox], [type=radio]") ? one.closest("label, .check") ?? one : one).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([one, box]) => `${one.tagName} ${one.textContent.trim() || one.name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"
# The calendar button inside a date's control has a ring of the browser's own, which no script can see.
FOCUS_RING = """() => {
  if (document.activeElement.type === "date") return ["INPUT date", true];
  const style = getComputedStyle(document.activeElement);
  return [document.activeElement.tagName + " " + (document.activeElement.name ?? ""), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none"];
}"""


def fits_a_phone(window: Window, where: str) -> None:
    assert window.page.evaluate(TOO_WIDE) <= 0, f"{where} scrolls sideways"
    assert window.page.evaluate(SMALL_TARGETS) == [], where


def test_declaring_on_a_phone_in_large_type(open_window):
    place = province()
    window = open_window(place["worker"], phone=True)
    for choice in ("特大", "深色"):
        window.page.locator("summary", has_text="显示").click()
        window.press(choice)
    expect(window.page.locator("html")).to_have_attribute("data-type", "x-large")
    expect(window.page.locator("html")).to_have_attribute("data-theme", "dark")
    fits_a_phone(window, "home")
    wizard.begin(window, place.call.slug, UNIT)

    def look(step: str) -> None:
        fits_a_phone(window, step)
        window.keep(f"large-{step}")

    wizard.through(window, look=look)
    window.told("待审核")
    fits_a_phone(window, "declaration")
    window.keep("large-submitted")
    declaration = Declaration.objects.get()
    assert (declaration.title, declaration.state) == (STORY["成果名称"], State.SUBMITTED)


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


def test_focus_is_seen_wherever_the_tab_key_leads(open_window):
    place = province()
    window = open_window(place["worker"])
    wizard.begin(window, place.call.slug, UNIT)
    seen = []
    for _press in range(40):
        window.page.keyboard.press("Tab")
        seen.append(window.page.evaluate(FOCUS_RING))
    assert [what for what, is_ringed in seen if not is_ringed and not what.startswith("BODY")] == []
    assert {"A", "INPUT", "SELECT"} <= {what.split()[0] for what, _ in seen}


CATALOGUE = FilePath(huomiao.innovations.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.mo"
# Names that people gave are in the language in which they gave them.
CHINESE = """(name) => [...document.querySelectorAll("h1, h2, main button, main label:not(:has(strong)), main legend, .declare-steps a")]
  .map((one) => one.innerText.replace(name, "").trim()).filter((text) => /[\\u4e00-\\u9fff]/.test(text))"""


@pytest.mark.skipif(not CATALOGUE.exists(), reason="The English catalogue is not compiled (make messages).")
def test_the_wizard_speaks_english(open_window):
    place = province()
    window = open_window(place["worker"])
    wizard.begin(window, place.call.slug, UNIT)
    window.page.locator("summary", has_text="显示").click()
    window.press("English")
    expect(window.page.locator("html")).to_have_attribute("lang", "en")
    step = window.page.url.rsplit("basics", 1)[0]
    for name in ("basics", "authors", "content", "benefits", "papers"):
        window.go(f"{step}{name}/")
        window.keep(f"english-{name}")
        assert window.page.evaluate(CHINESE, WORKER) == [], name
