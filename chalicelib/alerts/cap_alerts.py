"""Telling the admins of caps that fill up and of smartlinks that lose clicks, each fact once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.alerts import thresholds
from chalicelib.alerts.thresholds import CapKey
from chalicelib.caps.windows import limit_in_counter_units
from chalicelib.domain.campaign import CapMetric
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow

_KINDS = {thresholds.NEARLY: NotificationKind.CAP_NEARLY_REACHED, thresholds.FULL: NotificationKind.CAP_REACHED}


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
            _notify_level(key, parts, used[key], limit, now)


def _rows(received: Iterable[Mapping[str, Any]]) -> Iterable[CapCounterRow]:
    for each in received:
        if each["eventName"] != "REMOVE":
            row = CapCounterRow()
            row.deserialize(each["dynamodb"]["NewImage"])
            yield row


def _readable(keys: Iterable[str]) -> Iterable[tuple[str, CapKey]]:
    """The keys with their parts; one that nobody reads is passed over, or those behind it would wait for a day."""
    for key in keys:
        try:
            yield key, thresholds.cap_key(key)
        except ValueError as error:
            print(f"the counter {key!r} is of no cap: {error}")


def _scope(parts: CapKey) -> str:
    return "publisher" if parts.publisher_id else "campaign"


def _limits(campaign_ids: Iterable[str]) -> dict[tuple[str, ...], int]:
    """The campaigns' limits, in what their counters count, by campaign, metric, window, time zone and scope."""
    return {
        (row.id, cap["metric"], cap["window"], cap["timezone"], cap["scope"]): limit_in_counter_units(
            CapMetric(cap["metric"]), Decimal(cap["limit"])
        )
        for row in CampaignRow.batch_get(sorted(campaign_ids))
        for cap in row.settings["caps"]
    }


def _notify_level(key: str, parts: CapKey, used: int, limit: int, now: datetime) -> None:
    reached = thresholds.reached_level(used, limit) or 0
    for level, kind in _KINDS.items():
        if reached >= level:
            subject = {"campaign_id": parts.campaign_id, "publisher_id": parts.publisher_id}
            whose = f" for publisher {parts.publisher_id}" if parts.publisher_id else ""
            text = (
                f"Campaign {parts.campaign_id} has reached {level} % of its {parts.metric} cap ({parts.window}){whose}."
            )
            send_once(ADMIN, Notification(kind, subject, text), once=f"{key}|{limit}", now=now)
