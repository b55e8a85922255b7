"""Stored clicks with what the aggregator writes of them: lists of IDs and report cells."""

from datetime import datetime
from typing import Any

from chalicelib.clicks import id_lists
from chalicelib.counters import cells
from chalicelib.counters.blocks import block_key
from chalicelib.counters.cells import Cells
from chalicelib.counters.column_codec import encode
from chalicelib.domain import ids
from chalicelib.domain.timestamps import milliseconds
from chalicelib.routing.route_history import stored_click
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.counters import CounterBlockRow


def write_click(at: datetime, route_id: str = "sml_1", n: int = 0, **changes: Any) -> str:
    """Write a click on the route; return its ID."""
    row = {
        "at": milliseconds(at),
        "expires_at": 0,
        "code": "abcde12345",
        "route_id": route_id,
        "route_version": 1,
        "epoch": 0,
        "publisher_id": "pub_1",
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "refusals": "-",
        "arm": "weighted",
        "device": "mobile",
        "os": "ios",
    }
    click_id = ids.time_ordered_id(at, n.to_bytes(10))
    ClickRow(click_id, **{**row, **changes}).save()
    return click_id


def count_clicks(*click_ids: str) -> None:
    """Write what the aggregator writes for a batch of these clicks: cells, and a list for each route and day."""
    counted: Cells = {}
    lists: dict[str, list[str]] = {}
    for row in ClickRow.batch_get(click_ids):
        cell, count = cells.cell_of_click(stored_click(row))
        cells.add(counted, cell, **{count: 1})
        lists.setdefault(f"{row.route_id}#{cells.day_of(cell.quarter)}", []).append(row.click_id)
    for partition, part in cells.by_partition(counted).items():
        CounterBlockRow(partition, block_key(f"{click_ids}"), cells=encode(part)).save()
    for key, listed in lists.items():
        ClickListRow(key, max(listed), click_ids=id_lists.encode(sorted(listed)), expires_at=0).save()
