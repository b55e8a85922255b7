"""Alerts on caps that are nearly or completely used, each sent once."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.access.terms import current_terms
from chalicelib.alerts import thresholds
from chalicelib.alerts.thresholds import CapKey
from chalicelib.caps.windows import limit_in_counter_units
from chalicelib.domain.campaign import CapMetric
from chalicelib.domain.terms import CampaignTerms
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow

_log = logging.getLogger("smartlink")
_KIND_BY_LEVEL = {thresholds.NEARLY: NotificationKind.CAP_NEARLY_REACHED, thresholds.FULL: NotificationKind.CAP_REACHED}


def watch_caps(received: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Notify the admins once of each cap window that reached 80 % or 100 % in these records of the caps' stream.

    The last record of a counter counts. If it is at 100 %, the alert at 80 % is sent too.
    """
    used = {row.key: row.used for row in _rows(received)}
    keys = dict(_parsed(used))
    limits = _limits({cap.campaign_id for cap in keys.values()})
    terms = {publisher_id: current_terms(publisher_id) for publisher_id in _publishers(keys.values())}
    for key, cap in keys.items():
        limit = _limit(cap, limits, terms.get(cap.publisher_id or "", {}).get(cap.campaign_id))
        if limit:
            _notify(key, cap, used[key], limit, now)


def _rows(received: Iterable[Mapping[str, Any]]) -> Iterable[CapCounterRow]:
    for record in received:
        if record["eventName"] != "REMOVE":
            row = CapCounterRow()
            row.deserialize(record["dynamodb"]["NewImage"])
            yield row


def _parsed(keys: Iterable[str]) -> Iterable[tuple[str, CapKey]]:
    """Yield the keys with their parsed form. Skip keys that cannot be parsed; they would block the stream for a day."""
    for key in keys:
        try:
            yield key, thresholds.parse_cap_key(key)
        except ValueError as error:
            _log.warning("skipped counter %r, which is not a cap counter: %s", key, error)


def _publishers(caps: Iterable[CapKey]) -> set[str]:
    return {cap.publisher_id for cap in caps if cap.publisher_id}


def _limit(cap: CapKey, limits: Mapping[tuple[str, ...], int], terms: CampaignTerms | None) -> int | None:
    """Return the limit of a counter in its units: of the publisher's terms if they set caps, or of the campaign."""
    if terms is None or terms.caps is None:
        return limits.get((cap.campaign_id, cap.metric, cap.window, cap.timezone, _scope(cap)))
    counter = (cap.metric, cap.window, cap.timezone)
    own = (each for each in terms.caps if (each.metric, each.window, each.timezone) == counter)
    return next((limit_in_counter_units(each.metric, each.limit) for each in own), None)


def _scope(cap: CapKey) -> str:
    return "publisher" if cap.publisher_id else "campaign"


def _limits(campaign_ids: Iterable[str]) -> dict[tuple[str, ...], int]:
    """Return the limits in the units of the counters, by campaign, metric, window, time zone and scope."""
    return {
        (row.id, cap["metric"], cap["window"], cap["timezone"], cap["scope"]): limit_in_counter_units(
            CapMetric(cap["metric"]), Decimal(cap["limit"])
        )
        for row in CampaignRow.batch_get(sorted(campaign_ids))
        for cap in row.settings["caps"]
    }


def _notify(key: str, cap: CapKey, used: int, limit: int, now: datetime) -> None:
    reached = thresholds.reached_level(used, limit) or 0
    subject = {"campaign_id": cap.campaign_id, "publisher_id": cap.publisher_id}
    owner = f" for publisher {cap.publisher_id}" if cap.publisher_id else ""
    for level, kind in _KIND_BY_LEVEL.items():
        if reached >= level:
            text = f"Campaign {cap.campaign_id} has reached {level} % of its {cap.metric} cap ({cap.window}){owner}."
            send_once(ADMIN, Notification(kind, subject, text), once=f"{key}|{limit}", now=now)
