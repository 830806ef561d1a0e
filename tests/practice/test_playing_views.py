"""The worker's pages: who may open them, what they plan, and that nothing of a key stands in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from huomiao.practice import plans
from huomiao.practice.models import Campaign, Choice, QuestionVersion
from huomiao.practice.queries import asking, done
from huomiao.practice.states import CampaignState, Feedback, Mode, Use
from tests.factories.playing import duel_of, handed_in, with_topics, worker, works
from tests.factories.practice import bank_with

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def plan_in(response, at=None):
    """The plan that a page of questions carries."""
    sealed = re.search(r'data-plan="([^"]+)"', response.content.decode())
    return plans.read(sealed[1], at=at or datetime.now(UTC))


@pytest.fixture
def unit_and_bank():
    return works()


@pytest.fixture
def bank(unit_and_bank):
    return unit_and_bank[1]


@pytest.fixture
def user(unit_and_bank):
    return worker(unit_and_bank[0])


@pytest.fixture
def client(user):
    return signed_in(user)


def test_first_visit_asks_for_the_trade_once(unit_and_bank):
    user = worker(unit_and_bank[0], has_chosen=False)
    client = signed_in(user)

    assert client.get("/practice/").url == "/practice/choice/"
    response = client.post("/practice/choice/", {"trade": "", "level": "4", "next": ""})
    assert (response.status_code, response.url) == (302, "/practice/")
    assert Choice.objects.get(user=user).level == "4"
    assert client.get("/practice/").status_code == 200


def test_choice_goes_back_only_within_the_site(client):
    response = client.post("/practice/choice/", {"trade": "", "level": "", "next": "https://example.com/"})

    assert response.url == "/practice/"


def test_choice_of_an_unknown_trade_is_shown_again(client):
    response = client.post("/practice/choice/", {"trade": "999", "level": "4"})

    assert response.status_code == 422


def test_home_says_how_one_stands_and_what_is_due(client, user, bank):
    handed_in(user, bank, right=3, wrong=2, at=datetime.now(UTC) - timedelta(days=30))

    page = client.get("/practice/").content.decode()

    assert "现在复习 5 题" in page
    assert page.count("button-primary") == 1


def test_home_without_a_bank_says_what_to_do():
    unit, bank = works()
    bank.archived_at = datetime.now(UTC)
    bank.save()

    response = signed_in(worker(unit)).get("/practice/")

    assert "您所在的单位还没有可用的题库" in response.content.decode()


def test_pages_want_somebody_signed_in(bank):
    for name, args in PAGES(bank):
        response = Client().get(reverse(f"practice:{name}", args=args))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/"), name


def PAGES(bank):  # noqa: N802 -- a table that needs a bank
    return [
        ("home", []),
        ("choice", []),
        ("drills", []),
        ("daily", [bank.code]),
        ("challenge", [bank.code]),
        ("sudden", [bank.code]),
        ("mocks", []),
        ("mock", [bank.code]),
        ("level-start", []),
        ("levels", [bank.code]),
        ("mistakes", []),
        ("review", []),
        ("duels", []),
        ("history", []),
        ("handover", []),
        ("plain", []),
    ]


def test_bank_of_others_is_not_found():
    _unit, bank = works()
    other_unit, _other = works()
    client = signed_in(worker(other_unit))

    for name in ("daily", "challenge", "sudden", "mock", "levels"):
        assert client.get(reverse(f"practice:{name}", args=[bank.code])).status_code == 404, name


def test_drill_plans_the_part_that_was_asked_for(client, user, bank):
    topics = with_topics(bank, "安全", "测量")

    plan = plan_in(client.get("/practice/drills/go/", {"bank": bank.code, "topic": topics[1].code, "count": "20"}))

    assert (plan.user_id, plan.release_id, plan.mode) == (user.pk, bank.current_id, Mode.DRILL)
    assert (plan.count, plan.topics, plan.feedback) == (20, (topics[1].path,), Feedback.EACH)
    assert plan.unit_id == user.memberships.get().organization_id


@pytest.mark.parametrize("query", [{}, {"bank": "nowhere"}, {"bank": "x\x00"}, {"topic": "T0"}])
def test_drill_of_nonsense_leads_back_to_the_choice(client, query):
    response = client.get("/practice/drills/go/", query)

    assert response.status_code in {302, 400}


@time_machine.travel(datetime(2026, 3, 2, 4, tzinfo=UTC), tick=False)
def test_daily_question_is_the_same_for_everybody_on_a_day(unit_and_bank):
    unit, bank = unit_and_bank

    found = {plan_in(signed_in(worker(unit)).get(f"/practice/daily/{bank.code}/")).versions for _ in range(3)}

    assert len(found) == 1
    assert next(iter(found))[0] in bank.current.version_ids


def test_daily_question_changes_from_day_to_day(bank):
    day = datetime(2026, 3, 2, tzinfo=UTC).date()

    assert len({asking.of_the_day(bank, day + timedelta(days=n)) for n in range(30)}) > 5


def test_challenge_gives_the_same_questions_until_it_is_handed_in(client, user, bank):
    first = plan_in(client.get(f"/practice/challenge/{bank.code}/"))
    again = plan_in(client.get(f"/practice/challenge/{bank.code}/"))
    handed_in(user, bank, right=1, mode=Mode.CHALLENGE)
    next_try = plan_in(client.get(f"/practice/challenge/{bank.code}/"))

    assert first.seed_group == again.seed_group != next_try.seed_group
    assert first.minutes == 10


def test_challenge_that_was_opened_and_left_is_a_try_once_its_time_is_over(client, user, bank):
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        first = plan_in(client.get(f"/practice/challenge/{bank.code}/"), at=noon)
        assert client.get("/p/paper", {"plan": plans.sign(first)}).status_code == 200
    soon, later = noon + timedelta(minutes=9), noon + timedelta(minutes=12)

    with time_machine.travel(soon, tick=False):
        again = plan_in(client.get(f"/practice/challenge/{bank.code}/"), at=soon)
    with time_machine.travel(later, tick=False):
        next_try = plan_in(client.get(f"/practice/challenge/{bank.code}/"), at=later)
        tried = done.tries(user, Mode.CHALLENGE, day=noon.date(), campaign=None)

    assert first.seed_group == again.seed_group != next_try.seed_group
    assert tried == 1


def test_challenge_handed_in_after_it_was_opened_is_one_try(client, user, bank):
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        plan = plan_in(client.get(f"/practice/challenge/{bank.code}/"), at=noon)
        token = client.get("/p/paper", {"plan": plans.sign(plan)}).json()["token"]
        facts = {"token": token, "answers": [None] * plan.count}
        assert client.post("/p/submit", facts, content_type="application/json").json()["counted"]

    with time_machine.travel(noon + timedelta(minutes=12), tick=False):
        assert done.tries(user, Mode.CHALLENGE, day=noon.date(), campaign=None) == 1


def test_challenge_ends_with_the_tries_of_the_day(client, user, bank):
    for _ in range(3):
        handed_in(user, bank, right=1, mode=Mode.CHALLENGE)
    handed_in(user, bank, right=1, mode=Mode.CHALLENGE, at=datetime.now(UTC) - timedelta(days=1))

    response = client.get(f"/practice/challenge/{bank.code}/")

    assert "今天的次数用完了" in response.content.decode()
    assert "data-plan" not in response.content.decode()


def test_review_asks_what_is_due_and_nothing_for_exams_only(client, user, bank):
    handed_in(user, bank, right=2, wrong=2, at=datetime.now(UTC) - timedelta(days=30))
    first, *rest = bank.questions.order_by("pk")
    first.use = Use.EXAM
    first.save()

    plan = plan_in(client.get("/practice/review/"))

    assert plan.mode == Mode.REVIEW
    assert set(plan.versions) == {question.published_id for question in rest[:3]}


def test_review_with_nothing_due_leads_home(client):
    assert client.get("/practice/review/").url == "/practice/"


def test_mistakes_are_listed_without_answers_and_asked_again(client, user, bank):
    handed_in(user, bank, right=1, wrong=2)

    page = client.get("/practice/mistakes/").content.decode()
    plan = plan_in(client.get("/practice/mistakes/go/"))

    wrong = [question.published_id for question in bank.questions.order_by("pk")[1:3]]
    assert set(plan.versions) == set(wrong)
    assert plan.mode == Mode.WRONG
    assert "第2题" in page
    assert "的解析" not in page


def test_one_mistake_shows_what_was_answered_and_why(client, user, bank):
    handed_in(user, bank, wrong=1)
    question = bank.questions.order_by("pk").first()

    page = client.get(f"/practice/mistakes/{question.pk}/").content.decode()

    assert "第1题的解析。" in page
    assert signed_in(worker(user.memberships.get().organization)).get(
        f"/practice/mistakes/{question.pk}/"
    ).status_code == 404  # fmt: skip


def test_levels_open_one_after_the_other(client, user, bank):
    with_topics(bank, "安全", "测量")

    assert client.get(f"/practice/levels/{bank.code}/2/").status_code == 409
    plan = plan_in(client.get(f"/practice/levels/{bank.code}/1/"))
    handed_in(user, bank, right=3, mode=Mode.LEVEL, tag=plan.tag)
    second = plan_in(client.get(f"/practice/levels/{bank.code}/2/"))

    assert (plan.difficulty, second.difficulty) == (1, 1)
    assert plan.topics != second.topics


def test_level_is_not_passed_below_the_mark(client, user, bank):
    with_topics(bank, "安全", "测量")
    tag = plan_in(client.get(f"/practice/levels/{bank.code}/1/")).tag

    handed_in(user, bank, right=3, wrong=1, mode=Mode.LEVEL, tag=tag)

    assert client.get(f"/practice/levels/{bank.code}/2/").status_code == 409
    assert client.get(f"/practice/levels/{bank.code}/99/").status_code == 302


def test_mock_exam_keeps_the_proportions_of_the_bank(client):
    unit, bank = works(40, kind=("single", "multiple", "true_false", "fill"))
    plan = plan_in(signed_in(worker(unit)).get(f"/practice/mocks/{bank.code}/"))

    kinds = dict(QuestionVersion.objects.filter(pk__in=plan.versions).values_list("pk", "kind"))
    assert sorted(kinds.values()) == sorted(["single", "multiple", "true_false", "fill"] * 10)
    assert (plan.mode, plan.feedback, plan.minutes) == (Mode.MOCK, Feedback.END, 48)


def test_mixture_gives_left_over_places_to_the_largest_remainders():
    bank = bank_with(10, kind=("single", "single", "single", "true_false"))

    found = asking.mixture(bank, count=5, seed="x")

    kinds = QuestionVersion.objects.filter(pk__in=found).values_list("kind", flat=True)
    assert sorted(kinds) == ["single"] * 4 + ["true_false"]


def test_sudden_death_has_one_life(client, bank):
    response = client.get(f"/practice/sudden/{bank.code}/")

    assert plan_in(response).mode == Mode.SUDDEN
    assert 'data-lives="1"' in response.content.decode()


def test_papers_of_one_page_have_one_key_on_the_device(client, bank):
    keys = [
        re.search(r'data-key="([^"]+)"', client.get(address).content.decode())[1]
        for address in (
            f"/practice/mocks/{bank.code}/",
            f"/practice/mocks/{bank.code}/",
            f"/practice/sudden/{bank.code}/",
            f"/practice/drills/go/?bank={bank.code}",
            f"/practice/drills/go/?bank={bank.code}&count=20",
        )
    ]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_session_is_shown_to_whoever_handed_it_in(client, user, bank):
    with_topics(bank, "安全", "测量")
    attempt = handed_in(user, bank, right=2, wrong=2)

    page = client.get(f"/practice/history/{attempt.nonce}/").content.decode()

    assert "第4题的解析。" in page
    assert page.index("没答对的 2 题") < page.index("其余 2 题")
    other = signed_in(worker(user.memberships.get().organization))
    assert other.get(f"/practice/history/{attempt.nonce}/").status_code == 404


def test_topics_of_a_session_come_weakest_first(user, bank):
    with_topics(bank, "安全", "测量", difficulties=(1,))
    attempt = handed_in(user, bank, right=1, wrong=1)

    found = [(row.name, row.right, row.total) for row in done.by_topic(done.answered(attempt))]

    assert found == [("测量", 0, 1), ("安全", 1, 1)]


@pytest.mark.parametrize("address", ["/practice/mistakes/", "/practice/history/", "/practice/duels/", "/practice/"])
def test_lists_ask_the_database_as_often_for_three_as_for_one(address, django_assert_max_num_queries):
    unit, bank = works()
    counts = []
    for rows in (1, 3):
        user = worker(unit)
        rival = worker(unit)
        for _ in range(rows):
            handed_in(user, bank, wrong=rows)
            duel_of(bank, user, guest=rival)
        client = signed_in(user)
        client.get(address)
        with django_assert_max_num_queries(60) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_no_page_before_grading_holds_a_key_or_an_explanation(unit_and_bank):
    """The bodies have nothing of the key, so the marks of what is hidden are looked for on every page a taker opens."""
    unit, bank = unit_and_bank
    with_topics(bank, "安全", "测量")
    for version in QuestionVersion.objects.all():
        QuestionVersion.objects.filter(pk=version.pk).update(
            explanation="泄密标记", key={**version.key, "x": "泄密标记"}
        )
    user = worker(unit)
    handed_in(user, bank, right=1, wrong=1, at=datetime.now(UTC) - timedelta(days=3))
    client = signed_in(user)
    duel = duel_of(bank, user)
    pages = [
        *PAGES(bank),
        ("drill", []),
        ("level", [bank.code, 1]),
        ("mistakes-drill", []),
        ("duel", [duel.code]),
        ("duel-state", [duel.code]),
        ("offline", []),
        ("service-worker", []),
    ]

    for name, args in pages:
        response = client.get(reverse(f"practice:{name}", args=args), {"bank": bank.code})
        assert "泄密标记" not in response.content.decode(), name


@pytest.mark.parametrize(
    "address",
    [
        f"/practice/mistakes/{'9' * 40}/",
        "/practice/mistakes/9223372036854775808/",
        "/practice/mistakes/?page=x&bank=²",
        f"/practice/levels/nowhere/{'9' * 40}/",
        "/practice/drills/?bank=😀",
        f"/practice/drills/go/?bank=x&topic={'9' * 5000}&difficulty=²&count=0x",
        "/practice/mistakes/go/?bank=😀",
        "/practice/history/😀/",
        "/practice/receipts/😀/",
        "/practice/receipts/😀/session/",
        "/practice/duels/😀/",
        "/practice/duels/?page=-1",
        "/practice/plain/?plan=😀",
        "/practice/media/00000000-0000-0000-0000-000000000000/",
    ],
)
def test_odd_addresses_are_answered(client, address):
    assert client.get(address).status_code in {200, 302, 403, 404}


@pytest.mark.parametrize("done", ["", "²", "-1", "9" * 5000, "\x00"])
def test_odd_reports_of_progress_are_answered(client, user, bank, done):
    duel = duel_of(bank, user)

    assert client.post(f"/practice/duels/{duel.code}/state/", {"done": done}).status_code == 200


def test_challenge_of_a_campaign_counts_there_and_keeps_its_rules(client, user, bank):
    now = datetime.now(UTC)
    campaign = Campaign.objects.create(
        organiser=bank.owner, slug="c", title="百日练兵", state=CampaignState.PUBLISHED, tries_a_day=2, questions=7,
        minutes=4, feedback=Feedback.EACH, opens_at=now - timedelta(days=1), closes_at=now + timedelta(hours=1),
    )  # fmt: skip
    address = f"/practice/campaigns/{campaign.slug}/go/"

    assert client.get(address).url == campaign.get_absolute_url()
    campaign.banks.add(bank)
    plan = plan_in(client.get(address))
    assert (plan.campaign_id, plan.count, plan.minutes, plan.feedback) == (campaign.pk, 7, 4, Feedback.EACH)
    assert plan.expires_at <= campaign.closes_at
    for _ in range(2):
        handed_in(user, bank, right=1, mode=Mode.CHALLENGE, campaign=campaign)
    assert "今天的次数用完了" in client.get(address).content.decode()
    stranger = signed_in(worker(works()[0]))
    assert stranger.get(address).url == campaign.get_absolute_url()
    Campaign.objects.update(closes_at=now)
    assert client.get(address).url == campaign.get_absolute_url()
