"""Request and response models of uplift."""

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http.fields import Bounds, SixPlaceDecimal
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import TimeRangeModel, TimeRangeQuery


class UpliftQuery(TimeRangeQuery):
    """Time range: by default the last seven days, at most 92 days."""


class ArmFigures(ResponseModel):
    """One arm: unique clicks, their conversions, and their value by the goal."""

    clicks: int
    conversions: int
    value: SixPlaceDecimal
    value_per_click: SixPlaceDecimal | None
    interval: Bounds | None


class Arms(ResponseModel):
    """Clicks by the learned weights (`optimized`), and by the configured weights in the same range (`holdout`)."""

    optimized: ArmFigures
    holdout: ArmFigures


class UpliftDocument(TimeRangeModel):
    """Difference in value per click between optimized and hold-out clicks, with its 95 % interval.

    `relative` is the difference divided by the hold-out's value per click; `blocks` is the number of hours compared.
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
