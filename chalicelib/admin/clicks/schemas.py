"""Query parameters and response models of clicks."""

from typing import ClassVar

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.models import ResponseModel
from chalicelib.reporting.click_schemas import ClickFacts
from chalicelib.reporting.lists.schemas import ClickListQuery, Id


class ClickQuery(ClickListQuery):
    """Filters of the list of clicks. The default range is the last seven days."""

    FILTERS: ClassVar[tuple[str, ...]] = (*ClickListQuery.FILTERS, "publisher_id")

    publisher_id: Id | None = None


class Considered(ResponseModel):
    """An offer of the smartlink, its weight in the click's arm, and the reason why it could not take the click.

    `weight` is the configured weight, or in arm `optimized` the learned weight of the segment, at most 1.
    """

    campaign_id: str
    priority: int
    weight: int | float
    refused: RejectionReason | None


class DecisionDocument(ResponseModel):
    """The reasons for the destination of a click.

    `segment` is the segment whose learned weights were used, otherwise the visitor's own: country and device.
    `weights_version` is the time of these learned weights, in seconds since 1970; null if there were none.
    """

    segment: str
    arm: ExperimentArm
    route_version: int
    weights_version: int | None
    draw: float
    propensity: float | None
    considered: list[Considered]


class ClickDocument(ClickFacts):
    """A click with the explanation of its decision. A simulated click has no ID."""

    decision: DecisionDocument
