from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from huomiao.honours.models import Status
from huomiao.innovations import eligibility, naming
from huomiao.innovations.models import Declaration, Likeness, LikenessBand
from huomiao.innovations.states import AttachmentRole, Path, State
from tests.factories.honours import HolderFactory, HonourFactory
from tests.factories.innovations import AuthorFactory, CallFactory, DeclarationFactory
from tests.factories.orgs import UnitFactory

pytestmark = pytest.mark.django_db

LONG = (
    "原换辊作业需四人配合，单次耗时九十分钟，劳动强度大且存在挤压风险。现设计滑轨式快换机构，两人即可操作，"
    "锁紧力由十二千牛提高到十八千牛，定位精度由零点五毫米提高到零点一毫米，不用天车，不占用跨内空间。"
)
OTHER = (
    "食堂餐具回收台改为三级分拣，增设残渣沥水槽和感应冲洗装置，减少厨余垃圾外运量，每年节约清运费用约三万元，"
    "高峰时段排队时间由八分钟缩短到三分钟，回收区地面保持干燥，滑倒事件由每季度两起降为零。"
)


def declared(text: str = LONG, **values) -> Declaration:
    return DeclarationFactory(problem=text, solution="", application="", **{"path": Path.UNIT, **values})


def codes(declaration: Declaration) -> list[str]:
    return [finding.code for finding in eligibility.findings(declaration, on=date(2026, 6, 1))]


def test_scan_finds_copies_in_both_directions_and_leaves_others_alone():
    call = CallFactory()
    one, two, other = declared(call=call), declared("前言。" + LONG, call=call), declared(OTHER, call=call)

    count = eligibility.scan([one, two, other])

    assert count == 2
    assert set(Likeness.objects.values_list("declaration", "other")) == {(one.pk, two.pk), (two.pk, one.pk)}
    assert Likeness.objects.filter(share__gte=Decimal("0.8")).count() == 2
    assert LONG[:20] in Likeness.objects.get(declaration=one).passages[0]


def test_scan_of_a_new_one_tells_the_other_of_the_same_call():
    call = CallFactory()
    first = declared(call=call)
    eligibility.scan([first])

    second = declared(call=call)
    eligibility.scan([second])

    assert set(Likeness.objects.values_list("declaration", "other")) == {
        (first.pk, second.pk),
        (second.pk, first.pk),
    }


def test_scan_again_keeps_a_cleared_likeness_and_drops_one_that_is_gone():
    call = CallFactory()
    one, two, three = declared(call=call), declared(call=call), declared(call=call)
    eligibility.scan([one, two, three])
    Likeness.objects.filter(declaration=one, other=two).update(cleared_note="同一单位不同装置")

    Declaration.objects.filter(pk=one.pk).update(problem=OTHER)
    one.refresh_from_db()
    eligibility.scan([one])

    assert list(Likeness.objects.filter(declaration=one).values_list("other", "cleared_note")) == [
        (two.pk, "同一单位不同装置")
    ]


def test_scan_again_writes_nothing_twice():
    call = CallFactory()
    both = [declared(call=call), declared(call=call)]

    eligibility.scan(both)
    eligibility.scan(both)

    assert (Likeness.objects.count(), LikenessBand.objects.count()) == (2, 84)


def test_matches_of_a_draft_need_no_index_of_it():
    handed_in = declared()
    eligibility.scan([handed_in])
    draft = declared(state=State.DRAFT, number=None, submitted_at=None)

    found = eligibility.matches([draft])[draft.pk]

    assert [match.other for match in found] == [handed_in]
    assert LikenessBand.objects.filter(declaration=draft).count() == 0


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN, State.RETURNED])
def test_matches_leave_out_what_is_not_handed_in(state):
    other = declared()
    eligibility.scan([other])
    Declaration.objects.filter(pk=other.pk).update(state=state)

    assert eligibility.matches([draft := declared()]) == {draft.pk: []}


def test_matches_leave_out_ones_own_attempt_that_came_to_nothing():
    earlier = declared(state=State.UNSUCCESSFUL)
    eligibility.scan([earlier])

    again = declared(declared_by=earlier.declared_by, unit=earlier.unit)
    stranger = declared()

    found = eligibility.matches([again, stranger])
    assert (found[again.pk], [match.other for match in found[stranger.pk]]) == ([], [earlier])


def test_scan_finds_an_earlier_award_by_its_text():
    honour = HonourFactory(work="滑轨快换", work_text=LONG)
    declaration = declared()

    eligibility.scan([declaration])

    assert [(row.honour, row.share > Decimal("0.8")) for row in Likeness.objects.all()] == [(honour, True)]


def test_scan_finds_an_earlier_award_by_title_and_by_holder():
    unit = UnitFactory()
    same = HonourFactory(work="轧辊滑轨式快速更换装置")
    like = HolderFactory(name="张三", honour=HonourFactory(work="轧辊滑轨式快速更换装置改进型", unit=unit)).honour
    HolderFactory(name="张三", honour=HonourFactory(work="轧辊滑轨式快速更换装置改进型"))
    HonourFactory(work="轧辊滑轨式快速更换装置", status=Status.REVOKED)
    declaration = declared(title="轧辊滑轨式快速更换装置", unit=unit)
    AuthorFactory(declaration=declaration, name="张三")

    eligibility.scan([declaration])

    assert {row.honour for row in Likeness.objects.all()} == {same, like}


def test_the_award_of_a_declaration_is_not_held_against_itself_nor_counted_twice():
    published = declared(state=State.PUBLISHED)
    honour = HonourFactory(
        work=published.title, work_text=published.text, source_type="innovations.declaration", source_id=published.pk
    )
    eligibility.scan([published])
    copied = declared()

    eligibility.scan([copied])

    assert list(Likeness.objects.values_list("declaration", "other", "honour")) == [(copied.pk, None, honour.pk)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "轧辊快换装置"}, []),
        ({"title": "洪都公司轧辊快换装置"}, ["company_in_title"]),
        ({"title": "第一锻造轧辊快换装置"}, ["company_in_title"]),
        ({"title": "轧辊快换装置的研究"}, ["research_in_title"]),
        ({"title": "有限元分析模板"}, []),
        ({"finished_on": date(2023, 1, 1)}, ["finished_early"]),
        ({"finished_on": date(2026, 3, 1), "in_use_since": date(2026, 2, 1)}, ["used_before_finished"]),
        ({"in_use_since": date(2026, 5, 25)}, ["hardly_used"]),
    ],
)
def test_findings_of_title_and_dates(values, expected):
    declaration = declared(**{"title": "轧辊快换装置", "unit": UnitFactory(name="第一锻造有限公司"), **values})

    assert codes(declaration) == expected


def test_a_workers_own_declaration_is_told_of_the_sealed_papers():
    declaration = declared(path=Path.WORKER, title="轧辊快换装置")
    found = [(finding.code, finding.target) for finding in eligibility.findings(declaration, on=date(2026, 6, 1))]
    assert found == [("sealed_paper", AttachmentRole.AUTHORISATION), ("sealed_paper", AttachmentRole.PLEDGE)]


def test_findings_count_the_entries_of_a_first_author():
    call, unit = CallFactory(), UnitFactory()
    for _number in range(3):
        declaration = declared(call=call, unit=unit, title="轧辊快换装置")
        AuthorFactory(declaration=declaration, name="张三", confirmed_at=datetime(2026, 5, 1, tzinfo=UTC))

    assert codes(declaration) == ["many_entries"]


def test_names_are_found_however_they_are_spaced():
    unit = UnitFactory(name="洪都重型机械有限公司工会委员会", short_name="洪都重机")
    declaration = declared(unit=unit, contact_name="")
    AuthorFactory(declaration=declaration, name="李建国")
    names = naming.of_declaration(declaration)

    assert naming.found("由 李 建 国 设计，洪都重型机械使用", names) == ["李建国", "洪都重型机械"]
    assert naming.found("洪都重型机械有限公司工会委员会", names) == ["洪都重型机械有限公司工会委员会"]
    assert naming.found("由班组设计", names) == []


@pytest.mark.parametrize("count", [1, 3])
def test_scan_needs_the_same_queries_for_one_as_for_many(count, django_assert_num_queries):
    eligibility.scan([declared()])
    declarations = [declared() for _number in range(count)]

    with django_assert_num_queries(15):
        eligibility.scan(declarations)
