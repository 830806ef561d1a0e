"""What somebody may practise now: a page decides it and signs it, the hot path draws from it and asks no more.

plan = Plan(user_id=user.pk, unit_id=unit, release_id=bank.current_id, mode=Mode.DRILL, count=10,
            expires_at=at + plans.LIFE)
context["plan"] = plans.sign(plan)          # the page's script asks GET /p/paper?plan=… with it
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from huomiao.practice import sealing
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.states import Feedback, Mode

# How long a page may stand open before its button must be pressed on a fresh one.
LIFE = timedelta(hours=12)
MOST_QUESTIONS = 200

_PURPOSE = "plan"


@dataclass(slots=True)
class Plan:
    """What may be drawn, for whom. The rules were asked when the page made it."""

    user_id: int
    # None only with ``versions``: a book of wrong answers or a review goes across banks.
    release_id: int | None
    mode: Mode
    count: int
    expires_at: datetime
    # Where the person belongs; boards count the attempt there.
    unit_id: int | None = None
    # 0: no limit.
    minutes: int = 0
    feedback: Feedback = Feedback.END
    campaign_id: int | None = None
    tag: str = ""
    # Paths of topics: a question of any of them or below. Empty: all.
    topics: tuple[str, ...] = ()
    level: str = ""
    difficulty: int | None = None
    # Exactly these versions may be drawn (``count`` of them, in a drawn order), whatever the filters say.
    versions: tuple[int, ...] | None = None
    # Plans of one group draw the same questions in the same order of options: the two sides of a duel, the day's
    # challenge of one person however often they open it.
    seed_group: str = ""
    # Whether an incomplete answer without a wrong part gets its share.
    partial: bool = False
    # Milliseconds since 1970 from which on nothing counts any more, whenever the paper was fetched; 0: never.
    closes: int = 0

    def ends_at(self, now: int) -> int:
        """Until when a paper that is fetched at ``now`` may be handed in, in milliseconds; 0: no limit."""
        limits = [now + self.minutes * 60_000] * bool(self.minutes) + [self.closes] * bool(self.closes)
        return min(limits, default=0)


def sign(plan: Plan) -> str:
    """``plan`` as a text for a page; only the person in it can use it, until it expires."""
    if plan.release_id is None and not plan.versions:
        raise ValueError("A plan names a release, or the versions that may be drawn.")
    if not 0 < plan.count <= MOST_QUESTIONS:
        raise ValueError("A plan asks for at least one question, and for no more than fit on a phone.")
    facts = list(astuple(plan))
    facts[4] = int(plan.expires_at.timestamp())
    return sealing.seal(_PURPOSE, facts)


def read(text: str, *, at: datetime) -> Plan:
    """The plan in ``text``.

    Raises:
        Refusal: it was not made by this site, or its time is over.
    """
    try:
        facts = sealing.unseal(_PURPOSE, text)
    except sealing.BrokenSeal:
        raise Refusal("forged", 403, _("这个练习链接不完整或已失效，请回到练习页重新开始。")) from None
    facts[2], facts[7] = Mode(facts[2]), Feedback(facts[7])
    facts[4] = datetime.fromtimestamp(facts[4], UTC)
    facts[10] = tuple(facts[10])
    facts[13] = None if facts[13] is None else tuple(facts[13])
    plan = Plan(*facts)
    if at >= plan.expires_at:
        raise Refusal("expired", 410, _("这个练习页打开得太久了，请刷新后重新开始。"))
    return plan
