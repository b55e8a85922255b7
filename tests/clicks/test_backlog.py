import json
from typing import Any

import pytest

from chalicelib.clicks import write as clicks_write
from chalicelib.clicks.backlog import write
from chalicelib.tables.clicks import ClickRow

pytestmark = pytest.mark.usefixtures("tables")


def a_click() -> dict[str, Any]:
    return {
        "click_id": "01m7y0t1vmy3cyr3ct0v4mvta8",
        "at": 1_795_262_400_123,
        "code": "abcde12345",
        "publisher_id": "pub_1",
        "route_id": "sml_1",
        "route_version": 7,
        "epoch": 1,
        "outcome": "offer",
        "arm": "weighted",
        "device": "mobile",
        "os": "ios",
        "sub_ids": {"sub1": "é"},
    }


def test_queued_click_is_written_unchanged() -> None:
    clicks_write.write_click(a_click())
    (row,) = ClickRow.scan()
    body = json.dumps(row.serialize())
    row.delete()
    write(body)
    assert [each.serialize() for each in ClickRow.scan()] == [row.serialize()]


def test_click_queued_twice_is_written_once() -> None:
    clicks_write.write_click(a_click())
    (row,) = ClickRow.scan()
    for _ in range(2):
        write(json.dumps(row.serialize()))
    assert len(list(ClickRow.scan())) == 1
