from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.article import Article
from huomiao.newsdesk.pipeline.relate import chains, copies
from huomiao.newsdesk.pipeline.relate.chains import Chain, Copy, Reason
from huomiao.newsdesk.pipeline.relate.overlaps import Kind
from tests.newsdesk.relate.texts import STORY

NOON = datetime(2025, 5, 9, 4, 0, tzinfo=UTC)
WHOLE = copies.read(STORY)
CUT = copies.read("\n".join(STORY.split("\n")[:2]))


def copy(key: int, outlet: str, minutes: int | None = None, *, text=WHOLE, to="minute", **said) -> Copy:
    published_at = None if minutes is None else NOON + timedelta(minutes=minutes)
    seen_at = NOON + timedelta(minutes=minutes or 0, hours=1)
    return Copy(key, text, seen_at, outlet, published_at=published_at, published_to=to, **said)


def parents(chain: Chain) -> dict[int, int | None]:
    return {link.key: link.parent for link in chain.links}


def reasons(chain: Chain) -> dict[int, Reason]:
    return {link.key: link.reason for link in chain.links}


def test_no_copies_make_no_chain():
    assert chains.trace([]) == Chain(())
    assert chains.trace([]).first is None


def test_single_copy_stands_first_and_says_whom_it_credits():
    chain = chains.trace([copy(1, "晨光网", 0, source="江右日报")])

    assert chain.first == 1
    assert [(link.parent, link.reason, link.named) for link in chain.links] == [(None, Reason.FIRST, "江右日报")]
    assert chain.taken_from(None) == list(chain.links)


def test_copies_hang_below_the_house_that_they_credit():
    chain = chains.trace([
        copy(1, "江右日报", 0, source="江右日报"),
        copy(2, "晨光网", 30, source="江右日报客户端"),
        copy(3, "每时快看", 50, reposted_from="晨光网"),
        copy(4, "沿江在线", 70, credits=("江右日报",)),
    ])  # fmt: skip

    assert parents(chain) == {1: None, 2: 1, 3: 2, 4: 1}
    assert reasons(chain) == {1: Reason.FIRST, 2: Reason.CREDITED, 3: Reason.CREDITED, 4: Reason.CREDITED}
    assert {link.key: link.named for link in chain.links} == {1: "", 2: "江右日报客户端", 3: "晨光网", 4: "江右日报"}
    assert all(link.confidence > 0.6 for link in chain.links)
    assert [link.key for link in chain.taken_from(1)] == [2, 4]


def test_credit_outweighs_a_page_that_shows_a_later_time():
    chain = chains.trace([copy(1, "江右日报", 40, source="江右日报"), copy(2, "晨光网", 10, reposted_from="江右日报")])

    assert parents(chain) == {1: None, 2: 1}
    assert chain.first == 1


def test_copies_that_credit_each_other_make_no_ring():
    chain = chains.trace([copy(1, "江右日报", 0, source="晨光网"), copy(2, "晨光网", 5, source="江右日报")])

    assert sorted(parents(chain).values(), key=str) == [1, None]
    assert chain.first == 1


def test_cut_copy_of_a_cut_copy_hangs_below_it():
    chain = chains.trace([copy(1, "江右日报", 0), copy(2, "晨光网", 60, text=CUT), copy(3, "每时快看", 90, text=CUT)])

    assert parents(chain) == {1: None, 2: 1, 3: 2}
    assert reasons(chain)[3] == Reason.LIKENESS
    assert {link.key: link.kind for link in chain.links} == {1: None, 2: Kind.CUT, 3: Kind.SAME}


def test_copies_of_a_house_that_is_not_held_are_joined_by_their_source():
    chain = chains.trace([
        copy(1, "晨光网", 0, source="远山通讯社"),
        copy(2, "每时快看", 30, credits=("远山通讯社",)),
    ])  # fmt: skip

    assert [(link.key, link.parent, link.reason, link.named) for link in chain.links] == [
        (1, None, Reason.FIRST, "远山通讯社"),
        (2, 1, Reason.COMMON_SOURCE, "远山通讯社"),
    ]


def test_without_a_time_a_copy_counts_from_when_it_was_seen():
    chain = chains.trace([copy(1, "晨光网"), copy(2, "江右日报", -30)])

    assert parents(chain) == {2: None, 1: 2}


def test_a_day_is_no_proof_against_a_minute_of_that_day():
    page_of_the_day = copy(1, "江右日报", -240, to="day", source="江右日报")

    chain = chains.trace([page_of_the_day, copy(2, "晨光网", 0, source="江右日报")])

    assert parents(chain) == {1: None, 2: 1}


def test_longer_report_is_hardly_taken_from_the_flash_before_it():
    flash = chains.trace([copy(1, "江右日报", 0, text=copies.read(STORY[:60])), copy(2, "晨光网", 60)])
    whole = chains.trace([copy(1, "江右日报", 0), copy(2, "晨光网", 60)])

    assert parents(flash) == parents(whole) == {1: None, 2: 1}
    assert flash.links[1].kind == Kind.LONGER
    assert flash.links[1].confidence < 0.6 < whole.links[1].confidence


def test_equal_sources_divide_the_sureness():
    lonely = chains.trace([copy(1, "江右日报", 0), copy(9, "晨光网", 90)])
    crowded = chains.trace(
        [copy(1, "江右日报", 0), copy(2, "河新网", 10), copy(3, "沿江在线", 20), copy(9, "晨光网", 90)]
    )

    assert lonely.links[-1].confidence > crowded.links[-1].confidence


def test_copy_of_an_article_takes_what_its_page_and_its_text_say():
    article = Article(
        "https://example.org/1",
        title="决赛开赛",
        published_at=NOON,
        published_to="day",
        source="江右日报",
        text=f"远山社河口5月9日电（记者 甲乙）{STORY}\n（责任编辑：丙丁）",
    )

    one = chains.copy_of(article, 7, outlet="晨光网", seen_at=NOON)

    assert one == Copy(
        7, one.print, NOON, "晨光网", "决赛开赛", "江右日报", "", ("远山社",), published_at=NOON, published_to="day"
    )
    assert one.print.keys == WHOLE.keys


@st.composite
def some_copies(draw):
    houses = ["江右日报", "晨光网", "河口新闻网", "远山通讯社", ""]
    count = draw(st.integers(1, 7))
    return [
        copy(
            key,
            draw(st.sampled_from(houses)),
            draw(st.none() | st.integers(0, 200)),
            text=draw(st.sampled_from([WHOLE, CUT])),
            to=draw(st.sampled_from(["minute", "day"])),
            source=draw(st.sampled_from(houses)),
            reposted_from=draw(st.sampled_from(houses)),
        )
        for key in range(count)
    ]


@settings(max_examples=60)
@given(some_copies())
def test_chain_is_a_forest_of_all_copies_with_the_first_on_top(given_copies):
    chain = chains.trace(given_copies)

    above = parents(chain)
    assert sorted(above) == [one.key for one in given_copies]
    assert above[chain.first] is None
    assert all(0.0 < link.confidence <= 1.0 for link in chain.links)
    for key in above:
        seen, at = set(), key
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = above[at]


@settings(max_examples=30)
@given(some_copies())
def test_order_in_which_copies_are_given_does_not_matter(given_copies):
    assert chains.trace(given_copies) == chains.trace(given_copies[::-1])
