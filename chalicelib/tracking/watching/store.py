"""Telling the admins of caps that fill up and of smartlinks that lose clicks, each fact once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.domain.campaign import CapMetric
from chalicelib.notifications.notification import Notice, NotificationKind
from chalicelib.notifications.send import ADMIN, notify
from chalicelib.tables.campaigns import Campaign
from chalicelib.tables.counters import Cap
from chalicelib.tables.smartlinks import Pool
from chalicelib.tracking.caps import counted
from chalicelib.tracking.counters import cells
from chalicelib.tracking.counters.store import read
from chalicelib.tracking.watching import levels
from chalicelib.tracking.watching.levels import CapKey, Share

_KINDS = {levels.NEARLY: NotificationKind.CAP_NEARLY_REACHED, levels.FULL: NotificationKind.CAP_REACHED}


def watch_caps(received: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Tells the admins once of each cap's window that the records of the caps' stream show at 80 % or at 100 %.

    Of several records of one counter the last stands for all; a level that was passed in between is told too.
    """
    used = {row.key: row.used for row in _rows(received)}
    keys = dict(_readable(used))
    limits = _limits({key.campaign_id for key in keys.values()})
    for key, parts in keys.items():
        limit = limits.get((parts.campaign_id, parts.metric, parts.window, parts.timezone, _scope(parts)))
        if limit:
            _tell(key, parts, used[key], limit, now)


def _rows(received: Iterable[Mapping[str, Any]]) -> Iterable[Cap]:
    for each in received:
        if each["eventName"] != "REMOVE":
            row = Cap()
            row.deserialize(each["dynamodb"]["NewImage"])
            yield row


def _readable(keys: Iterable[str]) -> Iterable[tuple[str, CapKey]]:
    """The keys with their parts; one that nobody reads is passed over, or those behind it would wait for a day."""
    for key in keys:
        try:
            yield key, levels.cap_key(key)
        except ValueError as error:
            print(f"the counter {key!r} is of no cap: {error}")


def _scope(parts: CapKey) -> str:
    return "publisher" if parts.publisher_id else "campaign"


def _limits(campaign_ids: Iterable[str]) -> dict[tuple[str, ...], int]:
    """The campaigns' limits, in what their counters count, by campaign, metric, window, time zone and scope."""
    return {
        (row.id, cap["metric"], cap["window"], cap["timezone"], cap["scope"]): counted(
            CapMetric(cap["metric"]), Decimal(cap["limit"])
        )
        for row in Campaign.batch_get(sorted(campaign_ids))
        for cap in row.settings["caps"]
    }


def _tell(key: str, parts: CapKey, used: int, limit: int, now: datetime) -> None:
    reached = levels.level(used, limit) or 0
    for level, kind in _KINDS.items():
        if reached >= level:
            subject = {"campaign_id": parts.campaign_id, "publisher_id": parts.publisher_id}
            whose = f" for publisher {parts.publisher_id}" if parts.publisher_id else ""
            text = (
                f"Campaign {parts.campaign_id} has reached {level} % of its {parts.metric} cap ({parts.window}){whose}."
            )
            notify(ADMIN, Notice(kind, subject, text), once=f"{key}|{limit}", now=now)


def watch_fallbacks(now: datetime) -> None:
    """Tells the admins once of each smartlink that lost more than 5 % of its clicks in the last whole hour."""
    hour = levels.last_hour(now)
    found = levels.shares(read(cells.partitions([hour.date()])), hour)
    high = {smartlink_id: share for smartlink_id, share in found.items() if share.is_high}
    names = {row.id: row.settings["name"] for row in Pool.batch_get(sorted(high))} if high else {}
    for smartlink_id, share in high.items():
        _tell_of_share(smartlink_id, names.get(smartlink_id, ""), share, hour, now)


def _tell_of_share(smartlink_id: str, name: str, share: Share, hour: datetime, now: datetime) -> None:
    until = (hour + timedelta(hours=1)).strftime("%H:%M")
    text = (
        f"Smartlink {name} ({smartlink_id}) sent {share.lost} of {share.clicks} clicks to no paying offer "
        f"between {hour.strftime('%Y-%m-%d %H:%M')} and {until} UTC: see the lost clicks for the reasons."
    )
    notice = Notice(NotificationKind.FALLBACK_SHARE, {"smartlink_id": smartlink_id}, text)
    notify(ADMIN, notice, once=f"{smartlink_id}|{hour.isoformat()}", now=now)
