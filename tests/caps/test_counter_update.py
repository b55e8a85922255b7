from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.caps.counter_update import CounterState, CounterUpdate, parse_counter, update_request
from tests.caps.lease_world import Table
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")

TABLE = "smartlink-caps"
END = datetime(2026, 11, 21, 12, tzinfo=UTC)

amounts = st.integers(-3, 8)
updates = st.builds(
    CounterUpdate,
    key=st.just("day"),
    used=amounts,
    leased=amounts,
    max_used_before=st.none() | amounts,
    max_leased_before=st.none() | amounts,
    may_create=st.booleans(),
    expires_at=st.none() | st.just(END),
)
states = st.none() | st.builds(CounterState, used=amounts, leased=amounts)


def _stored_item() -> dict[str, Any] | None:
    item: dict[str, Any] | None = dynamodb().get_item(TableName=TABLE, Key={"key": {"S": "day"}}).get("Item")
    return item


def _store(state: CounterState | None) -> None:
    dynamodb().delete_item(TableName=TABLE, Key={"key": {"S": "day"}})
    if state:
        # A counter that was never leased has no such attribute.
        leased = {"leased": {"N": str(state.leased)}} if state.leased else {}
        dynamodb().put_item(TableName=TABLE, Item={"key": {"S": "day"}, "used": {"N": str(state.used)}, **leased})


def _stored_state() -> CounterState | None:
    item = _stored_item()
    return parse_counter(item)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(state=states, update=updates, in_transaction=st.booleans())
@example(state=CounterState(1, 0), update=CounterUpdate("day", 1, max_leased_before=0), in_transaction=False)
def test_simulated_table_updates_a_counter_as_dynamodb_does(
    state: CounterState | None, update: CounterUpdate, in_transaction: bool
) -> None:
    _store(state)
    simulated = Table({"day": state} if state else {})
    failed = simulated.apply([update])
    request = update_request(update, TABLE)
    try:
        if in_transaction:
            dynamodb().transact_write_items(TransactItems=[{"Update": request}])
        else:
            after = dynamodb().update_item(**request, ReturnValues="ALL_NEW")["Attributes"]
            assert parse_counter(after) == simulated.counters["day"]
    except ClientError as error:
        response: Any = error.response
        item = (response["CancellationReasons"][0] if in_transaction else response).get("Item")
        assert failed == {"day": parse_counter(item)}
    else:
        assert failed == {}
    assert _stored_state() == simulated.counters.get("day")


def test_counter_without_an_item_has_no_state() -> None:
    assert (parse_counter(None), parse_counter({"used": {"N": "3"}})) == (None, CounterState(3, 0))


def test_counter_has_the_ttl_of_its_update() -> None:
    dynamodb().update_item(**update_request(CounterUpdate("day", 1, may_create=True, expires_at=END), TABLE))
    item = _stored_item()
    assert item == {"key": {"S": "day"}, "used": {"N": "1"}, "expires_at": {"N": str(int(END.timestamp()))}}


def test_update_without_a_lease_does_not_use_the_leased_attribute() -> None:
    request = update_request(CounterUpdate("day", 1, max_used_before=39, may_create=True), TABLE)
    assert (request["UpdateExpression"], request["ConditionExpression"]) == (
        "ADD #used :used",
        "attribute_not_exists(#used) OR attribute_exists(#used) AND #used <= :most_used",
    )
    assert request["ExpressionAttributeValues"] == {":used": {"N": "1"}, ":most_used": {"N": "39"}}
