from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import pypdfium2
import pytest
import time_machine
import zxingcpp
from django.core.files.storage import default_storage
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from huomiao.files.models import StoredFile
from huomiao.innovations.actions import sheets as sheet_actions
from huomiao.innovations.models import Declaration, Expert, Round, Sheet
from huomiao.innovations.states import AttachmentRole, CallState, State
from huomiao.notices.calendar import add_working_days
from tests.files import samples
from tests.journeys import wizard
from tests.journeys.conftest import PASSWORD, Window
from tests.journeys.province import OTHERS, STORY, UNIT, WORKER, Province, other_declarations, province

pytestmark = pytest.mark.journey
TITLE = STORY["成果名称"]


def tick_all(where: Page | Locator) -> None:
    for box in where.get_by_role("checkbox").all():
        box.check()


def declared_on_a_phone(open_window, place: Province) -> Declaration:
    """The worker writes the declaration on a phone; it saves itself as they type."""
    worker = open_window(place["worker"], phone=True)
    wizard.begin(worker, place.call.slug, UNIT)
    worker.page.get_by_label("成果名称").fill(TITLE)
    wizard.saved_by_itself(worker)
    assert Declaration.objects.get(declared_by=place["worker"]).title == TITLE
    wizard.through(worker, look=lambda step: worker.keep(f"declare-{step}"))
    worker.told("待审核")
    worker.keep("declared")
    declaration = Declaration.objects.get(declared_by=place["worker"])
    assert declaration.state == State.SUBMITTED
    # What the phone put into the picture is gone from what is kept.
    picture = StoredFile.objects.get(attachments__declaration=declaration, attachments__role=AttachmentRole.PICTURE)
    with default_storage.open(picture.location) as content:
        assert WORKER.encode() not in content.read()
    return declaration


def decided(window: Window, place: Province, title: str, *, vouches: bool = False) -> None:
    """An officer opens a declaration on their desk and agrees."""
    window.go(f"/calls/{place.call.slug}/desk/")
    window.keep("desk")
    window.page.get_by_role("row", name=title).get_by_role("link", name="审核").click()
    window.heading(title)
    form = window.page.locator("form", has=window.page.get_by_role("button", name="提交处理"))
    if vouches:
        for name in ("已核实完成人及排序属实", "本单位同意授权申报并公开相应内容"):
            form.get_by_label(name).check()
        for box in form.get_by_role("group", name="逐条核对").get_by_role("checkbox").all():
            box.check()
    form.get_by_role("radio", name=re.compile("同意上报")).check()
    window.keep("decide")
    window.press("提交处理")
    expect(window.page.get_by_role("status").first).to_be_visible()


def climbed(open_window, place: Province, declaration: Declaration) -> None:
    """Secretary, county and city agree one after another; the city ranks three and signs its table."""
    decided(open_window(place["secretary"]), place, TITLE, vouches=True)
    county = open_window(place["county"])
    for title in (TITLE, OTHERS[0][0], OTHERS[1][0]):
        decided(county, place, title)
    city = open_window(place["city"])
    city.go(f"/calls/{place.call.slug}/recommendations/{place.city.code}/")
    city.keep("recommend-empty")
    for title in (TITLE, OTHERS[0][0], OTHERS[1][0]):
        city.page.get_by_role("row", name=title).get_by_role("button", name="选入").click()
        expect(city.page.get_by_role("button", name=f"上移 {title}")).to_be_visible()
    city.page.get_by_role("button", name=f"上移 {OTHERS[0][0]}").click()
    city.page.get_by_role("button", name=f"下移 {OTHERS[0][0]}").click()
    expect(city.page.get_by_label(f"排序 {TITLE}")).to_have_value("1")
    city.keep("recommend")
    city.press("签发汇总表")
    city.agree()
    city.told("已签发")
    city.keep("recommend-signed")
    declaration.refresh_from_db()
    assert (declaration.state, declaration.rank) == (State.RECOMMENDED, 1)


def checked_and_assigned(organiser: Window, place: Province) -> Round:
    """The organiser checks the forms, makes the round and gives every entry its experts."""
    slug = place.call.slug
    organiser.go(f"/calls/{slug}/edit/")
    organiser.keep("advance")
    organiser.page.get_by_role("button", name=re.compile("形式审查")).click()
    organiser.agree()
    expect(organiser.page.get_by_role("link", name="专家评审").first).to_be_visible()
    organiser.go(f"/calls/{slug}/check/")
    organiser.page.get_by_label("选择本页全部").check()
    organiser.page.locator("summary", has_text="逐条确认不存在").click()
    for box in organiser.page.locator("[name=exclusions]").all():
        box.check()
    organiser.keep("check")
    organiser.press("批量通过")
    organiser.told("已审 5 / 5 项")
    organiser.go(f"/calls/{slug}/rounds/")
    organiser.keep("round-new")
    organiser.press("冻结规则并建立")
    organiser.heading("专家评审")
    review = Round.objects.get()
    organiser.go(f"/rounds/{review.pk}/assignment/")
    organiser.press("自动分配")
    organiser.told("每项成果都分到了足够的专家")
    organiser.keep("assigned")
    organiser.go(f"/rounds/{review.pk}/")
    organiser.keep("round-ready")
    organiser.press("开始评分")
    organiser.agree()
    expect(organiser.page.get_by_role("button", name="结束评分").first).to_be_visible()
    return review


# A secret that no expert may see: of the worker's declaration and of the others.
NAMES = re.compile("洪都|林小禾|青山|赣北|完成人[赵钱孙李]")


def scored(open_window, review: Round) -> None:
    """Every expert scores all they were given: the first by bands alone, the second by the form, the others by actions."""
    experts = list(Expert.objects.filter(sheets__entry__round=review).distinct().order_by("pk"))
    by_bands, by_form, *others = experts
    clicked_through(open_window(by_bands.user), by_bands)
    filled_in(open_window(by_form.user, java_script_enabled=False), by_form)
    for expert in others:
        own = list(Sheet.objects.filter(expert=expert).select_related("entry__round", "expert__user"))
        for sheet in own:
            marks = {one.key: str(round(_quality(sheet) * float(one.points))) for one in sheet_actions.criteria(sheet)}
            sheet_actions.save(sheet, marks=marks, comment="", version=sheet.version, by=expert.user)
        window = open_window(expert.user)
        sign(window, len(own))


def _quality(sheet: Sheet) -> float:
    """The worker's device is the best, the others follow in their order."""
    titles = [TITLE, *(title for title, *_ in OTHERS)]
    return 0.95 - 0.1 * titles.index(Declaration.objects.get(unsealings__entry=sheet.entry).title)


def clicked_through(window: Window, expert: Expert) -> None:
    window.go("/sheets/")
    window.keep("sheets")
    for sheet in Sheet.objects.filter(expert=expert):
        window.go(f"/sheets/{sheet.pk}/")
        assert not NAMES.search(window.page.content())
        for criterion in window.page.get_by_role("group").filter(has=window.page.locator("[data-band]")).all():
            bands = criterion.locator("[data-band]")
            bands.nth(min(int((0.95 - _quality(sheet)) * 10), bands.count() - 1)).click()
        expect(window.page.get_by_role("link", name="签署", exact=True)).to_be_visible()
        expect(window.page.locator("[data-status]")).to_have_text("已保存")
        window.keep("sheet")
    sign(window, Sheet.objects.filter(expert=expert).count())


def filled_in(window: Window, expert: Expert) -> None:
    for sheet in Sheet.objects.filter(expert=expert):
        window.go(f"/sheets/{sheet.pk}/")
        assert not NAMES.search(window.page.content())
        for box in window.page.get_by_role("spinbutton").all():
            box.fill(str(round(_quality(sheet) * float(box.get_attribute("max") or 0))))
        window.page.get_by_label("评语").fill("结构简单，效果看得见。")
        window.press("保存")
    sign(window, Sheet.objects.filter(expert=expert).count())


def sign(window: Window, count: int) -> None:
    window.go("/sheets/sign/")
    window.page.get_by_label("我独立完成了以上评分").check()
    if window.page.get_by_label("登录密码").count():
        window.page.get_by_label("登录密码").fill(PASSWORD)
    window.keep("sign")
    window.press("签署")
    window.told(f"{count} / {count}")


def noticed(organiser: Window, review: Round) -> None:
    """The scoring ends, grades are proposed, and the notice opens."""
    organiser.go(f"/rounds/{review.pk}/")
    organiser.keep("round-done")
    organiser.press("结束评分")
    organiser.press("结束并计算")
    organiser.heading("评审结果")
    organiser.press("拟定等次")
    expect(organiser.page.get_by_role("button", name="重新拟定等次")).to_be_visible()
    organiser.keep("results")
    organiser.follow("去公示")
    organiser.heading("公示与发布")
    organiser.keep("notice-new")
    organiser.press("开始公示")
    organiser.told("公示已经开始。")


def objected(open_window, place: Province, title: str) -> None:
    """Somebody of the public objects to ``title`` with a paper."""
    window = open_window(phone=True)
    window.go("/notices/")
    window.keep("notices")
    window.page.get_by_role("link", name=re.compile("公示")).last.click()
    window.keep("notice")
    window.page.get_by_role("row").filter(has_text=title).get_by_role("link", name="提出异议").click()
    window.page.get_by_role("radio").first.check()
    window.page.get_by_label("事实与理由").fill("该成果的主要做法在去年的活动中已经入选，这次只改了名称，请核查。")
    window.page.get_by_label("证据材料").set_input_files(
        [{"name": "去年的名单.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}]
    )
    window.page.get_by_label("真实姓名").fill("陈述之")
    window.page.get_by_label("联系电话").fill("19900008888")
    window.page.get_by_label("工作单位").fill("临川市某单位")
    window.keep("object")
    window.press("提交异议")
    window.heading("异议已收到")
    window.keep("receipt")


def upheld(open_window, place: Province) -> None:
    """The second officer takes the objection on and finds it justified."""
    window = open_window(place["second"])
    window.go("/objections/")
    window.keep("objections")
    window.page.get_by_role("table").get_by_role("link").first.click()
    window.press("受理并核查")
    window.page.get_by_role("radio", name="异议成立", exact=True).check()
    window.page.get_by_role("radio", name=re.compile("取消")).check()
    window.page.get_by_label("理由", exact=True).fill("经比对去年的申报材料，主要技术内容一致，予以取消。")
    window.keep("ruling")
    window.press("答复")
    window.agree()
    window.told("经比对去年的申报材料")
    window.keep("ruled")


def certificate_address(pdf: bytes) -> tuple[str, str]:
    """The text of a certificate and the address in its QR code, as a phone's camera reads it."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = np.asarray(page.render(scale=3).to_pil().convert("L"))
    return page.get_textpage().get_text_range(), zxingcpp.read_barcode(picture).text


def after_the_notice() -> datetime:
    """Some days on: the notice of five working days is over, and that of whoever moved up."""
    day = add_working_days(timezone.localdate(), 12)
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=10)


def test_from_idea_to_certificate(open_window):
    place = province()
    declaration = declared_on_a_phone(open_window, place)
    other_declarations(place)
    climbed(open_window, place, declaration)
    organiser = open_window(place["organiser"])
    review = checked_and_assigned(organiser, place)
    scored(open_window, review)
    noticed(organiser, review)
    standing = dict(place.call.declarations.values_list("title", "grade"))
    assert [standing[title] for title in (TITLE, *(title for title, *_ in OTHERS))] == [
        "一等",
        "二等",
        "二等",
        "三等",
        "",
    ]

    objected(open_window, place, OTHERS[0][0])
    upheld(open_window, place)
    public = open_window()
    public.go("/notices/")
    public.page.get_by_role("link", name=re.compile("公示")).last.click()
    for title, word in ((OTHERS[0][0], "经核查异议成立"), (OTHERS[2][0], "三等 → 二等"), (OTHERS[3][0], "递补")):
        expect(public.page.get_by_role("row").filter(has_text=title).filter(has_text=word)).to_be_visible()
    public.keep("notice-promoted")

    with time_machine.travel(after_the_notice(), tick=True):
        organiser = open_window(place["organiser"])
        organiser.go(f"/calls/{place.call.slug}/publication/")
        organiser.keep("publish")
        organiser.press("发布成果并颁发证书")
        organiser.agree()
        organiser.told("已发布 4 项成果")
        organiser.keep("published-organiser")
        place.call.refresh_from_db()
        assert place.call.state == CallState.PUBLISHED

        public.go("/published/")
        public.keep("published")
        for title in (TITLE, *(title for title, *_ in OTHERS[1:])):
            expect(public.page.get_by_role("link", name=title)).to_be_visible()
        assert public.page.get_by_role("link", name=OTHERS[0][0]).count() == 0
        public.follow(OTHERS[3][0])
        public.told("三等")
        public.keep("published-one")

        worker = open_window(place["worker"], phone=True)
        worker.go("/honours/mine/")
        worker.keep("honours")
        with worker.page.expect_download() as download:
            worker.follow("下载证书")
        text, address = certificate_address(download.value.path().read_bytes())
        assert WORKER in text.replace(" ", "")
        public.go(address)
        public.keep("verified")
        facts = public.page.get_by_role("main").locator("dl")
        assert facts.locator("dt").all_inner_texts() == ["获得者", "荣誉", "状态"]
        name, honour, status = facts.locator("dd").all_inner_texts()
        assert (name.strip(), status.strip()) == (WORKER, "有效")
        assert "一等" in honour
        shown = public.page.get_by_role("main").inner_text()
        assert not re.search(f"{UNIT}|19900001111|{TITLE}", shown)
