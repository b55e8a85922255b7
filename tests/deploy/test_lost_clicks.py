import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.clicks.item_codec import encode
from chalicelib.tables.clicks import ClickRow
from deploy import lost_clicks
from deploy.errors import CommandError
from tests.builders import NOW
from tests.deploy.aws import fake_cloud, moto_cloud

pytestmark = pytest.mark.usefixtures("tables")


class _Logs:
    """CloudWatch Logs with one line in each log group."""

    asked: list[dict[str, Any]]

    def __init__(self) -> None:
        self.asked = []

    def get_paginator(self, _: str) -> "_Logs":
        return self

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        self.asked.append(arguments)
        return [{"events": [{"message": f"CLICK_NOT_WRITTEN of {arguments['logGroupName']}\n"}]}]


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"ClicksTable": "smartlink-clicks", "RedirectLogGroup": "redirect", "ApiHandlerLogGroup": "api"}
    monkeypatch.setattr(lost_clicks, "physical_id", lambda _, name: names[name])


def _line(click_id: str, seconds_left: int = 1000) -> str:
    item = encode({"click_id": click_id, "at": 1, "code": "abcde12345"}, int(time.time()) + seconds_left)
    return f"2026-11-28T10:00:00Z lost CLICK_NOT_WRITTEN {item}"


def _stored() -> list[str]:
    items = boto3.client("dynamodb").scan(TableName="smartlink-clicks")["Items"]
    return sorted(item["click_id"]["S"] for item in items)


def test_clicks_that_are_missing_are_written_once_however_often() -> None:
    lines = ["START", _line("a"), _line("b"), _line("a")]
    first, second = (str(lost_clicks.replay(moto_cloud(), lines)) for _ in range(2))
    assert first.startswith("2 clicks written, 1 were in the table already, 0 have expired")
    assert second.startswith("0 clicks written, 3 were in the table already")
    assert _stored() == ["a", "b"]


def test_click_that_has_expired_may_have_been_counted_and_is_not_written() -> None:
    outcome = lost_clicks.replay(moto_cloud(), [_line("a", -1)])
    assert (outcome.written, outcome.expired, _stored()) == (0, 1, [])


@pytest.mark.parametrize(
    "text", ['{"click_id": {"S": "a"}, "expi', "[]", "null", '{"click_id": {"S": ""}, "expires_at": {"N": "1"}}', "{}"]
)
def test_damaged_line_is_counted_and_blocks_no_other(text: str) -> None:
    outcome = lost_clicks.replay(moto_cloud(), [f"CLICK_NOT_WRITTEN {text}", _line("b")])
    assert (outcome.damaged, _stored()) == (1, ["b"])


def test_line_of_the_redirect_is_written_as_the_redirect_would_have(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from chalicelib.clicks import write

    click = {"click_id": "a", "at": int(time.time() * 1000), "code": "abcde12345", "outcome": "offer"}
    with monkeypatch.context() as patch:
        patch.setattr(write, "call", lambda *_: 1 / 0)
        patch.delenv("UNWRITTEN_CLICKS_QUEUE_URL")
        assert not write.write_click(click)
    lost_clicks.replay(moto_cloud(), capsys.readouterr().err.splitlines())
    assert ClickRow.get("a").attribute_values.items() >= click.items()


def test_other_errors_of_the_table_end_the_command() -> None:
    boto3.client("dynamodb").delete_table(TableName="smartlink-clicks")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        lost_clicks.replay(moto_cloud(), [_line("a")])


def test_both_logs_are_read_since_the_given_moment() -> None:
    logs = _Logs()
    lines = list(lost_clicks.lines_of_log(fake_cloud(logs), datetime(2026, 11, 28, tzinfo=UTC)))
    assert lines == ["CLICK_NOT_WRITTEN of redirect", "CLICK_NOT_WRITTEN of api"]
    assert {(each["startTime"], each["filterPattern"]) for each in logs.asked} == {
        (1_795_824_000_000, "CLICK_NOT_WRITTEN")
    }


def test_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("one\ntwo\n")
    assert lost_clicks.lines_of_file(file) == ["one", "two"]
    with pytest.raises(CommandError, match="There is no file"):
        lost_clicks.lines_of_file(tmp_path / "other")


def test_log_is_read_for_30_days_or_since_the_given_moment() -> None:
    assert lost_clicks.parse_since("", NOW) == NOW - timedelta(days=30)
    assert lost_clicks.parse_since("2026-11-28T10:00:00Z", NOW) == datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-28T10:00:00"])
def test_moment_without_time_zone_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="SINCE must be a time with its time zone"):
        lost_clicks.parse_since(text, NOW)
