from __future__ import annotations

from pathlib import Path as FilePath

import pytest
from playwright.sync_api import expect

import huomiao.innovations
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import State
from tests.journeys import wizard
from tests.journeys.conftest import Window
from tests.journeys.province import STORY, UNIT, WORKER, province

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
