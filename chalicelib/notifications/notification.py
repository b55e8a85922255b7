"""Notifications, and the year of a notification, which is part of its ID."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class NotificationKind(StrEnum):
    """Kinds of notification."""

    APPLICATION_RECEIVED = "application_received"
    APPLICATION_DECIDED = "application_decided"
    LINK_LIVE = "link_live"
    POSTBACK_FAILING = "postback_failing"
    DELIVERY_DEAD = "delivery_dead"
    CAP_NEARLY_REACHED = "cap_nearly_reached"
    CAP_REACHED = "cap_reached"
    FALLBACK_SHARE = "fallback_share"
    POSTBACKS_REFUSED = "postbacks_refused"
    SMARTLINK_PAUSED = "smartlink_paused"
    SMARTLINK_RESUMED = "smartlink_resumed"
    SMARTLINK_DELETED = "smartlink_deleted"
    FRAUD_RULE = "fraud_rule"
    POISON_RECORD = "poison_record"


_ID = re.compile(r"ntf_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}")
_DIGITS = str.maketrans("0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification: `subject` contains the IDs that it is about, by name; `text` is one or more sentences."""

    kind: NotificationKind
    subject: Mapping[str, str | None]
    text: str


def creation_year(notification_id: str) -> str | None:
    """Return the UTC year in which the notification was created; None for an invalid notification ID."""
    match = _ID.fullmatch(notification_id)
    if not match:
        return None
    try:
        created = _EPOCH + timedelta(milliseconds=int(match[1].translate(_DIGITS), 32))
    except OverflowError:
        return None
    return str(created.year)
