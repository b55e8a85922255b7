"""The click document as its publisher sees it: where it went and why, nothing of other parties."""

from chalicelib.domain.click import Arm, Refusal
from chalicelib.http.models import Document
from chalicelib.reporting.click_schemas import ClickFacts


class OwnConsidered(Document):
    """One offer of the pool, and why it could not take the click."""

    campaign_id: str
    refused: Refusal | None


class OwnDecision(Document):
    """Why the click went where it went."""

    segment: str
    arm: Arm
    considered: list[OwnConsidered]


class OwnClickDocument(ClickFacts):
    """One of your clicks, where it went and why."""

    click_id: str
    publisher_id: str
    decision: OwnDecision
