"""Query parameters and response models of clicks."""

from collections.abc import Sequence
from typing import ClassVar

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.reporting.click_schemas import ClickFacts
from chalicelib.reporting.lists.schemas import ClickListQuery, Ids
from chalicelib.routing.refusal_rules import RefusedBy


class ClickQuery(ClickListQuery):
    """Filters of the list of clicks. The default range is the last seven days."""

    FILTERS: ClassVar[tuple[str, ...]] = (*ClickListQuery.FILTERS, "publisher_id")

    publisher_id: Ids | None = None


class Considered(ResponseModel):
    """An offer of the smartlink, its weight in the click's arm, and the reason why it could not take the click.

    `weight` is the configured weight, or in arm `optimized` the learned weight of the segment, at most 1. `chance` is
    the probability to be drawn among the offers that could take the click: 0 for one that could not, null if the
    learned weights have expired. `refused_by` says whose rule refused the click, null if it was neither's. `allowed`
    has the values that the rule allows (the first 20), null for a rule without such a list.
    """

    campaign_id: str
    campaign_name: str | None
    priority: int
    weight: int | float
    chance: float | None
    refused: RejectionReason | None
    refused_by: RefusedBy | None
    allowed: list[str] | None


class DecisionDocument(ResponseModel):
    """The reasons for the destination of a click.

    `segment` is the segment whose learned weights were used, otherwise the visitor's own: country and device.
    `weights_version` is the time of these learned weights, in seconds since 1970, and `weights_at` the same time; null
    if there were none.
    """

    segment: str
    arm: ExperimentArm
    route_version: int
    weights_version: int | None
    weights_at: Timestamp | None
    draw: float
    propensity: float | None
    considered: Sequence[Considered]


class ClickDocument(ClickFacts):
    """A click with the explanation of its decision. A simulated click has no ID."""

    decision: DecisionDocument
