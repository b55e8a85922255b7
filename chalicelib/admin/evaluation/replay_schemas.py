"""What replay is asked for, and its document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.replay.comparison import Verdict
from chalicelib.http.fields import Bounds, SixPlaceDecimal
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import TimeRangeModel, TimeRangeQuery

OfferRole = Literal["offer", "catch_all", "fallback"]
Share = Annotated[float, Field(ge=0, le=1)]


class Replay(TimeRangeQuery):
    """An edit to judge, with the same fields as a PATCH of the smartlink, and by the clicks of which time.

    By default the last seven days; at most 92 days.
    """

    smartlink: dict[str, Any] = Field(
        description="The proposed edit: fields as a PATCH of the smartlink takes them",
        examples=[{"holdout_percent": 10}],
    )


class HappenedFigures(ResponseModel):
    """Unique clicks of humans and what they brought; `epc` is payout per click, null without any."""

    clicks: int
    conversions: int
    payout: SixPlaceDecimal
    revenue: SixPlaceDecimal
    profit: SixPlaceDecimal
    epc: SixPlaceDecimal | None


class ExpectedFigures(ResponseModel):
    """The same under the edit. Money leaves out clicks of which nothing is known; null where that is all of them.

    `epc` is payout per click that something is known of.
    """

    clicks: float
    conversions: float | None
    payout: SixPlaceDecimal | None
    revenue: SixPlaceDecimal | None
    profit: SixPlaceDecimal | None
    epc: SixPlaceDecimal | None


class ReplayedOutcome(ResponseModel):
    """Where clicks go: to an offer, the catch-all, or (campaign_id null) the fallback, which never earns.

    `judged` says whether the logged clicks can judge it: `yes`, `thin` (fewer than 30 effective clicks) or `no`.
    `unknown_share` is the share of its expected clicks whose visitors never, or hardly ever, went there.
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
    """The goal's value per click: what happened, what is expected, and the difference, with 95 % intervals."""

    happened: SixPlaceDecimal
    expected: SixPlaceDecimal | None
    interval: Bounds | None
    difference: SixPlaceDecimal | None
    difference_interval: Bounds | None


class ReplayedTotals(ResponseModel):
    """All judged clicks. `effective_clicks` are how many clicks of equal weight would tell as much.

    No click weighs more than `weight_bound`; what lies beyond is part of `unknown_share`.
    """

    happened: HappenedFigures
    expected: ExpectedFigures
    value_per_click: ValuePerClick
    effective_clicks: float
    weight_bound: float
    unknown_share: Share


class ReplayDocument(TimeRangeModel):
    """What the edit would have made of logged clicks. `recorded` are all of that time, bots and duplicates too.

    Of them `read` were looked at (a sample, where `sampled`), and `judged` are the unique clicks of humans among those
    that can be judged.
    """

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
