"""Learning of one pool after the other: what is counted is read, weights are learned and put into force."""

import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.caps.reservation import usage_by_key
from chalicelib.caps.windows import CapCounter
from chalicelib.counters import learning_blocks
from chalicelib.dynamodb.errors import TableError
from chalicelib.optimizer.history import weight_history
from chalicelib.optimizer.history.size_limit import build_run_record, fit_to_item_size
from chalicelib.optimizer.inputs.bucket_counts import sum_by_bucket
from chalicelib.optimizer.inputs.build_statistics import RunClock, build_statistics
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
"""How often what was learned is thrown away for an admin's edit that came between; the next round is not far."""

_AWS = (PynamoDBException, BotoCoreError, ClientError, TableError)
_UNSEEN = timedelta(minutes=2)
"""What was counted may show a minute late, and a run's version may be a moment after its beginning."""


@dataclass(frozen=True, slots=True)
class PendingRun:
    """One run as it begins: the route as it is, the pool's last run (None: none lately), and its own version."""

    route: RouteRow
    last: WeightHistoryRow | None
    now: datetime

    @property
    def version(self) -> int:
        """Seconds since 1970, and more than any version before."""
        before = (self.route.weights_version or 0, self.last.version if self.last else 0)
        return max(int(self.now.timestamp()), *(version + 1 for version in before))


def optimize_pools(asked: JobMessage, clock: Callable[[], datetime]) -> None:
    """Learns of all pools of the message; whatever is wrong with one does not stop the others.

    Raises the last of AWS's errors, if there were any, once all have had their turn: the message is to come again,
    and leaves alone what is done by then.
    """
    failed: Exception | None = None
    for pool_id in asked.pools:
        try:
            optimize_pool(pool_id, asked.at, clock())
        except _AWS as error:
            print(f"smartlink {pool_id} not learned of: {error!r}", file=sys.stderr)
            failed = error
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the others must not wait for it
            traceback.print_exc()
    if failed:
        raise failed


def optimize_pool(pool_id: str, asked: int, now: datetime) -> None:
    """Learns of the pool unless that was done since `asked` (seconds since 1970), or there is nothing new.

    The weights go into force only on the very route that they were learned for. Where an admin's edit came between,
    all is read again; where another run did, its weights will do.
    """
    before: RouteRow | None = None
    for _ in range(ATTEMPTS):
        route = get_or_none(RouteRow, pool_id)
        if route is None or _weights_changed(before, route):
            return
        run = PendingRun(route, weight_history.newest(pool_id, _latest(route, now)), now)
        if _is_done(run, asked) or _finish(run):
            return
        before = route
    print(f"smartlink {pool_id} not learned of: it is being edited", file=sys.stderr)


def _weights_changed(before: RouteRow | None, route: RouteRow) -> bool:
    if before is None:
        return False
    return bool(before.version == route.version and before.weights_version != route.weights_version)


def _is_done(run: PendingRun, asked: int) -> bool:
    """Whether the last run was asked for at that time or later, on the very route: a message may come twice."""
    return bool(run.last and run.last.version >= asked and run.last.route_version == run.route.version)


def _latest(route: RouteRow, now: datetime) -> datetime:
    """The latest moment that a run can be of: a clock that was ahead may have made the last one."""
    return max(now, datetime.fromtimestamp(route.weights_version or 0, UTC))


def _finish(run: PendingRun) -> bool:
    """Whether the run came to an end: published, skipped, or nothing new. If not, the route is another by now."""
    try:
        return _published(run)
    except _AWS:
        raise
    except (NotOptimizable, InvalidCounters) as error:
        print(f"smartlink {run.route.id} skipped: {error}", file=sys.stderr)
        _skip(run, str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others must not wait for it
        traceback.print_exc()
        _skip(run, f"an unexpected error, which the log has in full: {error!r}")
    return True


def _skip(run: PendingRun, reason: str) -> None:
    row = weight_history.row(run.route.id, run.version, weight_history.SKIPPED, run.route)
    row.reason = reason[:1000]
    weight_history.skip(row)


def _published(run: PendingRun) -> bool:
    found = pool_config(route_codec.document(run.route.snapshot), run.route.version)
    if found is None or not _is_new(run, found.epoch):
        return True
    began = time.monotonic()
    counted = _stats(found, run.now)
    learned = compute_weights(counted)
    took_ms = round(1000 * (time.monotonic() - began))
    fitting = fit_to_item_size(build_run_record(learned, counted, found.goal, took_ms))
    row = weight_history.row(run.route.id, run.version, weight_history.PUBLISHED, run.route)
    row.epoch, row.weights, row.run = found.epoch, fitting.weights, fitting.run
    return weight_history.publish(row, run.route)


def _is_new(run: PendingRun, epoch: int) -> bool:
    """Whether there is anything that the last run did not know."""
    last = run.last
    if last is None or last.route_version != run.route.version:
        return True
    return learning_blocks.changed_since(run.route.id, epoch, datetime.fromtimestamp(last.version, UTC) - _UNSEEN)


def _stats(found: PoolConfig, now: datetime) -> PoolStatistics:
    """What is known of the pool as of now."""
    hour = int(now.timestamp()) // 3600
    counted = sum_by_bucket(learning_blocks.read(found.pool, found.epoch), found.goal, hour, LEARNING_WINDOW_DAYS * 24)
    return build_statistics(
        found,
        counted,
        _campaigns_at_cap(cap_counters_by_campaign(found.offers, now)),
        RunClock(now, optimizer_interval_minutes()),
    )


def _campaigns_at_cap(places: Mapping[str, tuple[CapCounter, ...]]) -> set[str]:
    """The campaigns of which any place is taken."""
    used = usage_by_key(sorted({place.key for its_places in places.values() for place in its_places}))
    return {
        campaign_id
        for campaign_id, its_places in places.items()
        if any(used.get(place.key, 0) >= place.limit for place in its_places)
    }
