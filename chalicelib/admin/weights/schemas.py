"""The documents of learned weights and the runs that learned them."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.http.fields import SixPlaceDecimal, Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import RangeQuery
from chalicelib.optimizer.model.weights import Reason

IntervalDocument = Annotated[list[SixPlaceDecimal], Field(min_length=2, max_length=2)]
"""The lower and the upper end of a 90 % interval."""


class HistoryQuery(RangeQuery):
    """Which runs: by default those of the last seven days."""


class OfferWeight(ResponseModel):
    """One offer in a segment: the share of its tier's clicks, and why.

    Value per click is the posterior mean by the goal, with its 90 % interval; payout per click is the one to be
    expected, which `publisher_epc_floor` is about. `effective_clicks` are those whose conversions can have come by
    now; `conversions_expected` are still to come.
    """

    campaign_id: str
    share: float
    value_per_click: SixPlaceDecimal
    interval: IntervalDocument
    payout_per_click: SixPlaceDecimal
    effective_clicks: float
    conversions_expected: float
    reason: Reason


class SegmentWeights(ResponseModel):
    """The weights of a segment: country and device, a country, or `*` for everyone."""

    segment: str = Field(examples=["US|mobile", "US", "*"])
    expected_clicks: float
    offers: list[OfferWeight]


class ChangeDocument(ResponseModel):
    """An offer whose rate of conversion changed, and since when: what was before is not learned from."""

    campaign_id: str
    at: Timestamp


class SkippedDocument(ResponseModel):
    """Why the last run learned nothing, so that older weights stay in force."""

    at: Timestamp
    reason: str


class WeightsDocument(ResponseModel):
    """What was learned of a smartlink, segments with most clicks to come first.

    `in_force` tells whether its clicks go by that; `note` says in words where nothing is learned (yet).
    """

    smartlink_id: str
    rotation: Rotation
    goal: OptimizationGoal
    epoch: int
    in_force: bool
    weights_version: int | None
    at: Timestamp | None
    next_run_minutes: int | None
    holdout_percent: int
    segments: list[SegmentWeights]
    changes: list[ChangeDocument]
    skipped: SkippedDocument | None
    note: str | None


class RunDocument(ResponseModel):
    """One run of learning: `published`, or `skipped` for a reason. `clicks` and `conversions` are what it knew of."""

    weights_version: int
    at: Timestamp
    status: str = Field(examples=["published", "skipped"])
    reason: str | None
    route_version: int | None
    epoch: int | None
    clicks: int | None
    conversions: int | None
    changes: list[ChangeDocument]
    segments: list[SegmentWeights]
