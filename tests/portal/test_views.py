from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.innovations.states import CallState, Stage, State
from huomiao.notices.models import Notice
from huomiao.orgs.roles import POWERS, Power, Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import CallFactory, DeclarationFactory, WindowFactory

pytestmark = pytest.mark.django_db


def notice(call, *, opens=-1, closes=4, **values):
    today = timezone.localdate()
    return Notice.objects.create(
        subject_type="innovations.call",
        subject_id=str(call.pk),
        title=values.pop("title", "拟发布名单公示"),
        issuer=call.organiser,
        contact="经济技术部",
        working_days=5,
        opens_on=today + timedelta(days=opens),
        closes_on=today + timedelta(days=closes),
        list_hash="x",
        opened_at=timezone.now(),
        **values,
    )


def fill_landing():
    call = CallFactory(title="2026 年征集")
    WindowFactory(call=call)
    past = CallFactory(state=CallState.PUBLISHED, year=2025)
    DeclarationFactory(call=past, state=State.PUBLISHED)
    notice(past)


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        response = client.get(address)
    assert response.status_code == 200
    return len(found)


# --- Landing ------------------------------------------------------------------------------------------------------


def test_landing_shows_open_calls_first_and_no_drafts(client):
    closed = CallFactory(title="已截止的征集", state=CallState.REVIEWING, year=2027)
    WindowFactory(call=closed, closes_at=timezone.now() - timedelta(days=1))
    running = CallFactory(title="正在征集的活动", year=2026)
    WindowFactory(call=running)
    CallFactory(title="起草中的征集", state=CallState.DRAFT, announced_at=None)

    response = client.get("/")

    assert [item.call.title for item in response.context["calls"]] == ["正在征集的活动", "已截止的征集"]
    assert [item.is_open for item in response.context["calls"]] == [True, False]
    assert "起草中的征集" not in response.content.decode()


def test_landing_shows_published_results_and_nothing_else(client):
    call = CallFactory(state=CallState.NOTICE)
    DeclarationFactory(call=call, title="公示中的成果", state=State.LISTED)
    DeclarationFactory(call=call, title="已取消的成果", state=State.REVOKED)
    DeclarationFactory(call=call, title="已发布的成果", state=State.PUBLISHED)

    response = client.get("/")

    assert [result.declaration.title for result in response.context["results"]] == ["已发布的成果"]
    assert "公示中的成果" not in response.content.decode()
    assert "已取消的成果" not in response.content.decode()


def test_landing_links_notices_that_are_open(client):
    call = CallFactory()
    notice(call, title="公示中")
    notice(call, title="公示已满", opens=-9, closes=-1)
    notice(call, title="已撤回", state="cancelled")

    response = client.get("/")

    assert [notice.title for notice in response.context["notices"]] == ["公示中"]


def test_landing_without_anything_says_what_will_come(client):
    html = client.get("/").content.decode()

    assert "目前没有进行中的征集" in html
    assert "还没有发布的成果" in html
    assert "目前没有公示中的名单。" in html


def test_landing_asks_the_same_number_of_queries_however_much_there_is(client):
    fill_landing()
    one = queries_of(client, "/")
    fill_landing()
    fill_landing()

    assert queries_of(client, "/") == one


def test_landing_leads_somebody_signed_in_to_their_tasks(client):
    client.force_login(UserFactory())

    assert client.get("/")["Location"] == "/tasks/"


def test_declare_window_ends_today(client):
    call = CallFactory()
    WindowFactory(call=call, stage=Stage.DECLARE, closes_at=timezone.now() + timedelta(hours=3))

    assert "不到一天" in client.get("/").content.decode()


# --- Tasks --------------------------------------------------------------------------------------------------------


def test_tasks_ask_the_public_to_sign_in(client):
    assert client.get("/tasks/")["Location"] == "/accounts/login/?next=/tasks/"


def test_tasks_of_somebody_without_any_say_so(client):
    client.force_login(UserFactory(name="李晓明"))

    html = client.get("/tasks/").content.decode()

    assert "李晓明，您好" in html
    assert "眼下没有等您处理的事" in html


# --- Certificates -------------------------------------------------------------------------------------------------


def test_landing_leads_to_the_verification_of_a_certificate(client):
    html = client.get("/").content.decode()

    assert f'<form class="verify" method="get" action="{reverse("honours:verify-form")}">' in html


# --- Help ---------------------------------------------------------------------------------------------------------


def test_roles_page_shows_the_table_of_powers_as_it_is(client):
    response = client.get("/help/roles/")

    shown = {(role, row["power"]): has for row in response.context["rows"] for role, has in row["held"]}
    assert shown == {(role, power): power in POWERS[role] for role in Role for power in Power}
    assert response.content.decode().count(">可以</span>") == sum(len(powers) for powers in POWERS.values())


@pytest.mark.parametrize("anchor", ["worker", "secretary", "officer", "organiser", "expert", "public"])
def test_help_has_a_part_for_everybody(client, anchor):
    html = client.get("/help/").content.decode()

    assert f'href="#{anchor}"' in html
    assert f'id="{anchor}"' in html
