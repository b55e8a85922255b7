"""What uplift is asked for, and its document."""

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http.fields import Bounds, SixPlaceDecimal
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import TimeRangeModel, TimeRangeQuery


class UpliftQuery(TimeRangeQuery):
    """Which time: by default the last seven days; at most 92 days."""


class ArmFigures(ResponseModel):
    """One arm: unique clicks, their conversions, and their value by the goal."""

    clicks: int
    conversions: int
    value: SixPlaceDecimal
    value_per_click: SixPlaceDecimal | None
    interval: Bounds | None


class Arms(ResponseModel):
    """Clicks by the learned weights, and those that the admin's weights drew at the same time."""

    optimized: ArmFigures
    holdout: ArmFigures


class UpliftDocument(TimeRangeModel):
    """What optimization earns per click beyond the admin's weights, with its 95 % interval.

    `relative` is the difference over the hold-out's value per click; `blocks` are the hours that were compared.
    """

    smartlink_id: str
    goal: OptimizationGoal
    currency: str | None
    arms: Arms
    difference: SixPlaceDecimal | None
    interval: Bounds | None
    relative: SixPlaceDecimal | None
    blocks: int
    enough_data: bool
    verdict: str
