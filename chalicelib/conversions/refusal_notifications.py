"""Notifications to staff that postbacks of a campaign are refused, at most one per campaign and UTC day."""

import logging
from datetime import UTC, datetime

from chalicelib.domain.refusal import RefusalReason
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.names import campaign_names

_MAX_DAYS = 10_000
_notified: set[str] = set()
"""Campaigns and days of which this process knows that the notification was sent: a flood reads nothing."""

_log = logging.getLogger("smartlink")


def notify_once(campaign_id: str, reason: RefusalReason, now: datetime) -> None:
    """Notify the staff of the first refused postback of a campaign and UTC day. Never raise: a failure is logged."""
    campaign_day = f"{campaign_id}#{now.astimezone(UTC).date().isoformat()}"
    if campaign_day in _notified:
        return
    try:
        notification = _notification(campaign_id, reason)
        send_once(ADMIN, notification, once=campaign_day, now=now)
    except Exception:  # noqa: BLE001 - the caller gets the same answer, and the next refusal tries again
        _log.exception("the staff was not notified of refused postbacks of campaign %s", campaign_id)
        return
    if len(_notified) >= _MAX_DAYS:
        _notified.clear()
    _notified.add(campaign_day)


def _notification(campaign_id: str, reason: RefusalReason) -> Notification:
    name = campaign_names([campaign_id]).get(campaign_id, "")
    text = (
        f"A postback of campaign {name} ({campaign_id}) was refused: {reason.replace('_', ' ')}. "
        "See /admin/postbacks/refused for all."
    )
    return Notification(NotificationKind.POSTBACKS_REFUSED, {"campaign_id": campaign_id}, text)
