from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import restore
from deploy.errors import CommandError
from deploy.restore import Restore
from tests.conftest import dynamodb
from tests.deploy.aws import fake_cloud, moto_cloud

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)
NOW = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _few(tables: None) -> Iterator[None]:
    yield
    for name in dynamodb().list_tables()["TableNames"]:
        if "-at-" in name:
            dynamodb().delete_table(TableName=name)


def _put(table: str, **fields: str) -> None:
    dynamodb().put_item(TableName=table, Item={name: {"S": value} for name, value in fields.items()})


def _difference(mode: str, table: str = "replaced_tokens") -> str:
    """Run the command and return what it says of the rows."""
    lines = list(restore.run(moto_cloud(), Restore(table, AT, mode)))
    return next(line for line in lines if "rows are gone" in line)


def _tokens(table: str = "smartlink-replaced_tokens") -> dict[str, str]:
    return {item["token"]["S"]: item["campaign_id"]["S"] for item in dynamodb().scan(TableName=table)["Items"]}


@pytest.fixture
def changed_table() -> None:
    """Let the side table hold a, b and c, and the table b as it was, c changed, and d that came later."""
    side = "smartlink-replaced_tokens-at-20261128T100000Z"
    key = {"KeySchema": [{"AttributeName": "token", "KeyType": "HASH"}]}
    attributes = [{"AttributeName": "token", "AttributeType": "S"}]
    dynamodb().create_table(TableName=side, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST", **key)
    for token in "abc":
        _put(side, token=token, campaign_id="then")
    _put("smartlink-replaced_tokens", token="b", campaign_id="then")
    for token in "cd":
        _put("smartlink-replaced_tokens", token=token, campaign_id="now")


@pytest.mark.usefixtures("changed_table")
@pytest.mark.parametrize(
    ("mode", "rows"),
    [
        ("show", {"b": "then", "c": "now", "d": "now"}),
        ("missing", {"a": "then", "b": "then", "c": "now", "d": "now"}),
        ("changed", {"a": "then", "b": "then", "c": "then", "d": "now"}),
        ("exact", {"a": "then", "b": "then", "c": "then"}),
    ],
)
def test_mode_says_which_rows_are_copied_and_twice_is_once(mode: str, rows: dict[str, str]) -> None:
    assert _difference(mode) == "1 rows are gone, 1 differ, 1 are the same, 1 came later."
    assert _tokens() == rows
    _difference(mode)
    assert _tokens() == rows


@pytest.mark.usefixtures("changed_table")
def test_row_that_appears_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    present = restore._present
    monkeypatch.setattr(restore, "_present", lambda *arguments: {**present(*arguments), "": {}})
    restored = restore._tables(moto_cloud(), Restore("replaced_tokens", AT, "missing"))
    item = {"token": {"S": "b"}, "campaign_id": {"S": "older"}}
    restore._put(restored, item, new=True)
    assert _tokens()["b"] == "then"


def test_side_table_is_restored_once_without_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    client = boto3.client("dynamodb")

    def create(**arguments: Any) -> None:
        asked.append(arguments)
        described: Any = client.describe_table(TableName=arguments["SourceTableName"])["Table"]
        names = ("KeySchema", "AttributeDefinitions")
        definition = {name: described[name] for name in names}
        client.create_table(TableName=arguments["TargetTableName"], BillingMode="PAY_PER_REQUEST", **definition)

    monkeypatch.setattr(client, "restore_table_to_point_in_time", create)
    _put("smartlink-exchange_rates", network="all", day="2026-11-28")
    for _ in range(2):
        lines = list(restore.run(fake_cloud(client), Restore("exchange_rates", AT)))
        assert "0 rows are gone, 0 differ, 0 are the same, 1 came later." in lines
        assert lines[-1].startswith("Nothing was changed.")
    assert asked == [
        {
            "SourceTableName": "smartlink-exchange_rates",
            "TargetTableName": "smartlink-exchange_rates-at-20261128T100000Z",
            "RestoreDateTime": AT,
            "GlobalSecondaryIndexOverride": [],
            "BillingModeOverride": "PAY_PER_REQUEST",
        }
    ]


def test_clicks_are_restored_by_another_command() -> None:
    with pytest.raises(CommandError, match="Clicks are in the archive: run `make restore-clicks"):
        restore.parse({"TABLE": "clicks", "AT": "2026-11-28T10:00:00Z"}, NOW)


def test_refusal_of_dynamodb_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("dynamodb")

    def refuse(**_: Any) -> None:
        answer: Any = {"Error": {"Code": "PointInTimeRecoveryUnavailableException", "Message": "not enabled"}}
        raise ClientError(answer, "RestoreTableToPointInTime")

    monkeypatch.setattr(client, "restore_table_to_point_in_time", refuse)
    with pytest.raises(
        CommandError, match=r"cannot restore smartlink-campaigns as of 2026-11-28 10:00:00 UTC: .*enabled"
    ):
        list(restore.run(fake_cloud(client), Restore("campaigns", AT)))


def test_table_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no table smartlink-sales"):
        list(restore.run(moto_cloud(), Restore("sales", AT)))


def test_settings_name_table_moment_and_mode() -> None:
    settings = {"TABLE": "campaigns", "AT": "2026-11-28T11:00:00+01:00", "APPLY": "exact"}
    assert restore.parse(settings, NOW) == Restore("campaigns", AT, "exact")
    assert restore.parse({**settings, "APPLY": ""}, NOW).mode == "show"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "TABLE is not set"),
        ({"TABLE": "a", "APPLY": "all"}, "APPLY must be one of missing, changed, exact"),
        ({"TABLE": "a"}, "AT must be a past time"),
        ({"TABLE": "a", "AT": "2026-11-28T10:00:00"}, "AT must be a past time"),
        ({"TABLE": "a", "AT": "2026-11-28T13:00:00Z"}, "AT must be a past time"),
    ],
)
def test_wrong_setting_is_refused(settings: dict[str, str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        restore.parse(settings, NOW)
