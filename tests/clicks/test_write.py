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


def test_click_expires_after_400_days() -> None:
    assert write_click(a_click())
    (row,) = ClickRow.scan()
    assert row.expires_at == SECONDS + 400 * 86_400


@pytest.mark.parametrize("queue", ["none", "no URL"])
def test_click_goes_to_the_log_if_table_and_queue_fail(
    queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dynamodb().delete_table(TableName="smartlink-clicks")
    if queue == "no URL":
        monkeypatch.delenv("UNWRITTEN_CLICKS_QUEUE_URL")
    assert not write_click(a_click())
    line = capsys.readouterr().err.splitlines()[-1]
    assert json.loads(line.removeprefix("CLICK_NOT_WRITTEN "))["click_id"] == {"S": "01m7y0t1vmy3cyr3ct0v4mvta8"}
