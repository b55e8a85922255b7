from datetime import UTC, datetime
from typing import Any

import pytest
from pynamodb.exceptions import PutError, TransactWriteError

from chalicelib.optimizer.history import weight_history
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import dynamodb
from tests.optimizer.pools import AT, NOW

pytestmark = pytest.mark.usefixtures("tables")


def a_route(**changes: Any) -> RouteRow:
    route = RouteRow("sml_1", **{"version": 3, "snapshot": b"{}", **changes})
    route.save()
    return route


def a_run(route: RouteRow, version: int = AT) -> WeightHistoryRow:
    run = weight_history.new_row("sml_1", version, weight_history.PUBLISHED, route)
    run.weights = b"weights"
    return run


def stored_state() -> tuple[bytes | None, int | None, list[int]]:
    row = RouteRow.get("sml_1")
    return row.weights, row.weights_version, [each.version for each in WeightHistoryRow.scan()]


def test_months_are_listed_newest_first() -> None:
    first, last = datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2027, 1, 31, tzinfo=UTC)
    assert list(weight_history.months("sml_1", first, last)) == ["sml_1#2027-01", "sml_1#2026-12", "sml_1#2026-11"]
    assert list(weight_history.months("sml_1", last, last)) == ["sml_1#2027-01"]


def test_newest_run_has_the_highest_version() -> None:
    assert weight_history.find_newest("sml_1", NOW) is None
    route = a_route()
    for version in (AT + 300, AT, AT - 30 * 86_400):
        a_run(route, version).save()
    a_run(route, AT + 900).save()
    newest = weight_history.find_newest("sml_1", NOW)
    assert newest
    assert (newest.version, newest.status) == (AT + 900, "published")


def test_weights_are_published_on_their_own_route() -> None:
    route = a_route()
    assert weight_history.publish(a_run(route), route)
    assert stored_state() == (b"weights", AT, [AT])


@pytest.mark.parametrize("change", [{"version": 4}, {"weights_version": AT - 300}, {"weights_version": AT}])
def test_changed_route_is_not_overwritten(change: dict[str, int]) -> None:
    route = a_route()
    a_route(**change)
    assert not weight_history.publish(a_run(route), route)
    assert stored_state() == (None, change.get("weights_version"), [])


def test_weights_replace_the_ones_that_were_read() -> None:
    route = a_route(weights=b"older", weights_version=AT - 300)
    assert weight_history.publish(a_run(route), route)
    assert stored_state() == (b"weights", AT, [AT])


def test_run_with_the_same_version_is_not_overwritten() -> None:
    route = a_route()
    weight_history.new_row("sml_1", AT, weight_history.SKIPPED, route).save()
    assert not weight_history.publish(a_run(route), route)
    assert stored_state() == (None, None, [AT])


def test_transaction_that_fails_for_another_reason_is_an_error() -> None:
    route = a_route()
    dynamodb().delete_table(TableName="smartlink-weight_history")
    with pytest.raises(TransactWriteError):
        weight_history.publish(a_run(route), route)


def test_skipped_run_does_not_overwrite_another_of_its_version() -> None:
    route = a_route()
    a_run(route).save()
    weight_history.skip(weight_history.new_row("sml_1", AT, weight_history.SKIPPED, route))
    assert [row.status for row in WeightHistoryRow.scan()] == ["published"]


def test_skipped_run_that_cannot_be_written_is_an_error() -> None:
    route = a_route()
    dynamodb().delete_table(TableName="smartlink-weight_history")
    with pytest.raises(PutError):
        weight_history.skip(weight_history.new_row("sml_1", AT, weight_history.SKIPPED, route))
