"""Learning of one pool after the other: what is counted is read, weights are learned and put into force."""

import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.caps.reservation import used_of
from chalicelib.caps.windows import Place
from chalicelib.counters import learning_blocks
from chalicelib.dynamodb.errors import TableError
from chalicelib.optimizer.history import weight_history
from chalicelib.optimizer.history.size_limit import figures_of, fitted
from chalicelib.optimizer.inputs.bucket_counts import tally
from chalicelib.optimizer.inputs.build_statistics import Moment, stats
from chalicelib.optimizer.inputs.pool_config import Lesson, Unlearnable, cap_places, lesson
from chalicelib.optimizer.job_message import Message
from chalicelib.optimizer.model.pool_statistics import Stats
from chalicelib.optimizer.model.validation import BrokenCounters
from chalicelib.optimizer.model.weights import learn
from chalicelib.routing import route_codec
from chalicelib.settings import LEARNED_DAYS, learning_minutes
from chalicelib.tables.base import existing
from chalicelib.tables.routes import Route, WeightHistory

ATTEMPTS = 3
"""How often what was learned is thrown away for an admin's edit that came between; the next round is not far."""

_AWS = (PynamoDBException, BotoCoreError, ClientError, TableError)
_UNSEEN = timedelta(minutes=2)
"""What was counted may show a minute late, and a run's version may be a moment after its beginning."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it begins: the route as it is, the pool's last run (None: none lately), and its own version."""

    route: Route
    last: WeightHistory | None
    now: datetime

    @property
    def version(self) -> int:
        """Seconds since 1970, and more than any version before."""
        before = (self.route.weights_version or 0, self.last.version if self.last else 0)
        return max(int(self.now.timestamp()), *(version + 1 for version in before))


def learn_all(asked: Message, clock: Callable[[], datetime]) -> None:
    """Learns of all pools of the message; whatever is wrong with one does not stop the others.

    Raises the last of AWS's errors, if there were any, once all have had their turn: the message is to come again,
    and leaves alone what is done by then.
    """
    failed: Exception | None = None
    for pool_id in asked.pools:
        try:
            learn_pool(pool_id, asked.at, clock())
        except _AWS as error:
            print(f"smartlink {pool_id} not learned of: {error!r}", file=sys.stderr)
            failed = error
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the others must not wait for it
            traceback.print_exc()
    if failed:
        raise failed


def learn_pool(pool_id: str, asked: int, now: datetime) -> None:
    """Learns of the pool unless that was done since `asked` (seconds since 1970), or there is nothing new.

    The weights go into force only on the very route that they were learned for. Where an admin's edit came between,
    all is read again; where another run did, its weights will do.
    """
    before: Route | None = None
    for _ in range(ATTEMPTS):
        route = existing(Route, pool_id)
        if route is None or _is_weighed_since(before, route):
            return
        run = Run(route, weight_history.newest(pool_id, _latest(route, now)), now)
        if _is_done(run, asked) or _settled(run):
            return
        before = route
    print(f"smartlink {pool_id} not learned of: it is being edited", file=sys.stderr)


def _is_weighed_since(before: Route | None, route: Route) -> bool:
    if before is None:
        return False
    return bool(before.version == route.version and before.weights_version != route.weights_version)


def _is_done(run: Run, asked: int) -> bool:
    """Whether the last run was asked for at that time or later, on the very route: a message may come twice."""
    return bool(run.last and run.last.version >= asked and run.last.route_version == run.route.version)


def _latest(route: Route, now: datetime) -> datetime:
    """The latest moment that a run can be of: a clock that was ahead may have made the last one."""
    return max(now, datetime.fromtimestamp(route.weights_version or 0, UTC))


def _settled(run: Run) -> bool:
    """Whether the run came to an end: published, skipped, or nothing new. If not, the route is another by now."""
    try:
        return _published(run)
    except _AWS:
        raise
    except (Unlearnable, BrokenCounters) as error:
        print(f"smartlink {run.route.id} skipped: {error}", file=sys.stderr)
        _skip(run, str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others must not wait for it
        traceback.print_exc()
        _skip(run, f"an unexpected error, which the log has in full: {error!r}")
    return True


def _skip(run: Run, reason: str) -> None:
    row = weight_history.row(run.route.id, run.version, weight_history.SKIPPED, run.route)
    row.reason = reason[:1000]
    weight_history.skip(row)


def _published(run: Run) -> bool:
    found = lesson(route_codec.document(run.route.snapshot), run.route.version)
    if found is None or not _is_new(run, found.epoch):
        return True
    began = time.monotonic()
    counted = _stats(found, run.now)
    learned = learn(counted)
    took_ms = round(1000 * (time.monotonic() - began))
    fitting = fitted(figures_of(learned, counted, found.goal, took_ms))
    row = weight_history.row(run.route.id, run.version, weight_history.PUBLISHED, run.route)
    row.epoch, row.weights, row.run = found.epoch, fitting.weights, fitting.run
    return weight_history.publish(row, run.route)


def _is_new(run: Run, epoch: int) -> bool:
    """Whether there is anything that the last run did not know."""
    last = run.last
    if last is None or last.route_version != run.route.version:
        return True
    return learning_blocks.changed_since(run.route.id, epoch, datetime.fromtimestamp(last.version, UTC) - _UNSEEN)


def _stats(found: Lesson, now: datetime) -> Stats:
    """What is known of the pool as of now."""
    hour = int(now.timestamp()) // 3600
    counted = tally(learning_blocks.read(found.pool, found.epoch), found.goal, hour, LEARNED_DAYS * 24)
    return stats(found, counted, _used_up(cap_places(found.offers, now)), Moment(now, learning_minutes()))


def _used_up(places: Mapping[str, tuple[Place, ...]]) -> set[str]:
    """The campaigns of which any place is taken."""
    used = used_of(sorted({place.key for its_places in places.values() for place in its_places}))
    return {
        campaign_id
        for campaign_id, its_places in places.items()
        if any(used.get(place.key, 0) >= place.limit for place in its_places)
    }
