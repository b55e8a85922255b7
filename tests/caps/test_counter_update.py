from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.caps.counter_update import CounterState, CounterUpdate, parse_counter, update
from tests.caps.lease_world import Table
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")

TABLE = "smartlink-caps"
END = datetime(2026, 11, 21, 12, tzinfo=UTC)

numbers = st.integers(-3, 8)
moves = st.builds(
    CounterUpdate,
    key=st.just("day"),
    used=numbers,
    leased=numbers,
    most_used=st.none() | numbers,
    most_leased=st.none() | numbers,
    begins=st.booleans(),
    expires_at=st.none() | st.just(END),
)
counters = st.none() | st.builds(CounterState, used=numbers, leased=numbers)


def _item() -> dict[str, Any] | None:
    found: dict[str, Any] | None = dynamodb().get_item(TableName=TABLE, Key={"key": {"S": "day"}}).get("Item")
    return found


def _begin(begun: CounterState | None) -> None:
    dynamodb().delete_item(TableName=TABLE, Key={"key": {"S": "day"}})
    if begun:
        # A counter without places on lease may never have heard of them.
        leased = {"leased": {"N": str(begun.leased)}} if begun.leased else {}
        dynamodb().put_item(TableName=TABLE, Item={"key": {"S": "day"}, "used": {"N": str(begun.used)}, **leased})


def _stands() -> CounterState | None:
    item = _item()
    return parse_counter(item)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(begun=counters, move=moves, together=st.booleans())
def test_the_table_moves_a_counter_as_the_world_of_the_leases_does(
    begun: CounterState | None, move: CounterUpdate, together: bool
) -> None:
    _begin(begun)
    world = Table({"day": begun} if begun else {})
    refused = world.make([move])
    try:
        if together:
            dynamodb().transact_write_items(TransactItems=[{"Update": update(move, TABLE)}])
        else:
            after = dynamodb().update_item(**update(move, TABLE), ReturnValues="ALL_NEW")["Attributes"]
            assert parse_counter(after) == world.counters["day"]
    except ClientError as error:
        response: Any = error.response
        told = response["CancellationReasons"][0] if together else response
        item = told.get("Item")
        assert refused == {"day": parse_counter(item)}
    else:
        assert refused == {}
    assert _stands() == world.counters.get("day")


def test_a_counter_goes_when_its_place_says() -> None:
    dynamodb().update_item(**update(CounterUpdate("day", 1, may_create=True, expires_at=END), TABLE))
    item = _item()
    assert item == {"key": {"S": "day"}, "used": {"N": "1"}, "expires_at": {"N": str(int(END.timestamp()))}}


def test_a_place_without_a_lease_is_taken_as_it_was_before_there_were_leases() -> None:
    taken = update(CounterUpdate("day", 1, max_used_before=39, may_create=True), TABLE)
    assert (taken["UpdateExpression"], taken["ConditionExpression"]) == (
        "ADD #used :used",
        "attribute_not_exists(#used) OR attribute_exists(#used) AND #used <= :most_used",
    )
    assert taken["ExpressionAttributeValues"] == {":used": {"N": "1"}, ":most_used": {"N": "39"}}
