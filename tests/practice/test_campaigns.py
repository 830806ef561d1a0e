from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import quote

import openpyxl
import pypdfium2
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.roles import Role
from huomiao.practice import campaign_report, follower, rosters
from huomiao.practice.actions import campaigns as actions
from huomiao.practice.models import Campaign, CampaignReminder
from huomiao.practice.queries import campaigns as queries
from huomiao.practice.rules import campaigns as rules
from huomiao.practice.states import CAMPAIGN_MOVES, CampaignState, Mode
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import CampaignFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory
from tests.factories.practice import BankFactory, bank_with
from tests.factories.rollups import AT, attempt, versions_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene():
    province = OrganizationFactory(name="某省总工会")
    east = OrganizationFactory(parent=province, name="东市总工会")
    west = OrganizationFactory(parent=province, name="西市总工会")
    units = [UnitFactory(parent=east, name="东一厂"), UnitFactory(parent=east, name="东二厂"), UnitFactory(parent=west)]
    RosterEntryFactory.create_batch(4, organization=units[0])
    rosters.count(AT)
    bank = bank_with(12, owner=province)
    officer = MembershipFactory(organization=province, role=Role.OFFICER).user
    campaign = CampaignFactory(organiser=province, banks=[bank], questions=5, tries_a_day=2, points_a_day=6)
    return {
        "province": province,
        "east": east,
        "west": west,
        "units": units,
        "bank": bank,
        "officer": officer,
        "campaign": campaign,
    }


def take_part(scene, unit, *rights, user=None, day=0):
    """Somebody of ``unit`` hands in a try of five for each of ``rights``, with so many right."""
    user = user or MembershipFactory(organization=unit).user
    for right in rights:
        attempt(
            user,
            versions_of(scene["bank"])[:5],
            [1.0] * right + [0.0] * (5 - right),
            at=AT + timedelta(days=day),
            unit=unit,
            release=scene["bank"].current,
            campaign=scene["campaign"],
            mode=Mode.CHALLENGE,
        )
    follower.catch_up()
    return user


def values(scene, **changed):
    """What the form of a campaign sends."""
    return {
        "title": "春季练兵",
        "text": "",
        "opens_at": "2026-04-01T08:00",
        "closes_at": "2026-04-30T20:00",
        "banks": [scene["bank"].pk],
        "questions": 10,
        "minutes": 10,
        "tries_a_day": 3,
        "points_a_day": 30,
        "pass_percent": 60,
        "excellent_percent": 90,
        "feedback": "end",
        **changed,
    }


# --- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "at", "expected"),
    [
        (Role.MEMBER, "province", False),
        (Role.EDITOR, "province", False),
        (Role.ADMINISTRATOR, "province", False),
        (Role.SECRETARY, "unit", False),
        (Role.OFFICER, "east", False),
        (Role.TRAINER, "province", True),
        (Role.OFFICER, "province", True),
        (Role.ORGANISER, "province", True),
    ],
)
def test_a_campaign_is_run_by_those_who_run_practice_at_its_organiser_or_above(client, scene, role, at, expected):
    place = scene["units"][0] if at == "unit" else scene[at]
    user = MembershipFactory(organization=place, role=role).user
    slug = scene["campaign"].slug
    client.force_login(user)

    assert rules.can_run(user, scene["campaign"]) is expected
    pages = ("edit", "silent", "figures", "cancel")
    statuses = {client.get(reverse(f"practice:campaign-{page}", args=[slug])).status_code for page in pages}
    statuses.add(client.get(reverse("practice:campaign-report", args=[slug])).status_code)
    assert statuses == {200 if expected else 403}
    changes = {client.post(reverse(f"practice:campaign-{act}", args=[slug])).status_code for act in ("end", "copy")}
    assert (scene["campaign"].copies.exists(), 302 in changes) == (expected, expected or changes == {302})


def test_a_draft_is_for_those_who_run_it_and_a_published_one_for_everybody(client, scene):
    draft = CampaignFactory(organiser=scene["province"], state=CampaignState.DRAFT)
    statuses = {}
    for name, user in {
        "nobody": None,
        "worker": MembershipFactory(organization=scene["units"][0]).user,
        "city": MembershipFactory(organization=scene["east"], role=Role.OFFICER).user,
        "officer": scene["officer"],
    }.items():
        client.logout()
        if user is not None:
            client.force_login(user)
        statuses[name] = [client.get(one.get_absolute_url()).status_code for one in (draft, scene["campaign"])]
    assert statuses == {"nobody": [404, 200], "worker": [404, 200], "city": [404, 200], "officer": [200, 200]}


def test_who_takes_part_belongs_to_a_target_or_without_targets_to_the_organisers_branch(scene):
    eastern = MembershipFactory(organization=scene["units"][0]).user
    western = MembershipFactory(organization=scene["units"][2]).user
    stranger = UserFactory()
    everywhere, narrow = scene["campaign"], CampaignFactory(organiser=scene["province"], targets=[scene["east"]])

    assert [queries.takes_part(user, everywhere) for user in (eastern, western, stranger)] == [True, True, False]
    assert [queries.takes_part(user, narrow) for user in (eastern, western, stranger)] == [True, False, False]
    assert queries.open_to(western, at=AT) == [everywhere]
    assert queries.open_to(eastern, at=AT + timedelta(days=31)) == []


# --- making and changing ---------------------------------------------------------------------------------------------


def test_an_officer_makes_a_campaign_publishes_it_and_it_is_in_the_history(client, scene):
    client.force_login(scene["officer"])
    assert client.get(reverse("practice:campaign-new")).status_code == 200

    response = client.post(
        reverse("practice:campaign-new"),
        values(scene, targets=[scene["east"].pk], more_targets=scene["units"][2].code),
    )

    campaign = Campaign.objects.get(title="春季练兵")
    assert response.url == campaign.get_absolute_url()
    assert (campaign.state, campaign.slug[:7]) == (CampaignState.DRAFT, "202604-")
    assert list(campaign.targets.order_by("path")) == [scene["east"], scene["units"][2]]
    client.post(reverse("practice:campaign-publish", args=[campaign.slug]))
    campaign.refresh_from_db()
    assert (campaign.state, campaign.published_at) == (CampaignState.PUBLISHED, AT)
    assert list(history.of(campaign).values_list("action", flat=True)) == ["campaign.published", "campaign.created"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("closes_at", "2026-03-31T08:00"),
        ("closes_at", "nonsense"),
        ("banks", [999_999]),
        ("questions", 0),
        ("questions", 101),
        ("minutes", 181),
        ("tries_a_day", 0),
        ("points_a_day", 100_000),
        ("excellent_percent", 50),
        ("pass_percent", 101),
        ("more_targets", "没有这个代码"),
        ("title", "长" * 81),
    ],
)
def test_what_cannot_be_used_comes_back_with_everything_that_was_entered(client, scene, field, value):
    client.force_login(scene["officer"])

    response = client.post(reverse("practice:campaign-new"), values(scene, text="奖励办法", **{field: value}))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert "奖励办法" in response.content.decode()
    assert Campaign.objects.count() == 1


def test_a_bank_of_another_branch_cannot_be_chosen(scene):
    foreign = bank_with(2, owner=OrganizationFactory())
    unreleased = BankFactory(owner=scene["province"])
    below = bank_with(2, owner=scene["east"])

    assert list(queries.banks_for(scene["province"])) == [scene["bank"], below]
    assert list(queries.banks_for(scene["west"])) == [scene["bank"]]
    assert foreign not in queries.banks_for(scene["east"])
    assert unreleased not in queries.banks_for(scene["province"])


def test_once_published_the_rules_stand_and_text_and_end_may_change(client, scene):
    campaign = scene["campaign"]
    client.force_login(scene["officer"])

    sent = values(scene, title="改了名", questions=50, opens_at="2026-01-01T00:00", closes_at="2026-05-01T00:00")
    response = client.post(reverse("practice:campaign-edit", args=[campaign.slug]), sent)

    assert response.status_code == 302
    campaign.refresh_from_db()
    assert (campaign.title, campaign.questions, campaign.opens_at) == ("改了名", 5, AT - timedelta(days=1))
    assert timezone.localtime(campaign.closes_at).isoformat() == "2026-05-01T00:00:00+08:00"
    assert set(history.of(campaign).get().changes) == {"title", "closes_at"}
    with pytest.raises(WrongState):
        actions.edit(campaign, by=scene["officer"], banks=[scene["bank"]], targets=[], at=AT, questions=50)
    with pytest.raises(Invalid):
        actions.edit(campaign, by=scene["officer"], banks=[scene["bank"]], targets=[], at=AT, closes_at=AT)
    with pytest.raises(Invalid):
        actions.edit(campaign, by=scene["officer"], banks=[], targets=[], at=AT)


def test_a_unit_outside_the_branch_is_refused(scene):
    outside = UnitFactory()

    with pytest.raises(Invalid):
        actions.edit(scene["campaign"], by=scene["officer"], banks=[scene["bank"]], targets=[outside], at=AT)


@pytest.mark.parametrize("state", list(CampaignState))
def test_only_allowed_moves_are_made(scene, state):
    campaign = CampaignFactory(organiser=scene["province"], banks=[scene["bank"]], state=state)
    moves = {
        CampaignState.PUBLISHED: lambda: actions.publish(campaign, by=scene["officer"], at=AT),
        CampaignState.ENDED: lambda: actions.end(campaign, by=scene["officer"], at=AT),
        CampaignState.CANCELLED: lambda: actions.cancel(campaign, by=scene["officer"], at=AT, note="改期"),
    }
    for to, move in moves.items():
        Campaign.objects.filter(pk=campaign.pk).update(state=state)
        if to in CAMPAIGN_MOVES[state]:
            assert move().state == to
        else:
            with pytest.raises(WrongState):
                move()


def test_publishing_needs_a_bank_in_use_and_an_end_that_lies_ahead(scene):
    empty = CampaignFactory(organiser=scene["province"], state=CampaignState.DRAFT)
    past = CampaignFactory(
        organiser=scene["province"],
        state=CampaignState.DRAFT,
        banks=[scene["bank"]],
        opens_at=AT - timedelta(days=2),
        closes_at=AT,
    )
    for campaign in (empty, past):
        with pytest.raises(Invalid):
            actions.publish(campaign, by=scene["officer"], at=AT)
    with pytest.raises(NotAllowed):
        actions.publish(past, by=MembershipFactory(organization=scene["east"], role=Role.OFFICER).user, at=AT)


def test_a_cancelled_campaign_says_why(client, scene):
    client.force_login(scene["officer"])
    url = reverse("practice:campaign-cancel", args=[scene["campaign"].slug])

    assert client.post(url, {"note": " "}).status_code == 422
    assert client.post(url, {"note": "与安全月合并举办"}).status_code == 302
    client.logout()
    page = client.get(scene["campaign"].get_absolute_url())
    assert "与安全月合并举办" in page.content.decode()
    assert "登录并参加" not in page.content.decode()


def test_next_years_draft_has_the_rules_and_nothing_of_the_course(scene):
    old = scene["campaign"]
    Campaign.objects.filter(pk=old.pk).update(title="2026 年练兵", text="奖励")
    old.refresh_from_db()
    old.targets.add(scene["east"])
    take_part(scene, scene["units"][0], 5)

    new = actions.copy(old, by=scene["officer"], at=AT)

    assert (new.title, new.state, new.questions, new.text) == ("2027 年练兵", CampaignState.DRAFT, 5, "奖励")
    assert timezone.localtime(new.opens_at).isoformat() == "2027-03-01T09:00:00+08:00"
    assert new.closes_at - new.opens_at == old.closes_at - old.opens_at
    assert (list(new.banks.all()), list(new.targets.all())) == ([scene["bank"]], [scene["east"]])
    assert (new.copied_from, queries.outcome(new).people) == (old, 0)


# --- taking part and its figures -------------------------------------------------------------------------------------


def test_the_page_offers_what_fits_who_looks(client, scene):
    campaign = scene["campaign"]
    go = reverse("practice:campaign-go", args=[campaign.slug])

    def page(user=None):
        client.logout()
        if user is not None:
            client.force_login(user)
        return client.get(campaign.get_absolute_url()).content.decode()

    assert "登录并参加" in page()
    member = MembershipFactory(organization=scene["units"][0]).user
    assert "开始答题" in page(member)
    take_part(scene, scene["units"][0], 3, user=member)
    assert "再来一次" in page(member)
    take_part(scene, scene["units"][0], 3, user=member)
    assert go not in page(member)
    assert "不在这次活动的参加范围内" in page(UserFactory())


def test_only_the_first_tries_of_a_day_count_and_the_days_points_are_capped(scene):
    user = take_part(scene, scene["units"][0], 4, 5, 5)
    take_part(scene, scene["units"][0], 1, user=user, day=1)

    row = queries.own_row(user, scene["campaign"])

    # 4 + 5 would be 9 on the first day, the cap is 6; the third try is beyond the two that count.
    assert (row.sessions, row.counted, row.points, row.best, row.days) == (4, 3, 7, 100, 2)


def test_the_report_has_each_figure_of_the_union_and_how_it_is_counted(scene):
    take_part(scene, scene["units"][0], 5, 5)
    take_part(scene, scene["units"][0], 3)
    take_part(scene, scene["units"][2], 1, 2)

    figures = {name: value for name, value, _how in campaign_report.figures(scene["campaign"])}

    assert figures == {
        "参与人数": "3",
        "应参与人数": "4",
        "参与率": "75.0%",
        "参与人次": "5",
        "计分人次": "5",
        "人均次数": "1.7",
        "参与天次": "3",
        "平均分": "64.0",
        "正确率": "64.0%",
        "合格率": "66.7%",
        "优秀率": "33.3%",
        "覆盖单位数": "2 / 3",
        "答题过快的练习": "0",
    }
    assert all(how for _name, _value, how in campaign_report.figures(scene["campaign"]))


def test_the_report_comes_as_a_workbook_with_units_people_days_and_hardest_questions(client, scene):
    first = take_part(scene, scene["units"][0], 4, 4)
    for _ in range(5):
        take_part(scene, scene["units"][2], 2, day=1)
    client.force_login(scene["officer"])

    response = client.get(reverse("practice:campaign-report", args=[scene["campaign"].slug]))

    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["概况", "各单位", "未参加的单位", "个人前 1000 名", "每日", "高频错题"]
    rows = {name: [list(row) for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames}
    people = next(row for row in rows["个人前 1000 名"] if first.name in row)
    assert people[:4] == [1, first.name, "东一厂", 6]
    assert rows["未参加的单位"][-1][:2] == ["东市总工会", "东二厂"]
    assert [row[1:4] for row in rows["每日"][-2:]] == [[1, 1, 2], [5, 5, 5]]
    assert rows["高频错题"][-1][3:5] == [7, 5]
    assert history.of(scene["campaign"]).get().action == "campaign.exported"
    assert quote(scene["campaign"].title) in response["Content-Disposition"]


def test_the_board_renews_itself_and_leads_down_the_tree(client, scene):
    take_part(scene, scene["units"][0], 3)
    url = reverse("practice:campaign-board", args=[scene["campaign"].slug])

    page = client.get(url)
    assert 'hx-trigger="every 30s"' in page.content.decode()
    assert [(line.organization.label, line.people) for line in page.context["lines"]] == [
        ("东市总工会", 1),
        ("西市总工会", 0),
    ]
    part = client.get(url, {"org": scene["east"].code}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert [(line.organization.label, line.place) for line in part.context["lines"]] == [("东一厂", 1), ("东二厂", 2)]
    units = client.get(url, {"by": "units"}).context["lines"]
    assert units[0].organization.label == "东一厂"
    assert client.get(url, {"org": "nowhere"}).status_code == 200
    assert client.get(url, {"by": "people"}).status_code == 404


def test_people_of_ones_own_unit_stand_on_the_campaigns_board(client, scene):
    me = take_part(scene, scene["units"][0], 3)
    other = take_part(scene, scene["units"][0], 5)
    take_part(scene, scene["units"][2], 5)
    client.force_login(me)

    page = client.get(reverse("practice:campaign-board", args=[scene["campaign"].slug]), {"by": "people"})

    assert [(line.name, line.place, line.points) for line in page.context["people"]] == [
        (other.name, 1, 5),
        (me.name, 2, 3),
    ]


def test_silent_units_are_listed_and_reminded_once_a_day(client, scene):
    take_part(scene, scene["units"][0], 3)
    silent = [scene["units"][1], scene["units"][2]]
    secretary = MembershipFactory(organization=scene["units"][1], role=Role.SECRETARY).user
    client.force_login(scene["officer"])
    url = reverse("practice:campaign-silent", args=[scene["campaign"].slug])
    assert [unit for unit, _union in client.get(url).context["rows"]] == silent

    client.post(url, {"unit": [silent[0].pk, scene["units"][0].pk]})
    client.post(url, {"all": "1"})
    client.post(url, {"all": "1"})

    assert sorted(CampaignReminder.objects.values_list("unit", flat=True)) == [unit.pk for unit in silent]
    assert history.of(scene["campaign"]).filter(action="campaign.reminded").count() == 2
    assert [reminder.unit for reminder in queries.asked_of(secretary, at=AT)] == [silent[0]]
    take_part(scene, silent[0], 1)
    assert queries.asked_of(secretary, at=AT) == []
    with pytest.raises(NotAllowed):
        actions.remind(scene["campaign"], silent, by=secretary, at=AT)
    with pytest.raises(WrongState):
        actions.remind(scene["campaign"], silent, by=scene["officer"], at=AT + timedelta(days=31))


@pytest.mark.parametrize(
    "page",
    ["campaigns", "campaign", "campaign-board", "campaign-silent", "campaign-figures"],
)
def test_a_page_takes_as_many_queries_for_one_row_as_for_three(client, scene, page):
    client.force_login(scene["officer"])
    args = [] if page == "campaigns" else [scene["campaign"].slug]

    def count():
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(f"practice:{page}", args=args)).status_code == 200
        return len(found)

    take_part(scene, scene["units"][0], 0, 0)
    for _ in range(4):
        take_part(scene, scene["units"][0], 0)
    count()
    one = count()
    CampaignFactory.create_batch(2, organiser=scene["province"])
    for unit in (scene["units"][0], scene["units"][0]):
        take_part(scene, unit, 0, day=1)
    UnitFactory.create_batch(3, parent=scene["west"])
    OrganizationFactory.create_batch(2, parent=scene["province"])
    assert count() == one <= 30


def test_the_poster_leads_to_the_campaign_as_page_and_as_pdf(client, scene, settings):
    settings.PUBLIC_URL = "https://practice.example"

    page = client.get(reverse("practice:campaign-poster", args=[scene["campaign"].slug]))
    file = client.get(reverse("practice:campaign-poster-file", args=[scene["campaign"].slug]))

    assert f"https://practice.example{scene['campaign'].get_absolute_url()}" in page.content.decode()
    assert file.content.startswith(b"%PDF")
    assert len(pypdfium2.PdfDocument(file.content)) == 1


def test_the_list_tells_the_running_from_the_past_and_hides_drafts(client, scene):
    past = CampaignFactory(
        organiser=scene["province"], opens_at=AT - timedelta(days=9), closes_at=AT - timedelta(days=1)
    )
    draft = CampaignFactory(organiser=scene["province"], state=CampaignState.DRAFT)

    def listed(**asked):
        return list(client.get(reverse("practice:campaigns"), asked).context["page_obj"])

    assert (listed(), listed(state="past"), listed(state="drafts")) == ([scene["campaign"]], [past], [])
    client.force_login(scene["officer"])
    assert listed(state="drafts") == [draft]
