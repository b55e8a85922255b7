"""Optimize pools one by one: read counters, compute weights, publish them."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.caps.reservation import usage_by_key
from chalicelib.caps.windows import CapCounter
from chalicelib.counters import learning_blocks
from chalicelib.dynamodb.errors import TableError
from chalicelib.exchange.rate_reader import rates_at
from chalicelib.observability.metrics import Metric, emit
from chalicelib.optimizer.history import weight_history
from chalicelib.optimizer.history.size_limit import build_run_record, fit_to_item_size
from chalicelib.optimizer.inputs.bucket_counts import sum_by_bucket
from chalicelib.optimizer.inputs.build_statistics import RunClock, build_statistics
from chalicelib.optimizer.inputs.common_currency import in_one_currency
from chalicelib.optimizer.inputs.pool_config import NotOptimizable, PoolConfig, cap_counters_by_campaign, pool_config
from chalicelib.optimizer.job_message import JobMessage
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.validation import InvalidCounters
from chalicelib.optimizer.model.weights import compute_weights
from chalicelib.routing import route_codec
from chalicelib.settings import LEARNING_WINDOW_DAYS, optimizer_interval_minutes
from chalicelib.tables.base import get_or_none
from chalicelib.tables.routes import RouteRow, WeightHistoryRow

ATTEMPTS = 3
"""Maximum number of attempts per pool and run. An attempt fails if the route changes before publication."""

_log = logging.getLogger("smartlink")
_AWS = (PynamoDBException, BotoCoreError, ClientError, TableError)
_VISIBILITY_DELAY = timedelta(minutes=2)
"""Counters may become visible a minute late, and a run's version may be a moment after its start."""


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A run at its start: the current route, the pool's last run (None: no recent one) and the time."""

    route: RouteRow
    last_run: WeightHistoryRow | None
    now: datetime

    @property
    def version(self) -> int:
        """The run's version: seconds since 1970, and always greater than every earlier version."""
        earlier = (self.route.weights_version or 0, self.last_run.version if self.last_run else 0)
        return max(int(self.now.timestamp()), *(version + 1 for version in earlier))


def optimize_pools(message: JobMessage, clock: Callable[[], datetime]) -> None:
    """Optimize all pools of the message. A failure of one pool does not stop the others.

    Raise the last AWS error, if there was one, after all pools were tried. The message is then received again, and
    pools that are already done are left alone.
    """
    failed: Exception | None = None
    for pool_id in message.pools:
        try:
            optimize_pool(pool_id, message.at, clock())
        except _AWS as error:
            _log.warning("optimizer: %s failed, its message will be retried: %r", pool_id, error)
            emit({Metric.LEARNING_RUNS_FAILED: 1})
            failed = error
        except Exception:  # noqa: BLE001 - a failure of one pool must not stop the others
            _log.exception("optimizer: %s failed", pool_id)
            emit({Metric.LEARNING_RUNS_FAILED: 1})
    if failed:
        raise failed


def optimize_pool(pool_id: str, requested_at: int, now: datetime) -> None:
    """Optimize the pool unless a run since `requested_at` (seconds since 1970) did so, or there is no new data.

    Weights are published only on the exact route that they were computed for. If an admin's edit came in between, the
    inputs are read again. If another run did, its weights are good enough.
    """
    previous: RouteRow | None = None
    for _ in range(ATTEMPTS):
        route = get_or_none(RouteRow, pool_id)
        if route is None or _weights_changed(previous, route):
            return
        run = PendingRun(route, weight_history.find_newest(pool_id, _latest_run_time(route, now)), now)
        if _is_done(run, requested_at) or _finish(run):
            return
        previous = route
    _log.warning("optimizer: skipped %s: the route changed during the run", pool_id)
    emit({Metric.LEARNING_RUNS_SKIPPED: 1})


def _weights_changed(previous: RouteRow | None, route: RouteRow) -> bool:
    if previous is None:
        return False
    return bool(previous.version == route.version and previous.weights_version != route.weights_version)


def _is_done(run: PendingRun, requested_at: int) -> bool:
    """Return whether the last run was at that time or later, on the same route: a message may be received twice."""
    last = run.last_run
    return bool(last and last.version >= requested_at and last.route_version == run.route.version)


def _latest_run_time(route: RouteRow, now: datetime) -> datetime:
    """Return the latest time that the last run can have: its clock may have been ahead of this one."""
    return max(now, datetime.fromtimestamp(route.weights_version or 0, UTC))


def _finish(run: PendingRun) -> bool:
    """Publish or skip the run. Return False if the route changed in the meantime."""
    try:
        return _optimize(run)
    except _AWS:
        raise
    except (NotOptimizable, InvalidCounters) as error:
        _log.warning("optimizer: skipped %s: %s", run.route.id, error)
        emit({Metric.LEARNING_RUNS_SKIPPED: 1})
        _skip(run, str(error))
    except Exception as error:  # noqa: BLE001 - a failure of one pool must not stop the others
        _log.exception("optimizer: %s failed", run.route.id)
        emit({Metric.LEARNING_RUNS_FAILED: 1})
        _skip(run, f"Internal error; it was logged: {error!r}")
    return True


def _skip(run: PendingRun, reason: str) -> None:
    row = weight_history.new_row(run.route.id, run.version, weight_history.SKIPPED, run.route)
    row.reason = reason[:1000]
    weight_history.skip(row)


def _optimize(run: PendingRun) -> bool:
    """Publish the run's weights, if the pool has new data. Return False if the route changed in the meantime."""
    configured = pool_config(route_codec.decode_snapshot(run.route.snapshot), run.route.version)
    if configured is None:
        return True
    config = in_one_currency(configured, rates_at(run.now), run.now.date().isoformat())
    if not _has_new_data(run, config):
        return True
    started = time.monotonic()
    statistics = _read_statistics(config, run.now)
    result = compute_weights(statistics)
    took_ms = round(1000 * (time.monotonic() - started))
    encoded = fit_to_item_size(build_run_record(result, statistics, config.goal, took_ms))
    row = weight_history.new_row(run.route.id, run.version, weight_history.PUBLISHED, run.route)
    row.epoch, row.weights, row.run = config.epoch, encoded.weights, encoded.run
    return weight_history.publish(row, run.route)


def _has_new_data(run: PendingRun, config: PoolConfig) -> bool:
    """Return whether the route or the counters changed since the last run, or exchange rates allow a skipped one."""
    last = run.last_run
    if last is None or last.route_version != run.route.version:
        return True
    if config.factors and last.status == weight_history.SKIPPED:
        return True
    since = datetime.fromtimestamp(last.version, UTC) - _VISIBILITY_DELAY
    return learning_blocks.changed_since(run.route.id, config.epoch, since)


def _read_statistics(config: PoolConfig, now: datetime) -> PoolStatistics:
    """Read the pool's counters and return its statistics as of now."""
    hour = int(now.timestamp()) // 3600
    pieces = learning_blocks.read(config.pool, config.epoch)
    return build_statistics(
        config,
        sum_by_bucket(pieces, config.goal, hour, LEARNING_WINDOW_DAYS * 24),
        _campaigns_at_cap(cap_counters_by_campaign(config.offers, now)),
        RunClock(now, optimizer_interval_minutes()),
    )


def _campaigns_at_cap(counters_by_campaign: Mapping[str, tuple[CapCounter, ...]]) -> set[str]:
    """Return the campaigns that have reached at least one cap."""
    used = usage_by_key(sorted({counter.key for counters in counters_by_campaign.values() for counter in counters}))
    return {
        campaign_id
        for campaign_id, counters in counters_by_campaign.items()
        if any(used.get(counter.key, 0) >= counter.limit for counter in counters)
    }
