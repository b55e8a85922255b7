"""The click document as its publisher sees it: where it went and why, nothing of other parties."""

from chalicelib.domain.click import ExperimentArm, RejectionReason
from chalicelib.http.models import ResponseModel
from chalicelib.reporting.click_schemas import ClickFacts


class OwnConsidered(ResponseModel):
    """One offer of the pool, and why it could not take the click."""

    campaign_id: str
    refused: RejectionReason | None


class OwnDecision(ResponseModel):
    """Why the click went where it went."""

    segment: str
    arm: ExperimentArm
    considered: list[OwnConsidered]


class OwnClickDocument(ClickFacts):
    """One of your clicks, where it went and why."""

    click_id: str
    publisher_id: str
    decision: OwnDecision
