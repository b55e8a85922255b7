"""The click document as its publisher sees it: where it went and why, nothing of other parties."""

from chalicelib.contract.schema import Document, Timestamp
from chalicelib.smartlink import Arm, Device, OperatingSystem, Outcome, Refusal


class OwnConsidered(Document):
    """One offer of the pool, and why it could not take the click."""

    campaign_id: str
    refused: Refusal | None


class OwnDecision(Document):
    """Why the click went where it went."""

    segment: str
    arm: Arm
    considered: list[OwnConsidered]


class OwnClickDocument(Document):
    """One of your clicks, where it went and why."""

    click_id: str
    at: Timestamp
    smartlink_id: str | None
    publisher_id: str
    outcome: Outcome
    campaign_id: str | None
    destination_url: str | None
    country: str | None
    region: str | None
    device: Device
    os: OperatingSystem
    browser: str | None
    language: str | None
    sub_ids: dict[str, str]
    source: str | None
    is_bot: bool
    is_duplicate: bool
    is_unique: bool
    decision: OwnDecision
