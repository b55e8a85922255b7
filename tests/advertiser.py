"""A campaign of an advertiser built through the API: a link to it, its clicks and their conversions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from pynamodb.expressions.condition import Condition

from chalicelib.counters import cells
from chalicelib.counters.cells import COUNTS, Cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.learning_cells import LAYOUT, LearningCells
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from tests.conftest import Api, ApiResponse
from tests.documents import add_publisher, clicked, good, new_campaign, new_publisher, new_smartlink, recorded

SUMS = ("conversions", "payout", "revenue", "arrived_conversions", "arrived_payout", "arrived_revenue")


@dataclass(frozen=True, slots=True)
class Deal:
    """A campaign with payout 1.50 and revenue 2.00 by default, its smartlink, and a publisher's link."""

    campaign: dict[str, Any]
    smartlink: dict[str, Any]
    publisher_id: str
    code: str

    def click(self, query: dict[str, str] | None = None, **headers: str) -> str:
        """Click on the link; return the ID of the click."""
        before = set(recorded())
        clicked(self.code, query, **headers)
        (click_id,) = set(recorded()) - before
        return click_id

    def post(self, click_id: str, **parameters: str) -> ApiResponse:
        """Post a conversion of the click; return the response."""
        sent = {"click_id": click_id, "token": self.campaign["postback_token"], **parameters}
        return Api().get(f"/postback?{urlencode(sent)}")

    def posted(self, click_id: str, **parameters: str) -> str:
        """Post a conversion of the click; return its ID."""
        conversion_id: str = good(self.post(click_id, **parameters))["conversion_id"]
        return conversion_id

    def kept(self, click_id: str, **parameters: str) -> ConversionRow:
        """Post a conversion of the click; return its row."""
        conversion_id = self.posted(click_id, **parameters)
        return conversions()[conversion_id]


def new_deal(admin: Api, **changes: Any) -> Deal:
    """Create a campaign, its smartlink and a publisher with a link."""
    campaign = new_campaign(admin, **{"payout": "1.50", "revenue": "2.00", **changes})
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    return Deal(campaign, smartlink, publisher.id, add_publisher(admin, smartlink, publisher))


def caps_of(*metrics: str, limit: str = "1", **changes: str) -> list[dict[str, str]]:
    """Return a daily cap for each metric."""
    return [{"metric": metric, "window": "day", "limit": limit, **changes} for metric in metrics]


def make_older(click_id: str, age: timedelta) -> None:
    """Set the time of the click back."""
    at = ClickRow.get(click_id).at - age // timedelta(milliseconds=1)
    ClickRow(click_id).update([ClickRow.at.set(at)])


def holds_reports() -> Condition:
    """Return the condition that a row of counters holds report cells."""
    is_learning: Condition = CounterBlockRow.partition.startswith("sml_")
    is_detail: Condition = CounterBlockRow.partition.contains("#d")
    is_roll_up: Condition = CounterBlockRow.partition.startswith("m#")
    is_report: Condition = ~(is_learning | is_detail | is_roll_up)
    return is_report


def counted() -> Cells:
    """Return all report counters."""
    total: Cells = {}
    for row in CounterBlockRow.scan(holds_reports()):
        cells.add_cells(total, decode(row.cells))
    return total


def learned() -> dict[str, LearningCells]:
    """Return all learning counters by partition."""
    by_partition: dict[str, LearningCells] = {}
    for row in CounterBlockRow.scan(CounterBlockRow.partition.startswith("sml_")):
        cells.add_cells(by_partition.setdefault(row.partition, {}), decode(row.cells, LAYOUT))
    return by_partition


def sums(found: Iterable[list[int]] | None = None) -> dict[str, int]:
    """Return the conversion counts over these cells (default: all report counters) that are not 0."""
    rows = list(counted().values() if found is None else found)
    totals = {name: sum(row[COUNTS.index(name)] for row in rows) for name in SUMS}
    return {name: total for name, total in totals.items() if total}


def used() -> dict[str, int]:
    """Return the usage of all caps by metric and scope."""
    return {"|".join((row.key.split("|")[1], row.key.split("|")[5])): row.used for row in CapCounterRow.scan()}


def conversions() -> dict[str, ConversionRow]:
    """Return all conversions by ID."""
    return {row.id: row for row in ConversionRow.scan()}
