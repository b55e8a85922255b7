"""Alerts on smartlinks with many lost clicks, each sent once."""

from datetime import datetime, timedelta

from chalicelib.alerts import thresholds
from chalicelib.alerts.thresholds import LostClickShare
from chalicelib.counters import cells
from chalicelib.counters.blocks import read
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.smartlinks import SmartlinkRow


def watch_fallbacks(now: datetime) -> None:
    """Notify the admins once of each smartlink that lost more than 5 % of its clicks in the last full hour."""
    hour = thresholds.last_hour(now)
    shares = thresholds.shares(read(cells.partitions([hour.date()])), hour)
    high = {smartlink_id: share for smartlink_id, share in shares.items() if share.is_high}
    names = {row.id: row.settings["name"] for row in SmartlinkRow.batch_get(sorted(high))} if high else {}
    for smartlink_id, share in high.items():
        _notify(smartlink_id, names.get(smartlink_id, ""), share, hour, now)


def _notify(smartlink_id: str, name: str, share: LostClickShare, hour: datetime, now: datetime) -> None:
    end = (hour + timedelta(hours=1)).strftime("%H:%M")
    text = (
        f"Smartlink {name} ({smartlink_id}): {share.lost} of {share.clicks} clicks reached no paying offer "
        f"between {hour.strftime('%Y-%m-%d %H:%M')} and {end} UTC. See /admin/lost-clicks for the reasons."
    )
    notification = Notification(NotificationKind.FALLBACK_SHARE, {"smartlink_id": smartlink_id}, text)
    send_once(ADMIN, notification, once=f"{smartlink_id}|{hour.isoformat()}", now=now)
