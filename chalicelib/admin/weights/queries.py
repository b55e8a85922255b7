"""Learned weights as they stand, and the runs of learning as a list."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.access import membership
from chalicelib.admin.weights.schemas import HistoryQuery
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.http.request import Request
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord
from chalicelib.optimizer.history.weight_history import months, newest
from chalicelib.routing.route_history import pool_month
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from chalicelib.tables.smartlinks import SmartlinkRow

GROWTH = 4
"""How many times longer a run's document is than its figures as they are stored, unpacked."""

_ORDINARY = timedelta(days=7)
_KEPT = timedelta(days=CLICK_RETENTION_DAYS)
_AHEAD = timedelta(minutes=1)
"""A run's version may be a moment later than the run."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run as the history has it."""

    row: WeightHistoryRow

    @property
    def figures(self) -> RunRecord | None:
        """Its figures, read anew each time; None where it was skipped."""
        return run_record.unpacked(self.row.run) if self.row.run else None

    @property
    def size(self) -> int:
        """About how many bytes it takes in an answer."""
        return GROWTH * len(zlib.decompress(self.row.run)) if self.row.run else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A smartlink, its route (None while it is being deleted), the run whose weights that has, and the last run."""

    pool: SmartlinkRow
    route: RouteRow | None
    run: Kept | None
    last: WeightHistoryRow | None


def standing(smartlink_id: str, now: datetime) -> Standing:
    """How the smartlink's learning stands as of now; `NotFound` where there is no such smartlink."""
    pool, route = membership.pool(smartlink_id), get_or_none(RouteRow, smartlink_id)
    version = route.weights_version if route else None
    run = None if version is None else _run(smartlink_id, version)
    return Standing(pool, route, run, newest(smartlink_id, now))


def _run(smartlink_id: str, version: int) -> Kept | None:
    row = get_or_none(WeightHistoryRow, pool_month(smartlink_id, version), version)
    return None if row is None else Kept(row)


def runs(request: Request, smartlink_id: str, query: HistoryQuery) -> tuple[list[Kept], str | None]:
    """A page of the smartlink's runs in the time asked for, newest first, and the next page's cursor.

    `NotFound` where there is no such smartlink.
    """
    membership.pool(smartlink_id)
    since, until = query.clamp(request.now - _KEPT, request.now + _AHEAD, _ORDINARY)
    first, last = _seconds(since), _seconds(until) - 1

    def rows(partition: str, after: str | None, limit: int) -> Iterable[Kept]:
        newest_wanted = min(last, int(after) - 1) if after else last
        if newest_wanted < first:
            return ()
        between = WeightHistoryRow.version.between(first, newest_wanted)
        found = WeightHistoryRow.query(partition, between, scan_index_forward=False, limit=limit, consistent_read=True)
        return map(Kept, found)

    partitions = list(months(smartlink_id, since, until))
    name = f"weights of {smartlink_id}"
    return fetch_page(
        PagedQuery(name, partitions, rows, lambda each: str(each.row.version), lambda each: each.size), query
    )


def _seconds(moment: datetime) -> int:
    """The first whole second, since 1970, that is not before the moment."""
    return -int(-moment.timestamp() // 1)
