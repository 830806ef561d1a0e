from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.core import history
from huomiao.innovations import call_tables
from huomiao.innovations.actions import calls as actions
from huomiao.innovations.models import Call
from huomiao.innovations.states import CallState, Section, State
from huomiao.innovations.timeline import timeline
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.innovations import CallFactory, DeclarationFactory, WindowFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    root = OrganizationFactory(kind=Kind.PROVINCE, name="示例省总工会")
    OrganizationFactory(parent=root, kind=Kind.CITY, name="示例市总工会", code="CITY1")
    return root


@pytest.fixture
def organiser(province, client):
    user = MembershipFactory(organization=province, role=Role.ORGANISER).user
    client.force_login(user)
    return user


@pytest.fixture
def draft(province, organiser) -> Call:
    call = actions.create(province, year=2026, by=organiser)
    call.contact = "经济技术部"
    call.save()
    return call


def _section(draft, section):
    return reverse("innovations:call-section", args=[draft.slug, section])


def _typed(response, *names):
    """What the page's forms would send back, unchanged."""
    values = {"seen": response.context["seen"]}
    for name in names:
        form = response.context[name]
        for bound in _bound_fields(form):
            value = bound.value()
            if value is True:
                values[bound.html_name] = "on"
            elif value not in (None, False):
                values[bound.html_name] = (
                    bound.field.widget.format_value(value) if hasattr(bound.field.widget, "format_value") else value
                )
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in values.items()
        if value not in (None, [""], "")
    }


def _bound_fields(form):
    if hasattr(form, "management_form"):
        yield from form.management_form
        for member in form.forms:
            yield from member
    else:
        yield from form


FORMS = {
    Section.BASICS: ["form"],
    Section.CATEGORIES: ["rows"],
    Section.PRIORITIES: ["form"],
    Section.QUOTAS: ["grid", "rows"],
    Section.LIMITS: ["form"],
    Section.EXCLUSIONS: ["rows"],
    Section.WINDOWS: ["form"],
    Section.REVIEW: ["form"],
    Section.GRADES: ["form", "rows"],
}


@pytest.mark.parametrize("section", list(Section))
def test_every_section_has_a_page(client, draft, section):
    assert client.get(_section(draft, section)).status_code == 200


@pytest.mark.parametrize(("section", "names"), FORMS.items())
def test_saving_a_section_unchanged_changes_nothing(client, draft, section, names):
    page = client.get(_section(draft, section))

    response = client.post(_section(draft, section), _typed(page, *names))

    assert response.status_code == 302, [f.errors for f in map(response.context.get, names)]
    assert [entry.action for entry in history.of(draft)] == ["call.created"]


@pytest.mark.parametrize("section", [section for section in Section if section != Section.BASICS])
def test_a_frozen_section_says_why(client, draft, section):
    Call.objects.filter(pk=draft.pk).update(state=CallState.PUBLISHED)

    page = client.get(_section(draft, section))

    assert page.status_code == 200
    assert "不能再改" in page.content.decode() or "作为档案保留" in page.content.decode()
    assert 'name="seen"' not in page.content.decode()


def test_a_refused_change_keeps_what_was_typed(client, draft, organiser):
    page = client.get(_section(draft, Section.BASICS))
    typed = {**_typed(page, "form"), "contact": "我的电话"}
    Call.objects.filter(pk=draft.pk).update(contact="别人的电话")

    response = client.post(_section(draft, Section.BASICS), typed)

    assert response.status_code == 409
    assert response.context["form"]["contact"].value() == "我的电话"
    assert Call.objects.get(pk=draft.pk).contact == "别人的电话"


def test_an_invalid_section_shows_the_page_again(client, draft):
    response = client.post(_section(draft, Section.BASICS), {"title": "", "body": "正文"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["title", "number_prefix"]


def test_preview_renders_markdown_and_saves_nothing(client, draft):
    response = client.post(
        _section(draft, Section.BASICS),
        {"body": "## 新正文\n<script>x</script>", "preview": "1"},
        headers={"HX-Request": "true"},
    )

    assert "<h3>新正文</h3>" in response.content.decode()
    assert "<script>" not in response.content.decode()
    assert Call.objects.get(pk=draft.pk).body == draft.body


def test_a_rubric_page_saves_changed_points(client, draft):
    rubric = draft.rubrics.first()
    address = reverse("innovations:call-rubric", args=[draft.slug, rubric.pk])
    page = client.get(address)
    editor = page.context["editor"]
    typed = {"seen": page.context["seen"], "name": "省级标准"}
    for form in [editor.criteria, *(bands for _form, bands in editor.parts)]:
        for bound in _bound_fields(form):
            if bound.value() is not None and bound.value() is not False:
                typed[bound.html_name] = str(bound.value())

    assert client.post(address, typed).status_code == 302
    rubric.refresh_from_db()
    assert rubric.name == "省级标准"

    refused = client.post(address, {**typed, "criteria-0-points": "30"})
    assert refused.status_code == 422
    assert refused.context["editor"].problems == [
        "各指标满分合计 105 分，应为 100 分。",
        "“创新性”在 25 至 30 分之间没有档次。",
    ]


def test_quotas_go_out_and_come_back_changed(client, draft):
    content = call_tables.workbook(draft)
    address = reverse("innovations:call-quota-import", args=[draft.slug])
    assert client.get(reverse("innovations:call-quota-table", args=[draft.slug])).status_code == 200

    client.post(address, {"table": SimpleUploadedFile("名额.xlsx", content)})
    assert [entry.action for entry in history.of(draft)] == ["call.created"]

    text = "组织代码,推荐工会,小发明,合计上限\nCITY1,示例市总工会,7,\n"
    client.post(address, {"table": SimpleUploadedFile("名额.csv", text.encode())})
    first = draft.categories.first()
    assert draft.quotas.get(category=first).maximum == 7
    assert not draft.quotas.filter(category=None).exists()
    assert draft.quotas.count() == 5


def test_a_quota_table_with_problems_changes_nothing(client, draft):
    address = reverse("innovations:call-quota-import", args=[draft.slug])
    text = "组织代码,推荐工会,小发明\nCITY1,示例市总工会,很多\nNOPE,不存在,1\nCITY1,再来一次,1\n"

    response = client.post(address, {"table": SimpleUploadedFile("名额.csv", text.encode())})

    assert response.status_code == 422
    assert len(response.context["table_problems"]) == 3
    assert set(draft.quotas.values_list("maximum", flat=True)) == {10, 40}


def test_a_thing_that_is_no_table_is_refused_with_a_sentence(client, draft):
    address = reverse("innovations:call-quota-import", args=[draft.slug])

    response = client.post(address, {"table": SimpleUploadedFile("名额.xlsx", b"MZ\x90 not a workbook")})

    assert response.status_code in {409, 422}
    assert draft.quotas.count() == 6


def test_an_attachment_is_kept_and_offered(client, draft):
    upload = SimpleUploadedFile("范例.pdf", _pdf())
    client.post(_section(draft, Section.ATTACHMENTS), {"file": upload, "title": "填写范例"})
    assert [row.title for row in draft.attachments.all()] == ["填写范例"]
    assert "填写范例" in client.get(reverse("innovations:call", args=[draft.slug])).content.decode()

    row = draft.attachments.get()
    client.post(reverse("innovations:call-attachment-remove", args=[draft.slug, row.pk]))
    assert draft.attachments.count() == 0


def test_a_renamed_program_is_not_taken_as_attachment(client, draft):
    response = client.post(
        _section(draft, Section.ATTACHMENTS), {"file": SimpleUploadedFile("a.pdf", b"MZ\x90\x00" * 99)}
    )

    assert response.status_code == 422
    assert draft.attachments.count() == 0


def _pdf() -> bytes:
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def test_a_call_is_started_copied_and_announced_from_its_pages(client, province, organiser):
    new = reverse("innovations:call-new")
    client.post(new, {"organiser": province.pk, "year": 2025})
    first = Call.objects.get(year=2025)
    response = client.post(new, {"organiser": province.pk, "year": 2026, "source": first.pk})
    second = Call.objects.get(year=2026)
    assert response.url == reverse("innovations:call-edit", args=[second.slug])
    assert second.copied_from == first

    again = client.post(new, {"organiser": province.pk, "year": 2026, "source": first.pk})
    assert again.status_code == 422


def test_an_incomplete_call_is_not_announced_from_its_page(client, draft):
    draft.categories.all().delete()
    page = client.get(reverse("innovations:call-edit", args=[draft.slug]))
    assert [move.is_ready for move in page.context["moves"]] == [False]

    response = client.post(reverse("innovations:call-advance", args=[draft.slug, "open"]))

    assert response.status_code == 422
    assert Call.objects.get(pk=draft.pk).state == CallState.DRAFT


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.SECRETARY])
def test_others_may_see_an_announced_call_but_not_its_editor(client, province, role):
    call = CallFactory(organiser=province, state=CallState.OPEN)
    draft = CallFactory(organiser=province, state=CallState.DRAFT, announced_at=None)
    client.force_login(MembershipFactory(organization=province, role=role).user)

    assert client.get(reverse("innovations:call", args=[call.slug])).status_code == 200
    assert client.get(reverse("innovations:call-edit", args=[call.slug])).status_code == 403
    assert client.get(reverse("innovations:call", args=[draft.slug])).status_code == 404
    assert client.get(reverse("innovations:call-edit", args=[draft.slug])).status_code == 404
    assert client.post(reverse("innovations:call-advance", args=[call.slug, "checking"])).status_code == 403


def test_the_list_asks_as_many_queries_for_three_calls_as_for_one(client):
    call = CallFactory()
    WindowFactory(call=call)
    client.get(reverse("innovations:calls"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("innovations:calls"))
    for _time in range(2):
        WindowFactory(call=CallFactory())
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse("innovations:calls"))

    assert len(page.context["page_obj"].object_list) == 3
    assert len(three) == len(one)


def test_the_list_shows_current_or_past(client):
    current = CallFactory(state=CallState.REVIEWING)
    past = CallFactory(state=CallState.PUBLISHED)
    address = reverse("innovations:calls")

    assert list(client.get(address, {"state": "current"}).context["page_obj"]) == [current]
    assert list(client.get(address, {"state": "past"}).context["page_obj"]) == [past]


def test_the_timeline_lies_to_scale():
    call = CallFactory()
    WindowFactory(call=call, opens_at=datetime(2026, 1, 1, tzinfo=UTC), closes_at=datetime(2026, 12, 1, tzinfo=UTC))

    drawn = timeline(call, at=datetime(2026, 7, 2, 4, tzinfo=UTC))

    assert len(drawn.ticks) == 12
    assert 495 < drawn.today < 502
    assert drawn.bars[0].phase == "now"
    assert timeline(CallFactory(), at=datetime(2026, 7, 2, tzinfo=UTC)) is None


def test_closing_warns_of_what_still_waits(client, draft, organiser):
    Call.objects.filter(pk=draft.pk).update(state=CallState.OPEN)
    DeclarationFactory(call=draft, state=State.SUBMITTED)
    DeclarationFactory(call=draft, state=State.RECOMMENDED)

    page = client.get(reverse("innovations:call-edit", args=[draft.slug]))

    move = page.context["moves"][0]
    assert move.is_ready
    assert [check.hint for check in move.checks if not check.is_met and not check.blocks][-1].startswith("还有 1 项")
