"""A click as its publisher may see it: the decision, without data of other parties."""

from typing import ClassVar

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.models import ResponseModel
from chalicelib.reporting.click_schemas import ClickFacts
from chalicelib.reporting.lists.schemas import ClickListQuery, ExternalClickId


class OwnClicksQuery(ClickListQuery):
    """Filters of the list. The default range is the last seven days.

    A page that has read too much ends early: it may be empty and still have a next page.
    """

    FILTERS: ClassVar[tuple[str, ...]] = (*ClickListQuery.FILTERS, "external_click_id")

    external_click_id: ExternalClickId | None = None


class OwnConsidered(ResponseModel):
    """One offer of the smartlink. `refused` is the reason why it could not take the click."""

    campaign_id: str
    campaign_name: str | None
    refused: RejectionReason | None


class OwnDecision(ResponseModel):
    """Explanation of the routing decision."""

    segment: str
    arm: ExperimentArm
    considered: list[OwnConsidered]


class OwnClickDocument(ClickFacts):
    """One of your clicks with its routing decision."""

    click_id: str
    publisher_id: str
    decision: OwnDecision
