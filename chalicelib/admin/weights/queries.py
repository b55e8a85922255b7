"""Reads learned weights and optimization runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.access import membership
from chalicelib.admin.weights.schemas import HistoryQuery
from chalicelib.http.pagination import PagedQuery
from chalicelib.http.request import Request
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord
from chalicelib.optimizer.history.weight_history import find_newest, months
from chalicelib.routing.route_history import pool_month
from chalicelib.settings import WEIGHT_HISTORY_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from chalicelib.tables.smartlinks import SmartlinkRow

_DEFAULT_RANGE = timedelta(days=7)
_RETENTION = timedelta(days=WEIGHT_HISTORY_DAYS)
_MAX_CLOCK_LEAD = timedelta(minutes=1)
"""A run's version may be a moment later than the run."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in the history."""

    row: WeightHistoryRow

    @property
    def record(self) -> RunRecord | None:
        """The run's record, decoded on each access; None if the run was skipped."""
        return run_record.decode(self.row.run) if self.row.run else None


@dataclass(frozen=True, slots=True)
class OptimizationStatus:
    """A smartlink, its route (None during deletion), the run that published the route's weights, and the last run."""

    smartlink: SmartlinkRow
    route: RouteRow | None
    published_run: StoredRun | None
    last_run: WeightHistoryRow | None


def get_status_or_404(smartlink_id: str, now: datetime) -> OptimizationStatus:
    """Return the smartlink's status. Raise `NotFound` if there is no such smartlink."""
    smartlink, route = membership.get_smartlink_or_404(smartlink_id), get_or_none(RouteRow, smartlink_id)
    version = route.weights_version if route else None
    run = None if version is None else _get_run_or_none(smartlink_id, version)
    return OptimizationStatus(smartlink, route, run, find_newest(smartlink_id, now))


def _get_run_or_none(smartlink_id: str, version: int) -> StoredRun | None:
    row = get_or_none(WeightHistoryRow, pool_month(smartlink_id, version), version)
    return None if row is None else StoredRun(row)


def list_of_runs(request: Request, smartlink_id: str, query: HistoryQuery) -> PagedQuery:
    """Return the list of the smartlink's runs in the time range, newest first.

    Raise `NotFound` if there is no such smartlink.
    """
    membership.get_smartlink_or_404(smartlink_id)
    since, until = query.clamp(request.now - _RETENTION, request.now + _MAX_CLOCK_LEAD, _DEFAULT_RANGE)
    first, last = _round_up(since), _round_up(until) - 1

    def read_rows(partition: str, after: str | None, limit: int) -> Iterable[StoredRun]:
        newest = min(last, int(after) - 1) if after else last
        if newest < first:
            return ()
        condition = WeightHistoryRow.version.between(first, newest)
        rows = WeightHistoryRow.query(partition, condition, scan_index_forward=False, limit=limit, consistent_read=True)
        return map(StoredRun, rows)

    partitions = list(months(smartlink_id, since, until))
    name = f"weights of {smartlink_id}"
    return PagedQuery(name, partitions, read_rows, lambda run: str(run.row.version))


def _round_up(time: datetime) -> int:
    """Return the time in whole seconds since 1970, rounded up."""
    return -int(-time.timestamp() // 1)
