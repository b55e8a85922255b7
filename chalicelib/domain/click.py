"""The outcome of a click and its reasons."""

from dataclasses import dataclass, field
from enum import StrEnum


class RejectionReason(StrEnum):
    """Why an offer may not take a click."""

    DISABLED = "disabled"
    CAMPAIGN_PAUSED = "campaign_paused"
    SCHEDULE = "schedule"
    NOT_APPROVED = "not_approved"
    COUNTRY = "country"
    REGION = "region"
    DEVICE = "device"
    OS = "os"
    BROWSER = "browser"
    LANGUAGE = "language"
    SOURCE = "source"
    BOT = "bot"
    DUPLICATE = "duplicate"
    CAP = "cap"
    LOWER_TIER = "lower_tier"


class Outcome(StrEnum):
    """Where a click went."""

    OFFER = "offer"
    CATCH_ALL = "catch_all"
    FAIL_URL = "fail_url"
    FALLBACK = "fallback"
    PAUSED = "paused"
    NO_OFFER = "no_offer"


class ExperimentArm(StrEnum):
    """Whose weights drew the offer."""

    WEIGHTED = "weighted"
    OPTIMIZED = "optimized"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class TrackingParameters:
    """What the publisher wrote on the click: sub-IDs, source, their own ID, and the rest of the query.

    `query` holds the other parameters, already percent-encoded, as they ride along.
    """

    sub_ids: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    external_click_id: str | None = None
    query: str = ""
