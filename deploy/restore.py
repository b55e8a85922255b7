"""Bring a table back to what it held at a past moment, under its own name.

DynamoDB restores to a new table only, without stream, expiry, recovery, alarms and triggers. So the command restores
into a side table and copies what differs into the table itself, which keeps all of these. It can be repeated.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

MODES = ("show", "missing", "changed", "exact")
"""What is copied: nothing; rows that are gone; also rows that differ; and rows that came later are deleted too."""

_CLICKS = "clicks"

_DAY_OF_TRIES = 4320
"""Restoring a large table takes hours. DynamoDB is asked every 20 seconds."""


@dataclass(frozen=True, slots=True)
class Restore:
    """What is restored: a table by its name without the stack's, the moment, and the mode of `MODES`."""

    table: str
    at: datetime
    mode: str = "show"


@dataclass(slots=True)
class Difference:
    """Numbers of rows: gone since the moment, changed, unchanged, and written later."""

    missing: int = 0
    changed: int = 0
    same: int = 0
    later: int = 0

    def __str__(self) -> str:
        """Return the numbers as a sentence."""
        kept = f"{self.same} are the same, {self.later} came later"
        return f"{self.missing} rows are gone, {self.changed} differ, {kept}."


@dataclass(slots=True)
class Tables:
    """The table, the side table with its rows of the moment, the names of the key, and the client."""

    client: "DynamoDBClient"
    current: str
    side: str
    key: list[str] = field(default_factory=list)


def parse(settings: Mapping[str, str], now: datetime) -> Restore:
    """Return the restore of the settings TABLE, AT and APPLY. Raise CommandError if one is not valid."""
    table, mode = settings.get("TABLE", ""), settings.get("APPLY", "") or "show"
    if not table:
        message = "TABLE is not set. Run `make restore TABLE=campaigns AT=2026-11-28T10:00:00Z`."
        raise CommandError(message)
    if table == _CLICKS:
        message = "Clicks are in the archive: run `make restore-clicks FROM=2026-11-01 TO=2026-11-02`."
        raise CommandError(message)
    if mode not in MODES:
        message = f"APPLY must be one of {', '.join(MODES[1:])}. Leave it out to see what differs."
        raise CommandError(message)
    return Restore(table, _moment(settings.get("AT", ""), now), mode)


def _moment(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = now
    if at.tzinfo is None or at >= now:
        message = "AT must be a past time with its time zone, for example 2026-11-28T10:00:00Z."
        raise CommandError(message)
    return at.astimezone(UTC)


def run(cloud: Cloud, restore: Restore) -> Iterator[str]:
    """Restore into the side table unless it is there, and copy by the mode. Yield what happens as lines."""
    tables = _tables(cloud, restore)
    if _describe(tables.client, tables.side) is None:
        yield f"Restoring {tables.current} as of {restore.at:%Y-%m-%d %H:%M:%S} UTC into {tables.side} …"
        _start(tables, restore.at)
    pace: Any = {"Delay": 20, "MaxAttempts": _DAY_OF_TRIES}
    tables.client.get_waiter("table_exists").wait(TableName=tables.side, WaiterConfig=pace)
    yield f"Comparing {tables.side} with {tables.current} …"
    yield str(_copy(tables, restore))
    if restore.mode == "show":
        yield f"Nothing was changed. Run it again with APPLY={', APPLY='.join(MODES[1:])} to copy."
    else:
        yield f"Copied. Delete the side table later: aws dynamodb delete-table --table-name {tables.side}"


def _tables(cloud: Cloud, restore: Restore) -> Tables:
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    current = f"{cloud.stack}-{restore.table}"
    described = _describe(client, current)
    if described is None:
        message = f"There is no table {current}. Set TABLE to its name without the stack's, for example campaigns."
        raise CommandError(message)
    key = [each["AttributeName"] for each in described["KeySchema"]]
    return Tables(client, current, f"{current}-at-{restore.at:%Y%m%dT%H%M%SZ}", key)


def _describe(client: "DynamoDBClient", name: str) -> Any:  # noqa: ANN401 - a description, or None
    try:
        return client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None


def _start(tables: Tables, at: datetime) -> None:
    """Start to restore, without indexes: the side table is only read in whole."""
    try:
        tables.client.restore_table_to_point_in_time(
            SourceTableName=tables.current,
            TargetTableName=tables.side,
            RestoreDateTime=at,
            GlobalSecondaryIndexOverride=[],
            BillingModeOverride="PAY_PER_REQUEST",
        )
    except ClientError as error:
        message = f"DynamoDB cannot restore {tables.current} as of {at:%Y-%m-%d %H:%M:%S} UTC: {error}"
        raise CommandError(message) from error


def _copy(tables: Tables, restore: Restore) -> Difference:
    difference = Difference()
    for then in _pages(tables, tables.side):
        present = _present(tables, tables.current, then)
        for item in then:
            _copy_row(tables, restore, item, present.get(_key_text(tables, item)), difference)
    for now in _pages(tables, tables.current):
        known = _present(tables, tables.side, now)
        for item in (each for each in now if _key_text(tables, each) not in known):
            difference.later += 1
            if restore.mode == "exact":
                tables.client.delete_item(TableName=tables.current, Key=_key(tables, item))
    return difference


def _copy_row(tables: Tables, restore: Restore, then: Item, now: Item | None, difference: Difference) -> None:
    """Count the row, and write it as it was if the mode says so."""
    if now is None:
        difference.missing += 1
        if restore.mode != "show":
            _put(tables, then, new=True)
    elif now == then:
        difference.same += 1
    else:
        difference.changed += 1
        if restore.mode in ("changed", "exact"):
            _put(tables, then, new=False)


def _put(tables: Tables, item: Item, *, new: bool) -> None:
    """Write the row. A missing one is not written if it appeared meanwhile."""
    condition: dict[str, Any] = {}
    if new:
        names = {"#key": tables.key[0]}
        condition = {"ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": names}
    try:
        tables.client.put_item(TableName=tables.current, Item=item, **condition)
    except tables.client.exceptions.ConditionalCheckFailedException:
        return


def _pages(tables: Tables, name: str) -> Iterator[list[Item]]:
    for page in tables.client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        items: list[Item] = page["Items"]
        yield from (items[start : start + 100] for start in range(0, len(items), 100))


def _present(tables: Tables, name: str, items: Sequence[Item]) -> dict[str, Item]:
    """Return the rows of a table with the keys of at most 100 items, by their key."""
    found: dict[str, Item] = {}
    wanted: Any = {name: {"Keys": [_key(tables, item) for item in items], "ConsistentRead": True}}
    while wanted:
        answer = tables.client.batch_get_item(RequestItems=wanted)
        found |= {_key_text(tables, item): item for item in answer["Responses"].get(name, [])}
        wanted = answer.get("UnprocessedKeys")
    return found


def _key(tables: Tables, item: Item) -> Item:
    return {name: item[name] for name in tables.key}


def _key_text(tables: Tables, item: Item) -> str:
    return repr(_key(tables, item))
