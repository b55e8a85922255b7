"""Cells in the table of counters, and reports of them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import Cell, Cells
from chalicelib.tables.base import connection
from tests.conftest import Api, ApiResponse

NIGHT = datetime(2026, 11, 1, 20, 15, tzinfo=UTC)
RANGE = {"from": "2026-11-01", "to": "2026-11-02"}
MONEY = {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000}


def quarter(hours: float = 0) -> int:
    """The quarter hour `hours` after 20:15 UTC on 1 November 2026."""
    return cells.quarter_of(int((NIGHT.timestamp() + hours * 3600) * 1000))


def a_cell(**changes: Any) -> Cell:
    named = {"smartlink": "sml_1", "campaign": "cmp_1", "publisher": "pub_1", "country": "US", "device": "mobile"}
    return Cell(**{"quarter": quarter(), "os": "ios", **named, **changes})


def count(*counted: tuple[Cell, dict[str, int]]) -> None:
    """Write these counts as one block."""
    cells_to_count: Cells = {}
    for cell, counts in counted:
        cells.add(cells_to_count, cell, **counts)
    with TransactWrite(connection=connection()) as write:
        append_blocks(write, repr(counted), cells_to_count, NIGHT)


def get_report(caller: Api, path: str = "/admin/reports", **query: str) -> ApiResponse:
    return caller.get(f"{path}?{urlencode({**RANGE, **query})}")
