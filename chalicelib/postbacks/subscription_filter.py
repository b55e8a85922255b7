"""What a publisher wants to hear of."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

ANY = "*"


class SubscribedStatus(StrEnum):
    """The changes of a conversion that a postback tells of."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ANY = "*"


class SubscriptionFilter(Protocol):
    """What of a postback decides which conversions it tells of: `*` stands for all."""

    event: str
    status: str


def matches(wish: SubscriptionFilter, conversion: Mapping[str, Any]) -> bool:
    """Whether the postback tells of this conversion as it stands now."""
    return wish.event in (ANY, conversion.get("event")) and wish.status in (ANY, conversion["status"])
