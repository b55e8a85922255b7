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
from tests.conftest import Answered, Api
from tests.documents import complaints, good, new_smartlink

RANGE = {"from": "2026-11-01", "to": "2026-11-02"}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST = cells.quarter_of(int(NOON.timestamp()) * 1000)


def count(smartlink: dict[str, Any], arm: str, hour: float, clicks: int, conversions: int, **changes: Any) -> None:
    """So many clicks of the arm so many hours after noon, and conversions of 1.50 paid and 2.00 got."""
    named = {"smartlink": smartlink["id"], "campaign": "cmp_1", "publisher": "pub_1", "device": "mobile", "os": "ios"}
    cell = Cell(FIRST + int(4 * hour), **{**named, "arm": arm, "currency": "USD", **changes})
    found: Cells = {}
    cells.add(found, cell._replace(currency=""), unique_clicks=clicks, duplicate_clicks=5, bot_clicks=7)
    cells.add(found, cell, conversions=conversions, payout=1_500_000 * conversions, revenue=2_000_000 * conversions)
    with TransactWrite(connection=connection()) as write:
        append_blocks(write, f"{cell}{clicks}{conversions}", found)


def ask(admin: Api, smartlink: dict[str, Any], **query: str) -> Answered:
    return admin.get(f"/admin/smartlinks/{smartlink['id']}/uplift?{urlencode({**RANGE, **query})}")


def test_both_arms_are_compared_by_the_smartlinks_goal(admin: Api) -> None:
    smartlink = new_smartlink(admin, goal="profit")
    for hour in range(4):
        count(smartlink, "optimized", hour, 100, 5)
        count(smartlink, "holdout", hour, 50, 2)
    count(smartlink, "holdout", 4, 0, 2)
    count(smartlink, "", 0, 1000, 100)
    count(new_smartlink(admin), "holdout", 0, 1000, 100)
    found = good(ask(admin, smartlink))
    interval, arms = found.pop("interval"), found.pop("arms")
    assert found == {
        "smartlink_id": smartlink["id"],
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "goal": "profit",
        "currency": "USD",
        "difference": "0.000000",
        "relative": "0.000000",
        "blocks": 4,
        "enough_data": True,
        "verdict": f"No difference is proved: optimized clicks bring profit of between {interval[1]} USD less and "
        f"{interval[1]} USD more per click, with 95 % confidence.",
    }
    widths = [arm.pop("interval") for arm in arms.values()]
    assert arms == {
        "optimized": {"clicks": 400, "conversions": 20, "value": "10.000000", "value_per_click": "0.025000"},
        "holdout": {"clicks": 200, "conversions": 10, "value": "5.000000", "value_per_click": "0.025000"},
    }
    assert widths[0][0] < "0.025000" < widths[0][1] < widths[1][1]


def test_with_little_data_it_says_what_is_missing(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    count(smartlink, "holdout", 0, 20, 3)
    found = good(ask(admin, smartlink))
    assert not found["enough_data"]
    assert found["verdict"] == "Too little data: the hold-out has 3 conversions; 10 in each arm are needed."
    assert found["interval"] is not None


def test_without_clicks_in_an_arm_there_is_no_difference(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    found = good(ask(admin, smartlink))
    nothing = {"clicks": 0, "conversions": 0, "value": "0.000000", "value_per_click": None, "interval": None}
    assert found["arms"]["holdout"] == nothing
    assert [found[name] for name in ("difference", "interval", "relative", "currency")] == [None, None, None, "USD"]


def test_a_hold_out_that_earns_nothing_gives_no_relative_difference(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "optimized", 0, 400, 20)
    count(smartlink, "holdout", 0, 400, 0)
    found = good(ask(admin, smartlink))
    assert (found["difference"], found["relative"]) == ("0.075000", None)


def test_only_the_time_asked_for_counts(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for hour in (0, 1, 2):
        count(smartlink, "holdout", hour, 100, 1)
    found = good(ask(admin, smartlink, **{"from": "2026-11-01T13:00:00Z", "to": "2026-11-01T14:00:00Z"}))
    assert (found["arms"]["holdout"]["clicks"], found["blocks"], found["currency"]) == (100, 1, "USD")
    assert good(ask(admin, smartlink, to="2026-11-01T12:00:00Z"))["currency"] is None


def test_money_of_two_currencies_is_not_added_up(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    count(smartlink, "holdout", 0, 100, 10)
    count(smartlink, "optimized", 0, 100, 11, currency="EUR")
    assert complaints(ask(admin, smartlink)) == {"/from": "holds money in EUR and USD, which cannot be added up"}


def test_conversions_are_counted_whatever_they_are_paid_in(admin: Api) -> None:
    smartlink = new_smartlink(admin, goal="conversion_rate")
    count(smartlink, "holdout", 0, 100, 10)
    count(smartlink, "optimized", 0, 100, 11, currency="EUR")
    found = good(ask(admin, smartlink))
    assert (found["difference"], found["relative"], found["currency"]) == ("0.010000", "0.100000", None)


def test_more_cells_than_can_be_folded_are_refused(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    smartlink = new_smartlink(admin)
    monkeypatch.setattr(cell_reader, "LIMITS", Limits(groups=1))
    count(smartlink, "holdout", 0, 100, 10)
    assert complaints(ask(admin, smartlink)) == {"/from": "holds more than 1 rows; ask for a shorter time"}


def test_an_unknown_smartlink_has_no_uplift(admin: Api) -> None:
    assert ask(admin, {"id": "sml_0"}).status == 404
