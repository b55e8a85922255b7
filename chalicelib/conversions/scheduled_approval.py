"""Scheduled approval of pending conversions whose time has come."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from chalicelib.conversions.changes import decide
from chalicelib.conversions.conversion import StoredFields
from chalicelib.conversions.status import APPROVED, PENDING, Ruling, StatusSource
from chalicelib.counters.cells import SHARDS
from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.background import background_request
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.tables.base import get_or_none
from chalicelib.tables.conversions import ConversionRow

_TIME_LIMIT = timedelta(minutes=4)
"""After this time the next run goes on: the Lambda stops after 5 minutes, and a conversion may take seconds."""

_log = logging.getLogger("smartlink")


def approve_due(clock: Callable[[], datetime]) -> int:
    """Approve the conversions that are due; return their number. One that fails is logged and left to the next run."""
    started_at, approved = clock(), 0
    for conversion_id in _due_ids(started_at):
        now = clock()
        if now - started_at > _TIME_LIMIT:
            break
        approved += _approve(conversion_id, now)
    return approved


def is_due(stored: StoredFields, now: datetime) -> bool:
    """Return whether the schedule approves the conversion at `now`."""
    approve_at = stored.get("approve_at")
    if approve_at is None or stored["status"] != PENDING or stored.get("held"):
        return False
    return int(approve_at) <= milliseconds(now)


def _due_ids(now: datetime) -> Iterator[str]:
    """Yield the conversions that are due. The index is eventually consistent."""
    is_past = ConversionRow.approve_at <= milliseconds(now)
    for shard in range(SHARDS):
        yield from (row.id for row in ConversionRow.to_approve.query(str(shard), is_past, attributes_to_get=["id"]))


def _approve(conversion_id: str, now: datetime) -> bool:
    """Approve the conversion if it is still due; return whether it was approved."""

    def attempt() -> bool:
        row = get_or_none(ConversionRow, conversion_id)
        if row is None or not is_due(complete_conversion(row.attribute_values), now):
            return False
        decide(background_request(now), row, Ruling(APPROVED, StatusSource.SCHEDULE), by="schedule")
        return True

    try:
        return retry_on_conflict(attempt)
    except Exception:  # noqa: BLE001 - one broken conversion must not stop the others
        _log.exception("conversion %s was not approved", conversion_id)
        return False
