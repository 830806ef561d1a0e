"""What a batch of sessions is counted in: the sessions with what has to be known of them, and the rows they may touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from huomiao.practice import periods, points
from huomiao.practice.ledger import (
    BadgeRow,
    CampaignDayRow,
    CampaignItemRow,
    CampaignPersonRow,
    CampaignUnitRow,
    DayRow,
    MemoryRow,
    PersonRow,
    PersonTradeRow,
    QuickRow,
    SeenRow,
    TallyRow,
    TradeRow,
    UnitRow,
)

Row = TypeVar("Row")


@dataclass(slots=True, frozen=True)
class Asked:
    """What the follower knows of a version: whose question it is, of what kind, and its bit in the bank's maps."""

    question_id: int
    bank_id: int
    seat: int
    kind: str


@dataclass(slots=True, frozen=True)
class Terms:
    """What a campaign counts."""

    tries_a_day: int
    points_a_day: int
    pass_percent: int
    excellent_percent: int


@dataclass(slots=True)
class Session:
    """An attempt with everything that has to be looked up for it."""

    id: int
    nonce: str
    user_id: int
    unit_id: int | None
    campaign_id: int | None
    trade_id: int | None
    mode: str
    started_at: datetime
    finished_at: datetime
    total: int
    right: int
    answers: list[list[Any]]
    day: date = periods.EVER
    answered: int = 0
    is_quick: bool = False

    def __post_init__(self) -> None:
        self.day = periods.day_of(self.finished_at)
        self.answered = sum(1 for answer in self.answers if answer[1] is not None)
        self.is_quick = points.is_quick(
            started_at=self.started_at, finished_at=self.finished_at, total=len(self.answers)
        )

    @property
    def counts(self) -> bool:
        """Whether it earns anything: somebody answered, and took the time to read."""
        return self.answered > 0 and not self.is_quick


class Book(Generic[Row]):
    """The rows of one table that a batch may touch, and those that it did."""

    __slots__ = ("known", "new", "touched")

    def __init__(self, new: Callable[..., Row], known: dict[Any, Row] | None = None) -> None:
        self.new = new
        self.known = known or {}
        self.touched: dict[Any, Row] = {}

    def row(self, *key: Any) -> Row:
        """The row of ``key``, to be changed; begun if there is none."""
        place = key if len(key) > 1 else key[0]
        row = self.touched.get(place)
        if row is None:
            row = self.touched[place] = self.known.get(place) or self.new(*key)
        return row


@dataclass
class Books:
    """All the books, as far as a batch needs them."""

    memories: Book[MemoryRow] = field(default_factory=lambda: Book(MemoryRow))
    seen: Book[SeenRow] = field(default_factory=lambda: Book(SeenRow))
    days: Book[DayRow] = field(default_factory=lambda: Book(DayRow))
    people: Book[PersonRow] = field(default_factory=lambda: Book(PersonRow))
    people_trades: Book[PersonTradeRow] = field(default_factory=lambda: Book(PersonTradeRow))
    tallies: Book[TallyRow] = field(default_factory=lambda: Book(TallyRow))
    units: Book[UnitRow] = field(default_factory=lambda: Book(UnitRow))
    trades: Book[TradeRow] = field(default_factory=lambda: Book(TradeRow))
    campaign_people: Book[CampaignPersonRow] = field(default_factory=lambda: Book(CampaignPersonRow))
    campaign_units: Book[CampaignUnitRow] = field(default_factory=lambda: Book(CampaignUnitRow))
    campaign_days: Book[CampaignDayRow] = field(default_factory=lambda: Book(CampaignDayRow))
    campaign_items: Book[CampaignItemRow] = field(default_factory=lambda: Book(CampaignItemRow))
    badges: list[BadgeRow] = field(default_factory=list)
    quick: list[QuickRow] = field(default_factory=list)
