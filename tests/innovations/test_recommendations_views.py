from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.innovations.actions import recommendations as actions
from huomiao.innovations.models import Declaration, Opinion, Quota, Reminder, SummaryTable
from huomiao.innovations.queries import recommendations
from huomiao.innovations.states import CallState, Path, State
from tests.factories.innovations import AuthorFactory, OpinionFactory
from tests.innovations.test_recommendations_climb import NOW
from tests.innovations.test_recommendations_list import ListScene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return ListScene(count=3)


def url(name, scene, *args):
    return reverse(f"innovations:{name}", args=[scene.call.slug, *args])


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_desk_lists_what_waits_oldest_first(client, scene):
    client.force_login(scene.city_officer)

    response = client.get(url("desk", scene))

    assert [declaration.pk for declaration, _hints in response.context["rows"]] == [item.pk for item in scene.items]


def test_desk_is_narrowed_by_words_and_category(client, scene):
    client.force_login(scene.city_officer)
    other = scene.declaration(desk=scene.city, category=scene.call.categories.last(), title="别的名字")

    response = client.get(url("desk", scene), {"q": "别的", "category": other.category_id})

    assert [declaration.pk for declaration, _hints in response.context["rows"]] == [other.pk]


@pytest.mark.parametrize("page", ["desk", "recommend", "check"])
def test_lists_take_the_same_queries_for_one_row_and_three(client, page):
    scene = ListScene(count=1)
    person = scene.organiser if page == "check" else scene.city_officer
    client.force_login(person)
    address = url(page, scene, scene.city.code) if page == "recommend" else url(page, scene)

    def enrich(item):
        AuthorFactory(declaration=item)
        OpinionFactory(declaration=item)
        if page == "check":
            Declaration.objects.filter(pk=item.pk).update(state=State.RECOMMENDED, rank=item.pk, desk=None)
        elif page == "recommend":
            Declaration.objects.filter(pk=item.pk).update(rank=item.pk)

    enrich(scene.items[0])
    client.get(address)
    with_one = queries_of(client, address)
    for _time in range(2):
        enrich(scene.declaration(desk=scene.city))

    assert queries_of(client, address) == with_one


def test_deciding_on_many_tells_what_was_done(client, scene):
    client.force_login(scene.city_officer)
    ticked = [item.pk for item in scene.items[:2]]

    response = client.post(url("desk-decide", scene), {"decision": "forward", "declarations": ticked}, follow=True)

    assert response.redirect_chain == [(url("desk", scene), 302)]
    assert [str(message) for message in response.context["messages"]] == ["已同意 2 项。"]
    assert [rank for _state, rank in scene.state()] == [1, 2, None]


@pytest.mark.parametrize("data", [{"decision": "forward"}, {"decision": "decline"}, {}])
def test_deciding_on_nothing_shows_the_page_again(client, scene, data):
    client.force_login(scene.city_officer)

    assert client.post(url("desk-decide", scene), data).status_code == 422


def test_declining_many_needs_a_reason(client, scene):
    client.force_login(scene.city_officer)
    data = {"decision": "decline", "declarations": [scene.items[0].pk]}

    assert client.post(url("desk-decide", scene), data).status_code == 422
    assert client.post(url("desk-decide", scene), data | {"text": "未应用"}).status_code == 302
    assert scene.state()[0] == (State.DECLINED, None)


def test_decide_page_sends_back_with_the_fields(client, scene):
    client.force_login(scene.city_officer)
    address = reverse("innovations:decide", args=[scene.items[0].pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"decision": "return", "text": ""}).status_code == 422

    client.post(address, {"decision": "return", "text": "补数据", "fields_to_correct": ["solution", "benefits"]})

    assert scene.state()[0][0] == State.RETURNED
    assert Opinion.objects.get().details["fields"] == ["solution", "benefits"]


def test_decide_page_keeps_what_was_typed_when_the_unit_has_not_vouched(client, scene):
    client.force_login(scene.secretary)
    item = scene.declaration(path=Path.WORKER)

    response = client.post(reverse("innovations:decide", args=[item.pk]), {"decision": "forward", "text": "很好"})

    assert response.status_code == 422
    assert response.context["form"]["text"].value() == "很好"


def test_undo_button_takes_a_decision_back(client, scene):
    client.force_login(scene.city_officer)
    opinion = actions.forward(scene.items[0], by=scene.city_officer, at=NOW)
    assert client.get(url("desk", scene), {"tab": "decided"}).status_code == 200

    client.post(reverse("innovations:opinion-undo", args=[opinion.pk]))

    assert scene.state()[0] == (State.SUBMITTED, None)


def test_typed_numbers_make_the_order_and_buttons_move_rows(client, scene):
    client.force_login(scene.city_officer)
    address = url("recommend", scene, scene.city.code)
    first, second, third = (item.pk for item in scene.items)

    client.post(address, {f"rank-{first}": "5", f"rank-{second}": "2", f"rank-{third}": ""})
    assert [rank for _state, rank in scene.state()] == [2, 1, None]
    client.post(address, {f"rank-{first}": "2", f"rank-{second}": "1", "move": f"up-{first}"})
    assert [rank for _state, rank in scene.state()] == [1, 2, None]
    client.post(address, {f"rank-{first}": "1", f"rank-{second}": "2", "move": f"in-{third}"})
    assert [rank for _state, rank in scene.state()] == [1, 2, 3]
    client.post(address, {f"rank-{n}": r for n, r in ((first, 1), (second, 2), (third, 3))} | {"move": f"out-{first}"})
    assert [rank for _state, rank in scene.state()] == [None, 1, 2]


def test_over_quota_shows_the_sum_and_keeps_the_numbers(client, scene):
    client.force_login(scene.city_officer)
    Quota.objects.filter(union=scene.city, category=None).update(maximum=1)
    data = {f"rank-{item.pk}": str(9 - place) for place, item in enumerate(scene.items)}

    response = client.post(url("recommend", scene, scene.city.code), data)

    assert response.status_code == 422
    assert "合计：名额 1，已选 3，超出 2" in response.content.decode()
    assert {line["rank"] for line in response.context["candidates"]} == {"9", "8", "7"}


def test_stale_list_is_shown_afresh_with_what_was_typed(client, scene):
    client.force_login(scene.city_officer)
    scene.rank(0)
    data = {f"rank-{scene.items[1].pk}": "1", "seen": "0" * 16}

    response = client.post(url("recommend", scene, scene.city.code), data)

    assert response.status_code == 409
    assert response.context["seen"] == recommendations.fingerprint([scene.items[0]])
    assert {line["declaration"].pk: line["rank"] for line in response.context["candidates"]}[scene.items[1].pk] == "1"


def test_signing_off_by_the_button_and_downloading_the_table(client, scene):
    client.force_login(scene.city_officer)
    scene.rank(1, 0)

    client.post(url("recommend-sign", scene, scene.city.code), {"rest": "decline"})
    workbook = client.get(url("recommend-table", scene, scene.city.code))

    assert scene.state() == [(State.RECOMMENDED, 2), (State.RECOMMENDED, 1), (State.DECLINED, None)]
    assert workbook.content[:2] == b"PK"
    assert client.get(url("recommend", scene, scene.city.code)).status_code == 200


def test_organiser_sends_a_table_back_and_reminds(client, scene):
    scene.rank(0)
    scene.sign()
    client.force_login(scene.organiser)

    client.post(url("recommend-reopen", scene, scene.city.code), {"note": "缺盖章"})
    client.post(url("recommend-remind", scene, scene.city.code), {"note": "请抓紧"})

    assert SummaryTable.objects.get().reopened_note == "缺盖章"
    assert [r.note for r in Reminder.objects.all()] == ["请抓紧"]
    assert client.get(url("progress", scene)).status_code == 200
    client.force_login(scene.city_officer)
    assert "请抓紧" in client.get(url("desk", scene)).content.decode()
    assert "缺盖章" in client.get(url("recommend", scene, scene.city.code)).content.decode()


def test_check_page_passes_many_and_one(client, scene):
    scene.rank(0, 1, 2)
    scene.sign()
    scene.call.state = CallState.CHECKING
    scene.call.save()
    for item in scene.items:
        AuthorFactory(declaration=item)
    client.force_login(scene.organiser)
    exclusions = list(scene.call.exclusions.values_list("text", flat=True))
    assert client.post(url("check-pass", scene), {"exclusions": exclusions}).status_code == 422

    client.post(url("check-pass", scene), {"declarations": [scene.items[0].pk], "exclusions": exclusions})
    one = reverse("innovations:check-one", args=[scene.items[1].pk])
    assert client.get(one).status_code == 200
    assert client.post(one, {"decision": "return", "text": "补图"}).status_code == 422
    client.post(one, {"decision": "return", "text": "补图", "until": "2099-01-01"})
    client.post(reverse("innovations:check-one", args=[scene.items[2].pk]), {"decision": "refuse", "text": "重复"})

    assert [state for state, _rank in scene.state()] == [State.ACCEPTED, State.RETURNED, State.REFUSED]
    for tab in ("waiting", "correcting", "accepted", "refused"):
        assert client.get(url("check", scene), {"tab": tab}).status_code == 200


def test_candidates_come_in_pages_and_are_narrowed_by_words(client, scene, monkeypatch):
    monkeypatch.setattr("huomiao.innovations.views.recommendations.PAGE", 2)
    other = scene.declaration(desk=scene.city, category=scene.call.categories.last(), title="别的名字")
    client.force_login(scene.city_officer)
    address = url("recommend", scene, scene.city.code)

    def shown(**query):
        return [line["declaration"].pk for line in client.get(address, query).context["candidates"]]

    first, second, third = (item.pk for item in scene.items)
    assert [shown(), shown(page=2), shown(q="别的")] == [[first, second], [third, other.pk], [other.pk]]


def test_a_number_typed_for_a_candidate_of_another_page_is_shown_again(client, scene, monkeypatch):
    monkeypatch.setattr("huomiao.innovations.views.recommendations.PAGE", 1)
    Quota.objects.filter(union=scene.city, category=None).update(maximum=1)
    client.force_login(scene.city_officer)
    typed = {f"rank-{scene.items[0].pk}": "1", f"rank-{scene.items[2].pk}": "2"}

    refused = client.post(url("recommend", scene, scene.city.code) + "?page=2", typed)

    assert refused.status_code == 422
    lines = [(line["declaration"].pk, line["rank"]) for line in refused.context["candidates"]]
    assert lines == [(scene.items[0].pk, "1"), (scene.items[2].pk, "2"), (scene.items[1].pk, "")]


def test_saving_from_a_page_of_candidates_leads_back_to_it(client, scene):
    client.force_login(scene.city_officer)
    address = url("recommend", scene, scene.city.code) + "?page=2"

    assert client.post(address, {f"rank-{scene.items[0].pk}": "1"}).url == address
