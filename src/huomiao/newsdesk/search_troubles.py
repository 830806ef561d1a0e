"""What was not understood in a query, as a sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from huomiao.newsdesk.pipeline.search.queries import Problem, Trouble

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[Trouble, StrOrPromise] = {
    Trouble.TOO_LONG: _("检索式太长，后面的部分没有用上。"),
    Trouble.TOO_MANY: _("条件太多，从“%(quote)s”起没有用上。"),
    Trouble.TOO_DEEP: _("括号层数太多，“%(quote)s”没有用上。"),
    Trouble.OPEN_QUOTE: _("引号没有配对，“%(quote)s”按到末尾处理。"),
    Trouble.OPEN_BRACKET: _("括号没有配对，按到末尾处理。"),
    Trouble.STRAY_BRACKET: _("多了一个右括号，已忽略。"),
    Trouble.LONE_OR: _("“%(quote)s”的一边没有词，已忽略。"),
    Trouble.NOTHING_EXCLUDED: _("“%(quote)s”后面没有要排除的词。"),
    Trouble.UNKNOWN_FIELD: _("没有“%(quote)s”这个字段，按普通的词检索。"),
    Trouble.EMPTY_FIELD: _("“%(quote)s”后面没有内容，已忽略。"),
    Trouble.NO_SUCH_DAY: _(
        "“%(quote)s”不是日历上的日期，没有按日期检索。可以写 2023-12、2023-12-05 或 2023-12-01..2023-12-15。"
    ),
    Trouble.DAYS_REVERSED: _("“%(quote)s”的起止日期颠倒，已调换。"),
    Trouble.NO_LETTERS: _("“%(quote)s”里没有可以检索的字，已忽略。"),
}
LONGEST_QUOTE = 40


def sentence(problem: Problem) -> str:
    """What to tell the reader about ``problem``."""
    return str(SENTENCES[problem.trouble]) % {"quote": problem.quote[:LONGEST_QUOTE]}
