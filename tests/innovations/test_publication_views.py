from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from huomiao.files import actions as files
from huomiao.honours import actions as honours
from huomiao.innovations.models import Attachment, Declaration
from huomiao.innovations.queries import publication as queries
from huomiao.innovations.states import AttachmentRole, CallState, Consent, State
from huomiao.orgs.roles import Role
from tests.factories.innovations import (
    AuthorFactory,
    BenefitFactory,
    CategoryFactory,
    DeclarationFactory,
    PriorityFieldFactory,
    call_with_rules,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

LIST = "innovations:published"


@pytest.fixture
def call():
    return call_with_rules(state=CallState.PUBLISHED, year=2025)


def publish(call, **values):
    values.setdefault("category", call.categories.first())
    declaration = DeclarationFactory(call=call, state=State.PUBLISHED, grade="一等", **values)
    AuthorFactory(declaration=declaration, name="张完成")
    return declaration


def shown(client, **query):
    return [card.declaration for card in client.get(reverse(LIST), query).context["cards"]]


def detail(client, declaration):
    return client.get(reverse("innovations:published-detail", args=[declaration.number or declaration.pk]))


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_only_published_results_are_shown(client, call, state):
    hidden = DeclarationFactory(call=call, state=state, title="不应出现的成果", category=call.categories.first())
    seen = publish(call)

    assert shown(client) == [seen]
    assert shown(client, q="不应出现") == []
    assert detail(client, hidden).status_code == 404
    assert "不应出现" not in detail(client, seen).content.decode()


@pytest.mark.parametrize("state", [state for state in CallState if state != CallState.PUBLISHED])
def test_nothing_of_a_call_that_is_not_published_is_shown(client, state):
    early = publish(call_with_rules(state=state))

    assert shown(client) == []
    assert detail(client, early).status_code == 404


@pytest.mark.parametrize("consent", [*Consent, ""])
def test_nobody_can_be_reached_through_a_published_page(client, call, consent):
    declaration = publish(call, consent=consent)

    page = client.get(reverse(LIST)).content.decode() + detail(client, declaration).content.decode()

    for secret in ("王联系", "13800005678", "5678", "13900001234", "360102198001011234", "钳工", "总体设计"):
        assert secret not in page
    assert "张完成" in page


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        (Consent.FULL, {"摘要文", "关键词文", "问题文", "方案文", "应用文", "社会文", "前景文", "12.50"}),
        (Consent.ABSTRACT, {"摘要文", "关键词文"}),
        (Consent.NONE, set()),
        ("", set()),
    ],
)
def test_a_page_shows_what_the_declarer_agreed_to(client, call, consent, expected):
    declaration = publish(
        call,
        consent=consent,
        abstract="摘要文",
        keywords="关键词文",
        problem="问题文",
        solution="方案文",
        application="应用文",
        social_benefit="社会文",
        outlook="前景文",
    )
    BenefitFactory(declaration=declaration)
    everything = {"摘要文", "关键词文", "问题文", "方案文", "应用文", "社会文", "前景文", "12.50"}

    page = detail(client, declaration).content.decode()

    assert {text for text in everything if text in page} == expected
    in_list = client.get(reverse(LIST)).content.decode()
    assert ("摘要文" in in_list) is ("摘要文" in expected)
    # What is not shown cannot be found out by searching either.
    assert (shown(client, q="摘要文") == [declaration]) is ("摘要文" in expected)
    assert shown(client, q="方案文") == []


@pytest.mark.parametrize(("consent", "count"), [(Consent.FULL, 1), (Consent.ABSTRACT, 0), (Consent.NONE, 0)])
def test_pictures_are_shown_with_full_consent_only(client, call, consent, count):
    declaration = publish(call, consent=consent)
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(out, "PNG")
    for role in (AttachmentRole.PICTURE, AttachmentRole.PLEDGE):
        stored = files.store(SimpleUploadedFile("张完成_示例厂.png", out.getvalue()), by=None)
        Attachment.objects.create(declaration=declaration, file=stored, role=role)

    page = detail(client, declaration)

    assert len(page.context["pictures"]) == count
    assert "示例厂.png" not in page.content.decode()
    assert bool(client.get(reverse(LIST)).context["cards"][0].picture) is bool(count)
    for address, _small, _caption in page.context["pictures"]:
        answer = client.get(address)
        assert answer.getvalue()[:4] == b"\x89PNG"


def test_results_are_narrowed_by_every_facet(client, call):
    city = OrganizationFactory(name="示例市总工会", code="CITY9")
    field = PriorityFieldFactory(name="电子信息产业链")
    one = publish(call, union=city, field=field, division="39", title="甲成果")
    other_call = call_with_rules(state=CallState.PUBLISHED, year=2024)
    other = publish(other_call, category=CategoryFactory(call=other_call, name="另一类"), division="34", title="乙成果")
    Declaration.objects.filter(pk=other.pk).update(grade="二等")

    for name, value in (
        ("union", "CITY9"),
        ("field", "电子信息产业链"),
        ("division", "39"),
        ("grade", "一等"),
        ("call", call.slug),
        ("category", one.category.name),
    ):
        assert shown(client, **{name: value}) == [one], name
    assert shown(client, union="CITY9", grade="二等") == []
    assert shown(client) == [one, other]
    assert shown(client, sort="title") == sorted([one, other], key=lambda each: each.title)


def test_facets_count_under_the_other_choices(client, call):
    for grade in ("一等", "一等", "二等"):
        declaration = publish(call, division="34" if grade == "二等" else "39")
        Declaration.objects.filter(pk=declaration.pk).update(grade=grade)

    page = client.get(reverse(LIST), {"grade": "一等", "page": "1"})

    facets = {
        str(facet.label): [(value.label, value.count) for value in facet.values] for facet in page.context["facets"]
    }
    assert facets["等次"] == [("一等", 2), ("二等", 1)]
    assert [count for _label, count in facets["行业"]] == [2]
    for facet in page.context["facets"]:
        for value in facet.values:
            assert client.get(reverse(LIST) + value.address).context["page_obj"].paginator.count == value.count


def test_all_words_must_be_found(client, call):
    both = publish(call, title="轧辊快换装置", abstract="省力")
    publish(call, title="轧辊清洗装置", abstract="省水")

    assert shown(client, q="轧辊 省力") == [both]


@pytest.mark.parametrize(
    "query",
    [{"page": "zzz"}, {"page": "999"}, {"sort": "nothing"}, {"division": "'"}, {"q": "%_"}, {"call": "x" * 500}],
)
def test_strange_addresses_do_no_harm(client, call, query):
    publish(call)

    assert client.get(reverse(LIST), query).status_code == 200


def test_a_null_character_is_a_bad_request_not_a_search(client, call):
    publish(call)

    assert client.get(reverse(LIST), {"q": "%_\x00"}).status_code == 400


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "没有这个编号"])
def test_an_unknown_result_is_not_found(client, call, key):
    publish(call)

    assert client.get(reverse("innovations:published-detail", args=[key])).status_code == 404


def test_a_page_links_its_certificate_and_what_is_related(client, call):
    field = PriorityFieldFactory()
    declaration = publish(call, field=field)
    near = publish(call, field=field)
    far = publish(call)
    hidden = DeclarationFactory(call=call, state=State.REVOKED, field=field, category=call.categories.first())
    honour = honours.grant(
        declaration,
        series=call.series,
        year=call.year,
        programme=call.title,
        award=call.award_wording,
        holders=[("张完成", None)],
        unit_name=declaration.unit.name,
        awarded_by=call.organiser.name,
        awarded_on=call.announced_at.date(),
        by=None,
    )

    page = detail(client, declaration)

    assert honour.get_absolute_url() in page.content.decode()
    assert [card.declaration for card in page.context["related"]] == [near, far]
    assert hidden not in list(queries.related(declaration))


def test_the_list_asks_as_many_queries_for_three_results_as_for_one(client, call):
    publish(call)
    client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(LIST))
    for _time in range(2):
        publish(call)
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse(LIST))

    assert len(page.context["cards"]) == 3
    assert len(three) == len(one)


def test_an_empty_list_says_what_to_do(client):
    assert "还没有发布的成果" in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.OFFICER])
def test_others_cannot_reach_the_organisers_page(client, call, role):
    declaration = publish(call)
    if role:
        client.force_login(MembershipFactory(organization=call.organiser, role=role).user)
    expected = 403 if role else 302

    assert client.get(reverse("innovations:publication", args=[call.slug])).status_code == expected
    for name in ("publication-open", "publication-withdraw", "publish"):
        assert client.post(reverse(f"innovations:{name}", args=[call.slug]), {"reason": "x"}).status_code == expected
    client.post(reverse("innovations:published-revoke", args=[declaration.pk]), {"reason": "x"})
    assert Declaration.objects.get(pk=declaration.pk).state == State.PUBLISHED


def test_the_organisers_page_says_what_is_missing(client):
    call = call_with_rules(state=CallState.DECIDING)
    client.force_login(MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user)

    page = client.get(reverse("innovations:publication", args=[call.slug]))
    assert [need.is_met for need in page.context["needs_for_notice"]] == [True, False, False]

    refused = client.post(
        reverse("innovations:publication-open", args=[call.slug]),
        {"title": "公示", "body": "正文", "opens_on": "2001-01-01"},
    )
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["opens_on"])


def test_an_organiser_revokes_from_the_page(client, call):
    declaration = publish(call)
    client.force_login(MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user)

    client.post(reverse("innovations:published-revoke", args=[declaration.pk]), {"reason": ""})
    assert Declaration.objects.get(pk=declaration.pk).state == State.PUBLISHED
    client.post(reverse("innovations:published-revoke", args=[declaration.pk]), {"reason": "重复获奖"})
    assert Declaration.objects.get(pk=declaration.pk).state == State.REVOKED


def test_the_texts_are_searched_twice_however_much_the_page_counts(client, call):
    """Once for the facets and the number of results together, once for the page itself: searching is what costs."""
    for number in range(3):
        publish(call, title=f"轧辊装置{number}")

    with CaptureQueriesContext(connection) as captured:
        client.get(reverse(LIST), {"q": "轧辊"})

    searching = [query["sql"] for query in captured if "轧辊" in query["sql"]]
    # The page's own rows are read by key once it is known which they are.
    assert len([sql for sql in searching if '"id" IN (' not in sql]) == 2
