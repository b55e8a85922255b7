"""Fields of requests that switch e-mails on and off by kind. Another kind is an error that names the allowed ones."""

from typing import Annotated, Literal

from pydantic import Field

StaffKind = Literal[
    "application_received",
    "cap_nearly_reached",
    "cap_reached",
    "postbacks_refused",
    "fraud_rule",
    "fallback_share",
    "poison_record",
]
"""The kinds of notification for staff, as text."""

PublisherKind = Literal[
    "application_decided",
    "link_live",
    "postback_failing",
    "delivery_dead",
    "smartlink_paused",
    "smartlink_resumed",
    "smartlink_deleted",
]
"""The kinds of notification for publishers, as text."""

_DESCRIPTION = "Whether each kind of notification is sent by e-mail. A kind that was never set has its default."

StaffEmailNotifications = Annotated[dict[StaffKind, bool], Field(description=_DESCRIPTION)]
"""What a user switched on or off. Stored as it is; a null in a PATCH returns to the default."""

PublisherEmailNotifications = Annotated[dict[PublisherKind, bool], Field(description=_DESCRIPTION)]
"""What a publisher switched on or off."""
