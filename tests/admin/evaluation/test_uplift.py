from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import Cell, Cells
from chalicelib.evaluation.uplift import cell_reader
from chalicelib.reporting.aggregation import Limits
from chalicelib.tables.base import connection
from tests.conftest import Api, ApiResponse
from tests.documents import errors_by_pointer, good, new_smartlink

RANGE = {"from": "2026-11-01", "to": "2026-11-02"}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST = cells.quarter_of(int(NOON.timestamp()) * 1000)


def count(smartlink: dict[str, Any], arm: str, hour: float, clicks: int, conversions: int, **changes: Any) -> None:
    """Count clicks of the arm at `hour` hours after noon, and conversions with payout 1.50 and revenue 2.00."""
    named = {"smartlink": smartlink["id"], "campaign": "cmp_1", "publisher": "pub_1", "device": "mobile", "os": "ios"}
    cell = Cell(FIRST + int(4 * hour), **{**named, "arm": arm, "currency": "USD", **changes})
    counted: Cells = {}
    cells.add(counted, cell._replace(currency=""), unique_clicks=clicks, duplicate_clicks=5, bot_clicks=7)
    cells.add(counted, cell, conversions=conversions, payout=1_500_000 * conversions, revenue=2_000_000 * conversions)
    with TransactWrite(connection=connection()) as write:
        append_blocks(write, f"{cell}{clicks}{conversions}", counted, NOON)


def ask(admin: Api, smartlink: dict[str, Any], **query: str) -> ApiResponse:
    return admin.get(f"/admin/smartlinks/{smartlink['id']}/uplift?{urlencode({**RANGE, **query})}")


def test_arms_are_compared_by_the_goal(admin: Api) -> None:
    smartlink = new_smartlink(admin, goal="profit")
    for hour in range(4):
        count(smartlink, "optimized", hour, 100, 5)
        count(smartlink, "holdout", hour, 50, 2)
    count(smartlink, "holdout", 4, 0, 2)
    count(smartlink, "", 0, 1000, 100)
    count(new_smartlink(admin), "holdout", 0, 1000, 100)
    document = good(ask(admin, smartlink))
    interval, arms = document.pop("interval"), document.pop("arms")
    assert document == {
        "smartlink_id": smartlink["id"],
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "goal": "profit",
        "currency": "USD",
        "difference": "0.000000",
        "relative": "0.000000",
        "blocks": 4,
        "enough_data": True,
        "verdict": f"No significant difference: optimized clicks bring profit of between {interval[1]} USD less and "
        f"{interval[1]} USD more per click, with 95 % confidence.",
    }
    widths = [arm.pop("interval") for arm in arms.values()]
    assert arms == {
        "optimized": {"clicks": 400, "conversions": 20, "value": "10.000000", "value_per_click": "0.025000"},
        "holdout": {"clicks": 200, "conversions": 10, "value": "5.000000", "value_per_click": "0.025000"},
    }
    assert widths[0][0] < "0.025000" < widths[0][1] < widths[1][1]


def test_missing_data_is_in_the_verdict(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    count(smartlink, "holdout", 0, 20, 3)
    document = good(ask(admin, smartlink))
    assert not document["enough_data"]
    assert document["verdict"] == "Not enough data: the hold-out has 3 conversions. Each arm needs at least 10."
    assert document["interval"] is not None


def test_arm_without_clicks_gives_no_difference(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    document = good(ask(admin, smartlink))
    nothing = {"clicks": 0, "conversions": 0, "value": "0.000000", "value_per_click": None, "interval": None}
    assert document["arms"]["holdout"] == nothing
    assert [document[name] for name in ("difference", "interval", "relative", "currency")] == [None, None, None, "USD"]


def test_holdout_without_earnings_gives_no_relative_difference(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    count(smartlink, "holdout", 0, 400, 0)
    document = good(ask(admin, smartlink))
    assert (document["difference"], document["relative"]) == ("0.075000", None)


def test_only_cells_in_the_range_count(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for hour in (0, 1, 2):
        count(smartlink, "holdout", hour, 100, 1)
    document = good(ask(admin, smartlink, **{"from": "2026-11-01T13:00:00Z", "to": "2026-11-01T14:00:00Z"}))
    assert (document["arms"]["holdout"]["clicks"], document["blocks"], document["currency"]) == (100, 1, "USD")
    assert good(ask(admin, smartlink, to="2026-11-01T12:00:00Z"))["currency"] is None


def test_several_currencies_are_rejected(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "holdout", 0, 100, 10)
    count(smartlink, "optimized", 0, 100, 11, currency="EUR")
    assert errors_by_pointer(ask(admin, smartlink)) == {
        "/from": "contains several currencies (EUR, USD), which cannot be summed"
    }


def test_conversion_rate_allows_several_currencies(admin: Api) -> None:
    smartlink = new_smartlink(admin, goal="conversion_rate")
    count(smartlink, "holdout", 0, 100, 10)
    count(smartlink, "optimized", 0, 100, 11, currency="EUR")
    document = good(ask(admin, smartlink))
    assert (document["difference"], document["relative"], document["currency"]) == ("0.010000", "0.100000", None)


def test_too_many_cells_are_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    smartlink = new_smartlink(admin)
    monkeypatch.setattr(cell_reader, "LIMITS", Limits(groups=1))
    count(smartlink, "holdout", 0, 100, 10)
    assert errors_by_pointer(ask(admin, smartlink)) == {"/from": "contains more than 1 rows. Request a shorter range."}


def test_unknown_smartlink_is_not_found(admin: Api) -> None:
    assert ask(admin, {"id": "sml_0"}).status == 404
