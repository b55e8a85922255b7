from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from chalicelib.archive.schema import click_line
from chalicelib.clicks import item_codec
from chalicelib.counters import aggregator
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.counters import CounterBlockRow
from deploy import stack
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.query import fetching
from deploy.query.days import Days
from deploy.restore_clicks import Restored, click_of, restore
from tests.conftest import ARCHIVE
from tests.counters.test_aggregator import AT, a_click, a_record

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
TODAY = Days(date(2026, 11, 21), date(2026, 11, 21))
CLOUD = Cloud(boto3.Session(), None, "prod", "smartlink", "")


@pytest.fixture(autouse=True)
def archive(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Archive six clicks of today and one of yesterday."""
    monkeypatch.setattr(fetching, "archive_bucket", lambda _: ARCHIVE)
    monkeypatch.setattr(stack, "describe", lambda _: {"Parameters": []})
    aggregator.aggregate([*(a_record(n) for n in range(6)), a_record(6, at=AT - 86_400_000)], NOW)


def stored() -> list[ClickRow]:
    return list(ClickRow.scan())


def test_archived_clicks_of_the_days_come_back_as_they_were_but_for_the_mark() -> None:
    assert restore(CLOUD, TODAY, NOW) == Restored(written=6)
    items = boto3.client("dynamodb").scan(TableName="smartlink-clicks")["Items"]
    assert {item[item_codec.RESTORED]["BOOL"] for item in items} == {True}
    originals = {each.click_id: item_codec.decode(each.serialize()) for each in map(a_click, range(6))}
    restored = {item["click_id"]["S"]: item_codec.decode(item) for item in items}
    assert {key: click_line(click) for key, click in restored.items()} == {
        key: click_line(click) for key, click in originals.items()
    }


def test_click_that_the_table_has_is_left_alone_so_that_twice_is_once() -> None:
    a_click(0).save()
    assert restore(CLOUD, TODAY, NOW) == Restored(written=5, present=1)
    assert restore(CLOUD, TODAY, NOW) == Restored(present=6)


def test_restored_click_expires_with_the_retention_of_the_stack_or_a_week_after_a_longer_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stack, "describe", lambda _: {"Parameters": [_parameter("ClickDays", "30")]})
    restore(CLOUD, TODAY, NOW)
    # The campaign does not exist: its window counts as the 30 days of a new one.
    assert {row.expires_at - row.at // 1_000 for row in stored()} == {37 * 86_400}


def test_window_of_the_campaign_decides_how_long_its_clicks_stay() -> None:
    settings = {"name": "A", "attribution_window_days": 120}
    CampaignRow(
        "cmp_1", version=1, settings=settings, postback_token="t", created_year="2026", created_at="", updated_at=""
    ).save()
    restore(CLOUD, TODAY, NOW)
    days = {row.campaign_id: (row.expires_at - row.at // 1_000) / 86_400 for row in stored()}
    assert days == {"cmp_0": 90, "cmp_1": 127}


def test_expired_click_is_not_written() -> None:
    assert restore(CLOUD, TODAY, NOW + timedelta(days=91)) == Restored(expired=6)
    assert stored() == []


def test_restored_click_is_not_counted_again() -> None:
    before = CounterBlockRow.count()
    restore(CLOUD, TODAY, NOW)
    items = boto3.client("dynamodb").scan(TableName="smartlink-clicks")["Items"]
    records = [{**a_record(100 + n), "dynamodb": _change(a_record(100 + n), item)} for n, item in enumerate(items)]
    aggregator.aggregate(records, NOW)
    assert (len(records), CounterBlockRow.count()) == (6, before)


def test_table_that_refuses_is_an_error_that_says_what_to_do() -> None:
    boto3.client("dynamodb").delete_table(TableName="smartlink-clicks")
    with pytest.raises(CommandError, match=r"could not be written: .* Run the command again"):
        restore(CLOUD, TODAY, NOW)


def test_click_of_a_line_is_the_click_that_was_archived() -> None:
    line = click_line(item_codec.decode(a_click(3).serialize()))
    assert click_line(click_of(line)) == line
    assert click_of(line)["at"] == AT + 3_000


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"ParameterKey": name, "ParameterValue": value}


def _change(record: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return {**record["dynamodb"], "NewImage": item}
