"""In what order PostgreSQL's candidates stand."""

from __future__ import annotations

from huomiao.newsdesk.pipeline.search.documents import first_moment
from huomiao.newsdesk.pipeline.search.postgres_ranking import Counted, ranked
from tests.newsdesk.search.desk import AT

NOW = AT.timestamp()


def counted(number, times, first, *, length=900, day=AT):
    return Counted(number, first_moment(day) | number, 20, length, times, first)


def order(*articles, each=1):
    return [number for _score, _moment, number in ranked(articles, each, NOW)]


def test_the_title_goes_before_the_beginning_and_that_before_the_rest():
    assert order(counted(1, [1], [700]), counted(2, [1], [100]), counted(3, [1], [5])) == [3, 2, 1]


def test_a_word_that_comes_again_and_again_says_more_in_a_short_text():
    assert order(counted(1, [2], [500]), counted(2, [6], [500]), counted(3, [6], [500], length=200)) == [3, 2, 1]


def test_of_two_choices_the_rarer_word_counts_more():
    frequent = [counted(number, [1, 0], [500, 0]) for number in range(1, 6)]

    assert order(*frequent, counted(6, [0, 1], [0, 500]), each=2)[0] == 6


def test_words_together_as_typed_go_first():
    assert order(counted(1, [2, 2, 0], [500, 600, 0]), counted(2, [2, 2, 1], [500, 600, 500]), each=2) == [2, 1]


def test_newer_goes_first_among_those_that_fit_as_well():
    assert order(counted(1, [1], [5], day=AT.replace(year=2020)), counted(2, [1], [5])) == [2, 1]
