import json
from typing import Any

import pytest

from chalicelib.clicks.write import write_click
from chalicelib.tables.clicks import ClickRow
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")

SECONDS = 1_795_262_400


def a_click(click_id: str = "01m7y0t1vmy3cyr3ct0v4mvta8") -> dict[str, Any]:
    return {
        "click_id": click_id,
        "at": SECONDS * 1000 + 123,
        "code": "abcde12345",
        "publisher_id": "pub_1",
        "route_id": "sml_1",
        "route_version": 7,
        "epoch": 1,
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "arm": "weighted",
        "device": "mobile",
        "os": "ios",
        "sub_ids": {"sub1": "é"},
        "is_bot": None,
    }


@pytest.mark.parametrize(
    ("click_days", "window", "days"),
    [
        pytest.param("", 30, 90, id="default"),
        pytest.param("30", 0, 30, id="no campaign"),
        pytest.param("90", 83, 90, id="window and a week are 90 days"),
        pytest.param("90", 120, 127, id="a week longer than the window"),
        pytest.param("ninety", 365, 372, id="no number counts as not set"),
    ],
)
def test_click_expires_after_click_days_or_a_week_after_its_window(
    click_days: str, window: int, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICK_DAYS", click_days)
    assert write_click(a_click(), window)
    (row,) = ClickRow.scan()
    assert row.expires_at == SECONDS + days * 86_400


@pytest.mark.parametrize("queue", ["none", "no URL"])
def test_click_goes_to_the_log_if_table_and_queue_fail(
    queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dynamodb().delete_table(TableName="smartlink-clicks")
    if queue == "no URL":
        monkeypatch.delenv("UNWRITTEN_CLICKS_QUEUE_URL")
    assert not write_click(a_click())
    reason, line = capsys.readouterr().err.splitlines()[-2:]
    assert reason.startswith("click 01m7y0t1vmy3cyr3ct0v4mvta8 not queued: ")
    assert json.loads(line.removeprefix("CLICK_NOT_WRITTEN "))["click_id"] == {"S": "01m7y0t1vmy3cyr3ct0v4mvta8"}
