"""What a format can hold comes back as it went: property tests over drafts of every kind."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.practice import importing
from huomiao.practice.formats import checking, sheets, table_out, tables
from huomiao.practice.formats.draft import DraftQuestion, Media
from tests.practice.drafts import drafts

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def checked(made: list[DraftQuestion]) -> list[DraftQuestion]:
    """The drafts in their kinds' plain shape, as a bank keeps them, each under a code of its own."""
    for number, draft in enumerate(made):
        draft.code = f"Q{number}"
        checking.check(draft)
    return [draft for draft in made if draft.is_good]


def asked(draft: DraftQuestion) -> tuple:
    """What is asked and right; the order in which options are kept is no part of it."""
    return draft.kind, importing.compared(draft.kind, draft.body, draft.key)


def facts(draft: DraftQuestion) -> tuple:
    return draft.code, "".join(draft.explanation.split()), draft.topic, draft.difficulty


def table_back(content: bytes) -> list[DraftQuestion]:
    book = sheets.open_tables(content)
    return tables.read(book, sheets.plan(book)).drafts


@quick
@given(st.lists(drafts(), min_size=1, max_size=4))
def test_a_workbook_holds_every_kind(made):
    sent = checked(made)
    if not sent:
        return

    content, ending = table_out.workbook(sent, Media(), title="题库")

    back = table_back(content)
    assert ending == "xlsx"
    assert [draft.errors for draft in back] == [[] for _draft in sent]
    assert list(map(asked, back)) == list(map(asked, sent))
    assert list(map(facts, back)) == list(map(facts, sent))


@quick
@given(st.lists(drafts(), min_size=1, max_size=3))
def test_csv_holds_every_kind(made):
    sent = checked(made)
    if not sent:
        return

    content, _ending = table_out.csv(sent, Media(), title="题库")

    back = table_back(content)
    assert [(draft.errors, asked(draft)) for draft in back] == [([], asked(draft)) for draft in sent]


def test_the_template_is_read_without_a_single_error():
    back = table_back(table_out.template())

    assert [(draft.kind, draft.errors) for draft in back] == [
        (kind, []) for kind in ("single", "multiple", "true_false", "fill", "ordering", "matching", "short")
    ]
