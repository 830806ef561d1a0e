"""Files on their way into a bank: read, looked at, written, and brought again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.files.models import StoredFile
from huomiao.orgs.roles import Role
from huomiao.practice import import_writing
from huomiao.practice.actions import imports, questions
from huomiao.practice.formats import sheets
from huomiao.practice.import_batches import HasErrors
from huomiao.practice.models import (
    BankImport,
    ImportMapping,
    ImportRow,
    Question,
    QuestionLabel,
    QuestionVersion,
    Topic,
)
from huomiao.practice.states import ImportState, QuestionState
from huomiao.practice.tasks import imports as tasks
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import BankFactory
from tests.practice.test_formats_tables import csv_file, real_bank

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEADER = ["编号", "题型", "题目", "A", "B", "C", "答案", "解析", "难度", "知识点"]


def row(code="Q1", stem="问", answer="A", **more) -> list[str]:
    values = {
        "编号": code, "题型": "单选", "题目": stem, "A": "甲", "B": "乙", "C": "丙", "答案": answer, **more,
    }  # fmt: skip
    return [values.get(name, "") for name in HEADER]


@pytest.fixture
def bank():
    return BankFactory(code="weld", name="焊工题库")


@pytest.fixture
def keeper(bank):
    return MembershipFactory(organization=bank.owner, role=Role.TRAINER).user


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """Do something and the work in the background that it starts."""

    def run(action, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            result = action(*args, **kwargs)
        if isinstance(result, BankImport):
            result.refresh_from_db()
        return result

    return run


@pytest.fixture
def bring(run, bank, keeper):
    return lambda content, name="题.csv": run(imports.bring, bank, content, name, by=keeper, at=AT)


@pytest.fixture
def confirm(run, keeper):
    def confirm(batch, *, only_good=False, **options):
        run(imports.confirm, batch, by=keeper, at=AT, only_good=only_good, **options)
        batch.refresh_from_db()
        return batch

    return confirm


def fates(batch) -> list[str]:
    return list(batch.rows.order_by("number").values_list("fate", flat=True))


def test_a_file_is_read_looked_at_and_written(bring, confirm, bank, keeper):
    batch = bring(csv_file(HEADER, row(), row("Q2", "又问", "B", 解析="因为", 难度="难", 知识点="安全>用电")))

    assert (batch.state, batch.format, fates(batch)) == (ImportState.PREVIEW, "table", ["new", "new"])
    assert Question.objects.count() == 0

    confirm(batch)

    assert batch.state == ImportState.DONE
    assert bytes(batch.content) == b""
    assert ImportRow.objects.count() == 0
    first, second = Question.objects.order_by("code")
    assert (first.code, first.state, first.latest.key) == ("Q1", QuestionState.DRAFT, {"right": [0]})
    assert (second.difficulty, second.latest.explanation, second.topic.name) == (4, "因为", "用电")
    assert [topic.name for topic in Topic.objects.order_by("path")] == ["焊工题库", "安全", "用电"]
    assert history.of(bank).values_list("action", "note", "actor_id").get() == (
        "bank.imported", "来自文件：题.csv", keeper.pk,
    )  # fmt: skip


def test_bringing_it_again_changes_nothing_and_a_change_makes_a_version(bring, confirm):
    confirm(bring(csv_file(HEADER, row(), row("Q2", "又问", 解析="因为", 难度="难"))))

    again = bring(csv_file(HEADER, row(stem=" 问 "), row("Q2", "又 问")))
    assert fates(again) == ["same", "same"]
    with pytest.raises(HasErrors, match="没有需要新增或更新的题"):
        imports.confirm(again, by=again.by, at=AT, only_good=False)

    changed = confirm(bring(csv_file(HEADER, row(answer="C"), row("Q2", "又问"))))

    assert changed.counts["changed"] == 1
    question = Question.objects.get(code="Q1")
    assert (question.latest.number, question.latest.key) == (2, {"right": [2]})
    kept = Question.objects.get(code="Q2")
    assert (kept.difficulty, kept.latest.explanation, kept.latest.number) == (4, "因为", 1)


def test_without_codes_the_same_question_is_known_by_what_it_asks(bring, confirm):
    confirm(bring(csv_file(HEADER, row("", "一"), row("", "二"))))

    batch = bring(csv_file(HEADER, row("", "二", "B"), row("", "三"), row("", "一")))

    assert fates(batch) == ["changed", "new", "same"]
    confirm(batch)
    assert list(Question.objects.order_by("code").values_list("code", "stem")) == [
        ("0001", "一"),
        ("0002", "二"),
        ("0003", "三"),
    ]
    assert Question.objects.get(code="0002").latest.key == {"right": [1]}


def test_copies_inside_a_file_count_once_and_contradictions_are_errors(bring):
    batch = bring(
        csv_file(
            HEADER,
            row("Q1", "一"),
            row("Q1", "一"),
            row("Q1", "一", "B"),
            row("", "二"),
            row("", "二"),
            row("", "二", "C"),
            row("Q3", "一"),
        )
    )

    assert fates(batch) == ["new", "double", "error", "new", "double", "error", "new"]
    third = batch.rows.get(number=3).draft["findings"]
    assert [(one["cell"], one["message"]) for one in third] == [
        ("A4", "编号与Sheet1 第 2 行相同，内容却不同。请改正编号或内容。")
    ]
    last = batch.rows.get(number=7).draft["findings"]
    assert [one["message"] for one in last] == ["与编号 Q1 的题内容相同，编号不同，仍作为两道题导入。"]


def test_all_or_nothing_refuses_and_good_rows_alone_come_in(bring, confirm, keeper):
    batch = bring(csv_file(HEADER, row(), row("Q2", "", "A"), row("Q3", "三", "Z")))
    assert fates(batch) == ["new", "error", "error"]

    with pytest.raises(HasErrors, match="有 2 道题有问题"):
        imports.confirm(batch, by=keeper, at=AT, only_good=False)
    confirm(batch, only_good=True)

    assert (batch.state, Question.objects.count(), batch.counts["error"]) == (ImportState.DONE, 1, 2)
    assert fates(batch) == ["error", "error"]


def test_unknown_columns_are_assigned_once_and_remembered(bring, confirm, run, keeper, bank):
    content = csv_file(["甲列", "乙列", "丙列"], ["地球是圆的", "对", "x"])
    batch = bring(content)
    assert (batch.state, batch.sheets[0]["headers"]) == (ImportState.MAPPING, ["甲列", "乙列", "丙列"])

    plan = sheets.SheetPlan.from_json(batch.sheets[0])
    plan.columns, plan.is_used = {"0": "stem", "1": "answer"}, True
    run(imports.assign, batch, [plan], by=keeper, at=AT)
    batch.refresh_from_db()

    assert (batch.state, fates(batch)) == (ImportState.PREVIEW, ["new"])
    assert ImportMapping.objects.get().columns == {"0": "stem", "1": "answer"}
    again = bring(content)
    assert (again.state, again.sheets[0]["is_remembered"]) == (ImportState.PREVIEW, True)
    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content)) == (ImportState.DROPPED, b"")


def test_a_file_that_cannot_be_read_says_why(bring):
    batch = bring(b"%PDF-1.7 ...", "题.pdf")

    assert batch.state == ImportState.FAILED
    assert batch.refusal == "PDF 和 RTF 不能导入。请另存为 .docx，或把题目复制到粘贴框里。"


def test_only_who_keeps_the_bank_brings_and_only_who_brought_decides(bring, bank, keeper):
    with pytest.raises(NotAllowed):
        imports.bring(bank, b"x", "x.csv", by=UserFactory(), at=AT)
    batch = bring(csv_file(HEADER, row()))
    other = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    with pytest.raises(NotAllowed):
        imports.confirm(batch, by=other, at=AT, only_good=False)


def test_confirming_twice_writes_once(bring, confirm, keeper):
    batch = confirm(bring(csv_file(HEADER, row())))

    with pytest.raises(WrongState):
        imports.confirm(batch, by=keeper, at=AT, only_good=False)
    assert tasks.write_rows.call(batch.pk) == ""
    assert QuestionVersion.objects.count() == 1


def test_what_came_in_since_the_preview_is_not_doubled(bring, confirm, run, bank, keeper):
    other = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    content = csv_file(HEADER, row("", "一"), row("", "二"))
    mine = bring(content)
    theirs = run(imports.bring, bank, csv_file(HEADER, row("", "一")), "别的.csv", by=other, at=AT)
    run(imports.confirm, theirs, by=other, at=AT, only_good=False)

    confirm(mine)

    assert (mine.state, mine.counts["new"], mine.counts["same"]) == (ImportState.DONE, 1, 1)
    assert list(Question.objects.order_by("code").values_list("stem", flat=True)) == ["一", "二"]


def test_a_file_that_has_come_in_meanwhile_goes_back_to_its_preview(bring, confirm, run, bank, keeper):
    other = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    mine = bring(csv_file(HEADER, row("", "一")))
    theirs = run(imports.bring, bank, csv_file(HEADER, row("", "一")), "别的.csv", by=other, at=AT)
    run(imports.confirm, theirs, by=other, at=AT, only_good=False)

    confirm(mine)

    assert (mine.state, mine.refusal) == (ImportState.PREVIEW, "没有需要新增或更新的题。")
    assert Question.objects.count() == 1


def test_work_that_died_goes_on_with_what_is_left(bring, keeper, bank, run, monkeypatch):
    monkeypatch.setattr(import_writing, "CHUNK", 1)
    batch = bring(csv_file(HEADER, row("Q1", "一"), row("Q2", "二"), row("Q3", "三")))
    imports.confirm(batch, by=keeper, at=AT, only_good=False)  # its task is never run: the process died
    batch.refresh_from_db()
    writing = import_writing.Writing(batch)
    writing.write(list(batch.rows.order_by("number")[:1]))
    BankImport.objects.update(beat_at=AT)
    with pytest.raises(WrongState):
        imports.resume(batch, by=keeper, at=AT + timedelta(seconds=30))

    run(imports.resume, batch, by=keeper, at=AT + timedelta(minutes=5))

    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
    assert list(Question.objects.order_by("code").values_list("code", "latest__number")) == [
        ("Q1", 1),
        ("Q2", 1),
        ("Q3", 1),
    ]


def test_files_nobody_decided_about_are_forgotten(bring):
    batch = bring(csv_file(HEADER, row()))

    assert imports.forget_old(batch.created_at + timedelta(days=6)) == 0
    assert imports.forget_old(batch.created_at + timedelta(days=8)) == 1

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.content), batch.rows.count()) == (ImportState.DROPPED, b"", 0)


def test_a_pattern_of_keys_is_seen_and_hidden(bring, confirm):
    rows = [["多选", f"第{n}题", f"{n}甲", f"{n}乙", f"{n}丙", f"{n}丁", "AB"] for n in range(60)]
    batch = bring(csv_file(["题型", "题目", "A", "B", "C", "D", "答案"], *rows))
    assert batch.options["has_pattern"] is True
    assert [finding["message"] for finding in batch.findings] == [
        "选择题里有 100% 的正确答案排在最前面几项。建议导入时打乱选项的存放顺序，免得从位置猜出答案。"
    ]

    confirm(batch)

    places = [tuple(question.latest.key["right"]) for question in Question.objects.select_related("latest")]
    assert len(set(places)) == 6
    for question in Question.objects.select_related("latest"):
        number = question.stem[1:-1]
        texts = [question.latest.body["options"][place]["text"] for place in question.latest.key["right"]]
        assert sorted(texts) == sorted([f"{number}甲", f"{number}乙"])
    assert set(fates(bring(csv_file(["题型", "题目", "A", "B", "C", "D", "答案"], *rows)))) == {"same"}


def test_imported_questions_can_be_handed_on_at_once(bring, confirm, bank):
    bank.needs_review = False
    bank.save()

    confirm(bring(csv_file(HEADER, row())), then_submit=True)

    assert Question.objects.get().state == QuestionState.PUBLISHED


def test_a_question_written_by_hand_is_known_again(bring, bank, keeper):
    questions.save(
        bank, by=keeper, at=AT, kind="single", code="Q1",
        body={"stem": "问", "options": [{"text": text} for text in "丙甲乙"]}, key={"right": [1]},
    )  # fmt: skip

    assert fates(bring(csv_file(HEADER, row()))) == ["same"]


def test_the_real_bank_comes_in_whole(bring, confirm, run, keeper, bank):
    batch = bring(real_bank(), "题库.zip")
    assert batch.state == ImportState.MAPPING
    plans = [sheets.SheetPlan.from_json(values) for values in batch.sheets]
    for plan in plans:
        if plan.headers[0] == "J" and len(plan.headers) == 9:
            plan.columns |= {"0": "alias", "1": "topic", "2": "code", "3": "stem", "4": "answer"}
            plan.is_used, plan.label = True, plan.name[-1].upper() + "类"
    run(imports.assign, batch, plans, by=keeper, at=AT)
    batch.refresh_from_db()
    assert {name: batch.counts[name] for name in ("new", "double", "error", "kinds", "pictures")} == {
        "new": 1375, "double": 1733, "error": 0, "kinds": {"single": 1123, "multiple": 252}, "pictures": 53,
    }  # fmt: skip
    assert batch.options["has_pattern"] is True

    confirm(batch)

    kept = list(Question.objects.select_related("latest", "topic").order_by("code"))
    assert len(kept) == 1375
    assert StoredFile.objects.count() == 53
    assert sum(bool(question.latest.body["media"]) for question in kept) == 53
    assert {
        name: QuestionLabel.objects.filter(name=name).count() for name in ("A类", "B类", "C类")
    } == {"A类": 683, "B类": 1143, "C类": 1282}  # fmt: skip
    # What was first in the file is anywhere now, and still right.
    singles = [question.latest.key["right"][0] for question in kept if question.kind == "single"]
    assert all(200 < singles.count(place) < 360 for place in range(4))
    first = next(question for question in kept if question.code == "MC2-0001")
    assert sorted(first.latest.body["options"][place]["text"] for place in first.latest.key["right"]) == [
        "《中华人民共和国无线电管理条例》",
        "国务院和中央军委",
    ]
    assert first.topic.name == "1.1.1"
    again = bring(real_bank(), "题库.zip")
    assert {name: again.counts[name] for name in ("new", "changed", "same")} == {"new": 0, "changed": 0, "same": 1375}


def test_topics_that_lead_too_deep_are_an_error_at_their_cell(bring):
    batch = bring(csv_file(HEADER, row("Q1", "一", 知识点="1>2>3>4>5"), row("Q2", "二", 知识点="1>2>3>4>5>6")))

    assert fates(batch) == ["new", "error"]
    assert [(one["cell"], one["message"]) for one in batch.rows.get(number=2).draft["findings"]] == [
        ("J3", "知识点的层级太多，连同工种最多 6 层。")
    ]
