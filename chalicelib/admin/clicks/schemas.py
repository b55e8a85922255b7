"""What clicks are asked for, and the click document."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import RangeQuery
from chalicelib.reporting.click_schemas import ClickFacts

_Id = Annotated[str, Field(max_length=200)]


class ClickQuery(RangeQuery):
    """Which clicks: by default all of the last seven days."""

    smartlink_id: _Id | None = None
    publisher_id: _Id | None = None
    campaign_id: _Id | None = None


class Considered(ResponseModel):
    """One offer of the pool, the weight it was drawn by, and why it could not take the click.

    `weight` is the admin's, a whole number, or in arm `optimized` the one learned for the segment, at most 1.
    """

    campaign_id: str
    priority: int
    weight: int | float
    refused: RejectionReason | None


class DecisionDocument(ResponseModel):
    """Why the click went where it went.

    `segment` is the one whose learned weights were used, else the visitor's own, country and device.
    `weights_version` names the learned weights that were in force (seconds since 1970), null without any.
    """

    segment: str
    arm: ExperimentArm
    route_version: int
    weights_version: int | None
    draw: float
    propensity: float | None
    considered: list[Considered]


class ClickDocument(ClickFacts):
    """One click, where it went and why. A simulated one has no ID."""

    decision: DecisionDocument
