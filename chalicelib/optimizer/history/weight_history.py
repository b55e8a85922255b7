"""The history of a pool's runs of learning, and the one transaction that puts learned weights into force."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.routing.route_history import pool_month
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.base import connection
from chalicelib.tables.routes import RouteRow, WeightHistoryRow

PUBLISHED, SKIPPED = "published", "skipped"

_DAY_SECONDS = 86_400
_OTHERS = ("ConditionalCheckFailed", "TransactionConflict")


def newest(pool_id: str, latest: datetime) -> WeightHistoryRow | None:
    """The last run of the pool, without its figures; None where none is of the month of `latest` or the one before."""
    shown = ["pool_month", "version", "status", "reason", "route_version", "epoch"]
    for partition in months(pool_id, latest - timedelta(days=latest.day), latest):
        rows = WeightHistoryRow.query(
            partition, scan_index_forward=False, limit=1, consistent_read=True, attributes_to_get=shown
        )
        if row := next(iter(rows), None):
            return row
    return None


def months(pool_id: str, first: datetime, last: datetime) -> Iterator[str]:
    """The partitions of the pool's runs from one moment to the other, newest first."""
    month = last
    while (month.year, month.month) >= (first.year, first.month):
        yield pool_month(pool_id, int(month.timestamp()))
        month -= timedelta(days=month.day)


def row(pool_id: str, version: int, status: str, route: RouteRow) -> WeightHistoryRow:
    """The row of a run that began with this route. It stays as long as the clicks that may refer to it."""
    return WeightHistoryRow(
        pool_month(pool_id, version),
        version,
        status=status,
        route_version=route.version,
        expires_at=version + CLICK_RETENTION_DAYS * _DAY_SECONDS,
    )


def publish(run: WeightHistoryRow, route: RouteRow) -> bool:
    """Puts the run's weights into force and into the history; False, and nothing, where the route is another by now.

    That is so where an admin's edit came between, or another run.
    """
    known = route.weights_version
    unweighed = RouteRow.weights_version.does_not_exist() if known is None else RouteRow.weights_version == known
    weighed: list[Action] = [RouteRow.weights.set(run.weights), RouteRow.weights_version.set(run.version)]
    try:
        with TransactWrite(connection=connection()) as write:
            write.save(run, WeightHistoryRow.version.does_not_exist())
            write.update(RouteRow(route.id), weighed, (RouteRow.version == route.version) & unweighed)
    except TransactWriteError as error:
        if any(reason and reason.code in _OTHERS for reason in error.cancellation_reasons):
            return False
        raise
    return True


def skip(run: WeightHistoryRow) -> None:
    """Writes down that a run was skipped, unless another run has that version: the weights in force stay."""
    try:
        run.save(WeightHistoryRow.version.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
