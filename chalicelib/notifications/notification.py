"""What somebody is told, and when a notification was written, as its ID says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class NotificationKind(StrEnum):
    """What admins and publishers are told of."""

    APPLICATION_RECEIVED = "application_received"
    APPLICATION_DECIDED = "application_decided"
    LINK_LIVE = "link_live"
    POSTBACK_FAILING = "postback_failing"
    CAP_NEARLY_REACHED = "cap_nearly_reached"
    CAP_REACHED = "cap_reached"
    FALLBACK_SHARE = "fallback_share"
    POISON_RECORD = "poison_record"


_ID = re.compile(r"ntf_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}")
_DIGITS = str.maketrans("0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing to tell: `subject` holds the IDs it is about, by name, `text` says it in a sentence."""

    kind: NotificationKind
    subject: Mapping[str, str | None]
    text: str


def year_of(notification_id: str) -> str | None:
    """The UTC year in which the notification was written; None for what can be no notification's ID."""
    parts = _ID.fullmatch(notification_id)
    if not parts:
        return None
    try:
        written = _BEGINNING + timedelta(milliseconds=int(parts[1].translate(_DIGITS), 32))
    except OverflowError:
        return None
    return str(written.year)
