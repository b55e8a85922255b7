"""Filter of a postback subscription."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

ANY = "*"


class SubscribedStatus(StrEnum):
    """Conversion status that a postback subscribes to; `*` is any."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ANY = "*"


class SubscriptionFilter(Protocol):
    """Fields of a postback that select conversions; `*` matches any value."""

    event: str
    status: str


def matches(subscription: SubscriptionFilter, conversion: Mapping[str, Any]) -> bool:
    """Return whether the postback's filter matches the conversion's current event and status."""
    return subscription.event in (ANY, conversion.get("event")) and subscription.status in (ANY, conversion["status"])
