"""Request and response models of learned weights and optimization runs."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.http.fields import SixPlaceDecimal, Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import RangeQuery
from chalicelib.optimizer.model.weights import Reason

IntervalDocument = Annotated[list[SixPlaceDecimal], Field(min_length=2, max_length=2)]
"""The lower and the upper bound of a 90 % interval."""


class HistoryQuery(RangeQuery):
    """Time range of the runs: by default the last seven days."""


class OfferWeight(ResponseModel):
    """One offer in a segment: its share of its tier's clicks, and the reason.

    `value_per_click` is the posterior mean by the goal, with its 90 % interval. `payout_per_click` is the expected
    payout, to which `publisher_epc_floor` applies. `effective_clicks` are clicks weighted by the share of their
    conversions that has arrived, and by age. `conversions_expected` have not arrived yet.
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
    """Weights of a segment: country and device, a country, or `*` for everyone."""

    segment: str = Field(examples=["US|mobile", "US", "*"])
    expected_clicks: float
    offers: list[OfferWeight]


class ChangeDocument(ResponseModel):
    """An offer whose conversion rate changed, and the time of the change. Older data is ignored."""

    campaign_id: str
    at: Timestamp


class SkippedDocument(ResponseModel):
    """The last run, if it was skipped: its time and reason. Older weights stay in use."""

    at: Timestamp
    reason: str


class WeightsDocument(ResponseModel):
    """Learned weights of a smartlink; the segments with the most expected clicks come first.

    `in_force` is whether the weights are applied to clicks. `note` is the reason if optimization is off or has no
    weights yet.
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
    """One optimization run: `published`, or `skipped` with a reason; `clicks` and `conversions` are its input."""

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
