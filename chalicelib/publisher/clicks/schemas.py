"""A click as its publisher may see it: the decision, without data of other parties."""

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.models import ResponseModel
from chalicelib.reporting.click_schemas import ClickFacts


class OwnConsidered(ResponseModel):
    """One offer of the smartlink. `refused` is the reason why it could not take the click."""

    campaign_id: str
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
