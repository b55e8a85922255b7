"""Request and response models of replay."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.replay.comparison import Verdict
from chalicelib.http.fields import Bounds, SixPlaceDecimal, Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import TimeRangeModel, TimeRangeQuery

OfferRole = Literal["offer", "catch_all", "fallback"]
Share = Annotated[float, Field(ge=0, le=1)]


class Replay(TimeRangeQuery):
    """An edit to evaluate, and the time range of the clicks: by default the last seven days, at most 92 days."""

    smartlink: dict[str, Any] = Field(
        description="The edit: the same fields as in a PATCH of the smartlink",
        examples=[{"holdout_percent": 10}],
    )


class HappenedFigures(ResponseModel):
    """Unique clicks of humans and their results; `epc` is payout per click, null without clicks."""

    clicks: int
    conversions: int
    payout: SixPlaceDecimal
    revenue: SixPlaceDecimal
    profit: SixPlaceDecimal
    epc: SixPlaceDecimal | None


class ExpectedFigures(ResponseModel):
    """The expected results of the edit. Amounts exclude clicks that cannot be estimated; null if no click can be.

    `epc` is payout per click that can be estimated.
    """

    clicks: float
    conversions: float | None
    payout: SixPlaceDecimal | None
    revenue: SixPlaceDecimal | None
    profit: SixPlaceDecimal | None
    epc: SixPlaceDecimal | None


class ReplayedOutcome(ResponseModel):
    """One destination of clicks: an offer, the catch-all, or the fallback (`campaign_id` null), which never earns.

    `judged` is whether the logged clicks can evaluate it: `yes`, `thin` (fewer than 30 effective clicks) or `no`.
    `unknown_share` is the share of its expected clicks that cannot be estimated: similar visitors were rarely or never
    sent there.
    """

    campaign_id: str | None
    role: OfferRole
    happened: HappenedFigures
    expected: ExpectedFigures
    epc_interval: Bounds | None
    effective_clicks: float
    judged: Verdict
    unknown_share: Share


class ValuePerClick(ResponseModel):
    """Value per click by the goal: observed, expected, and the difference, with 95 % intervals."""

    happened: SixPlaceDecimal
    expected: SixPlaceDecimal | None
    interval: Bounds | None
    difference: SixPlaceDecimal | None
    difference_interval: Bounds | None


class ReplayedTotals(ResponseModel):
    """All evaluated clicks. `effective_clicks` is the number of clicks of equal weight with the same information.

    `weight_bound` is the maximum importance weight; the part of a weight above it counts in `unknown_share`.
    """

    happened: HappenedFigures
    expected: ExpectedFigures
    value_per_click: ValuePerClick
    effective_clicks: float
    weight_bound: float
    unknown_share: Share


class ReplayDocument(TimeRangeModel):
    """Estimated results of the edit. `recorded` are all clicks in the range, including bots and duplicates.

    `read` of them were read (a sample if `sampled`), and `judged` of those were evaluated: the unique clicks of humans
    whose decision is known. Clicks before `clicks_kept_from` have expired: an earlier range is shortened to begin after
    it.
    """

    clicks_kept_from: Timestamp
    smartlink_id: str
    goal: OptimizationGoal
    currency: str | None
    recorded: int
    read: int
    judged: int
    sampled: bool
    totals: ReplayedTotals | None
    offers: list[ReplayedOutcome]
    notes: list[str]
