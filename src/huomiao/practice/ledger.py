"""The rows in which the follower keeps its books, and the tables they stand in.

Plain objects with slots instead of model instances: a session of ten questions touches about twenty of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from huomiao.practice import models
from huomiao.practice.sheets import Sheet


@dataclass(slots=True)
class MemoryRow:
    user_id: int
    question_id: int
    seen: int = 0
    right: int = 0
    wrong: int = 0
    run: int = 0
    in_wrong_book: bool = False
    is_mastered: bool = False
    stability: float = 0.0
    difficulty: float = 0.0
    last_on: date | None = None
    wrong_on: date | None = None
    due_on: date | None = None


@dataclass(slots=True)
class SeenRow:
    user_id: int
    bank_id: int
    bits: bytes = b""


@dataclass(slots=True)
class DayRow:
    user_id: int
    day: date
    sessions: int = 0
    answered: int = 0
    right: int = 0
    shown: int = 0
    flagged: int = 0
    first_right: int = 0
    retained: int = 0
    cleared: int = 0
    points: int = 0


@dataclass(slots=True)
class PersonRow:
    user_id: int
    unit_id: int | None = None
    last_on: date | None = None
    days: int = 0
    streak: int = 0
    longest_streak: int = 0
    sessions: int = 0
    answered: int = 0
    right: int = 0
    mastered: int = 0
    wrong_book: int = 0
    cleared: int = 0
    perfect: int = 0
    reviews: int = 0
    campaigns: int = 0
    flagged: int = 0
    points: int = 0
    day_points: int = 0
    week_points: int = 0
    month_points: int = 0


@dataclass(slots=True)
class PersonTradeRow:
    user_id: int
    trade_id: int
    unit_id: int | None = None
    last_on: date | None = None
    sessions: int = 0
    answered: int = 0
    right: int = 0


@dataclass(slots=True)
class BadgeRow:
    user_id: int
    name: str
    earned_on: date


@dataclass(slots=True)
class TallyRow:
    version_id: int
    shown: int = 0
    answered: int = 0
    right: int = 0
    options: dict[str, int] = field(default_factory=dict)
    pairs: int = 0
    sum_score: int = 0
    sum_score_squared: int = 0
    sum_rest: int = 0
    sum_rest_squared: int = 0
    sum_product: int = 0


@dataclass(slots=True)
class QuickRow:
    attempt_id: int
    user_id: int
    unit_id: int | None
    campaign_id: int | None
    day: date
    seconds: int
    total: int
    right: int


@dataclass(slots=True)
class UnitRow:
    period: str
    start: date
    organization_id: int
    people: int = 0
    days: int = 0
    sessions: int = 0
    answered: int = 0
    right: int = 0
    points: int = 0
    flagged: int = 0


@dataclass(slots=True)
class TradeRow:
    period: str
    start: date
    organization_id: int
    trade_id: int
    people: int = 0
    sessions: int = 0
    answered: int = 0
    right: int = 0


@dataclass(slots=True)
class CampaignPersonRow:
    campaign_id: int
    user_id: int
    unit_id: int | None = None
    last_on: date | None = None
    days: int = 0
    sessions: int = 0
    counted: int = 0
    answered: int = 0
    right: int = 0
    best: int = 0
    points: int = 0
    day_tries: int = 0
    day_points: int = 0


@dataclass(slots=True)
class CampaignUnitRow:
    campaign_id: int
    organization_id: int
    people: int = 0
    days: int = 0
    sessions: int = 0
    counted: int = 0
    scores: int = 0
    answered: int = 0
    right: int = 0
    points: int = 0
    passed: int = 0
    excellent: int = 0
    flagged: int = 0


@dataclass(slots=True)
class CampaignDayRow:
    campaign_id: int
    day: date
    people: int = 0
    newcomers: int = 0
    sessions: int = 0


@dataclass(slots=True)
class CampaignItemRow:
    campaign_id: int
    version_id: int
    shown: int = 0
    wrong: int = 0


MEMORIES = Sheet(models.Memory, MemoryRow, key=("user_id", "question_id"))
SEEN = Sheet(models.SeenMap, SeenRow, key=("user_id", "bank_id"))
DAYS = Sheet(models.PersonDay, DayRow, key=("user_id", "day"))
PEOPLE = Sheet(models.Person, PersonRow, key=("user_id",))
PEOPLE_TRADES = Sheet(models.PersonTrade, PersonTradeRow, key=("user_id", "trade_id"))
BADGES = Sheet(models.EarnedBadge, BadgeRow, key=("user_id", "name"), keeps_first=True)
TALLIES = Sheet(models.ItemTally, TallyRow, key=("version_id",))
QUICK = Sheet(models.QuickSession, QuickRow, key=("attempt_id",))
UNITS = Sheet(models.UnitPeriod, UnitRow, key=("period", "start", "organization_id"))
TRADES = Sheet(models.TradePeriod, TradeRow, key=("period", "start", "organization_id", "trade_id"))
CAMPAIGN_PEOPLE = Sheet(models.CampaignPerson, CampaignPersonRow, key=("campaign_id", "user_id"))
CAMPAIGN_UNITS = Sheet(models.CampaignUnit, CampaignUnitRow, key=("campaign_id", "organization_id"))
CAMPAIGN_DAYS = Sheet(models.CampaignDay, CampaignDayRow, key=("campaign_id", "day"))
CAMPAIGN_ITEMS = Sheet(models.CampaignItem, CampaignItemRow, key=("campaign_id", "version_id"))

SHEETS = (
    MEMORIES,
    SEEN,
    DAYS,
    PEOPLE,
    PEOPLE_TRADES,
    BADGES,
    TALLIES,
    QUICK,
    UNITS,
    TRADES,
    CAMPAIGN_PEOPLE,
    CAMPAIGN_UNITS,
    CAMPAIGN_DAYS,
    CAMPAIGN_ITEMS,
)
