"""An advertiser's deal built through the API: its campaign, a link to it, clicks, and what is posted of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from chalicelib.counters import cells
from chalicelib.counters.cells import COUNTS, Cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.learning_cells import LAYOUT, LearningCells
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from tests.conftest import Answered, Api
from tests.documents import clicked, good, new_campaign, new_publisher, new_smartlink, put_on, recorded

SUMS = ("conversions", "payout", "revenue", "arrived_conversions", "arrived_payout", "arrived_revenue")


@dataclass(frozen=True, slots=True)
class Deal:
    """One campaign, paid 1.50 of 2.00 unless it says otherwise, and a publisher's link to a smartlink of it."""

    campaign: dict[str, Any]
    smartlink: dict[str, Any]
    publisher_id: str
    code: str

    def click(self, query: dict[str, str] | None = None, **headers: str) -> str:
        """The ID of a new click on the link."""
        before = set(recorded())
        clicked(self.code, query, **headers)
        (click_id,) = set(recorded()) - before
        return click_id

    def post(self, click_id: str, **parameters: str) -> Answered:
        """The answer to a postback of the click."""
        sent = {"click_id": click_id, "token": self.campaign["postback_token"], **parameters}
        return Api().get(f"/postback?{urlencode(sent)}")

    def posted(self, click_id: str, **parameters: str) -> str:
        """The ID of the conversion that a good postback is about."""
        conversion_id: str = good(self.post(click_id, **parameters))["conversion_id"]
        return conversion_id

    def kept(self, click_id: str, **parameters: str) -> ConversionRow:
        """The conversion that a good postback is about, as it is kept."""
        conversion_id = self.posted(click_id, **parameters)
        return conversions()[conversion_id]


def new_deal(admin: Api, **changes: Any) -> Deal:
    """A deal of a new publisher's."""
    campaign = new_campaign(admin, **{"payout": "1.50", "revenue": "2.00", **changes})
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    return Deal(campaign, smartlink, publisher.id, put_on(admin, smartlink, publisher))


def caps_of(*metrics: str, limit: str = "1", **changes: str) -> list[dict[str, str]]:
    """A cap of a day for each of the metrics."""
    return [{"metric": metric, "window": "day", "limit": limit, **changes} for metric in metrics]


def make_older(click_id: str, age: timedelta) -> None:
    """Lets the click be so much older."""
    at = ClickRow.get(click_id).at - age // timedelta(milliseconds=1)
    ClickRow(click_id).update([ClickRow.at.set(at)])


def counted() -> Cells:
    """All that the counters hold for reports."""
    found: Cells = {}
    for row in CounterBlockRow.scan(~CounterBlockRow.partition.startswith("sml_")):
        cells.add_cells(found, decode(row.cells))
    return found


def learned() -> dict[str, LearningCells]:
    """All that the counters hold for learning, by partition."""
    found: dict[str, LearningCells] = {}
    for row in CounterBlockRow.scan(CounterBlockRow.partition.startswith("sml_")):
        cells.add_cells(found.setdefault(row.partition, {}), decode(row.cells, LAYOUT))
    return found


def sums(found: Iterable[list[int]] | None = None) -> dict[str, int]:
    """What is counted of conversions over all cells, less what is 0."""
    rows = list(counted().values() if found is None else found)
    totals = {name: sum(row[COUNTS.index(name)] for row in rows) for name in SUMS}
    return {name: total for name, total in totals.items() if total}


def used() -> dict[str, int]:
    """How much is used up, by the metric and whom it counts for."""
    return {"|".join((row.key.split("|")[1], row.key.split("|")[5])): row.used for row in CapCounterRow.scan()}


def conversions() -> dict[str, ConversionRow]:
    """Every kept conversion by its ID."""
    return {row.id: row for row in ConversionRow.scan()}
