"""History of a pool's optimization runs, and the transaction that publishes learned weights."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.timestamps import expiry_time
from chalicelib.routing.route_history import pool_month
from chalicelib.settings import WEIGHT_HISTORY_DAYS
from chalicelib.tables.base import connection
from chalicelib.tables.routes import RouteRow, WeightHistoryRow

PUBLISHED, SKIPPED = "published", "skipped"

_CONFLICTS = ("ConditionalCheckFailed", "TransactionConflict")


def find_newest(pool_id: str, latest: datetime) -> WeightHistoryRow | None:
    """Return the pool's last run without its record, or None if none is in the month of `latest` or the one before."""
    attributes = ["pool_month", "version", "status", "reason", "route_version", "epoch"]
    for partition in months(pool_id, latest - timedelta(days=latest.day), latest):
        rows = WeightHistoryRow.query(
            partition, scan_index_forward=False, limit=1, consistent_read=True, attributes_to_get=attributes
        )
        if row := next(iter(rows), None):
            return row
    return None


def months(pool_id: str, first: datetime, last: datetime) -> Iterator[str]:
    """Yield the partitions of the pool's runs between two times, newest first."""
    month = last
    while (month.year, month.month) >= (first.year, first.month):
        yield pool_month(pool_id, int(month.timestamp()))
        month -= timedelta(days=month.day)


def new_row(pool_id: str, version: int, status: str, route: RouteRow) -> WeightHistoryRow:
    """Return the row of a run that started with this route. It expires with the clicks that may refer to it."""
    return WeightHistoryRow(
        pool_month(pool_id, version),
        version,
        status=status,
        route_version=route.version,
        expires_at=expiry_time(datetime.fromtimestamp(version, UTC), WEIGHT_HISTORY_DAYS),
    )


def publish(run: WeightHistoryRow, route: RouteRow) -> bool:
    """Write the run's weights into the route and the run into the history, in one transaction.

    Return False, without a write, if an admin's edit or another run changed the route in the meantime.
    """
    version = route.weights_version
    is_unchanged = RouteRow.weights_version.does_not_exist() if version is None else RouteRow.weights_version == version
    updates: list[Action] = [RouteRow.weights.set(run.weights), RouteRow.weights_version.set(run.version)]
    try:
        with TransactWrite(connection=connection()) as write:
            write.save(run, WeightHistoryRow.version.does_not_exist())
            write.update(RouteRow(route.id), updates, (RouteRow.version == route.version) & is_unchanged)
    except TransactWriteError as error:
        if any(reason and reason.code in _CONFLICTS for reason in error.cancellation_reasons):
            return False
        raise
    return True


def skip(run: WeightHistoryRow) -> None:
    """Write a skipped run, unless another run has its version. The published weights do not change."""
    try:
        run.save(WeightHistoryRow.version.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
